package checkin

import (
	"slices"

	"sixtwenty/bot"
)

// This file is the rules alone, as pure functions: what days add up to. Everything that keeps or shows a habit goes
// through fold or one of its steps, so that the same facts give the same habit in whatever order they came.

// A freezeRule says how freezes are earned: one for every so many days in a row, at most so many in hand. Zero is never.
type freezeRule struct {
	From  bot.Day `json:"from"` // the first day it holds on
	Every int     `json:"every"`
	Most  int     `json:"most"`
}

// A habit is what a person's days add up to, through the last one they checked in on or the book is closed with.
type habit struct {
	Last    bot.Day `json:"last"`   // the latest day checked in on
	Streak  int     `json:"streak"` // days in a row; 0 once a day was missed
	Best    int     `json:"best"`
	Total   int     `json:"total"`
	Freezes int     `json:"freezes,omitempty"` // in hand
}

// did counts a day.
func (h *habit) did(d bot.Day, r freezeRule) {
	h.Last = d
	h.Streak++
	h.Total++
	h.Best = max(h.Best, h.Streak)
	if r.Every > 0 && h.Streak%r.Every == 0 && h.Freezes < r.Most {
		h.Freezes++
	}
}

// missed judges a day that is over, was not neutral, and on which nothing was done. It says whether a freeze was spent.
func (h *habit) missed() (frozen bool) {
	switch {
	case h.Streak == 0:
	case h.Freezes > 0:
		h.Freezes--
		return true
	default:
		h.Streak = 0
	}
	return false
}

// ruleOn is the rule that holds on a day; the rules are sorted by From.
func ruleOn(rules []freezeRule, d bot.Day) freezeRule {
	for i := len(rules) - 1; i > 0; i-- {
		if rules[i].From <= d {
			return rules[i]
		}
	}
	if len(rules) == 0 {
		return freezeRule{}
	}
	return rules[0]
}

// judge brings a habit up to date with the days after Last through to, which are over; neutral are those of them that are
// nobody's miss, sorted. It gives the days that a freeze was spent on.
func (h *habit) judge(to bot.Day, neutral []bot.Day) (frozen []bot.Day) {
	for d := h.Last + 1; d <= to && h.Streak > 0; d++ {
		for len(neutral) > 0 && neutral[0] < d {
			neutral = neutral[1:]
		}
		if len(neutral) > 0 && neutral[0] == d {
			continue
		}
		if h.missed() {
			frozen = append(frozen, d)
		}
	}
	return frozen
}

// fold adds up days, sorted and distinct. Days through closed are over; those that neutral names, sorted too, are nobody's
// miss. It also gives the days that a freeze was spent on.
func fold(days, neutral []bot.Day, closed bot.Day, rules []freezeRule) (h habit, frozen []bot.Day) {
	return foldOn(h, days, neutral, closed, rules)
}

// foldOn goes on from a habit.
func foldOn(h habit, days, neutral []bot.Day, closed bot.Day, rules []freezeRule) (_ habit, frozen []bot.Day) {
	for _, d := range days {
		for len(neutral) > 0 && neutral[0] <= h.Last {
			neutral = neutral[1:]
		}
		frozen = append(frozen, h.judge(d-1, neutral)...)
		h.did(d, ruleOn(rules, d))
	}
	return h, append(frozen, h.judge(closed, neutral)...)
}

// foldPast is fold for somebody of whom more is known from before: the run that it tells of stands where it ends, and goes on.
func foldPast(p legacy, days, neutral []bot.Day, closed bot.Day, rules []freezeRule) (h habit, frozen []bot.Day) {
	if p == (legacy{}) {
		return fold(days, neutral, closed, rules)
	}
	n, _ := slices.BinarySearch(days, p.Until+1)
	h, frozen = fold(days[:n], neutral, p.Until, rules)
	h.Last, h.Streak = max(h.Last, p.Until), max(h.Streak, p.Run)
	h.Total, h.Best = h.Total+p.Total, max(h.Best, p.Best, h.Streak)
	for len(neutral) > 0 && neutral[0] <= h.Last {
		neutral = neutral[1:]
	}
	h, more := foldOn(h, days[n:], neutral, closed, rules)
	return h, append(frozen, more...)
}
