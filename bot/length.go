package bot

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/width"
)

var lengthWords = regexp.MustCompile(`^(\d{1,7}|半)个?(秒钟?|分钟?|小时|钟头|天)$`)

// ReadLength reads a length of time as people write it: 30s, 5m, 2h, or 90秒, 30分钟, 半小时, 2天.
func ReadLength(s string) (time.Duration, bool) {
	s = strings.ReplaceAll(strings.TrimSpace(width.Fold.String(s)), " ", "")
	if d, err := time.ParseDuration(s); err == nil {
		return d, true
	}
	m := lengthWords.FindStringSubmatch(s)
	if m == nil {
		return 0, false
	}
	unit := map[string]time.Duration{"秒": time.Second, "分": time.Minute, "小": time.Hour, "钟": time.Hour, "天": 24 * time.Hour}[string([]rune(m[2])[:1])]
	if m[1] == "半" {
		return unit / 2, true
	}
	n, err := strconv.Atoi(m[1])
	if err != nil || time.Duration(n) > math.MaxInt64/unit {
		return 0, false
	}
	return time.Duration(n) * unit, true
}
