package schedules

import (
	"fmt"
	"strings"
	"time"
)

// Zone loads a zone by its IANA name, as Asia/Shanghai. The empty name and Local are refused: they would mean another
// time on another machine.
func Zone(name string) (*time.Location, error) {
	if name == "" || name == "Local" {
		return nil, fmt.Errorf("zone %q: not a zone of its own; write its IANA name, as Asia/Shanghai", name)
	}
	zone, err := time.LoadLocation(name)
	if err == nil {
		return zone, nil
	}
	if _, missing := time.LoadLocation("Asia/Shanghai"); missing != nil {
		return nil, fmt.Errorf("zone %q: no zone data on this machine; install tzdata: %w", name, err)
	}
	return nil, fmt.Errorf("zone %q: unknown; %s: %w", name, suggest(name), err)
}

// suggest knows the names people try first.
func suggest(name string) string {
	tried := strings.ToLower(name)
	for _, word := range []string{"beijing", "shanghai", "china", "北京", "上海", "中国", "cst", "+8", "+08"} {
		if strings.Contains(tried, word) {
			return "China's is Asia/Shanghai"
		}
	}
	return "write its IANA name, as Asia/Shanghai or Europe/Berlin, capitals as shown"
}
