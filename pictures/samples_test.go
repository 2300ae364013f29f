package pictures

import (
	"strconv"
	"strings"
	"time"
)

// everyday are names as people have them.
func everyday() []string {
	return []string{
		"小明🌙", "阿花", "Mr. Wang", "李雷 ❤️", "韩梅梅", "🐱喵喵", "محمد علي", "🇨🇳🇫🇷", "很长很长很长很长很长很长的名字真的很长",
		"<b onload=x>&amp;", "𠮷野家龘", "z\u0334\u0327\u0322\u031b\u033a\u0316\u0340\u0301a\u0337lgo", "", "ก้านกล้วย",
		"王小二", "㍿", "👩🏽‍❤️‍💋‍👨🏽", "1️⃣ 第一", "﷽", "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f Scot",
	}
}

// hostile are names as those who mean harm have them, too.
func hostile() []string {
	return append(
		everyday(),
		"\u202egnp.exe\u202c", "a\x00\x1b[31m\r\n\tb", "\u3164\u2800\u200b\u200d\ufeff", "bad\xff\xfe\xed\xa0\x80utf", "\ufffe\uffff\ue001",
		strings.Repeat("长", 10_000), strings.Repeat("👨‍👩‍👧‍👦", 3000), strings.Repeat("\u1100", 5000), "]]></title><script>alert(1)</script>",
	)
}

func sampleDay(n int) time.Time {
	return time.Date(2026, 11, 16, 0, 0, 0, 0, time.UTC).AddDate(0, 0, n)
}

func sampleRows(n int) []Row {
	names := everyday()
	list := make([]Row, n)
	for i := range list {
		list[i] = Row{Name: names[i%len(names)], Value: 365 - i*2/3, Mine: i == 213}
		if i%3 == 0 {
			list[i].Note = "最长连续 " + strconv.Itoa(400-i) + " 天"
		}
	}
	return list
}

func sampleNode(i int, children ...Node) Node {
	names := everyday()
	return Node{
		Name: names[i%len(names)], Note: "11月" + strconv.Itoa(i%30+1) + "日", Left: i%7 == 4, Pending: i%5 == 3, Children: children,
	}
}

func sampleNodes(n int) []Node {
	list := make([]Node, n)
	for i := range list {
		list[i] = sampleNode(i)
	}
	return list
}

func sampleChain(n int) Node {
	var chain Node
	for i := range n {
		chain = sampleNode(i, chain)
	}
	return chain
}

func sampleDays(n int) []Headcount {
	list, members := make([]Headcount, n), 132
	for i := range list {
		in, out := (i*37+11)%9*(i%4)/3, (i*13)%5*(i%3)/4
		members += in - out
		list[i] = Headcount{sampleDay(i - n), members, in, out}
	}
	return list
}

func sampleMonth(l Look) Month {
	days := make([]Mark, 21)
	for i := range days {
		days[i] = Done
	}
	days[3], days[9], days[12], days[16] = Blank, MadeUp, Frozen, Off
	return Month{
		Look: l, Name: "小明🌙👨‍👩‍👧‍👦", Group: "六点二十晨读群 📚", Year: 2026, Month: time.November,
		Days: days, Today: 22, Streak: 9, Longest: 41, Total: 12345,
	}
}

func sampleYear(l Look) Year {
	days := make([]int, 325)
	for i := range days {
		if days[i] = (i*i*7 + i*13) % 5; i%7 > 4 {
			days[i] = 0
		}
	}
	return Year{Look: l, Name: "阿花", Group: "六点二十晨读群", Year: 2026, Days: days, Streak: 12, Longest: 88, Total: 231}
}

func sampleTree(l Look) Tree {
	root := sampleNode(1,
		sampleNode(0, sampleNode(2, sampleNodes(2)...), sampleNode(3)), sampleNode(1, sampleNodes(14)...), sampleNode(4),
		sampleNode(8, sampleNode(5, sampleNode(6, sampleNodes(3)...))), sampleNode(9))
	return Tree{Look: l, Group: "六点二十晨读群", Root: root, Direct: 5, Reach: 28, Stays: 25}
}

func sampleWeek(l Look) Week {
	return Week{
		Look: l, Title: "本周回顾", Group: "六点二十晨读群 📚", From: sampleDay(0), To: sampleDay(6), Members: 487, Joined: 23, Left: 4,
		Checkins: 1893, LastWeek: 1704, Daily: [7]int{281, 290, 276, 268, 301, 244, 233},
		Hours: [24]int{5: 12, 181, 96, 40, 22, 18, 25, 41, 30, 12, 8, 10, 16, 33, 52, 88, 97, 41, 9},
		Best:  sampleRows(3), Inviters: sampleRows(2), Unit: "天",
	}
}

func sampleCertificate(l Look) Certificate {
	return Certificate{
		Look: l, Name: "小明🌙", Camp: "21 天晨读营 · 第三期", Group: "六点二十晨读群", Days: 21, Done: 21,
		From: sampleDay(-21), To: sampleDay(-1), Words: "每一个清晨，都算数。",
	}
}

