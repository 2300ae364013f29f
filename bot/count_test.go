package bot

import "testing"

func TestOneIsSingular(t *testing.T) {
	for _, c := range []struct {
		format string
		args   []any
		want   string
	}{
		{"%s%d days in a row, %d days in all", []any{"@x ", 1, 2}, "@x 1 day in a row, 2 days in all"},
		{"%[2]d times until %[1]s, %d days", []any{"x", 1, 1}, "1 time until x, 1 day"},
		{"%d%% of %d days", []any{1, 1}, "1% of 1 day"},
		{"%s days, %d in all", []any{"1", 1}, "1 days, 1 in all"},
		{"%d daysling, %d days", []any{1, 11}, "1 daysling, 11 days"},
		{"%d groups are here", []any{1}, "1 groups are here"},
		{"%s", []any{"1 days"}, "1 days"},
	} {
		if got := sprintf(c.format, c.args); got != c.want {
			t.Errorf("%q says %q, expected %q", c.format, got, c.want)
		}
	}
}
