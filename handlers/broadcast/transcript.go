package broadcast

import (
	"strings"
	"time"
	"unicode"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// What Settings.Transcript can say.
const (
	inGroup   = "group"
	inPrivate = "private"
)

const (
	maxKeyword = 40 // characters
	// quietFor is how long a text that was shown in a group is not shown there again: hundreds write the keyword.
	quietFor = 5 * time.Minute
)

// shown is when a group last saw the text of its keyword.
const shown = store.Table[time.Time]("broadcast/shown") // chat

var textSentYou = bot.Text{ZH: "文稿私聊发给您啦。", EN: "The text is in our private chat."}

// fold makes two ways of writing a keyword equal.
func fold(s string) string {
	s = strings.Map(func(r rune) rune {
		if r >= '！' && r <= '～' {
			r -= '！' - '!'
		}
		return unicode.ToLower(r)
	}, strings.TrimSpace(s))
	return strings.Trim(s, "「」“”\"。.!~")
}

// transcript answers a keyword with the text of its voice, privately where the group wants that and the person has ever
// written there.
func transcript(c *bot.Call) error {
	word := fold(c.Event.Text)
	if word == "" || len(word) > maxKeyword*4 {
		return nil
	}
	label, ok, err := keywords.Get(c.Tx, word)
	if err != nil || !ok {
		return err
	}
	day, err := bot.ParseDay(label)
	if err != nil {
		return err
	}
	a, ok, err := airings.Get(c.Tx, day)
	if err != nil || !ok || a.Text == "" {
		return err
	}
	if c.Event.Chat.Group && bot.Settings[Settings](c).Transcript == inPrivate {
		home, err := bot.HomeOf(c.Tx, c.Event.From.Person)
		if err != nil {
			return err
		}
		if home != "" {
			c.Send(bot.Effect{Kind: bot.Say, Chat: home, Text: a.Text})
			c.Say(c.At() + c.T(textSentYou))
			return nil
		}
	}
	return show(c, a.Text)
}

// show says the text here, in a group no more than once in a while.
func show(c *bot.Call, text string) error {
	if !c.Event.Chat.Group {
		c.Say(text)
		return nil
	}
	last, _, err := shown.Get(c.Tx, c.Event.Chat.ID)
	if err != nil || c.Now.Sub(last) < quietFor && !last.After(c.Now) {
		return err
	}
	c.Say(text)
	return shown.Put(c.Tx, c.Now, c.Event.Chat.ID)
}
