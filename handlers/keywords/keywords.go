// Package keywords answers a word or a phrase with what a group's managers set for it: a text, a picture, a file or a
// recording. A word can also be for friends who write it to the bot in private: they get what was set, such as the QR code of
// the group, and the owner hears of it, since the web cannot invite anybody. The code of a group dies after seven days and
// lets nobody in beyond 200 members, so its age is watched.
package keywords

import (
	"context"
	"fmt"
	"time"

	"sixtwenty/bot"
	"sixtwenty/schedules"
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

func modes() []mode { return []mode{exact, contained, private} }

// An answer is what a word gets: a text, a medium, or both.
type answer struct {
	Word  string         `json:"word"` // as it was set
	Text  string         `json:"text,omitempty"`
	Kind  bot.EffectKind `json:"kind,omitempty"` // with Media
	Media string         `json:"media,omitempty"`
	Name  string         `json:"name,omitempty"`
	By    bot.PersonID   `json:"by,omitempty"`
	At    time.Time      `json:"at"`
	// Code: the medium is the QR code of the group, new at At. Warned is the day of its life of which the owner was told.
	Code   bool `json:"code,omitempty"`
	Warned int  `json:"warned,omitempty"`
}

const (
	answers = store.Table[answer]("keywords/answers")   // chat, mode, folded word
	doors   = store.Table[bot.ChatID]("keywords/doors") // folded word: the group that a private word is of
	last    = store.Table[time.Time]("keywords/last")   // chat, folded word: when it was last answered
	warned  = store.Table[int]("keywords/warned")       // chat: the size of which the owner was told

	maxWords = 100 // in a group, of each mode
	maxWord  = 40  // characters
	maxText  = 2000
	maxMedia = 20 << 20
	fresh    = 10 * time.Minute // how long what was sent can be set
	workKeep = "keep"
)

// Feature declares it.
func Feature() bot.Feature {
	return bot.Feature{
		Name:     "keywords",
		Summary:  bot.Text{ZH: "关键词自动回复、群二维码", EN: "answers to words, the group's QR code"},
		Settings: Settings{Cooldown: 30 * time.Second},
		Commands: commands(),
		Watches: []bot.Watch{
			{On: bot.Message, Summary: bot.Text{ZH: "听关键词", EN: "listens for words"}, Run: heard},
			{On: "keywords." + workKeep, Summary: bot.Text{ZH: "存好要回复的图片或文件", EN: "keeps what is to be answered with"}, Run: kept},
			{On: bot.Joined, Summary: bot.Text{ZH: "群快满了告诉机主", EN: "tells the owner when a group is nearly full"}, Run: grown},
			{On: bot.Listed, Summary: bot.Text{ZH: "群快满了告诉机主", EN: "tells the owner when a group is nearly full"}, Run: grown},
		},
		Jobs: []bot.Job{{
			Name: "codes", Summary: bot.Text{ZH: "群二维码快过期了提醒机主", EN: "tells the owner that a QR code is about to die"}, Silent: true,
			Spec:   func(any) string { return "每天 9:00" },
			Missed: schedules.Missed{Policy: schedules.Latest},
			Run:    age,
		}},
		Timers: map[string]bot.Run{timerAge: age},
		Works:  map[string]func(context.Context, bot.Work) (any, error){workKeep: bot.KeepMedia(maxMedia)},
		Keeps:  bot.BlobsIn(answers, func(a answer) string { return a.Media }),
		Views:  views(),
		Report: report,
		Forget: forget,
	}
}

func commands() []bot.Command {
	return []bot.Command{
		{
			Name: "关键词", Aliases: []string{"keyword"}, Args: "[做什么] [内容...]", Where: bot.InGroup, Who: bot.Manager,
			Summary: bot.Text{ZH: "设关键词：加、含、私、存、存含、存私、删", EN: "set words: add, contains, private, keep, keepcontains, keepprivate, drop"},
			Examples: []bot.Example{
				{Say: "/关键词", Reply: "还没有关键词…"},
				{Say: "/关键词 加 书单 = 本月读《活着》", Reply: "好的…「书单」…"},
				{Say: "/关键词 删 书单", Reply: "…没有…"},
			},
			Run: manage,
		},
		{
			Name: "群码", Aliases: []string{"groupcode"}, Args: "[词...]", Where: bot.InGroup, Who: bot.Manager,
			Summary: bot.Text{ZH: "刚发的图是群二维码：好友私聊这个词就给他", EN: "the picture just sent is the group's QR code, for friends who write this word in private"},
			Examples: []bot.Example{
				{Say: "/群码", Reply: "…还没有群二维码…"},
				{Say: "/群码 进群", Reply: "…请先把群二维码的图发给我…"},
			},
			Run: code,
		},
		{
			Name: "问答", Aliases: []string{"faq"}, Args: "[词...]", Where: bot.InGroup,
			Summary:  bot.Text{ZH: "可以问些什么；后面写词就直接答", EN: "what can be asked; with a word, its answer"},
			Examples: []bot.Example{{Say: "/问答", Reply: "还没有关键词…"}, {Say: "/问答 书单", Reply: "…没有「书单」…"}},
			Run:      faq,
		},
	}
}

// wordsOf gives the answers of a group to one mode of words.
func wordsOf(r store.Reader, chat bot.ChatID, m mode) (list []answer, err error) {
	rg := store.Under(chat, m)
	rg.Limit = maxWords
	for row, err := range answers.Scan(r, rg) {
		if err != nil {
			return nil, err
		}
		list = append(list, row.Value)
	}
	return list, nil
}

// forget removes when somebody last asked in private. What managers set is the group's.
func forget(tx store.Tx, who bot.Person) error {
	for _, id := range who.Identities {
		home, err := bot.HomeOf(tx, id)
		if err != nil {
			return err
		}
		if home == "" {
			continue
		}
		var keys []string
		for row, err := range last.Scan(tx, store.Under(home)) {
			if err != nil {
				return err
			}
			keys = append(keys, row.Key)
		}
		for _, key := range keys {
			if err := tx.Delete(string(last), key); err != nil {
				return err
			}
		}
	}
	return nil
}
