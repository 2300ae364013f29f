// Package onboarding greets people who join a group. Those who come within a short window are greeted in one message, so
// that a burst of joins is not a burst of sends.
//
// Only a join that the service told of greets anybody; people found in a member list are known quietly. A greeting speaks
// the name the group sees, never the name in the join text, which may be the account's own private remark.
package onboarding

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// Settings of the feature.
type Settings struct {
	Welcome string        `yaml:"welcome" help:"欢迎语，可用 {名字} {群名} {人数} {邀请人}；留空不欢迎|the welcome, with {名字} {群名} {人数} {邀请人}; empty is none"`
	Window  time.Duration `yaml:"window" help:"这段时间内进群的人一起欢迎|people who join within this time are greeted together"`
}

// Check says what is wrong with the settings.
func (s Settings) Check() error {
	if _, err := fill(s.Welcome, map[string]string{}); err != nil {
		return fmt.Errorf("welcome: %w", err)
	}
	if s.Window < 0 || s.Window > time.Hour {
		return fmt.Errorf("window: %v is not between 0s and 1h", s.Window)
	}
	return nil
}

// A newcomer waits to be greeted. Who is "" where no list names them yet.
type newcomer struct {
	Who     bot.PersonID `json:"who,omitempty"`
	Inviter bot.PersonID `json:"inviter,omitempty"`
}

const waiting = store.Table[newcomer]("onboarding/waiting") // chat, when they joined, the how-many-eth of the text, who

const (
	timerGreet = "greet"
	named      = 5   // so many are called by name
	most       = 200 // so many are greeted at once
)

// Feature declares it.
func Feature() bot.Feature {
	return bot.Feature{
		Name:    "onboarding",
		Summary: bot.Text{ZH: "欢迎新人", EN: "welcome newcomers"},
		Settings: Settings{
			Welcome: "欢迎 {名字} 加入「{群名}」！您是第 {人数} 位群友，{邀请人}。\n每天早上 6:20 有一段语音，发「打卡」开始您的第一天，发 /帮助 看看我能做什么。",
			Window:  5 * time.Second,
		},
		Watches: []bot.Watch{{
			On: bot.Joined, Summary: bot.Text{ZH: "新人进群，稍等一起欢迎", EN: "notes who joined, to greet them together"}, Run: joined,
		}},
		Timers: map[string]bot.Run{timerGreet: greet},
		Commands: []bot.Command{{
			Name: "欢迎语", Aliases: []string{"welcome"}, Where: bot.InGroup, Who: bot.Manager,
			Summary:  bot.Text{ZH: "看看新人会看到的欢迎语", EN: "show the welcome as a newcomer sees it"},
			Examples: []bot.Example{{Say: "/欢迎语", Reply: "欢迎 …"}},
			Run:      preview,
		}},
	}
}

var (
	textBy    = bot.Text{ZH: "%s 邀请来的", EN: "invited by %s"}
	textAlone = bot.Text{ZH: "很高兴认识您", EN: "glad to meet you"}
	textMany  = bot.Text{ZH: "%s 等 %d 位", EN: "%s and others, %d in all,"}
	textNew   = bot.Text{ZH: "新朋友", EN: "our new friend"}
	textOff   = bot.Text{ZH: "这个群没有设置欢迎语。", EN: "This group has no welcome."}
	textComma = bot.Text{ZH: "、", EN: ", "}
)

func joined(_ context.Context, c *bot.Call) error {
	s := bot.Settings[Settings](c)
	if s.Welcome == "" || c.Event.Join.Self {
		return nil
	}
	people := c.Event.Join.People
	if len(people) == 0 { // somebody came whom no list names yet
		people = []bot.PersonID{""}
	}
	for i, who := range people {
		if err := waiting.Put(c.Tx, newcomer{who, c.Event.Join.Inviter}, c.Event.Chat.ID, c.Event.At, i, who); err != nil {
			return err
		}
	}
	return c.After(s.Window, timerGreet, "", nil)
}

func greet(_ context.Context, c *bot.Call) error {
	list, err := take(c.Tx, c.Event.Chat.ID)
	if err != nil || len(list) == 0 {
		return err
	}
	var people []bot.PersonID
	for _, n := range list {
		if n.Who != "" && !slices.Contains(people, n.Who) {
			people = append(people, n.Who)
		}
	}
	return say(c, bot.Settings[Settings](c), names(c, people), oneInviter(list))
}

// take removes and gives those who wait in a group, in the order of their coming.
func take(tx store.Tx, chat bot.ChatID) ([]newcomer, error) {
	var list []newcomer
	var keys []string
	rg := store.Under(chat)
	rg.Limit = most
	for row, err := range waiting.Scan(tx, rg) {
		if err != nil {
			return nil, err
		}
		list, keys = append(list, row.Value), append(keys, row.Key)
	}
	for _, key := range keys {
		if err := tx.Delete(string(waiting), key); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func names(c *bot.Call, people []bot.PersonID) string {
	if len(people) == 0 {
		return c.T(textNew)
	}
	var list []string
	for _, p := range people[:min(named, len(people))] {
		list = append(list, c.Name(p))
	}
	text := strings.Join(list, c.T(textComma))
	if len(people) > named {
		return c.T(textMany, text, len(people))
	}
	return text
}

// oneInviter is who brought them, where it is the same for all.
func oneInviter(list []newcomer) bot.PersonID {
	for _, n := range list {
		if n.Inviter != list[0].Inviter {
			return ""
		}
	}
	return list[0].Inviter
}

func say(c *bot.Call, s Settings, who string, inviter bot.PersonID) error {
	text, err := welcome(c, s, who, inviter)
	if err != nil {
		return err
	}
	c.Say(text)
	return nil
}

func welcome(c *bot.Call, s Settings, who string, inviter bot.PersonID) (string, error) {
	chat, err := c.Chat()
	if err != nil {
		return "", err
	}
	by := c.T(textAlone)
	if inviter != "" {
		by = c.T(textBy, c.Name(inviter))
	}
	return fill(s.Welcome, map[string]string{
		"名字": who, "群名": bot.CleanName(chat.Name), "人数": fmt.Sprint(chat.Size), "邀请人": by,
	})
}

func preview(_ context.Context, c *bot.Call) error {
	s := bot.Settings[Settings](c)
	if s.Welcome == "" {
		c.Reply(textOff)
		return nil
	}
	return say(c, s, c.Event.From.Shown(), "")
}

var placeholders = []string{"名字", "群名", "人数", "邀请人"}

// fill puts values into a template. What was put in is never read as a template again.
func fill(template string, values map[string]string) (string, error) {
	var b strings.Builder
	for rest := template; ; {
		before, after, open := strings.Cut(rest, "{")
		b.WriteString(before)
		if !open {
			return b.String(), nil
		}
		at := len([]rune(template)) - len([]rune(after))
		name, tail, closed := strings.Cut(after, "}")
		if !closed {
			return "", fmt.Errorf("第 %d 个字的 { 没有对应的 }", at)
		}
		if !slices.Contains(placeholders, name) {
			return "", fmt.Errorf("第 %d 个字的 {%s} 不认识，可用的有 {%s}", at, name, strings.Join(placeholders, "} {"))
		}
		b.WriteString(values[name])
		rest = tail
	}
}
