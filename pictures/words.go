package pictures

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// words are the few fixed texts of the pictures in one language.
type words struct {
	english bool

	brand, nameless                                     string
	streak, longest, thisMonth, total                   string
	done, madeUp, frozen, off                           string
	less, more, busiest, noBoard, noGrowth, alone       string
	members, joined, left, direct, reach                string
	stays, gone, waiting                                string
	checkins, sinceLast, perDay, byHour, best, inviters string
	quietWeek, certificate, awarded, allDays, nothing   string
	weekdays                                            [7]string // from Monday
}

func (l Look) words() words {
	if l.Lang == "en" {
		return english()
	}
	return chinese()
}

func chinese() words {
	return words{
		brand: "六点二十", nameless: "无名",
		streak: "连续", longest: "最长连续", thisMonth: "本月", total: "累计",
		done: "打卡", madeUp: "补卡", frozen: "冻结", off: "休息",
		less: "少", more: "多", busiest: "最热闹的一天", noBoard: "还没有人上榜，等你来当第一个",
		noGrowth: "还没有记录，过两天再来看", alone: "还没有邀请记录",
		members: "群成员", joined: "加入", left: "离开", direct: "直接邀请", reach: "三度影响",
		stays: "还在群里", gone: "已离开", waiting: "待确认",
		checkins: "打卡人次", sinceLast: "比上周", perDay: "每天打卡", byHour: "什么时候最热闹", best: "打卡之星", inviters: "邀请之星",
		quietWeek: "这周安安静静，下周见", nothing: "没有要发的", certificate: "结业证书", awarded: "兹证明", allDays: "全勤",
		weekdays: [7]string{"一", "二", "三", "四", "五", "六", "日"},
	}
}

func english() words {
	return words{
		english: true,
		brand:   "Sixtwenty", nameless: "(no name)",
		streak: "Streak", longest: "Longest", thisMonth: "This month", total: "In total",
		done: "Checked in", madeUp: "Made up", frozen: "Frozen", off: "Day off",
		less: "Less", more: "More", busiest: "Busiest day", noBoard: "Nobody here yet. Be the first!",
		noGrowth: "Nothing recorded yet", alone: "Nobody invited yet",
		members: "Members", joined: "Joined", left: "Left", direct: "Invited", reach: "Reach",
		stays: "Still here", gone: "left", waiting: "pending",
		checkins: "Check-ins", sinceLast: "Last week", perDay: "Check-ins a day", byHour: "When the group is awake", best: "Most check-ins",
		inviters:  "Most invites",
		quietWeek: "A quiet week. See you in the next one!", nothing: "Nothing is planned", certificate: "CERTIFICATE", awarded: "awarded to",
		allDays:  "every day",
		weekdays: [7]string{"Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"},
	}
}

// unit is the word after a number of days or people.
func (w words) days(n int) string   { return w.unit(n, "天", "day", "days") }
func (w words) people(n int) string { return w.unit(n, "人", "person", "people") }

func (w words) unit(n int, zh, one, many string) string {
	switch {
	case !w.english:
		return " " + zh
	case n == 1:
		return " " + one
	}
	return " " + many
}

func (w words) others(n int) string {
	if w.english {
		return "… and " + w.count(n) + " more"
	}
	return "…还有 " + w.count(n) + " 人"
}

// further counts what has no room.
func (w words) further(n int) string {
	if w.english {
		return "… and " + w.count(n) + " more"
	}
	return "…还有 " + w.count(n) + " 条"
}

// finished says which camp was finished, the name apart from the words.
func (w words) finished(camp string) []string {
	if w.english {
		return []string{"for finishing", " " + camp}
	}
	return []string{"坚持完成「", camp, "」"}
}

func (w words) month(t time.Time) string {
	if w.english {
		return t.Format("January 2006")
	}
	return t.Format("2006年1月")
}

func (w words) shortMonth(m time.Month) string {
	if w.english {
		return m.String()[:3]
	}
	return strconv.Itoa(int(m)) + "月"
}

func (w words) year(y int) string {
	if w.english {
		return strconv.Itoa(y)
	}
	return strconv.Itoa(y) + "年"
}

func (w words) date(t time.Time) string {
	if w.english {
		return t.Format("2 Jan 2006")
	}
	return t.Format("2006年1月2日")
}

func (w words) span(from, to time.Time) string {
	if w.date(from) == w.date(to) {
		return w.date(to)
	}
	if from.Year() != to.Year() {
		return w.date(from) + " – " + w.date(to)
	}
	if w.english {
		return from.Format("2 Jan") + " – " + w.date(to)
	}
	return w.date(from) + " – " + to.Format("1月2日")
}

// countable keeps a number within what a sum or a scale can bear.
func countable(n int) int { return min(max(n, 0), maxCount) }

// count writes a number with a comma every three digits, and one that would not fit in larger units: a number is never
// cut.
func (w words) count(n int) string {
	if n > -10_000_000 && n < 10_000_000 {
		return grouped(n)
	}
	units := []string{"万", "亿", "万亿"}
	sizes := []float64{1e4, 1e8, 1e12}
	if w.english {
		units, sizes = []string{"M", "B", "T"}, []float64{1e6, 1e9, 1e12}
	}
	i := len(units) - 1
	for i > 0 && math.Abs(float64(n)) < sizes[i] {
		i--
	}
	v := float64(n) / sizes[i]
	if math.Abs(v) >= 1000 {
		return grouped(int(v)) + units[i]
	}
	return strconv.FormatFloat(math.Trunc(v*10)/10, 'f', -1, 64) + units[i]
}

func grouped(n int) string {
	s := strconv.Itoa(n)
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// signed writes a change.
func (w words) signed(n int) string {
	if n > 0 {
		return "+" + w.count(n)
	}
	return strings.Replace(w.count(n), "-", "−", 1)
}

// short writes a number beside an axis.
func (w words) short(v float64) string {
	switch {
	case w.english && v >= 10_000:
		return strconv.FormatFloat(v/1000, 'f', -1, 64) + "k"
	case !w.english && v >= 10_000:
		return strconv.FormatFloat(v/10_000, 'f', -1, 64) + "万"
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}
