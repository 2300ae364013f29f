// Package keywords answers a word or a phrase with what a group's managers set for it: a text, a picture, a file or a
// recording. A word can also be for friends who write it to the bot in private: they get what was set, such as the picture
// of the group's QR code, and the owner hears of it, since the web cannot invite anybody.
package keywords

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// Settings of the feature.
type Settings struct {
	Cooldown time.Duration `yaml:"cooldown" help:"同一个关键词多久之内只答一次|the same word is answered once within this time"`
}

// Check says what is wrong with the settings.
func (s Settings) Check() error {
	if s.Cooldown < 0 || s.Cooldown > 24*time.Hour {
		return fmt.Errorf("cooldown: %v is not between 0s and 24h", s.Cooldown)
	}
	return nil
}

// A mode says where a word is answered.
type mode string

const (
	exact     mode = "exact"     // the whole message in the group
	contained mode = "contained" // anywhere in a message in the group
	private   mode = "private"   // the whole message of a friend, in private
)

// An answer is what a word gets.
type answer struct {
	Word  string         `json:"word"` // as it was set
	Text  string         `json:"text,omitempty"`
	Kind  bot.EffectKind `json:"kind,omitempty"` // with Media
	Media string         `json:"media,omitempty"`
	Name  string         `json:"name,omitempty"`
	By    bot.PersonID   `json:"by,omitempty"`
	At    time.Time      `json:"at"`
}

// A recent is what somebody sent last, which can be set as an answer.
type recent struct {
	Media bot.Media `json:"media"`
	At    time.Time `json:"at"`
}

const (
	answers = store.Table[answer]("keywords/answers")   // chat, mode, folded word
	doors   = store.Table[bot.ChatID]("keywords/doors") // folded word: the group that a private word is of
	last    = store.Table[time.Time]("keywords/last")   // chat, folded word: when it was last answered
	recents = store.Table[recent]("keywords/recent")    // chat, person
	warned  = store.Table[int]("keywords/warned")       // chat: the size of which the owner was told

	maxWords  = 100 // in a group, of each mode
	maxWord   = 40  // characters
	maxText   = 2000
	maxMedia  = 20 << 20
	fresh     = 10 * time.Minute // how long what was sent can be set
	workKeep  = "keep"
	timerCode = "code"
	codeLives = 6 * 24 * time.Hour // the code of a group is dead after seven days
)

// Feature declares it.
func Feature() bot.Feature {
	return bot.Feature{
		Name:     "keywords",
		Summary:  bot.Text{ZH: "关键词自动回复", EN: "answers to words"},
		Settings: Settings{Cooldown: 30 * time.Second},
		Commands: []bot.Command{
			{
				Name: "关键词", Aliases: []string{"keyword"}, Args: "[做什么] [内容...]", Where: bot.InGroup, Who: bot.Manager,
				Summary: bot.Text{ZH: "设关键词：加、含、私、存、删", EN: "set words: add, contains, private, keep, drop"},
				Examples: []bot.Example{
					{Say: "/关键词", Reply: "还没有关键词…"},
					{Say: "/关键词 加 书单 = 本月读《活着》", Reply: "好的…「书单」…"},
					{Say: "/关键词 删 书单", Reply: "…没有…"},
				},
				Run: manage,
			},
			{
				Name: "问答", Aliases: []string{"faq"}, Where: bot.InGroup,
				Summary:  bot.Text{ZH: "可以问些什么", EN: "what can be asked"},
				Examples: []bot.Example{{Say: "/问答", Reply: "还没有关键词…"}},
				Run:      faq,
			},
		},
		Watches: []bot.Watch{
			{On: bot.Message, Summary: bot.Text{ZH: "听关键词", EN: "listens for words"}, Run: heard},
			{On: "keywords." + workKeep, Summary: bot.Text{ZH: "存好要回复的图片或文件", EN: "keeps what is to be answered with"}, Run: kept},
			{On: bot.Joined, Summary: bot.Text{ZH: "群快满了告诉机主", EN: "tells the owner when a group is nearly full"}, Run: grown},
		},
		Timers: map[string]bot.Run{timerCode: codeDies},
		Works:  map[string]work{workKeep: fetch},
		Keeps:  bot.BlobsIn(answers, func(a answer) string { return a.Media }),
		Forget: forget,
	}
}

// fold makes two ways of writing one word equal.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		if r >= '！' && r <= '～' {
			r -= '！' - '!'
		}
		return unicode.ToLower(r)
	}, s)
}

// forget removes what somebody sent last.
func forget(tx store.Tx, who bot.Person) error {
	chats, err := bot.Chats(tx)
	if err != nil {
		return err
	}
	for _, chat := range chats {
		for _, id := range who.Identities {
			if err := recents.Delete(tx, chat.ID, id); err != nil {
				return err
			}
		}
	}
	return nil
}
