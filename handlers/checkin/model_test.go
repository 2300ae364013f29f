package checkin

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sixtwenty/bot"
	"sixtwenty/bot/bottest"
	"sixtwenty/handlers/owner"
	"sixtwenty/handlers/people"
	"sixtwenty/pictures"
	"sixtwenty/store"
)

// A model is what the check-ins of a group must come to, kept without any table: the marks of each name, and who is one
// person. What became of whole days (offs), and the calendar, are taken from the bot; they have tests of their own.
type model struct {
	w      *bottest.World
	names  []string
	marks  map[string]map[bot.Day]*mark
	heads  map[string]string // of those that are not their own
	merges []string          // who was merged into another, in order; "" was taken back
	log    []func()          // takes a correction back, nil where it was
	told   int
	seen   calendarState
	pairs  pairs
	heard  []string // since the step began
}

func (m *model) says(who, text string) []string { return m.keep(m.w.Says(who, text)) }

func (m *model) put(e bot.Event) []string { return m.keep(m.w.Put(e)) }

func (m *model) wind(d time.Duration) []string { return m.keep(m.w.Wind(d)) }

func (m *model) keep(heard []string) []string {
	m.heard = append(m.heard, heard...)
	return heard
}

// A calendarState is what the bot has of the group itself.
type calendarState struct {
	cal     calendar
	row     bookRow
	neutral []bot.Day
}

const modelGroup = bookID("g-1")

func (m *model) head(name string) string {
	for m.heads[name] != "" {
		name = m.heads[name]
	}
	return name
}

func (m *model) person(name string) (set []string) {
	for _, n := range m.names {
		if m.head(n) == m.head(name) {
			set = append(set, n)
		}
	}
	return set
}

func (m *model) look() error {
	m.seen = calendarState{}
	return m.w.DB().View(m.w.T.Context(), func(r store.Reader) (err error) {
		if m.seen.cal, _, err = calendars.Get(r, m.w.Group().ID); err != nil {
			return err
		}
		if m.seen.row, _, err = books.Get(r, modelGroup); err != nil {
			return err
		}
		m.seen.neutral, err = neutralFrom(r, modelGroup, 0)
		return err
	})
}

// A step is one thing that happens.
type step struct {
	What  string
	Who   int
	Other int
	Back  int // hours or days
	Yes   bool
}

func steps() *rapid.Generator[[]step] {
	kind := rapid.SampledFrom([]string{
		"打卡", "打卡", "打卡", "打卡", "打卡", "late", "late", "过", "过", "过", "过", "补卡", "改", "撤销", "合并", "拆开", "时区", "几点", "断线", "休息", "重启", "again",
		"结伴", "结伴", "同意", "同意", "退出", "对决", "对决", "应战", "应战", "认输",
	})
	one := rapid.Custom(func(t *rapid.T) step {
		return step{
			What: kind.Draw(t, "what"), Who: rapid.IntRange(0, 3).Draw(t, "who"), Other: rapid.IntRange(0, 6).Draw(t, "other"),
			Back: rapid.IntRange(0, 80).Draw(t, "back"), Yes: rapid.Bool().Draw(t, "yes"),
		}
	})
	return rapid.SliceOfN(one, 20, 80)
}

