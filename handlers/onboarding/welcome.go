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

// A newcomer waits to be greeted. Who is "" where no list names them yet.
type newcomer struct {
	Who     bot.PersonID `json:"who,omitempty"`
	Inviter bot.PersonID `json:"inviter,omitempty"`
}

// A rush counts who joined and who was greeted within the hour that began at Since.
type rush struct {
	Since   time.Time `json:"since"`
	Joined  int       `json:"joined"`
	Greeted int       `json:"greeted"`
	Told    bool      `json:"told,omitempty"` // the owner knows that nobody is greeted any more
}

const (
	waiting = store.Table[newcomer]("onboarding/waiting") // chat, when they joined, the how-many-eth of the text, who
	rushes  = store.Table[rush]("onboarding/rushes")      // chat
	turns   = store.Table[int]("onboarding/turns")        // chat: how many greetings there were
	others  = store.Table[string]("onboarding/others")    // chat, number: further welcomes

	named     = 5   // so many are called by name
	most      = 500 // so many are taken at once
	maxOthers = 20
)

var (
	textBy    = bot.Text{ZH: "%s 邀请来的", EN: "invited by %s"}
	textAlone = bot.Text{ZH: "很高兴认识您", EN: "glad to meet you"}
	textMany  = bot.Text{ZH: "%s 等 %d 位", EN: "%s and others, %d in all,"}
	textNew   = bot.Text{ZH: "新朋友", EN: "our new friend"}
	textOff   = bot.Text{ZH: "这个群没有设置欢迎语。", EN: "This group has no welcome."}
	textComma = bot.Text{ZH: "、", EN: ", "}
	textRush  = bot.Text{ZH: "「%s」一小时里来了 %d 位新人，先不欢迎了，免得刷屏；请去看看是不是正常。", EN: "%[2]d people joined “%[1]s” within an hour. Nobody is greeted for now; please have a look."}

	textWelcomeForm = bot.Text{ZH: "可以写：/欢迎语 预览、/欢迎语 设 内容、/欢迎语 加 内容、/欢迎语 删 编号", EN: "Write: /welcome preview, /welcome set TEXT, /welcome add TEXT, /welcome drop NUMBER"}
	textWelcomeBad  = bot.Text{ZH: "没有改：%v", EN: "Unchanged: %v"}
	textWelcomeSet  = bot.Text{ZH: "好的，欢迎语换好了，新人会看到：\n%s", EN: "Done. A newcomer will see:\n%s"}
	textWelcomeAdd  = bot.Text{ZH: "好的，现在有 %d 种欢迎语轮流用。新人会看到：\n%s", EN: "Done: %d welcomes take turns now. A newcomer will see:\n%s"}
	textWelcomeFull = bot.Text{ZH: "欢迎语太多啦，先删掉几种。", EN: "There are too many welcomes; drop some first."}
	textWelcomeGone = bot.Text{ZH: "好的，删掉了。", EN: "Dropped."}
	textWelcomeNone = bot.Text{ZH: "没有编号 %s 的欢迎语。", EN: "There is no welcome %s."}
	textWelcomeItem = bot.Text{ZH: "\n— %d：%s", EN: "\n— %d: %s"}
)

// joined notes who came, to greet them together with those who come within the window.
func joined(_ context.Context, c *bot.Call) error {
	if c.Event.Join.Self {
		return nil
	}
	s, people := bot.Settings[Settings](c), c.Event.Join.People
	for _, who := range people {
		if err := enrol(c, who); err != nil {
			return err
		}
	}
	if s.Welcome == "" {
		return nil
	}
	if len(people) == 0 { // somebody came whom no list names yet
		people = []bot.PersonID{""}
	}
	r, err := rushNow(c)
	if err != nil {
		return err
	}
	r.Joined += len(people)
	if err := rushes.Put(c.Tx, r, c.Event.Chat.ID); err != nil {
		return err
	}
	for i, who := range people {
		if err := waiting.Put(c.Tx, newcomer{who, c.Event.Join.Inviter}, c.Event.Chat.ID, c.Event.At, i, who); err != nil {
			return err
		}
	}
	return c.After(s.Window, timerGreet, "", nil)
}

// rushNow is the count of the hour.
func rushNow(c *bot.Call) (rush, error) {
	r, _, err := rushes.Get(c.Tx, c.Event.Chat.ID)
	if c.Now.Sub(r.Since) >= time.Hour {
		r = rush{Since: c.Now}
	}
	return r, err
}

func greet(_ context.Context, c *bot.Call) error {
	list, err := take(c.Tx, c.Event.Chat.ID)
	if err != nil || len(list) == 0 {
		return err
	}
	if quiet, err := tooMany(c); err != nil || quiet {
		return err
	}
	var people []bot.PersonID
	for _, n := range list {
		if n.Who != "" && !slices.Contains(people, n.Who) {
			people = append(people, n.Who)
		}
	}
	template, err := next(c)
	if err != nil {
		return err
	}
	text, err := welcome(c, template, names(c, people), oneInviter(list))
	if err != nil {
		return err
	}
	c.Say(text)
	return question(c, people)
}

