package schedules

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// A column is one of the five fields of a cron line.
type column struct {
	name   string
	field  cron.ParseOption
	values string
	words  []string
}

func columns() [5]column {
	return [5]column{
		{name: "minute", field: cron.Minute, values: "0-59"},
		{name: "hour", field: cron.Hour, values: "0-23"},
		{name: "day of month", field: cron.Dom, values: "1-31"},
		{name: "month", field: cron.Month, values: "1-12 or jan-dec", words: []string{
			"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
		}},
		{name: "weekday", field: cron.Dow, values: "0-6 or sun-sat, where Sunday is 0", words: []string{
			"sun", "mon", "tue", "wed", "thu", "fri", "sat",
		}},
	}
}

func readCron(text string) (rule, *SyntaxError) {
	if strings.HasPrefix(text, "TZ=") || strings.HasPrefix(text, "CRON_TZ=") {
		return nil, &SyntaxError{Problem: "a zone is no part of a schedule", Hint: "leave it out: the group's zone holds"}
	}
	fields := strings.Fields(text)
	if len(fields) != len(columns()) {
		return nil, &SyntaxError{Problem: fmt.Sprintf("found %d fields instead of five", len(fields)), Hint: anySpec}
	}
	for i, c := range columns() {
		if problem := c.check(fields[i]); problem != "" {
			hint := fmt.Sprintf("write %s, a list with commas, a range with -, steps with /, or *", c.values)
			return nil, &SyntaxError{Field: i + 1, Problem: problem, Hint: hint}
		}
	}
	return newCalendar(text)
}

// newCalendar makes the rule of a cron line whose fields were checked. What matches nothing in the eleven years from
// 2000 on, which have two leap days, never will.
func newCalendar(line string) (rule, *SyntaxError) {
	matches, err := cron.ParseStandard(line)
	if err != nil {
		return nil, &SyntaxError{Problem: err.Error(), Hint: anySpec}
	}
	c := calendar{matches}
	if c.match(time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		return nil, &SyntaxError{
			Field:   3,
			Problem: "the months named never have that day, so it would never fire",
			Hint:    `write a day that comes, as "0 0 28 2 *" for 28 February`,
		}
	}
	return c, nil
}

// check says what is wrong with a field, or nothing. cron alone lets through "1,,2", "*-5" and "+3".
func (c column) check(field string) string {
	for item := range strings.SplitSeq(field, ",") {
		if !c.wellFormed(item) {
			return fmt.Sprintf("%q is not understood", item)
		}
	}
	if _, err := cron.NewParser(c.field).Parse(field); err != nil {
		return err.Error()
	}
	return ""
}

func (c column) wellFormed(item string) bool {
	span, step, stepped := strings.Cut(item, "/")
	if stepped && !isNumber(step) {
		return false
	}
	if span == "*" || span == "?" {
		return true
	}
	low, high, ranged := strings.Cut(span, "-")
	return c.isValue(low) && (!ranged || c.isValue(high))
}

func (c column) isValue(s string) bool {
	return isNumber(s) || slices.Contains(c.words, strings.ToLower(s))
}

func isNumber(s string) bool {
	return s != "" && len(s) <= 4 && strings.Trim(s, "0123456789") == ""
}
