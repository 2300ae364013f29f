package onboarding

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// cards are the introductions that people wrote of themselves.
const cards = store.Table[string]("onboarding/cards") // person, chat

const (
	maxCard = 300            // characters
	minCard = 6              // of one that is written without the command
	prompts = 24 * time.Hour // how long after the prompt one is heard
)

var (
	textWritten  = bot.Text{ZH: "%s您的名片写好啦，谢谢介绍！想改就再发一次。", EN: "%sYour card is written, thank you! Send it again to change it."}
	textTaken    = bot.Text{ZH: "%s很高兴认识您！这段话记成您的名片啦，想改就发「自我介绍 …」。", EN: "%sGlad to meet you! This is your card now; to change it send “/introduce …”."}
	textTooLong  = bot.Text{ZH: "太长啦，%d 个字以内就好。", EN: "That is too long; %d characters are plenty."}
	textNotYours = bot.Text{ZH: "别人的名片只有管理员能看哦。", EN: "Only managers see the cards of others."}

	textCard     = bot.Text{ZH: "名片：%s", EN: "Card: %s"}
	textCardLine = bot.Text{ZH: "\n【%s】%s", EN: "\n[%s] %s"}
	textIs       = bot.Text{ZH: "是谁", EN: "Who"}
	textFrom     = bot.Text{ZH: "从哪来", EN: "Whence"}
	textNow      = bot.Text{ZH: "如今", EN: "Now"}
	textThen     = bot.Text{ZH: "；", EN: "; "}
	textNoCard   = bot.Text{ZH: "还没写自我介绍", EN: "no introduction yet"}
	textNoCardMe = bot.Text{ZH: "还没写自我介绍，发「自我介绍 …」就写上了", EN: "no introduction yet; send “/introduce …”"}
	textNoStart  = bot.Text{ZH: "没有进群的记录，比我来得早", EN: "no record: here before me"}
	textNoNews   = bot.Text{ZH: "还没有什么可记的", EN: "nothing yet"}
	textStay     = bot.Text{ZH: "来了 %d 天", EN: "here for %d days"}
	textFirstDay = bot.Text{ZH: "今天刚来", EN: "here since today"}

	textSelf   = bot.Text{ZH: "自我介绍", EN: "In their words"}
	textSince  = bot.Text{ZH: "进群", EN: "Joined"}
	textCame   = bot.Text{ZH: "%s 进群", EN: "joined %s"}
	textByCode = bot.Text{ZH: "扫码进群", EN: "by a QR code"}
	textSeen   = bot.Text{ZH: "最近露面", EN: "Last here"}
	textSeenOn = bot.Text{ZH: "最近 %s 露面", EN: "last here %s"}
)

func introduce(_ context.Context, c *bot.Call) error {
	return write(c, c.Arg("内容"), textWritten)
}

// write keeps what the sender wrote of themselves.
func write(c *bot.Call, text string, thanks bot.Text) error {
	text = spoken(text)
	if n := len([]rune(text)); n > maxCard {
		return bot.Refuse(textTooLong, maxCard)
	}
	c.Reply(thanks, c.At())
	if err := asked.Delete(c.Tx, c.Event.Chat.ID, c.Event.From.Person); err != nil {
		return err
	}
	return cards.Put(c.Tx, text, c.Event.From.Person, c.Event.Chat.ID)
}

// spontaneous takes what a newcomer who was asked writes of themselves, if it begins as such things do.
func spontaneous(c *bot.Call) error {
	at, ok, err := asked.Get(c.Tx, c.Event.Chat.ID, c.Event.From.Person)
	if err != nil || !ok {
		return err
	}
	if c.Event.At.Sub(at) > prompts {
		return asked.Delete(c.Tx, c.Event.Chat.ID, c.Event.From.Person)
	}
	text := spoken(c.Event.Text)
	if n := len([]rune(text)); n < minCard || n > maxCard || !introduces(text) {
		return nil
	}
	return write(c, text, textTaken)
}

// introduces says whether a text begins as an introduction.
func introduces(text string) bool {
	text = strings.ToLower(strings.TrimLeftFunc(text, func(r rune) bool { return unicode.IsPunct(r) || unicode.IsSpace(r) }))
	return slices.ContainsFunc([]string{
		"大家好", "各位好", "你们好", "我是", "我叫", "叫我", "新人报到", "hello", "hi ", "hi,", "i am", "i'm", "i’m", "my name",
	}, func(start string) bool { return strings.HasPrefix(text, start) })
}