// tooMany says whether nobody is greeted just now: a crowd, or enough greetings for an hour. The owner hears of a crowd once.
func tooMany(c *bot.Call) (bool, error) {
	s := bot.Settings[Settings](c)
	r, err := rushNow(c)
	if err != nil {
		return false, err
	}
	crowd := s.Surge > 0 && r.Joined > s.Surge
	if crowd && !r.Told {
		r.Told = true
		if err := c.TellOwners(textRush, bot.CleanName(c.Event.Chat.Name), r.Joined); err != nil {
			return false, err
		}
	}
	quiet := crowd || s.Cap > 0 && r.Greeted >= s.Cap
	if !quiet {
		r.Greeted++
	}
	return quiet, rushes.Put(c.Tx, r, c.Event.Chat.ID)
}

// next gives the welcome whose turn it is.
func next(c *bot.Call) (string, error) {
	list, err := templates(c)
	if err != nil {
		return "", err
	}
	n, _, err := turns.Get(c.Tx, c.Event.Chat.ID)
	if err != nil {
		return "", err
	}
	return list[n%len(list)], turns.Put(c.Tx, n+1, c.Event.Chat.ID)
}

// templates are the welcomes that take turns, that of the settings first.
func templates(c *bot.Call) ([]string, error) {
	list := []string{bot.Settings[Settings](c).Welcome}
	rg := store.Under(c.Event.Chat.ID)
	rg.Limit = maxOthers
	for row, err := range others.Scan(c.Tx, rg) {
		if err != nil {
			return nil, err
		}
		list = append(list, row.Value)
	}
	return list, nil
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

// welcome fills in a template.
func welcome(c *bot.Call, template, who string, inviter bot.PersonID) (string, error) {
	chat, err := c.Chat()
	if err != nil {
		return "", err
	}
	by := c.T(textAlone)
	if inviter != "" {
		by = c.T(textBy, c.Name(inviter))
	}
	return fill(template, map[string]string{
		"名字": who, "群名": bot.CleanName(chat.Name), "人数": fmt.Sprint(chat.Size), "邀请人": by,
		"日期": c.Day(c.Now).String(), "群规": bot.Settings[Settings](c).Rules,
	})
}

// welcomes is /欢迎语: look at them, set the first, add and drop others.
func welcomes(_ context.Context, c *bot.Call) error {
	text := strings.TrimSpace(c.Arg("内容"))
	switch c.Arg("做什么") {
	case "", "预览", "preview":
		return preview(c)
	case "设", "set":
		if text == "" {
			return bot.Refuse(textWelcomeForm)
		}
		if err := c.SetFor("onboarding", "welcome", text); err != nil {
			return err
		}
		shown, err := welcome(c, text, c.Event.From.Shown(), "")
		c.Reply(textWelcomeSet, shown)
		return err
	case "加", "add":
		return addWelcome(c, text)
	case "删", "drop":
		return dropWelcome(c, text)
	}
	return bot.Refuse(textWelcomeForm)
}

func preview(c *bot.Call) error {
	list, err := templates(c)
	if err != nil {
		return err
	}
	if list[0] == "" {
		c.Reply(textOff)
		return nil
	}
	text, err := welcome(c, list[0], c.Event.From.Shown(), "")
	if err != nil {
		return err
	}
	for i, template := range list[1:] {
		shown, err := welcome(c, template, c.Event.From.Shown(), "")
		if err != nil {
			return err
		}
		text += c.T(textWelcomeItem, i+2, shown)
	}
	c.Say(text)
	return nil
}

// addWelcome keeps a further welcome, if it can be filled in.
func addWelcome(c *bot.Call, text string) error {
	if text == "" || len(text) > maxText {
		return bot.Refuse(textWelcomeForm)
	}
	shown, err := welcome(c, text, c.Event.From.Shown(), "")
	if err != nil {
		return bot.Refuse(textWelcomeBad, err)
	}
	list, err := templates(c)
	if err != nil {
		return err
	}
	if len(list) > maxOthers {
		return bot.Refuse(textWelcomeFull)
	}
	n, err := c.Tx.Next(string(others))
	if err != nil {
		return err
	}
	c.Reply(textWelcomeAdd, len(list)+1, shown)
	return others.Put(c.Tx, text, c.Event.Chat.ID, n)
}

// dropWelcome removes one of the further welcomes, by its place in the list.
func dropWelcome(c *bot.Call, text string) error {
	rg, n := store.Under(c.Event.Chat.ID), 1
	rg.Limit = maxOthers
	for row, err := range others.Scan(c.Tx, rg) {
		if err != nil {
			return err
		}
		if n++; fmt.Sprint(n) == text {
			c.Reply(textWelcomeGone)
			return c.Tx.Delete(string(others), row.Key)
		}
	}
	return bot.Refuse(textWelcomeNone, bot.CleanName(text))
}

func placeholders() []string {
	return []string{"名字", "群名", "人数", "邀请人", "日期", "群规"}
}

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
		if !slices.Contains(placeholders(), name) {
			return "", fmt.Errorf("第 %d 个字的 {%s} 不认识，可用的有 {%s}", at, name, strings.Join(placeholders(), "} {"))
		}
		b.WriteString(values[name])
		rest = tail
	}
}
