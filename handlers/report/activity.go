package report

import (
	"context"
	"strconv"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// This file is what the console shows of a group as a whole: how it grows, who comes and goes, and when it is awake.

// A clock counts what was written in each hour of a day.
type clock [24]int

const (
	hours     = store.Table[clock]("report/hours") // chat, day
	keptHours = 60
	shownDays = 90
	awakeDays = 28
)

// wrote counts a message, or a check-in, in the hour in which it was written.
func wrote(_ context.Context, c *bot.Call) error {
	if !c.Event.Chat.Group || c.Event.From.Person == "" {
		return nil
	}
	at := c.Event.At.In(c.Zone())
	chat, day := c.Event.Chat.ID, c.Day(at)
	h, known, err := hours.Get(c.Tx, chat, day)
	if err != nil {
		return err
	}
	if !known {
		if err := hours.Delete(c.Tx, chat, day-keptHours); err != nil {
			return err
		}
	}
	h[at.Hour()]++
	return hours.Put(c.Tx, h, chat, day)
}

func views() []bot.View {
	day := bot.Text{ZH: "日期", EN: "day"}
	awake := []bot.Text{{ZH: "星期", EN: "day"}}
	for h := range 24 {
		awake = append(awake, bot.Text{ZH: strconv.Itoa(h), EN: strconv.Itoa(h)})
	}
	return []bot.View{
		{
			Name: "growth", Title: bot.Text{ZH: "群友人数", EN: "Members"}, Shape: bot.AsLines,
			Columns: []bot.Text{day, {ZH: "人数", EN: "members"}}, Rows: growthRows,
		},
		{
			Name: "moves", Title: bot.Text{ZH: "进群和退群", EN: "Who came and left"}, Shape: bot.AsLines,
			Columns: []bot.Text{day, {ZH: "进", EN: "came"}, {ZH: "退", EN: "left"}}, Rows: moveRows,
		},
		{
			Name: "hours", Title: bot.Text{ZH: "几点热闹（四周的消息）", EN: "When it is awake (messages of four weeks)"}, Shape: bot.AsHeat,
			Columns: awake, Rows: hourRows,
		},
	}
}

// knownDays are the days of a group up to today, from the first of which anything is known.
func knownDays(r store.Reader, q bot.Query) (from bot.Day, list []tally, err error) {
	from = q.Day - bot.Day(min(shownDays, max(q.Limit, 1))-1)
	first, ok, err := days.First(r, store.Range{From: store.Key(q.Chat, from), To: store.Key(q.Chat, q.Day+1)})
	if err != nil || !ok {
		return from, nil, err
	}
	if err := store.Split(first.Key, nil, &from); err != nil {
		return from, nil, err
	}
	list, err = tallies(r, q.Chat, from, q.Day)
	return from, list, err
}

func growthRows(r store.Reader, q bot.Query) (rows [][]string, err error) {
	from, list, err := knownDays(r, q)
	for i, t := range list {
		rows = append(rows, []string{(from + bot.Day(i)).String(), strconv.Itoa(t.Members)})
	}
	return rows, err
}

func moveRows(r store.Reader, q bot.Query) (rows [][]string, err error) {
	from, list, err := knownDays(r, q)
	for i, t := range list {
		rows = append(rows, []string{(from + bot.Day(i)).String(), strconv.Itoa(t.Joined), strconv.Itoa(t.Left)})
	}
	return rows, err
}

// hourRows are the days of the week with what was written in each hour.
func hourRows(r store.Reader, q bot.Query) (rows [][]string, err error) {
	var week [7]clock
	any := false
	for row, err := range hours.Scan(r, store.Range{From: store.Key(q.Chat, q.Day-awakeDays+1), To: store.Key(q.Chat, q.Day+1)}) {
		if err != nil {
			return nil, err
		}
		var day bot.Day
		if err := store.Split(row.Key, nil, &day); err != nil {
			return nil, err
		}
		any = true
		for h, n := range row.Value {
			week[(int(day.Date().Weekday())+6)%7][h] += n
		}
	}
	if !any {
		return nil, nil
	}
	for i, c := range week {
		cells := []string{bot.Weekday(q.Lang, time.Weekday((i+1)%7))}
		for _, n := range c {
			cell := ""
			if n > 0 {
				cell = strconv.Itoa(n)
			}
			cells = append(cells, cell)
		}
		rows = append(rows, cells)
	}
	return rows, nil
}
