package schedules_test

import (
	"strings"
	"testing"

	"sixtwenty/schedules"
)

func TestZone(t *testing.T) {
	for _, name := range []string{"Asia/Shanghai", "UTC", "America/New_York"} {
		zone, err := schedules.Zone(name)
		if err != nil || zone.String() != name {
			t.Errorf("%s: got %v, %v", name, zone, err)
		}
	}
	for name, says := range map[string]string{
		"":              "IANA name",
		"Local":         "IANA name",
		"Asia/Beijing":  "China's is Asia/Shanghai",
		"北京":            "China's is Asia/Shanghai",
		"UTC+8":         "China's is Asia/Shanghai",
		"Berlin":        "Europe/Berlin",
		"../etc/passwd": "unknown",
	} {
		zone, err := schedules.Zone(name)
		if err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), name) {
			t.Errorf("%q: got %v, %v; want an error that says %q", name, zone, err, says)
		}
	}
}
