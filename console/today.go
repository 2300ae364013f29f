package console

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// A figure is a number to be seen from afar.
type figure struct {
	Name, Value, Note string
	Share             int // of 100, where it is a part of something; -1 where not
	Bad               bool
}

type todayPage struct {
	frame
	State   string
	Bad     bool
	Figures []figure
	Codes   []code
	Todos   []todo
}

// A code is shown here and in the terminal, never in a chat.
type code struct{ Role, Code, Chat, Until string }

// A todo is what waits for a decision, and where it is made.
type todo struct{ What, Where, Count, Href string }

const (
	mostTodos = 12
	mostCount = 20 // of one thing
)

func (c *console) today(w http.ResponseWriter, r *http.Request) {
	var p todayPage
	f, err := c.read(r, bot.OnToday, func(ctx context.Context, s store.Reader, f *frame) (err error) {
		p = todayPage{}
		status := c.Bot.Status()
		p.State, p.Bad = stateOf(f, status)
		p.Figures = figures(f, status)
		if p.Codes, err = codes(f, s); err != nil {
			return err
		}
		if p.Todos, err = c.todos(ctx, s, f); err != nil {
			return err
		}
		f.Parts, err = c.parts(ctx, s, f, c.wanted(bot.OnToday, bot.OfGroup, bot.OfAccount), "")
		slices.SortStableFunc(f.Parts, func(a, b part) int { return min(1, len(b.Rows)) - min(1, len(a.Rows)) }) // the empty last
		return err
	})
	p.frame = f
	c.show(w, "today.html", p, err)
}

func stateOf(f *frame, s bot.Status) (state string, bad bool) {
	switch {
	case s.Account.Name != "":
		return s.Account.In(f.Lang), s.Account.Name != bot.Online
	case s.Session != "":
		return bot.Text{ZH: "已登录", EN: "signed in"}.In(f.Lang), false
	}
	return bot.Text{ZH: "还没登录", EN: "not signed in yet"}.In(f.Lang), true
}

func figures(f *frame, s bot.Status) []figure {
	since := s.Account.Since
	if since.IsZero() {
		since = s.Started
	}
	return []figure{
		moment(f, "online", since),
		moment(f, "heard", s.LastIn),
		used(f, f.T("hourly"), s.Budget.Hour, s.Budget.PerHour),
		used(f, f.T("daily"), s.Budget.Day, s.Budget.PerDay),
		{Name: f.T("waiting"), Value: strconv.Itoa(s.Waiting), Share: -1},
	}
}

// moment is a time of day, with the date where it is not today's.
func moment(f *frame, name string, t time.Time) figure {
	date, clock, ok := strings.Cut(f.clock(t), " ")
	if !ok {
		date, clock = "", date
	}
	return figure{Name: f.T(name), Value: clock, Note: date, Share: -1}
}

// used is how much of a budget is gone.
func used(f *frame, name string, n, most int) figure {
	if most == 0 {
		return figure{Name: name, Value: strconv.Itoa(n), Note: f.T("unlimited"), Share: -1}
	}
	share := min(100, 100*n/most)
	return figure{Name: name, Value: strconv.Itoa(n), Note: fmt.Sprintf(f.T("of"), most), Share: share, Bad: share >= 90}
}

// codes lists the codes that are good now.
func codes(f *frame, s store.Reader) (shown []code, err error) {
	list, err := bot.Codes(s, f.now)
	for _, c := range list {
		one := code{Role: bot.RoleName(c.Role).In(f.Lang), Code: c.Code, Until: f.clock(c.Expires)}
		for _, g := range f.Groups {
			if g.Value == string(c.Chat) {
				one.Chat = g.Title
			}
		}
		shown = append(shown, one)
	}
	return shown, err
}

// todos are what waits for the owner in all groups, by the views that say so, and what was not sent.
func (c *console) todos(ctx context.Context, s store.Reader, f *frame) (list []todo, err error) {
	for _, v := range c.views {
		if v.Waits == nil {
			continue
		}
		groups := f.Groups
		if v.Of == bot.OfAccount {
			groups = []choice{{}}
		}
		for _, g := range groups {
			if len(list) == mostTodos || ctx.Err() != nil {
				return list, ctx.Err()
			}
			q := f.query(mostCount)
			q.Chat = bot.ChatID(g.Value)
			n, err := waitingIn(s, v, q)
			if err != nil { // one that fails spoils no other
				c.Log.Error("a view cannot be read", zap.String("feature", v.Feature), zap.String("view", v.Name), zap.Error(err))
				continue
			}
			if n != "" {
				list = append(list, todo{v.Title.In(f.Lang), g.Title, n, address("/console/view/"+v.Feature+"/"+v.Name, keepsOf(q))})
			}
		}
	}
	bad, err := bot.Trouble(s, mostCount)
	since := f.now.Add(-24 * time.Hour)
	bad = slices.DeleteFunc(bad, func(d bot.DoneRow) bool { return d.At.Before(since) })
	if len(bad) > 0 {
		list = append(list, todo{What: f.T("receipts"), Count: counted(len(bad)), Href: "/console/log#receipts"})
	}
	return list, err
}

// waitingIn counts the rows of a view that wait; "" is none.
func waitingIn(s store.Reader, v bot.FeatureView, q bot.Query) (string, error) {
	shown, err := v.Read(s, q)
	if err != nil {
		return "", err
	}
	n := 0
	for _, r := range shown.Rows {
		if v.Waits(r) {
			n++
		}
	}
	if n == 0 {
		return "", nil
	}
	return counted(n), nil
}

func counted(n int) string {
	if n >= mostCount {
		return strconv.Itoa(mostCount) + "+"
	}
	return strconv.Itoa(n)
}
