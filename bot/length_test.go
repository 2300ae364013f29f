package bot

import (
	"testing"
	"time"
)

func TestReadLength(t *testing.T) {
	for s, want := range map[string]time.Duration{
		"90s": 90 * time.Second, "５m": 5 * time.Minute, "1h30m": 90 * time.Minute, "30分钟": 30 * time.Minute, "30 分钟": 30 * time.Minute,
		"5分": 5 * time.Minute, "90秒": 90 * time.Second, "2小时": 2 * time.Hour, "2个小时": 2 * time.Hour, "半小时": 30 * time.Minute,
		"半个钟头": 30 * time.Minute, "３天": 72 * time.Hour, "0s": 0,
	} {
		if got, ok := ReadLength(s); !ok || got != want {
			t.Errorf("%q is %v, %v", s, got, ok)
		}
	}
	for _, s := range []string{"", "一会儿", "5", "分钟", "9999999天", "99999999999999天", "5分钟后"} {
		if got, ok := ReadLength(s); ok {
			t.Errorf("%q is %v", s, got)
		}
	}
}
