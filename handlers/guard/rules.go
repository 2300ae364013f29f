package guard

import (
	"regexp"
	"slices"
	"strings"

	"sixtwenty/bot"
)

// A reason is the rule that was broken.
type reason string

const (
	byWord reason = "word"
	byLink reason = "link"
	byCard reason = "card"
	byCode reason = "code"
)

var (
	textWord = bot.Text{ZH: "说了", EN: "wrote"}
	textLink = bot.Text{ZH: "新人发链接", EN: "a newcomer's link"}
	textCard = bot.Text{ZH: "新人发名片", EN: "a newcomer's card"}
	textCode = bot.Text{ZH: "新人发二维码", EN: "a newcomer's QR code"}
)

func (w reason) text() bot.Text {
	switch w {
	case byLink:
		return textLink
	case byCard:
		return textCard
	case byCode:
		return textCode
	}
	return textWord
}

var link = regexp.MustCompile(`(?i)(?:https?://|www\.)([a-z0-9.-]+)`)

// site finds the host of what looks like a link.
func site(text string) string {
	m := link.FindStringSubmatch(text)
	if m == nil {
		return ""
	}
	return strings.Trim(strings.ToLower(m[1]), ".")
}

func (s Settings) welcome(host string) bool {
	return host != "" && slices.ContainsFunc(s.Allow, func(a string) bool {
		a = strings.ToLower(a)
		return host == a || strings.HasSuffix(host, "."+a)
	})
}

// judge says which rule a message breaks, "" for none, and the proof.
func (s Settings) judge(text string, m *bot.Media, isNew bool) (reason, string) {
	if w := s.word(text); w != "" {
		return byWord, w
	}
	if !isNew {
		return "", ""
	}
	if m != nil && m.Kind == bot.Card {
		if s.Cards {
			return byCard, m.Name
		}
		return "", ""
	}
	if !s.Links {
		return "", ""
	}
	url := text
	if m != nil && m.Kind == bot.Link {
		url = m.URL
	}
	switch host := site(url); {
	case host != "" && !s.welcome(host):
		return byLink, host
	case host == "" && m != nil && m.Kind == bot.Link: // a link of which the web is not told where it leads
		return byLink, m.Name
	}
	return "", ""
}

// word is the word of an advert that a text holds.
func (s Settings) word(text string) string {
	folded := bot.Fold(text)
	for _, w := range s.Words {
		if strings.Contains(folded, bot.Fold(w)) {
			return w
		}
	}
	return ""
}

// invites is where the codes of groups and people lead. Sites that the owner allows do not allow those.
const invites = "weixin.qq.com"

// judgeCode says whether what a code in a picture says is worth noting, and names it by its site: what stands behind that may be
// a secret, such as a way to pay.
func (s Settings) judgeCode(text string) (proof string, noted bool) {
	host := site(text)
	switch {
	case text == "" || host != invites && s.welcome(host):
		return "", false
	case host != "":
		return host, true
	}
	return text, true
}
