package bot

import (
	"testing"
	"time"
)

func TestSendTime(t *testing.T) {
	begin := time.Date(2026, 11, 22, 6, 20, 0, 0, time.UTC)
	b := &Bot{opts: Options{Pace: Pace{Gap: time.Second, Jitter: 400 * time.Millisecond, PerHour: 375, PerDay: 2500, WarmUp: 168 * time.Hour}}}
	warm := Outlook{bot: b}
	fresh := Outlook{bot: b, since: begin.Add(-time.Minute)}
	for _, c := range []struct {
		o    Outlook
		n    int
		want time.Duration
	}{
		{warm, 0, 0},
		{warm, 1, 0},
		{warm, 2, 1200 * time.Millisecond},
		{warm, 300, 299 * 1200 * time.Millisecond},
		{warm, 301, 40 * time.Minute}, // the budget of this hour is spent
		{warm, 600, 40*time.Minute + 299*1200*time.Millisecond},
		{warm, 601, 100 * time.Minute},
		{fresh, 60, 59 * 1200 * time.Millisecond},
		{fresh, 61, 40 * time.Minute},
		{Outlook{}, 600, 0},
	} {
		if got := c.o.SendTime(begin, c.n); got != c.want {
			t.Errorf("%d sends take %v, expected %v", c.n, got, c.want)
		}
	}
	if hour, day := fresh.Most(begin.Add(84 * time.Hour)); hour < 175 || hour > 185 || day < 1150 || day > 1250 {
		t.Errorf("half warm: %d an hour, %d a day", hour, day)
	}
}
