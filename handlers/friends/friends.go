// Package friends answers those who ask to be the account's friend. By the owner's rule it says yes by itself (a word in the
// hello, so many a day, at certain hours), greets the new friend, and remembers which channel their word belongs to. Whoever
// the rule does not let in waits for the owner. To accept many and fast is what gets accounts restricted, so it goes slowly.
package friends

import (
	"fmt"
	"strings"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// Settings of the feature: the rule where the owner set no other with /好友.
type Settings struct {
	Accept   bool          `yaml:"accept" json:"accept" help:"自动通过好友申请|accept friend requests without asking"`
	Words    []string      `yaml:"words" json:"words" help:"招呼里有其中一个词才自动通过；留空都通过|words of which the hello must hold one; empty accepts all"`
	Cap      int           `yaml:"cap" json:"cap" help:"一天最多自动通过几位，多的排到第二天|so many a day are accepted, further ones the next day"`
	Hours    string        `yaml:"hours" json:"hours" help:"几点到几点通过，如 8:00-22:00；留空全天|when requests are accepted, such as 8:00-22:00; empty is always"`
	Delay    time.Duration `yaml:"delay" json:"delay" help:"隔多久再通过，太快容易被限制|how long after the request; too fast gets the account restricted"`
	Hello    string        `yaml:"hello" json:"hello" help:"通过以后说的话，可用 {名字}；留空不说|what a new friend is told, with {name}; empty is nothing"`
	Channels []string      `yaml:"channels" json:"channels" help:"招呼里的词说明从哪来，如 微博=微博|words of the hello that tell a channel, such as wb=Weibo"`
}

const (
	maxWords = 50
	maxCap   = 200 // a day: beyond, the account is at risk whatever anybody sets
	maxText  = 1000
)

// Check says what is wrong with the settings.
func (s Settings) Check() error {
	switch {
	case s.Cap < 0 || s.Cap > maxCap:
		return fmt.Errorf("cap: %d is not between 0 and %d", s.Cap, maxCap)
	case len(s.Words) > maxWords:
		return fmt.Errorf("words: %d are more than %d", len(s.Words), maxWords)
	case len(s.Channels) > maxWords:
		return fmt.Errorf("channels: %d are more than %d", len(s.Channels), maxWords)
	case s.Delay < 0 || s.Delay > time.Hour:
		return fmt.Errorf("delay: %v is not between 0s and 1h", s.Delay)
	case len(s.Hello) > maxText:
		return fmt.Errorf("hello: %d bytes are more than %d", len(s.Hello), maxText)
	}
	if _, _, err := parseHours(s.Hours); err != nil {
		return fmt.Errorf("hours: %w", err)
	}
	for _, c := range s.Channels {
		if word, name, ok := strings.Cut(c, "="); !ok || bot.Fold(word) == "" || strings.TrimSpace(name) == "" {
			return fmt.Errorf("channels: found %q, expected WORD=CHANNEL", c)
		}
	}
	return nil
}

// parseHours reads hours of the day as minutes; both zero is always.
func parseHours(s string) (from, to int, err error) {
	if s == "" {
		return 0, 0, nil
	}
	a, b, ok := strings.Cut(s, "-")
	first, err1 := time.Parse("15:04", strings.TrimSpace(a))
	last, err2 := time.Parse("15:04", strings.TrimSpace(b))
	if !ok || err1 != nil || err2 != nil || !first.Before(last) {
		return 0, 0, fmt.Errorf("found %q, expected hours of one day such as 8:00-22:00", s)
	}
	return first.Hour()*60 + first.Minute(), last.Hour()*60 + last.Minute(), nil
}

// A state is what became of a request.
type state string

const (
	waits    state = "waits"    // for the owner
	queued   state = "queued"   // to be accepted at Due
	accepted state = "accepted" // asked of the service
	befriend state = "friend"
	ignored  state = "ignored"
	failed   state = "failed" // the service did not do it
)

// A request is somebody who asked to be a friend.
type request struct {
	No      uint64     `json:"no"`
	Nick    string     `json:"nick"`
	Hello   string     `json:"hello"`
	At      time.Time  `json:"at"`
	Token   string     `json:"token,omitempty"` // while an Accept may come
	Chat    bot.ChatID `json:"chat"`
	State   state      `json:"state"`
	Due     time.Time  `json:"due,omitzero"`
	Channel string     `json:"channel,omitempty"`
}

const (
	requests = store.Table[request]("friends/requests")     // person
	numbers  = store.Table[bot.PersonID]("friends/numbers") // number
	rules    = store.Table[Settings]("friends/rule")        // one row: what the owner set
	days     = store.Table[int]("friends/days")             // day: how many are accepted on it
	told     = store.Table[int]("friends/told")             // day: of how many the owner was told
	only     = "all"

	maxRequests = 300 // kept, the oldest give way
	maxTold     = 20  // a day
	maxHello    = 60  // characters kept of a hello
	timerAccept = "accept"
	timerLook   = "look"
	lookAfter   = 15 * time.Minute
)

// Feature declares it.
func Feature() bot.Feature {
	return bot.Feature{
		Name:    "friends",
		Summary: bot.Text{ZH: "好友申请", EN: "friend requests"},
		Settings: Settings{
			Cap: 20, Hours: "8:00-22:00", Delay: 30 * time.Second,
			Hello: textHello.ZH,
		},
		Watches: []bot.Watch{
			{On: bot.FriendRequest, Summary: bot.Text{ZH: "有人想加好友", EN: "somebody asks to be a friend"}, Run: wanted},
			{On: bot.Befriended, Summary: bot.Text{ZH: "和新朋友打招呼", EN: "greets a new friend"}, Run: greet},
		},
		Timers:   map[string]bot.Run{timerAccept: accept, timerLook: look},
		Commands: commands(),
		Views:    views(),
		About:    about, Report: report, Forget: forget,
	}
}

func commands() []bot.Command {
	return []bot.Command{{
		Name: "好友", Aliases: []string{"friends"}, Args: "[做什么] [内容...]", Who: bot.Owner,
		Summary: bot.Text{ZH: "好友申请：看看、通过、忽略，定自动通过的规矩", EN: "friend requests: look, accept, ignore, set the rule"},
		Examples: []bot.Example{
			{Say: "/好友", Reply: "不自动通过好友申请…"},
			{Say: "/好友 开", Reply: "好的…自动通过…"},
			{Say: "/好友 通过 7", Reply: "…没有编号 7…"},
		},
		Run: manage,
	}}
}

// ruleOf is the rule that holds: what the owner set, or else what config.yaml says.
func ruleOf(c *bot.Call) (Settings, error) {
	s, ok, err := rules.Get(c.Tx, only)
	if err != nil || ok {
		return s, err
	}
	return bot.Settings[Settings](c), nil
}

// forget removes that somebody asked.
func forget(tx store.Tx, who bot.Person) error {
	for _, id := range who.Identities {
		r, ok, err := requests.Get(tx, id)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		if err := drop(tx, id, r.No); err != nil {
			return err
		}
	}
	return nil
}

func drop(tx store.Tx, who bot.PersonID, no uint64) error {
	if err := numbers.Delete(tx, no); err != nil {
		return err
	}
	return requests.Delete(tx, who)
}

// about tells when somebody asked to be a friend and where they came from; their card, once they are one.
func about(r store.Reader, who bot.Person, l bot.Lang) (lines []bot.Line, err error) {
	for _, id := range who.Identities {
		q, ok, err := requests.Get(r, id)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		value := q.At.UTC().Format(time.DateOnly)
		card := fmt.Sprintf(textCard.In(l), value)
		if q.Channel != "" {
			value += " " + q.Channel
			card = fmt.Sprintf(textCardBy.In(l), value)
		}
		if q.State != befriend {
			card = ""
		}
		lines = append(lines, bot.Line{Name: textAbout.In(l), Value: value, Facet: bot.Whence, Card: card})
	}
	return lines, nil
}
