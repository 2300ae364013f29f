// Package broadcast sends what the owner scheduled: first of all the voice at 6:20 each morning, with its cover text.
//
// At the minute each group's job asks for the day's voice. Reading the file is a Work, done once for all groups; its result
// comes back as a fact, and the voice goes to every group that waits for it.
package broadcast

import (
	"cmp"
	"context"
	"embed"
	"fmt"
	"time"

	"sixtwenty/bot"
	"sixtwenty/schedules"
	"sixtwenty/store"
)

//go:embed sample.mp3 sample.txt
var samples embed.FS

// Settings of the feature.
type Settings struct {
	Voice  string `yaml:"voice" help:"每天几点发语音，如「每天 6:20」；留空不发|when the voice is sent, such as 每天 6:20; empty is never"`
	Cover  string `yaml:"cover" help:"语音前面的一句话；音频旁边有同名 .txt 时用那里面的|the line before the voice, unless a .txt beside it says more"`
	Folder string `yaml:"folder" scope:"config" base:"data" help:"放音频的文件夹（mp3、m4a、wav、amr），文件名可以是日期|the folder with the audio files, which may be named by date"`
}

// Check says what is wrong with the settings.
func (s Settings) Check() error {
	if s.Voice == "" {
		return nil
	}
	if _, err := schedules.Parse(s.Voice); err != nil {
		return fmt.Errorf("voice: %w", err)
	}
	return nil
}

// A request is what the work is asked for; groups with the same one share it.
type request struct {
	Folder string `json:"folder"`
	Day    string `json:"day"`
}

// A voice is the day's audio, kept as a blob.
type voice struct {
	Sum   string `json:"sum"`
	Name  string `json:"name"`
	Cover string `json:"cover,omitempty"`
}

// A wait is one group that a day's voice is for.
type wait struct {
	Chat  bot.ChatID `json:"chat"`
	Cover string     `json:"cover,omitempty"` // what the group says before it, where the voice brings no text
}

const waiting = store.Table[wait]("broadcast/waiting") // day, chat

const workVoice = "voice"

// Feature declares it.
func Feature() bot.Feature {
	return bot.Feature{
		Name:     "broadcast",
		Summary:  bot.Text{ZH: "每天 6:20 的语音", EN: "the voice at 6:20 each morning"},
		Settings: Settings{Voice: "每天 6:20", Cover: "早安！今天的 6:20 来了，听完记得打卡～", Folder: "voice"},
		Jobs: []bot.Job{{
			Name: "voice", Summary: bot.Text{ZH: "6:20 语音", EN: "6:20 voice"},
			Spec:   func(s any) string { return s.(Settings).Voice },
			Missed: schedules.Missed{Policy: schedules.Latest, Grace: 30 * time.Minute},
			Run:    due,
		}},
		Works: map[string]func(context.Context, bot.Work) (any, error){workVoice: load},
		Watches: []bot.Watch{{
			On: "broadcast." + workVoice, Summary: bot.Text{ZH: "把今天的语音发到群里", EN: "sends the day's voice to the groups"}, Run: send,
		}},
		Commands: []bot.Command{{
			Name: "试听", Aliases: []string{"preview"}, Who: bot.Owner,
			Summary:  bot.Text{ZH: "现在就把今天的语音发到这里", EN: "send today's voice here, now"},
			Examples: []bot.Example{{Say: "/试听", Reply: "早…"}},
			Run:      due,
		}},
	}
}

var textNoVoice = bot.Text{ZH: "今天的语音没能发出来，管家已经记下，会尽快处理。", EN: "Today's voice could not be sent; it is noted."}

// due asks for the day's voice for this chat.
func due(_ context.Context, c *bot.Call) error {
	s, day := bot.Settings[Settings](c), c.Day(c.Event.At).String()
	w := wait{Chat: c.Event.Chat.ID, Cover: s.Cover}
	if err := waiting.Put(c.Tx, w, day, w.Chat); err != nil {
		return err
	}
	return c.Work(workVoice, day, request{Folder: s.Folder, Day: day})
}

// send gives the voice to every group that waits for it.
func send(_ context.Context, c *bot.Call) error {
	var done bot.Done
	if err := c.Decode(&done); err != nil {
		return err
	}
	list, err := take(c.Tx, done.Key)
	if err != nil {
		return err
	}
	if done.Error != "" {
		for _, w := range list {
			c.Send(bot.Effect{Kind: bot.Say, Chat: w.Chat, Text: c.T(textNoVoice), Class: bot.Broadcast})
		}
		return nil
	}
	var v voice
	if err := done.Into(&v); err != nil {
		return err
	}
	for _, w := range list {
		if cover := cmp.Or(v.Cover, w.Cover); cover != "" {
			c.Send(bot.Effect{Kind: bot.Say, Chat: w.Chat, Text: cover, Class: bot.Broadcast})
		}
		c.Send(bot.Effect{Kind: bot.SendVoice, Chat: w.Chat, Media: v.Sum, Name: v.Name, Class: bot.Broadcast})
	}
	return nil
}

// take removes and gives the groups that wait for a day's voice.
func take(tx store.Tx, day string) ([]wait, error) {
	var list []wait
	for row, err := range waiting.Scan(tx, store.Under(day)) {
		if err != nil {
			return nil, err
		}
		list = append(list, row.Value)
	}
	for _, w := range list {
		if err := waiting.Delete(tx, day, w.Chat); err != nil {
			return nil, err
		}
	}
	return list, nil
}
