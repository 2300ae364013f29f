package bot

import (
	"regexp"
	"strconv"
	"strings"
)

// counts finds the verbs of a format, with the noun that one counts.
var counts = regexp.MustCompile(`%(?:\[(\d+)\])?[-+#0-9.]*([a-zA-Z%])(?: (?:days|times|groups|points|rows|hours|members|messages|strikes|notes|codes)\b)?`)

// plural is what follows a noun that has to stay as it is.
var plural = regexp.MustCompile(`^ (are|were|have|go|need|wait)\b`)

// singular writes the nouns of an English format that one is counted of without their s: 1 day.
func singular(format string, args []any) string {
	if !strings.Contains(format, "d ") {
		return format
	}
	next := 0
	var b strings.Builder
	at := 0
	for _, m := range counts.FindAllStringSubmatchIndex(format, -1) {
		verb := format[m[4]:m[5]]
		if verb == "%" {
			continue
		}
		if m[2] >= 0 {
			n, _ := strconv.Atoi(format[m[2]:m[3]]) // digits
			next = n - 1
		}
		one := next >= 0 && next < len(args) && (args[next] == 1 || args[next] == int64(1))
		next++
		if verb == "d" && one && m[1] > m[5] && !plural.MatchString(format[m[1]:]) {
			b.WriteString(format[at : m[1]-1])
			at = m[1]
		}
	}
	return b.String() + format[at:]
}
