package console

import (
	"fmt"
	"html/template"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"sixtwenty/bot"
	"sixtwenty/pictures"
)

// A chart is what the templates draw as SVG: numbers and short labels, no markup.
type chart struct {
	Width, Height int
	Lines         []line
	Bars          []bar
	Cells         []cells // AsDays: one path for each shade
	Months        []label
	First, Last   string
	Least, Most   string
	Alt           string // what it shows, for who cannot see it
}

type line struct {
	Name, Points string
	Nth          int
}

type bar struct {
	Label, Value string
	Width        float64 // of 100
}

type cells struct {
	Level int
	Path  string
}

type label struct {
	Text string
	X    int
}

// drawn turns rows into what the view's shape draws. Where they do not fit the shape, the table stays.
func (p *part) drawn(f *frame) {
	if len(p.Rows) == 0 {
		return
	}
	switch p.Shape {
	case bot.AsLines:
		p.Chart = lines(p)
	case bot.AsBars:
		p.Chart = bars(p)
	case bot.AsDays:
		p.Chart = days(p)
	case bot.AsAgenda:
		if dated(p.Rows) {
			p.Dates = calendar(p, f)
		}
	case bot.AsHeat:
		shade(p.Rows)
	case bot.AsMarks:
		p.SVG = month(p, f)
	}
	if p.Chart != nil {
		p.Chart.Alt = fmt.Sprintf("%s: %s – %s", p.Title, p.Chart.Least, p.Chart.Most)
	}
}

func numberOf(cell string) (float64, bool) {
	n, err := strconv.ParseFloat(strings.TrimSpace(cell), 64)
	return n, err == nil && !math.IsInf(n, 0) && !math.IsNaN(n)
}

func short(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }

const (
	lineWidth, lineHeight = 600, 140
	mostLines             = 4
)

func lines(p *part) *chart {
	rows := slices.Clone(p.Rows)
	if len(rows) > 1 && rows[0].Cells[0] > rows[len(rows)-1].Cells[0] { // the newest came first
		slices.Reverse(rows)
	}
	least, most := math.Inf(1), math.Inf(-1)
	for _, r := range rows {
		for _, cell := range r.Cells[1:] {
			if n, ok := numberOf(cell); ok {
				least, most = min(least, n), max(most, n)
			}
		}
	}
	if len(rows) < 2 || math.IsInf(least, 0) {
		return nil
	}
	least = min(least, 0)
	c := &chart{
		Width: lineWidth, Height: lineHeight, Least: short(least), Most: short(most),
		First: rows[0].Cells[0], Last: rows[len(rows)-1].Cells[0],
	}
	for i := 1; i < len(p.Columns) && i <= mostLines; i++ {
		var points strings.Builder
		for j, r := range rows {
			if i >= len(r.Cells) {
				continue
			}
			if n, ok := numberOf(r.Cells[i]); ok {
				x := float64(j) / float64(len(rows)-1) * lineWidth
				y := lineHeight - 4 - (n-least)/max(most-least, 1)*(lineHeight-8)
				fmt.Fprintf(&points, "%.1f,%.1f ", x, y)
			}
		}
		c.Lines = append(c.Lines, line{p.Columns[i], strings.TrimSpace(points.String()), i})
	}
	return c
}

func bars(p *part) *chart {
	c, most := &chart{}, 0.0
	for _, r := range p.Rows {
		if len(r.Cells) < 2 {
			continue
		}
		if n, ok := numberOf(r.Cells[1]); ok {
			most = max(most, n)
		}
	}
	for _, r := range p.Rows {
		if len(r.Cells) < 2 {
			continue
		}
		n, _ := numberOf(r.Cells[1])
		c.Bars = append(c.Bars, bar{r.Cells[0], r.Cells[1], math.Round(1000*max(n, 0)/max(most, 1)) / 10})
	}
	c.Least, c.Most = "0", short(most)
	return c
}

const (
	cell   = 11 // of a day, with the gap after it
	weeks  = 53
	shades = 5
)

