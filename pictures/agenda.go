package pictures

import (
	"image/color"
	"strconv"
	"time"
)

// Agenda is what the coming days bring, day by day.
type Agenda struct {
	Look
	Title, Group string
	Days         []AgendaDay // in order of time
}

// AgendaDay is a date with what is planned on it.
type AgendaDay struct {
	Date  time.Time
	Note  string // such as "holiday"
	Alarm string // what is wrong with the whole day, a line at its end
	Items []AgendaItem
}

// AgendaItem is one thing of a day.
type AgendaItem struct {
	Clock, What string // "06:20", and what happens
	Note        string // a line under it
	Warn        bool   // the note is a warning
	Off         bool   // it does not happen
}

const (
	maxAgendaDays = 31
	// agendaLines are shared by the days, so that the picture keeps its bounds.
	agendaLines = 72
	agendaLine  = 19.0
	agendaLeast = 44.0 // height of a day
	agendaLeft  = margin + 74.0
)

// Draw lists the days, their dates on the left as a calendar leaf. What does not fit is counted.
func (a Agenda) Draw() *Drawing {
	s := newSheet(a.Look, "agenda")
	days := a.Days[:min(len(a.Days), maxAgendaDays)]
	if len(days) == 0 {
		s.head(a.Title, a.Group)
		s.empty(s.nothing)
		return s.finish(about(a.Title, a.Group))
	}
	covers := s.words.span(days[0].Date, days[len(days)-1].Date)
	s.head(a.Title, a.Group, covers)
	rows := make([][]agendaRow, len(days))
	high := 12.0
	for i, d := range days {
		rows[i] = s.agendaRows(d, agendaLines/len(days))
		high += max(agendaLeast, 16+agendaLine*float64(len(rows[i])))
	}
	y := s.panel(high) + 6
	for i, d := range days {
		if i > 0 {
			s.add(box{margin + pad, y - 0.5, inner - 2*pad, 1, 0, s.theme.line, color.NRGBA{}, 0})
		}
		s.leaf(d, y)
		for n, r := range rows[i] {
			line := y + 8 + agendaLine*float64(n)
			if r.clock.text != "" {
				s.write(agendaLeft, line+14, left, 38, r.clock)
			}
			s.write(agendaLeft+r.indent, line+14, left, margin+inner-pad-agendaLeft-r.indent, r.text)
		}
		y += max(agendaLeast, 16+agendaLine*float64(len(rows[i])))
	}
	return s.finish(about(a.Title, a.Group, covers))
}

// leaf is a date: the day large, the weekday under it.
func (s *sheet) leaf(d AgendaDay, y float64) {
	ink := s.ink
	if wd := d.Date.Weekday(); wd == time.Saturday || wd == time.Sunday {
		ink = s.accent
	}
	const x = margin + pad + 18.0
	s.write(x, y+22, middle, 44, span{strconv.Itoa(d.Date.Day()), 18, true, ink})
	s.write(x, y+37, middle, 44, span{s.weekdays[(int(d.Date.Weekday())+6)%7], 11, false, s.soft})
}

// An agendaRow is one line of a day.
type agendaRow struct {
	clock, text span
	indent      float64
}

const agendaIndent = 42.0

// agendaRows are the lines of a day, at most so many.
func (s *sheet) agendaRows(d AgendaDay, most int) (rows []agendaRow) {
	note := func(text string, ink color.NRGBA, indent float64) {
		if text != "" {
			rows = append(rows, agendaRow{text: span{text, 11.5, false, ink}, indent: indent})
		}
	}
	if d.Alarm == "" || most > 3 {
		note(d.Note, s.accent, 0)
	}
	note(d.Alarm, s.red, 0)
	for i, it := range d.Items {
		room := most - len(rows)
		if i < len(d.Items)-1 {
			room-- // for the line that counts the rest
		}
		if room < 1 {
			note(s.further(len(d.Items)-i), s.soft, agendaIndent)
			return rows
		}
		ink, soft := s.ink, s.soft
		switch {
		case it.Off:
			ink = s.faint
		case it.Warn:
			soft = s.red
			if room < 2 { // its note has no room
				ink = s.red
			}
		}
		rows = append(rows, agendaRow{span{it.Clock, 12.5, true, ink}, span{it.What, 12.5, false, ink}, agendaIndent})
		if room > 1 {
			note(it.Note, soft, agendaIndent)
		}
	}
	return rows
}
