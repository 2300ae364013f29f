package bot

import (
	"testing"
	"time"
)

func TestWhen(t *testing.T) {
	zone := time.FixedZone("CST", 8*3600)
	now := time.Date(2026, 12, 30, 23, 30, 0, 0, zone)
	for _, tt := range []struct {
		in     time.Duration
		zh, en string
	}{
		{0, "今天 23:30", "today 23:30"},
		{time.Hour, "明天 00:30", "tomorrow 00:30"},
		{31 * time.Hour, "后天 06:30", "the day after tomorrow 06:30"},
		{55 * time.Hour, "2027年1月2日 周六 06:30", "Sat 2 Jan 2027 06:30"},
		{-24 * time.Hour, "12月29日 周二 23:30", "Tue 29 Dec 2026 23:30"},
	} {
		if got := when(now.Add(tt.in), now, ZH); got != tt.zh {
			t.Errorf("%v: %s, want %s", tt.in, got, tt.zh)
		}
		if got := when(now.Add(tt.in), now, EN); got != tt.en {
			t.Errorf("%v: %s, want %s", tt.in, got, tt.en)
		}
	}
}
