package referral

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// A channel is where newcomers come from besides friends: a platform, a poster, a talk. They say one of its words, in the
// group or when they ask to be a friend of the account, or come by a code that is shared for it alone.
type channel struct {
	Name  string         `json:"name"`
	Words []string       `json:"words"`           // folded
	Codes []bot.PersonID `json:"codes,omitempty"` // whoever these bring came by it; "" is the account
	At    time.Time      `json:"at"`
}

// A knock is the word of a channel that somebody wrote to the account before they joined.
type knock struct {
	Word string    `json:"word"`
	At   time.Time `json:"at"`
}

const (
	channels = store.Table[channel]("referral/channels")       // chat, folded name
	words    = store.Table[string]("referral/channels/words")  // folded word, chat: the folded name
	sharers  = store.Table[string]("referral/channels/codes")  // chat, who shares the code: the folded name
	knocks   = store.Table[knock]("referral/channels/knocked") // identity

	maxChannels = 30 // of a group
	maxWords    = 5  // of a channel, and as many codes
	maxWord     = 20 // characters
	minWord     = 2
	allWords    = 2000
	knockLasts  = 30 * 24 * time.Hour
)

var (
	textChannelForm = bot.Text{
		ZH: "可以写：/来源、/来源 月、/来源 加 微博 暗号、/来源 码 微博 @谁（TA 分享的码带来的都算微博；机器人自己写「我」）、/来源 改 @谁 微博、/来源 删 微博",
		EN: "Write: /sources, /sources month, /sources add NAME WORD, /sources code NAME @WHO (whoever they bring by a code or by hand; me is the bot), /sources set @WHO NAME, /sources drop NAME",
	}
	textChannelNew   = bot.Text{ZH: "好的，新人在群里说「%[2]s」，或者加好友时写上，就算从「%[1]s」来的。", EN: "Done: newcomers who say “%[2]s” in the group, or when they ask to be friends, came through %[1]s."}
	textChannelTaken = bot.Text{ZH: "「%s」已经是「%s」的暗号了，请换一个。", EN: "“%s” belongs to %s already; choose another."}
	textChannelMany  = bot.Text{ZH: "一个群最多记 %d 个来源，每个最多 %d 个暗号。", EN: "At most %d sources in a group, with %d words each."}
	textChannelWord  = bot.Text{ZH: "暗号要 %d 到 %d 个字。", EN: "A word has %d to %d characters."}
	textChannelNone  = bot.Text{ZH: "没有叫「%s」的来源，发 /来源 看看有哪些。", EN: "There is no source %s; /sources lists them."}
	textChannelGone  = bot.Text{ZH: "好的，「%s」不再记了；已经记下的还在。", EN: "%s is no longer noted; what was counted stays."}
	textChannelCode  = bot.Text{ZH: "好的，%s 分享的群二维码或邀请带来的，都算从「%s」来的。", EN: "Done: whoever %s brings, by a shared code or by hand, came through %s."}
	textChannelSet   = bot.Text{ZH: "好的，%s 算从「%s」来的。", EN: "%s came through %s."}
	textChannelUnset = bot.Text{ZH: "好的，不再记 %s 从哪里来。", EN: "It is no longer noted where %s came from."}
	textChannelSaid  = bot.Text{ZH: "%s记下了，您是从「%s」来的，欢迎～", EN: "%sNoted: you came through %s. Welcome!"}
	textMe           = bot.Text{ZH: "我", EN: "me"}
)

func sources() bot.Command {
	return bot.Command{
		Name: "来源", Aliases: []string{"sources"}, Args: "[做什么] [内容...]", Who: bot.Manager, Where: bot.InGroup,
		Summary: bot.Text{ZH: "新人从哪里来、哪里来的留得住；加、删来源和暗号", EN: "where newcomers come from and which of them stay; sources and their words"},
		Examples: []bot.Example{
			{Say: "/来源", Reply: "…还没有新人…"},
			{Say: "/来源 加 微博 微博620", Reply: "…说「微博620」…"},
			{Say: "/来源 删 抖音", Reply: "…没有叫「抖音」的来源…"},
		},
		Run: source,
	}
}

// source is /来源.
func source(_ context.Context, c *bot.Call) error {
	what, rest := c.Arg("做什么"), strings.Fields(clip(c.Arg("内容")))
	switch strings.ToLower(what) {
	case "加", "add":
		return addChannel(c, rest)
	case "码", "code":
		return addCode(c, rest)
	case "改", "set":
		return setChannel(c, rest)
	case "删", "drop":
		return dropChannel(c, rest)
	}
	if s, ok := scopeOf(what); ok && len(rest) == 0 {
		if per := s.of(c.Day(c.Event.At)); per != quality {
			return showSources(c, per, s)
		}
	}
	return bot.Refuse(textChannelForm)
}

// fold makes two ways of typing a word equal: case, width, blanks and marks aside.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '！' && r <= '～' {
			r -= '！' - '!'
		}
		if unicode.IsSpace(r) || unicode.IsPunct(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, strings.ToValidUTF8(s, ""))
}