// days lays numbers out by week and weekday, up to the last of them.
func days(p *part) *chart {
	byDay, last, most := map[int]float64{}, 0, 0.0
	for _, r := range p.Rows {
		d, err := time.Parse(time.DateOnly, r.Cells[0])
		if err != nil || len(r.Cells) < 2 {
			continue
		}
		if n, ok := numberOf(r.Cells[1]); ok {
			day := int(d.Unix() / 86400)
			byDay[day], last, most = n, max(last, day), max(most, n)
		}
	}
	if last == 0 {
		return nil
	}
	c := &chart{Width: weeks * cell, Height: 7*cell + 14, Least: "0", Most: short(most)}
	monday := last - (last+3)%7 - (weeks-1)*7 // 1970-01-01 was a Thursday
	paths := make([]strings.Builder, shades)
	for day := monday; day <= last; day++ {
		n, known := byDay[day]
		level := levelOf(n, most)
		if !known {
			level = 0
		}
		x, y := (day-monday)/7*cell, 14+(day-monday)%7*cell
		fmt.Fprintf(&paths[level], "M%d %dh9v9h-9z", x, y)
		if at := time.Unix(int64(day)*86400, 0).UTC(); at.Day() == 1 && x < (weeks-2)*cell {
			c.Months = append(c.Months, label{strconv.Itoa(int(at.Month())), x})
		}
	}
	for i := range paths {
		c.Cells = append(c.Cells, cells{i, paths[i].String()})
	}
	return c
}

// levelOf is how dark a number is among others, 0 for none.
func levelOf(n, most float64) int {
	if n <= 0 || most <= 0 {
		return 0
	}
	return min(shades-1, 1+int(n/most*(shades-1)-0.001))
}

func shade(rows []row) {
	most := 0.0
	for _, r := range rows {
		for _, cell := range r.Cells[1:] {
			if n, ok := numberOf(cell); ok {
				most = max(most, n)
			}
		}
	}
	for i := range rows {
		rows[i].Levels = make([]int, len(rows[i].Cells))
		for j, cell := range rows[i].Cells {
			rows[i].Levels[j] = -1
			if n, ok := numberOf(cell); ok && j > 0 {
				rows[i].Levels[j] = levelOf(n, most)
			}
		}
	}
}

func marks() map[string]pictures.Mark {
	return map[string]pictures.Mark{
		"done": pictures.Done, "madeup": pictures.MadeUp, "frozen": pictures.Frozen, "off": pictures.Off,
	}
}

// month draws the latest month of a person's calendar, light and dark.
func month(p *part, f *frame) []template.HTML {
	known, byDay := marks(), map[string]pictures.Mark{}
	total := 0
	for _, r := range p.Rows {
		if len(r.Cells) > 1 {
			byDay[r.Cells[0]] = known[r.Cells[1]]
			if m := known[r.Cells[1]]; m == pictures.Done || m == pictures.MadeUp {
				total++
			}
		}
	}
	today := f.day.Date()
	m := pictures.Month{Name: f.Title, Group: f.GroupName(), Year: today.Year(), Month: today.Month(), Today: today.Day(), Total: total}
	for at := time.Date(today.Year(), today.Month(), 1, 0, 0, 0, 0, time.UTC); at.Month() == today.Month(); at = at.AddDate(0, 0, 1) {
		m.Days = append(m.Days, byDay[at.Format(time.DateOnly)])
	}
	m.Streak, m.Longest = runs(byDay, today)
	var both []template.HTML
	for _, dark := range []bool{false, true} {
		m.Look = pictures.Look{Lang: string(f.Lang), Dark: dark}
		both = append(both, template.HTML(m.Draw().SVG())) // pictures escapes every text in it
	}
	return both
}

// runs counts the days in a row up to today, and the most of them.
func runs(by map[string]pictures.Mark, today time.Time) (now, longest int) {
	n := 0
	for at := today.AddDate(0, 0, -rowsDrawn); !at.After(today); at = at.AddDate(0, 0, 1) {
		switch by[at.Format(time.DateOnly)] {
		case pictures.Done, pictures.MadeUp:
			n++
		case pictures.Blank:
			if !at.Equal(today) {
				n = 0
			}
		}
		longest = max(longest, n)
	}
	return n, longest
}