// spoken makes what somebody wrote fit to be said again: no control or direction marks, no long gaps.
func spoken(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\u200d' || r == '\ufe0f':
			return r
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	var lines []string
	for line := range strings.SplitSeq(s, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// card answers the three questions about a person: who they are, where they came from, what they have become. Every feature
// tells its part.
func card(_ context.Context, c *bot.Call) error {
	m := c.Event.From
	if name := c.Arg("谁"); name != "" {
		found, err := c.One(name)
		if err != nil {
			return err
		}
		if found.Person != m.Person && !c.Power(bot.Manager) {
			return bot.Refuse(textNotYours)
		}
		m = found
	}
	parts, err := facets(c, m.Person)
	if err != nil {
		return err
	}
	if len(parts[bot.Who]) == 0 && m.Person == c.Event.From.Person {
		parts[bot.Who] = []string{c.T(textNoCardMe)}
	}
	text := c.T(textCard, m.Shown())
	for _, q := range []struct {
		of    bot.Facet
		title bot.Text
		none  bot.Text
	}{{bot.Who, textIs, textNoCard}, {bot.Whence, textFrom, textNoStart}, {bot.Become, textNow, textNoNews}} {
		says := strings.Join(parts[q.of], c.T(textThen))
		if says == "" {
			says = c.T(q.none)
		}
		text += c.T(textCardLine, c.T(q.title), says)
	}
	c.Say(text)
	return nil
}

// facets gathers what every feature tells of a person in this group, by the question it answers. How long they have been here
// comes first, when they were last seen last.
func facets(c *bot.Call, who bot.PersonID) (map[bot.Facet][]string, error) {
	p, err := bot.PersonOf(c.Tx, who)
	if err != nil {
		return nil, err
	}
	b, known, err := beginningOf(c.Tx, c.Event.Chat.ID, p)
	if err != nil {
		return nil, err
	}
	parts := map[bot.Facet][]string{}
	if days := int(c.Day(c.Now) - b.Day); known && days > 0 {
		parts[bot.Become] = []string{c.T(textStay, days)}
	} else if known {
		parts[bot.Become] = []string{c.T(textFirstDay)}
	}
	lines, err := c.About(who)
	if err != nil {
		return nil, err
	}
	for _, l := range lines {
		if l.Card != "" && (l.Chat == "" || l.Chat == c.Event.Chat.ID) {
			parts[l.Facet] = append(parts[l.Facet], l.Card)
		}
	}
	if known && len(parts[bot.Whence]) == 0 {
		parts[bot.Whence] = []string{c.T(textCame, b.Day.String())}
	}
	last, err := lastSeen(c.Tx, c.Event.Chat.ID, p)
	if last > 0 {
		parts[bot.Become] = append(parts[bot.Become], c.T(textSeenOn, last.Date().Format("01-02")))
	}
	return parts, err
}

// cardOf is what a person wrote of themselves in a group, under any of their identities.
func cardOf(r store.Reader, chat bot.ChatID, who bot.Person) (string, error) {
	for _, id := range who.Identities {
		if text, _, err := cards.Get(r, id, chat); err != nil || text != "" {
			return text, err
		}
	}
	return "", nil
}

// about tells what somebody wrote of themselves, when they came and when they were last here, group by group.
func about(r store.Reader, who bot.Person, l bot.Lang) (lines []bot.Line, err error) {
	chats, err := bot.EveryChat(r)
	if err != nil {
		return nil, err
	}
	for _, chat := range chats {
		text, err := cardOf(r, chat.ID, who)
		if err != nil {
			return nil, err
		}
		if text != "" {
			lines = append(lines, bot.Line{Name: textSelf.In(l), Value: text, Chat: chat.ID, Facet: bot.Who, Card: text})
		}
		b, ok, err := beginningOf(r, chat.ID, who)
		if err != nil {
			return nil, err
		}
		if ok {
			line := bot.Line{Name: textSince.In(l), Value: bot.CleanName(chat.Name) + " " + b.Day.String(), Chat: chat.ID, Facet: bot.Whence}
			if b.Code {
				line.Card = textByCode.In(l)
			}
			lines = append(lines, line)
		}
		day, err := lastSeen(r, chat.ID, who)
		if err != nil {
			return nil, err
		}
		if day > 0 {
			lines = append(lines, bot.Line{Name: textSeen.In(l), Value: bot.CleanName(chat.Name) + " " + day.String()})
		}
	}
	return lines, nil
}

func lastSeen(r store.Reader, chat bot.ChatID, who bot.Person) (last bot.Day, err error) {
	for _, id := range who.Identities {
		day, _, err := seen.Get(r, chat, id)
		if err != nil {
			return 0, err
		}
		last = max(last, day)
	}
	return last, nil
}

// forget removes what somebody wrote of themselves, that they were new, and when they were here.
func forget(tx store.Tx, who bot.Person) error {
	chats, err := bot.EveryChat(tx)
	if err != nil {
		return err
	}
	for _, id := range who.Identities {
		for _, chat := range chats {
			if err := end(tx, chat.ID, id); err != nil {
				return err
			}
			if err := cards.Delete(tx, id, chat.ID); err != nil {
				return err
			}
			if err := starts.Delete(tx, chat.ID, id); err != nil {
				return err
			}
			if err := seen.Delete(tx, chat.ID, id); err != nil {
				return err
			}
		}
	}
	return nil
}