// addChannel keeps a source with its words; with none its name is the word.
func addChannel(c *bot.Call, list []string) error {
	if len(list) == 0 {
		return bot.Refuse(textChannelForm)
	}
	chat, name := c.Event.Chat.ID, bot.CleanName(list[0])
	k, known, err := channels.Get(c.Tx, chat, fold(name))
	if err != nil {
		return err
	}
	if n, err := channelCount(c.Tx, chat); err != nil {
		return err
	} else if !known && n >= maxChannels || len(list) > maxWords+1 {
		return bot.Refuse(textChannelMany, maxChannels, maxWords)
	}
	if list = list[1:]; len(list) == 0 {
		list = []string{name}
	}
	if err := dropWords(c.Tx, chat, k); err != nil {
		return err
	}
	k.Name, k.Words, k.At = name, nil, moment(c.Event.At)
	for _, word := range list {
		if err := addWord(c, &k, word); err != nil {
			return err
		}
	}
	c.Reply(textChannelNew, name, strings.Join(list, c.T(textComma)))
	return channels.Put(c.Tx, k, chat, fold(name))
}

func addWord(c *bot.Call, k *channel, word string) error {
	folded := fold(word)
	if n := utf8.RuneCountInString(folded); n < minWord || n > maxWord {
		return bot.Refuse(textChannelWord, minWord, maxWord)
	}
	switch of, taken, err := words.Get(c.Tx, folded, c.Event.Chat.ID); {
	case err != nil:
		return err
	case taken && of != fold(k.Name):
		return bot.Refuse(textChannelTaken, bot.CleanName(word), bot.CleanName(of))
	}
	k.Words = append(k.Words, folded)
	return words.Put(c.Tx, fold(k.Name), folded, c.Event.Chat.ID)
}

func dropWords(tx store.Tx, chat bot.ChatID, k channel) error {
	for _, word := range k.Words {
		if err := words.Delete(tx, word, chat); err != nil {
			return err
		}
	}
	return nil
}

func channelCount(r store.Reader, chat bot.ChatID) (n int, err error) {
	list, err := channelsOf(r, chat)
	return len(list), err
}

// channelsOf are the sources that a group notes.
func channelsOf(r store.Reader, chat bot.ChatID) (list []channel, err error) {
	rg := store.Under(chat)
	rg.Limit = maxChannels
	for row, err := range channels.Scan(r, rg) {
		if err != nil {
			return nil, err
		}
		list = append(list, row.Value)
	}
	return list, nil
}

// theChannel finds a source by its name.
func theChannel(c *bot.Call, name string) (channel, error) {
	k, ok, err := channels.Get(c.Tx, c.Event.Chat.ID, fold(name))
	if err == nil && !ok {
		err = bot.Refuse(textChannelNone, bot.CleanName(name))
	}
	return k, err
}

func dropChannel(c *bot.Call, list []string) error {
	if len(list) != 1 {
		return bot.Refuse(textChannelForm)
	}
	k, err := theChannel(c, list[0])
	if err != nil {
		return err
	}
	chat := c.Event.Chat.ID
	if err := dropWords(c.Tx, chat, k); err != nil {
		return err
	}
	for _, who := range k.Codes {
		if err := sharers.Delete(c.Tx, chat, who); err != nil {
			return err
		}
	}
	c.Reply(textChannelGone, k.Name)
	return channels.Delete(c.Tx, chat, fold(k.Name))
}

// addCode makes the codes that somebody shares mean a source: a code itself bears no label that the service would tell. Services
// that do not tell a code from an invitation are the reason why both count.
func addCode(c *bot.Call, list []string) error {
	if len(list) < 2 {
		return bot.Refuse(textChannelForm)
	}
	k, err := theChannel(c, list[0])
	if err != nil {
		return err
	}
	who, shown := bot.PersonID(""), c.T(textMe)
	if name := strings.Join(list[1:], " "); name != textMe.ZH && !strings.EqualFold(name, textMe.EN) {
		m, err := c.One(name)
		if err != nil {
			return err
		}
		who, shown = m.Person, m.Shown()
	}
	if !slices.Contains(k.Codes, who) {
		if k.Codes = append(k.Codes, who); len(k.Codes) > maxWords {
			return bot.Refuse(textChannelMany, maxChannels, maxWords)
		}
	}
	if err := sharers.Put(c.Tx, fold(k.Name), c.Event.Chat.ID, who); err != nil {
		return err
	}
	c.Reply(textChannelCode, shown, k.Name)
	return channels.Put(c.Tx, k, c.Event.Chat.ID, fold(k.Name))
}

// setChannel is a manager's word on where somebody came from.
func setChannel(c *bot.Call, list []string) error {
	if len(list) < 2 {
		return bot.Refuse(textChannelForm)
	}
	last := len(list) - 1
	m, err := c.One(strings.Join(list[:last], " "))
	if err != nil {
		return err
	}
	was, ok, err := credits.Get(c.Tx, c.Event.Chat.ID, m.Person)
	if err != nil {
		return err
	}
	if !ok {
		return bot.Refuse(textNoSuch, m.Shown())
	}
	now := was
	if now.Channel = ""; list[last] != textNone.ZH && !strings.EqualFold(list[last], textNone.EN) {
		k, err := theChannel(c, list[last])
		if err != nil {
			return err
		}
		now.Channel = fold(k.Name)
		c.Reply(textChannelSet, m.Shown(), k.Name)
	} else {
		c.Reply(textChannelUnset, m.Shown())
	}
	return keep(c, m.Person, was, now)
}
