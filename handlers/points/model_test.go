package points_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"sixtwenty/bot"
	"sixtwenty/bot/bottest"
	"sixtwenty/handlers/owner"
	"sixtwenty/handlers/people"
	"sixtwenty/handlers/points"
	"sixtwenty/store"
)

// game is a feature that gives points once under a key, as a check-in does, and takes them back, as a correction does.
func game() bot.Feature {
	text := bot.Text{ZH: "游戏", EN: "game"}
	example := []bot.Example{{Say: "/得 甲 3", Reply: ""}}
	return bot.Feature{Name: "game", Summary: text, Commands: []bot.Command{
		{Name: "得", Args: "<什么> <几分>", Summary: text, Where: bot.InGroup, Examples: example, Run: func(_ context.Context, c *bot.Call) error {
			n, err := strconv.Atoi(c.Arg("几分"))
			if err != nil {
				return err
			}
			_, err = c.Award(c.Event.From.Person, n, "win", c.Arg("什么"))
			return err
		}},
		{Name: "失", Args: "<什么>", Summary: text, Where: bot.InGroup, Examples: example, Run: func(_ context.Context, c *bot.Call) error {
			return c.Unaward(c.Event.From.Person, "lose", c.Arg("什么"))
		}},
	}}
}

// A ledger is what the points must come to: what was given without a key, what stands under each key, and who is who.
type ledger struct {
	w      *bottest.World
	names  []string
	free   map[string]int
	under  map[string]map[string]int // by key and name
	heads  map[string]string         // of those that are not their own
	merges []string                  // "" was taken back
	rows   map[string]string         // of the bot's ledger, as they were read last
}

func (l *ledger) head(name string) string {
	for l.heads[name] != "" {
		name = l.heads[name]
	}
	return name
}

// Whatever is given, taken back, merged and taken apart, a balance is what its rows add up to, what two names of one person
// have under a key counting once; and no row ever changes.
func TestBalancesAreTheirRows(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		type step struct{ What, Who, Other, N int }
		one := rapid.Custom(func(t *rapid.T) step {
			return step{
				rapid.IntRange(0, 7).Draw(t, "what"), rapid.IntRange(0, 3).Draw(t, "who"), rapid.IntRange(0, 3).Draw(t, "other"), rapid.IntRange(1, 9).Draw(t, "n"),
			}
		})
		list := rapid.SliceOfN(one, 20, 60).Draw(rt, "steps")
		var fault error
		opts := bottest.Options{Features: []bot.Feature{owner.Feature("314159"), people.Feature(), points.Feature(), game()}, Members: []string{"小明", "阿杰", "苏苏", "老周"}}
		bottest.Run(t, opts, func(w *bottest.World) {
			l := &ledger{w: w, names: opts.Members, free: map[string]int{}, under: map[string]map[string]int{"甲": {}, "乙": {}}, heads: map[string]string{}}
			for i, s := range list {
				l.do(s.What, l.names[s.Who], l.names[s.Other], s.N)
				if fault = l.check(); fault != nil {
					fault = fmt.Errorf("after step %d, %+v: %w", i, s, fault)
					return
				}
			}
		})
		if fault != nil {
			rt.Fatal(fault)
		}
	})
}

func (l *ledger) do(what int, name, other string, n int) {
	key := []string{"甲", "乙"}[n%2]
	switch what {
	case 0, 1:
		l.w.Says(name, fmt.Sprintf("/得 %s %d", key, n))
		if l.under[key][name] == 0 {
			l.under[key][name] = n
		}
	case 2:
		l.w.Says(name, "/失 "+key)
		l.under[key][name] = 0
	case 3, 4:
		n -= 5
		l.w.Says("小六", fmt.Sprintf("/加分 @%s %d 手工", name, n))
		l.free[name] += n
	case 5:
		l.w.Restart()
	case 6:
		l.w.Says("小六", fmt.Sprintf("/合并 @%s @%s 换号", name, other))
		if a, b := l.head(name), l.head(other); a != b {
			l.heads[b] = a
			l.merges = append(l.merges, b)
		}
	case 7:
		for i, b := range slices.Backward(l.merges) {
			if b != "" {
				l.w.Says("小六", fmt.Sprint("/拆开 ", i+1))
				delete(l.heads, b)
				l.merges[i] = ""
				return
			}
		}
	}
}

func (l *ledger) balance(head string) (sum int) {
	for _, name := range l.names {
		if l.head(name) == head {
			sum += l.free[name]
		}
	}
	for _, by := range l.under {
		most := 0
		for name, n := range by {
			if l.head(name) == head {
				most = max(most, n)
			}
		}
		sum += most
	}
	return sum
}

func (l *ledger) check() error {
	return l.w.DB().View(l.w.T.Context(), func(r store.Reader) error {
		chat := l.w.Group().ID
		for _, name := range l.names {
			got, err := bot.Balance(r, chat, l.w.Person(name))
			if want := l.balance(l.head(name)); err != nil || got != want {
				return errors.Join(err, fmt.Errorf("%s has %d, the model says %d", name, got, want))
			}
		}
		if err := l.checkBoard(r, chat); err != nil {
			return err
		}
		return l.checkRows(r)
	})
}

// checkBoard: the richest first, every person at most once.
func (l *ledger) checkBoard(r store.Reader, chat bot.ChatID) error {
	list, err := bot.Richest(r, chat, 100)
	if err != nil {
		return err
	}
	last := 1 << 30
	for i, who := range list {
		n, err := bot.Balance(r, chat, who)
		head, err2 := bot.HeadOf(r, who)
		if err != nil || err2 != nil || n > last || head != who || slices.Contains(list[:i], who) {
			return errors.Join(err, err2, fmt.Errorf("the board is %v", list))
		}
		last = n
	}
	return nil
}

// checkRows: rows come, and none ever changes or goes.
func (l *ledger) checkRows(r store.Reader) error {
	now := map[string]string{}
	for p, err := range r.Scan("bot/points", store.Range{}) {
		if err != nil {
			return err
		}
		now[p.Key] = string(p.Value)
	}
	for key, value := range l.rows {
		if now[key] != value {
			return fmt.Errorf("the row %s was %s and is %s", store.FormatKey(key), value, now[key])
		}
	}
	l.rows = now
	return nil
}
