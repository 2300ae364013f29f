package checkin

import (
	"context"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// This file reads what comes with a check-in: the owner's words, numbers, and pictures that must be there.

// A half is one half of a check-in that needs a picture, a voice or a link: the word or the thing itself, whichever came
// first.
type half struct {
	At   time.Time `json:"at"`
	Word bool      `json:"word,omitempty"`
	Plan string    `json:"plan,omitempty"` // named by the word
	Sum  int       `json:"sum,omitempty"`  // written beside the word
}

const (
	halves = store.Table[half]("checkin/halves") // chat, identity
	// halfLife is how long one half waits for the other.
	halfLife = 10 * time.Minute
	maxSum   = 100_000_00 // hundredths of a unit in one day
)

var (
	textNeedsText = bot.Text{ZH: "打卡要写点内容哦，至少 %d 个字，例如：打卡 今天读了第三章", EN: "Write something with it, at least %d characters, such as: 打卡 read chapter three"}
	textNeeds     = bot.Text{ZH: "收到！请再发%s，10 分钟之内都算。", EN: "Noted! Now send %s within ten minutes and it counts."}
	textPicture   = bot.Text{ZH: "一张图片", EN: "a picture"}
	textVoice     = bot.Text{ZH: "一段语音", EN: "a voice message"}
	textLink      = bot.Text{ZH: "一个链接", EN: "a link"}
)

// heard takes the messages that no command took: the owner's words for a check-in, and what must come with one.
func heard(ctx context.Context, c *bot.Call) error {
	e := &c.Event
	switch {
	case e.From.Person == "":
		return nil
	case !e.Chat.Group:
		return heardInPrivate(ctx, c)
	}
	s := bot.Settings[Settings](c)
	if e.Media != nil {
		return heardMedia(c, s, e.Media.Kind)
	}
	word, rest := cutName(e.Text)
	if word == "" {
		return nil
	}
	if s.isWord(word) {
		return attend(c, rest, "")
	}
	if utf8.RuneCountInString(word) > maxPlanName {
		return nil
	}
	if named, err := plans.Has(c.Tx, e.Chat.ID, word); err != nil || !named {
		return err
	}
	return attend(c, e.Text, "")
}

// heardMedia takes the second half of a check-in, or keeps the first.
func heardMedia(c *bot.Call, s Settings, kind bot.MediaKind) error {
	if need := kinds()[s.Kind]; need == "" || kind != need {
		return nil
	}
	chat, who := c.Event.Chat.ID, c.Event.From.Person
	h, waits, err := halves.Get(c.Tx, chat, who)
	if err != nil {
		return err
	}
	if !waits || !h.Word || c.Event.At.Sub(h.At) > halfLife {
		return halves.Put(c.Tx, half{At: c.Event.At}, chat, who)
	}
	return attend(c, h.text(s.Unit), kind)
}

// text writes what was said with the word as it would be read.
func (h half) text(unit string) string {
	if h.Sum == 0 || unit == "" {
		return h.Plan
	}
	return h.Plan + " " + strconv.FormatFloat(float64(h.Sum)/100, 'f', -1, 64) + unit
}

// complete says whether all is there that the owner wants of a check-in.
func complete(c *bot.Call, s Settings, open []*book, text string, came bot.MediaKind) (bool, error) {
	need := kinds()[s.Kind]
	if need == "" {
		least := s.MinLength
		if s.Kind == "text" {
			least = max(least, 1)
		}
		if least > 0 && length(text) < least {
			return false, bot.Refuse(textNeedsText, least)
		}
		return true, nil
	}
	chat, who := c.Event.Chat.ID, c.Event.From.Person
	h, waits, err := halves.Get(c.Tx, chat, who)
	if err != nil {
		return false, err
	}
	if came == need || waits && !h.Word && c.Event.At.Sub(h.At) <= halfLife {
		return true, halves.Delete(c.Tx, chat, who)
	}
	word := half{At: c.Event.At, Word: true, Sum: amount(text, s.Unit)}
	if len(open) == 1 {
		word.Plan = open[0].plan.Name
	}
	c.Say(to(c) + c.T(textNeeds, c.T(mediaText(need))))
	return false, halves.Put(c.Tx, word, chat, who)
}

func mediaText(k bot.MediaKind) bot.Text {
	switch k {
	case bot.Voice:
		return textVoice
	case bot.Link:
		return textLink
	}
	return textPicture
}

// length counts the characters of a text that say something.
func length(text string) (n int) {
	for _, r := range text {
		if unicode.In(r, unicode.L, unicode.N, unicode.So) {
			n++
		}
	}
	return n
}

// cutName takes the first word of a text, folded.
func cutName(text string) (name, rest string) {
	text = strings.TrimSpace(text)
	i := strings.IndexFunc(text, func(r rune) bool { return unicode.IsSpace(r) || slices.Contains([]rune("，,：:！!"), r) })
	if i < 0 {
		return foldName(text), ""
	}
	_, size := utf8.DecodeRuneInString(text[i:])
	return foldName(text[:i]), strings.TrimSpace(text[i+size:])
}

var number = regexp.MustCompile(`(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?`)

// amount adds up the numbers before a unit, in hundredths.
func amount(text, unit string) (sum int) {
	if unit == "" || !strings.Contains(text, unit) {
		return 0
	}
	text = toHalfWidth(text)
	for _, at := range number.FindAllStringIndex(text, 64) {
		if !strings.HasPrefix(strings.TrimLeft(text[at[1]:], " "), unit) {
			continue
		}
		f, err := strconv.ParseFloat(strings.ReplaceAll(text[at[0]:at[1]], ",", ""), 64)
		if err == nil {
			sum += int(math.Round(min(f*100, maxSum)))
		}
	}
	return min(sum, maxSum)
}

func toHalfWidth(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '０' && r <= '９' || r == '．' {
			return r - '０' + '0'
		}
		return r
	}, s)
}

// sumText writes hundredths with their unit.
func sumText(sum int, unit string) string {
	return strconv.FormatFloat(float64(sum)/100, 'f', -1, 64) + " " + unit
}
