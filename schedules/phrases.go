package schedules

import (
	"fmt"
	"strconv"
	"strings"
)

// A phrase reads one way of saying when in Chinese. It returns neither rule nor error where the text is not its own,
// so that the next may try; an error where the text is its own but wrong.
type phrase func(text string) (rule, *SyntaxError)

func phrases() []phrase { return []phrase{daily} }

func readPhrase(text string) (rule, *SyntaxError) {
	for _, read := range phrases() {
		if rule, err := read(text); rule != nil || err != nil {
			return rule, err
		}
	}
	return nil, &SyntaxError{Problem: "phrase not understood", Hint: `write 每天 6:20, or cron: "20 6 * * *"`}
}

// daily reads 每天 6:20, 每天06:20 and 每日 6:20.
func daily(text string) (rule, *SyntaxError) {
	rest, found := strings.CutPrefix(text, "每天")
	if !found {
		rest, found = strings.CutPrefix(text, "每日")
	}
	if !found {
		return nil, nil
	}
	hour, minute, ok := timeOfDay(strings.TrimSpace(rest))
	if !ok {
		return nil, &SyntaxError{
			Problem: fmt.Sprintf("%q is no time of day", strings.TrimSpace(rest)),
			Hint:    "write hours 0-23 and minutes 00-59, as 每天 6:20",
		}
	}
	return newCalendar(fmt.Sprintf("%d %d * * *", minute, hour))
}

func timeOfDay(s string) (hour, minute int, ok bool) {
	h, m, _ := strings.Cut(s, ":")
	if !isNumber(h) || len(h) > 2 || !isNumber(m) || len(m) != 2 {
		return 0, 0, false
	}
	hour, _ = strconv.Atoi(h)
	minute, _ = strconv.Atoi(m)
	return hour, minute, hour < 24 && minute < 60
}
