package onboarding

import (
	"context"
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
	waiting = store.Table[newcomer]("onboarding/waiting") // chat, when they joined, number, who
	rushes  = store.Table[rush]("onboarding/rushes")      // chat
	turns   = store.Table[int]("onboarding/turns")        // chat: how many greetings there were
	others  = store.Table[string]("onboarding/others")    // chat, number: further welcomes

	named     = 5   // so many are called by name
	most      = 500 // so many are taken at once
	maxOthers = 20
)

var (
	textMany  = bot.Text{ZH: "%s 等 %d 位", EN: "%s and others, %d in all,"}
	textNew   = bot.Text{ZH: "新朋友", EN: "our new friend"}
	textComma = bot.Text{ZH: "、", EN: ", "}
	textRush  = bot.Text{ZH: "「%s」一小时里来了 %d 位新人，先不欢迎了，免得刷屏；请去看看是不是正常。", EN: "%[2]d people joined “%[1]s” within an hour. Nobody is greeted for now; please have a look."}
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
	crowd, err := countIn(c, s, len(people))
	if err != nil {
		return err
	}
	if crowd {
		_, err := take(c.Tx, c.Event.Chat.ID)
		return err
	}
	set, err := greetingSet(c, s)
	if err != nil {
		return err
	}
	for _, who := range people {
		n, err := c.Tx.Next(string(waiting))
		if err != nil {
			return err
		}
		if err := waiting.Put(c.Tx, newcomer{who, c.Event.Join.Inviter}, c.Event.Chat.ID, c.Event.At, n, who); err != nil {
			return err
		}
	}
	if set {
		return nil
	}
	return c.After(s.Window, timerGreet, "", nil)
}

// greetingSet says whether a greeting is on its way: the window begins with the first who comes, or else a trickle of people
// would put it off for ever. One that should be long past was lost, and is set again.
func greetingSet(c *bot.Call, s Settings) (bool, error) {
	rg := store.Under(c.Event.Chat.ID)
	rg.Limit = 1
	for row, err := range waiting.Scan(c.Tx, rg) {
		var at time.Time
		if err != nil {
			return false, err
		}
		if err := store.Split(row.Key, nil, &at, nil, nil); err != nil {
			return false, err
		}
		return c.Event.At.Sub(at) < s.Window, nil
	}
	return false, nil
}

// countIn counts who joined, and says whether that is a crowd. The owner hears of it once an hour.
func countIn(c *bot.Call, s Settings, n int) (crowd bool, err error) {
	r, err := rushAt(c, c.Event.At) // when they came: what an outage held back is no crowd
	if err != nil {
		return false, err
	}
	r.Joined += n
	crowd = s.Surge > 0 && r.Joined > s.Surge
	if crowd && !r.Told {
		r.Told = true
		if err := c.TellOwners(textRush, bot.CleanName(c.Event.Chat.Name), r.Joined); err != nil {
			return false, err
		}
	}
	return crowd, rushes.Put(c.Tx, r, c.Event.Chat.ID)
}

// rushAt is the count of the hour that a moment is in.
func rushAt(c *bot.Call, at time.Time) (rush, error) {
	r, _, err := rushes.Get(c.Tx, c.Event.Chat.ID)
	if at.Sub(r.Since) >= time.Hour {
		r = rush{Since: at}
	}
	return r, err
}

// greet greets all who wait, when they can hear it. Those who come in the night are greeted together in the morning, and those beyond the
// cap when the hour is over.
func greet(_ context.Context, c *bot.Call) error {
	if end := c.QuietEnd(c.Now); !end.IsZero() {
		return c.SetTimer(end, timerGreet, "", nil)
	}
	if c.OutOfTouch() {
		return c.After(c.LookAgain(), timerGreet, "", nil)
	}
	r, err := rushAt(c, c.Now)
	if err != nil {
		return err
	}
	if most := bot.Settings[Settings](c).Cap; most > 0 && r.Greeted >= most {
		return c.SetTimer(r.Since.Add(time.Hour), timerGreet, "", nil)
	}
	list, err := take(c.Tx, c.Event.Chat.ID)
	if err != nil || len(list) == 0 {
		return err
	}
	r.Greeted++
	if err := rushes.Put(c.Tx, r, c.Event.Chat.ID); err != nil {
		return err
	}
	g := greeting{inviter: oneInviter(list)}
	for _, n := range list {
		if n.Who != "" && !slices.Contains(g.people, n.Who) {
			g.people = append(g.people, n.Who)
		}
	}
	template, err := next(c)
	if err != nil {
		return err
	}
	text, err := g.welcome(c, template)
	if err != nil {
		return err
	}
	c.Say(text)
	if err := sendAttachments(c); err != nil {
		return err
	}
	return question(c, g.people)
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
	first := bot.Settings[Settings](c).Welcome
	if first == textWelcome.ZH {
		first = c.T(textWelcome)
	}
	list := []string{first}
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

// drop removes people from those who wait in a group.
func drop(tx store.Tx, chat bot.ChatID, people []bot.PersonID) error {
	var keys []string
	rg := store.Under(chat)
	rg.Limit = most
	for row, err := range waiting.Scan(tx, rg) {
		if err != nil {
			return err
		}
		if slices.Contains(people, row.Value.Who) {
			keys = append(keys, row.Key)
		}
	}
	for _, key := range keys {
		if err := tx.Delete(string(waiting), key); err != nil {
			return err
		}
	}
	return nil
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