func sampleAgenda(l Look, days int) Agenda {
	a := Agenda{Look: l, Title: "接下来 7 天", Group: "六点二十晨读群 📚"}
	for i := range days {
		d := AgendaDay{Date: sampleDay(i), Items: []AgendaItem{{Clock: "06:20", What: "6:20 语音 → 300 个群", Note: "最后一个群约 06:32:04"}}}
		switch i % 4 {
		case 1:
			d.Items[0].Note, d.Items[0].Warn = "没有新语音", true
			d.Items = append(d.Items, AgendaItem{Clock: "08:00", What: "1. 发「上班啦」", Off: true, Note: "放假，不发"})
		case 2:
			d.Note, d.Alarm = "调休上班", "这天要发 2400 条，一天最多 2000 条"
			for h := range 16 {
				d.Items = append(d.Items, AgendaItem{Clock: strconv.Itoa(h+8) + ":00", What: "2. 喝水"})
			}
		case 3:
			d.Items = nil
		}
		a.Days = append(a.Days, d)
	}
	return a
}

// samples are the pictures to look at: none, one, three and many of everything, in both languages.
func samples(dark bool) map[string]*Drawing {
	l, en := Look{Dark: dark}, Look{Lang: "en", Dark: dark}
	board := Board{Look: l, Title: "连续打卡榜", Group: "六点二十晨读群", Period: "11月16日–22日", Unit: "天"}
	boardOf := func(n int) *Drawing { b := board; b.Rows = sampleRows(n); return b.Draw() }
	treeOf := func(root Node) *Drawing {
		return Tree{Look: l, Group: "六点二十晨读群", Root: root, Direct: 500, Reach: 12500, Stays: 11111}.Draw()
	}
	return map[string]*Drawing{
		"month": sampleMonth(l).Draw(), "month-en": sampleMonth(en).Draw(), "month-empty": Month{Look: l, Year: 2026, Month: 2}.Draw(),
		"year":       sampleYear(l).Draw(),
		"year-group": Year{Look: en, Group: "Early birds", Year: 2024, Days: []int{2, 1, 0, 3, -1, 4}, Total: 12931}.Draw(),
		"board":      boardOf(500), "board-none": boardOf(0), "board-three": boardOf(3),
		"board-one": Board{Look: en, Title: "Points", Group: "Early birds", Unit: "pts", Rows: []Row{{Name: "Zoë", Value: 1234567, Mine: true}}}.Draw(),
		"tree":      sampleTree(l).Draw(), "tree-wide": treeOf(Node{Name: "小明", Children: sampleNodes(500)}),
		"tree-deep": treeOf(sampleChain(30)), "tree-none": treeOf(Node{Name: "小明"}),
		"growth":      Growth{Look: l, Title: "群成长", Group: "六点二十晨读群", Days: sampleDays(30)}.Draw(),
		"growth-year": Growth{Look: en, Title: "Growth", Group: "Early birds", Days: sampleDays(365)}.Draw(),
		"growth-one":  Growth{Look: l, Title: "群成长", Group: "六点二十晨读群", Days: sampleDays(1)}.Draw(),
		"growth-none": Growth{Look: l, Title: "群成长", Group: "六点二十晨读群"}.Draw(),
		"week":        sampleWeek(l).Draw(),
		"week-quiet":  Week{Look: l, Title: "本周回顾", Group: "新群", From: sampleDay(0), To: sampleDay(6), Members: 3, LastWeek: -1}.Draw(),
		"agenda":      sampleAgenda(l, 7).Draw(), "agenda-month": sampleAgenda(l, 40).Draw(), "agenda-none": sampleAgenda(l, 0).Draw(),
		"certificate": sampleCertificate(l).Draw(),
		"certificate-en": Certificate{
			Look: en, Name: "Alexandra Featherstonehaugh-Montgomery", Camp: "the 100 day challenge", Group: "Early birds", Days: 100,
			Done: 93, From: sampleDay(-99), To: sampleDay(0), Words: "Every morning counts.", Seal: "早",
		}.Draw(),
	}
}

// attacks are pictures made of one text everywhere and numbers at their worst.
func attacks(text string, n int, l Look) []*Drawing {
	row := Row{Rank: n, Name: text, Note: text, Value: n, Mine: n%2 == 0}
	rows := []Row{row, row, row, row, row}
	node := Node{Name: text, Note: text, Below: n, Children: []Node{{Name: text, Below: n}, {Name: text, Left: true}}}
	heads := []Headcount{{sampleDay(0), n, n, n}, {sampleDay(n % 1000), n / 2, -n, n}}
	month := time.Month(n%14 - 1)
	item := AgendaItem{text, text, text, n%2 == 0, n%3 == 0}
	agenda := AgendaDay{sampleDay(n % 1000), text, text, []AgendaItem{item, item, item}}
	return []*Drawing{
		Month{l, text, text, n, month, []Mark{Mark(n), Done, Off}, n, n, n, n}.Draw(),
		Year{l, text, text, n, []int{n, 1, -n}, n, n, n}.Draw(),
		Board{l, text, text, text, text, rows, n}.Draw(),
		Tree{l, text, node, n, n, n}.Draw(),
		Growth{l, text, text, heads}.Draw(),
		Agenda{l, text, text, []AgendaDay{agenda, agenda}}.Draw(),
		Week{
			Look: l, Title: text, Group: text, From: sampleDay(0), To: sampleDay(n % 1000), Members: n, Joined: n, Left: n, Checkins: n,
			LastWeek: -n, Daily: [7]int{n, -n, 1}, Hours: [24]int{n, -n, 1}, Best: rows, Inviters: rows, Unit: text,
		}.Draw(),
		Certificate{l, text, text, text, n, n / 2, sampleDay(0), sampleDay(n % 1000), text, text}.Draw(),
	}
}
