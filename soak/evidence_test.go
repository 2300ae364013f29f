package soak

import (
	"errors"
	"testing"
	"time"

	"sixtwenty/bot"
	"sixtwenty/handlers"
	"sixtwenty/store"
	"sixtwenty/store/bolt"
	"sixtwenty/wechatbox"
)

// evidence is what the box and the store say.
type evidence struct {
	said    []wechatbox.Sent // what arrived
	rows    []bot.DoneRow    // what became of every effect
	listed  []bot.DoneRow    // what the owner can see is in trouble
	waiting []bot.Effect
	names   map[bot.ChatID]string
	counted map[string]map[bot.Day][]string // club, day: the names on its board
}

func (j *evidence) count(s bot.State) (n int) {
	for _, row := range j.rows {
		if row.State == s {
			n++
		}
	}
	return n
}

// gather reads the box, and the database of a bot that does not run.
func gather(t *testing.T, box *wechatbox.Box, file string, tr *traffic) *evidence {
	t.Helper()
	j := &evidence{names: map[bot.ChatID]string{}, counted: map[string]map[bot.Day][]string{}}
	for _, s := range box.Sent() {
		if s.ID != "" {
			j.said = append(j.said, s)
		}
	}
	db, err := bolt.Look(file, schemaOf(t, file))
	check(t, err)
	err = db.Check(t.Context())
	account := store.Prefixed(db, "main/")
	err = errors.Join(err, account.View(t.Context(), func(rd store.Reader) error { return j.read(rd, tr.dayList()) }))
	check(t, errors.Join(err, db.Close()))
	return j
}

func (j *evidence) read(r store.Reader, days []bot.Day) error {
	for row, err := range store.Table[bot.DoneRow]("bot/sent").Scan(r, store.Range{}) {
		if err != nil {
			return err
		}
		j.rows = append(j.rows, row.Value)
	}
	type outRow struct {
		Effect bot.Effect `json:"effect"`
	}
	for row, err := range store.Table[outRow]("bot/outbox").Scan(r, store.Range{}) {
		if err != nil {
			return err
		}
		j.waiting = append(j.waiting, row.Value.Effect)
	}
	chats, err := bot.Chats(r)
	if err != nil {
		return err
	}
	for _, c := range chats {
		j.names[c.ID] = c.Name
		if j.counted[c.Name], err = boards(r, c, days); err != nil {
			return err
		}
	}
	j.listed, err = bot.Trouble(r, len(j.rows))
	return err
}

// boards asks the feature who checked in on each day.
func boards(r store.Reader, c bot.Chat, days []bot.Day) (map[bot.Day][]string, error) {
	boards := map[bot.Day][]string{}
	for _, f := range handlers.All("") {
		for _, view := range f.Views {
			if f.Name != "checkin" || view.Name != "today" {
				continue
			}
			for _, day := range days {
				shown, err := view.Read(r, bot.Query{Chat: c.ID, Day: day, Now: day.Date().Add(12 * time.Hour), Lang: bot.ZH, Limit: 1000})
				if err != nil {
					return nil, err
				}
				for _, row := range shown.Rows {
					boards[day] = append(boards[day], row.Cells[1])
				}
			}
		}
	}
	return boards, nil
}

const dayBegins = 4

// dayList are the days on which somebody checked in.
func (tr *traffic) dayList() []bot.Day {
	seen := map[bot.Day]bool{}
	var list []bot.Day
	for _, times := range tr.checkins {
		for day := range tr.daysOf(times) {
			if !seen[day] {
				seen[day] = true
				list = append(list, day)
			}
		}
	}
	return list
}

func (tr *traffic) daysOf(times []time.Time) map[bot.Day]bool {
	days := map[bot.Day]bool{}
	for _, at := range times {
		days[bot.DayOf(at, tr.box.Zone(), dayBegins)] = true
	}
	return days
}
