package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

// A series is one figure over all rounds.
type series struct {
	what, unit string
	values     []float64
}

// A section is one part's figures, what is to be read from them, and its bars.
type section struct {
	title string
	rows  []*series
	notes []string
}

// A table collects what was measured, in the order of measuring.
type table struct{ sections []*section }

func (t *table) section(title string) *section {
	s := &section{title: title}
	t.sections = append(t.sections, s)
	return s
}

func (s *section) add(what, unit string, value float64) {
	for _, r := range s.rows {
		if r.what == what && r.unit == unit {
			r.values = append(r.values, value)
			return
		}
	}
	s.rows = append(s.rows, &series{what, unit, []float64{value}})
}

func (s *section) note(format string, args ...any) {
	s.notes = append(s.notes, fmt.Sprintf(format, args...))
}

// median of a row; 0 where it was not measured.
func (s *section) median(what, unit string) float64 {
	for _, r := range s.rows {
		if r.what == what && r.unit == unit {
			return quantile(r.values, 0.5)
		}
	}
	return 0
}

// bar compares two medians, and says whether the ratio is what was promised.
func (s *section) bar(what string, ratio float64, most bool, limit float64) {
	verdict, word := "missed", "at least"
	if most {
		word = "at most"
	}
	if most == (ratio <= limit) || ratio == limit {
		verdict = "kept"
	}
	s.note("%s: %.2f, promised %s %g: **%s**", what, ratio, word, limit, verdict)
}

func quantile(values []float64, q float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[int(q*float64(len(sorted)-1)+0.5)]
}

func (t *table) markdown(rounds int) string {
	var out strings.Builder
	fmt.Fprintf(&out, "## Measured %s\n\n%s, %d cores, %s, load %s. Medians of %d rounds in turns, with the least and the most.\n",
		time.Now().UTC().Format("2006-01-02"), runtime.Version(), runtime.NumCPU(), processor(), load(), rounds)
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				fmt.Fprintf(&out, "Built from %s.\n", s.Value[:min(len(s.Value), 12)])
			}
		}
	}
	for _, s := range t.sections {
		fmt.Fprintf(&out, "\n### %s\n\n| what | unit | median | least | most |\n| --- | --- | ---: | ---: | ---: |\n", s.title)
		for _, r := range s.rows {
			fmt.Fprintf(&out, "| %s | %s | %s | %s | %s |\n", r.what, r.unit,
				digits(quantile(r.values, 0.5)), digits(slices.Min(r.values)), digits(slices.Max(r.values)))
		}
		if len(s.notes) > 0 {
			out.WriteString("\n")
		}
		for _, n := range s.notes {
			fmt.Fprintf(&out, "- %s\n", n)
		}
	}
	return out.String()
}

func digits(v float64) string {
	switch {
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.3g", v)
}

func processor() string {
	raw, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(raw)) {
		if name, ok := strings.CutPrefix(line, "model name"); ok {
			return strings.Trim(name, "\t :\n")
		}
	}
	return runtime.GOARCH
}

func load() string {
	raw, _ := os.ReadFile("/proc/loadavg")
	if f := strings.Fields(string(raw)); len(f) > 0 {
		return f[0]
	}
	return "unknown"
}