// In whatever order check-ins, late messages, make-ups, corrections, outages, changes of zone and cut-off, merges of people
// and restarts come, what the bot keeps is what the model says.
func TestWhateverHappensTheModelHolds(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		list := steps().Draw(rt, "steps")
		var fault error
		opts := bottest.Options{
			Features: []bot.Feature{owner.Feature("314159"), people.Feature(), Feature(pictures.Lazily(pictures.Options{}))},
			Members:  []string{"小明", "阿杰", "苏苏", "老周"},
		}
		bottest.Run(t, opts, func(w *bottest.World) {
			m := &model{w: w, names: opts.Members, marks: map[string]map[bot.Day]*mark{}, heads: map[string]string{}}
			m.pairs = pairs{teams: map[int]*pact{}, duels: map[int]*bout{}}
			for _, n := range m.names {
				m.marks[n] = map[bot.Day]*mark{}
			}
			// Two are a team and two in a duel from the start, for chance would seldom bring them together.
			if fault = errors.Join(m.team("小明", "阿杰"), m.agree("阿杰"), m.dare("苏苏", "小明", 4), m.takeUp("小明")); fault != nil {
				return
			}
			for i, s := range list {
				before := m.before()
				if fault = errors.Join(m.do(s), m.check(), m.checkPairs(before)); fault != nil {
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

func (m *model) do(s step) error {
	name := m.names[s.Who]
	switch s.What {
	case "打卡":
		return m.checkIn(name, time.Now())
	case "late":
		return m.checkIn(name, time.Now().Add(-time.Duration(s.Back)*time.Hour))
	case "again": // the service tells the same message twice
		e := bot.Event{
			ID: fmt.Sprint("twice/", m.told), Kind: bot.Message, Chat: m.w.Group(), From: bot.Member{Person: m.w.Person(name), Nick: name},
			At: time.Now(), Text: "打卡",
		}
		if err := m.note(name, e.At, func() { m.put(e) }); err != nil {
			return err
		}
		m.put(e)
	case "过":
		m.wind(time.Duration(s.Back%40+1) * time.Hour)
	case "重启":
		m.w.Restart()
	case "补卡":
		return m.makeUp(name, s.Back%5)
	case "改":
		return m.correct(name, s.Back%6, s.Yes)
	case "撤销":
		return m.undo(s.Back)
	case "合并":
		return m.merge(name, m.names[s.Other%4])
	case "拆开":
		return m.unmerge(s.Back)
	case "时区":
		m.says("小六", "/设置 group.zone "+zoneNames()[s.Other])
	case "几点":
		m.says("小六", fmt.Sprint("/设置 group.day_begins ", s.Back%13))
	case "休息":
		m.says("小六", "/设置 checkin.weekends_off "+map[bool]string{true: "开", false: "关"}[s.Yes])
	case "结伴":
		return m.team(name, m.names[s.Other%4])
	case "同意":
		return m.agree(name)
	case "退出":
		return m.leave(name)
	case "对决":
		return m.dare(name, m.names[s.Other%4], s.Back%9+1)
	case "应战":
		return m.takeUp(name)
	case "认输":
		return m.giveIn(name)
	case "断线":
		o := bot.Outage{From: time.Now().Add(-time.Duration(s.Back) * time.Hour), To: time.Now()}
		err := m.w.DB().Update(m.w.T.Context(), func(tx store.Tx) error {
			return store.Table[bot.Outage]("bot/outages").Put(tx, o, o.To)
		})
		m.wind(2*catchUp + time.Second) // so that what ended meanwhile is told by now
		return err
	}
	return nil
}

func (m *model) checkIn(name string, at time.Time) error {
	return m.note(name, at, func() {
		m.put(bot.Event{
			Kind: bot.Message, Chat: m.w.Group(), From: bot.Member{Person: m.w.Person(name), Nick: name}, At: at, Text: "打卡",
		})
	})
}

// note lets a check-in happen and counts it.
func (m *model) note(name string, at time.Time, happen func()) error {
	m.told++
	happen()
	if err := m.look(); err != nil {
		return err
	}
	d := m.seen.cal.day(at)
	if m.marks[name][d] == nil {
		m.marks[name][d] = &mark{At: at}
	}
	return nil
}

// today makes the bot and the model agree on the day it is.
func (m *model) today() (bot.Day, error) {
	m.says("小六", "/打卡榜")
	return func() (bot.Day, error) {
		err := m.look()
		return m.seen.cal.day(time.Now()), err
	}()
}

func (m *model) makeUp(name string, back int) error {
	now, err := m.today()
	if err != nil {
		return err
	}
	d := now - bot.Day(back)
	m.says(name, "/补卡 "+d.String())
	used, taken := 0, false
	for _, n := range m.person(name) {
		for at, k := range m.marks[n] {
			taken = taken || at == d
			if k.Made && m.seen.cal.day(k.At).Date().Format("200601") == now.Date().Format("200601") {
				used++
			}
		}
	}
	if back >= 1 && back <= 3 && !taken && used < 2 && d >= m.seen.row.Opened {
		m.marks[name][d] = &mark{At: time.Now(), Made: true}
	}
	return nil
}

func (m *model) correct(name string, back int, yes bool) error {
	now, err := m.today()
	if err != nil {
		return err
	}
	d := now - bot.Day(back)
	m.says("小六", fmt.Sprintf("/改打卡 @%s %s %s 说错了", name, d, map[bool]string{true: "有", false: "无"}[yes]))
	was := m.marks[name][d]
	if was.there() == yes {
		return nil
	}
	next := &mark{At: time.Now(), By: true}
	if was != nil {
		next = new(*was)
		next.Void = !yes
	}
	m.marks[name][d] = next
	m.log = append(m.log, func() {
		if was == nil {
			delete(m.marks[name], d)
		} else {
			m.marks[name][d] = was
		}
	})
	return nil
}

// among says whether something was heard, perhaps among what a day that ended brought.
func among(heard []string, pattern string) bool {
	return slices.ContainsFunc(heard, func(text string) bool { return bottest.Matches(pattern, text) })
}

// undo takes the latest correction back that stands.
func (m *model) undo(int) error {
	for i, back := range slices.Backward(m.log) {
		if back == nil {
			continue
		}
		heard := m.says("小六", fmt.Sprint("/撤销 ", i+1))
		if !among(heard, "…收回了…") {
			return fmt.Errorf("the latest correction is not taken back: %q", heard)
		}
		back()
		m.log[i] = nil
		return nil
	}
	return nil
}

func (m *model) merge(into, from string) error {
	heard := m.says("小六", fmt.Sprintf("/合并 @%s @%s 换号", into, from))
	a, b := m.head(into), m.head(from)
	if a == b {
		return nil
	}
	if !among(heard, "…/拆开…") {
		return fmt.Errorf("not merged: %q", heard)
	}
	m.heads[b] = a
	m.merges = append(m.merges, b)
	return nil
}

// unmerge takes the latest merge back that stands.
func (m *model) unmerge(int) error {
	for i, b := range slices.Backward(m.merges) {
		if b == "" {
			continue
		}
		m.says("小六", fmt.Sprint("/拆开 ", i+1))
		delete(m.heads, b)
		m.merges[i] = ""
		return nil
	}
	return nil
}
