package phone

import (
	"fmt"
	"time"
)

const stampGap = 5 * time.Minute // between messages closer than this no time is shown

// stampOf is a time as a chat shows it at now: the hour, yesterday, the weekday within a week, or the date.
func stampOf(ws words, at, now time.Time) string {
	hour := at.Format("15:04")
	switch days := daysBetween(at, now); {
	case days <= 0:
		return hour
	case days == 1:
		return ws["day.yesterday"] + " " + hour
	case days < 7:
		return weekday(ws, at) + " " + hour
	}
	return dateOf(ws, at, now) + " " + hour
}

// shortStamp is a time as the list of chats shows it.
func shortStamp(ws words, at, now time.Time) string {
	switch days := daysBetween(at, now); {
	case days <= 0:
		return at.Format("15:04")
	case days == 1:
		return ws["day.yesterday"]
	case days < 7:
		return weekday(ws, at)
	}
	return dateOf(ws, at, now)
}

func dateOf(ws words, at, now time.Time) string {
	if at.Year() == now.Year() {
		return at.Format(ws["day.date"])
	}
	return at.Format(ws["day.full"])
}

func weekday(ws words, at time.Time) string { return ws[fmt.Sprintf("day.%d", at.Weekday())] }

// daysBetween counts the midnights between two times.
func daysBetween(at, now time.Time) int {
	at = at.In(now.Location())
	a := time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, time.UTC)
	b := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
	return int(b.Sub(a).Hours() / 24)
}
