package pictures

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
)

// said are the texts of a drawing, a label each.
func said(d *Drawing) []string {
	var list []string
	for _, m := range d.marks {
		if l, ok := m.(label); ok {
			list = append(list, strings.Join(texts(fit(monospace{}, label{spans: l.spans})), ""))
		}
	}
	return list
}

func says(t *testing.T, d *Drawing, want ...string) {
	t.Helper()
	for _, w := range want {
		if !slices.Contains(said(d), w) {
			t.Errorf("the %s lacks %q: %q", d.Kind, w, said(d))
		}
	}
}

// within checks that a drawing is no larger than it may be, and that nothing stands out of it.
func within(t *testing.T, d *Drawing) {
	t.Helper()
	if d.Width != Width || d.Height <= 0 || d.Height > maxHeight {
		t.Fatalf("the %s is %v by %v", d.Kind, d.Width, d.Height)
	}
	inside := func(what string, x0, y0, x1, y1 float64) {
		ok := x0 >= 0 && y0 >= 0 && x1 <= d.Width && y1 <= d.Height && x0 <= x1 && y0 <= y1
		if !ok || math.IsNaN(x0+x1+y0+y1) {
			t.Fatalf("the %s of %v has a %s at %v,%v – %v,%v", d.Kind, d.Height, what, x0, y0, x1, y1)
		}
	}
	for _, m := range d.marks {
		switch m := m.(type) {
		case box:
			inside("box", m.x, m.y, m.x+m.w, m.y+m.h)
		case disc:
			inside("disc", m.x-m.r, m.y-m.r, m.x+m.r, m.y+m.r)
		case path:
			for _, p := range m.points {
				inside("path", p.x, p.y, p.x, p.y)
			}
		case label:
			x := m.x - m.max*[]float64{0, 0.5, 1}[m.align]
			inside("label", x, m.y-m.spans[0].size, x+m.max, m.y)
		}
	}
}

func TestSamplesStayWithin(t *testing.T) {
	for _, d := range samples(false) {
		within(t, d)
		if d.Kind == "" || d.Title == "" && d.Kind != "month" {
			t.Errorf("a picture lacks its kind or title: %q %q", d.Kind, d.Title)
		}
	}
}

// TestEnglishIsComplete draws with Latin names: nothing Chinese may be left, but the house's seal.
func TestEnglishIsComplete(t *testing.T) {
	for _, d := range slices.Concat(attacks("Zoe", 3, Look{Lang: "en"}), attacks("", 0, Look{Lang: "en"})) {
		for _, text := range append(said(d), d.Title) {
			if strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) }) && !strings.Contains("六点二十", text) {
				t.Errorf("the English %s says %q", d.Kind, text)
			}
		}
	}
}

func TestThemesDifferInColoursOnly(t *testing.T) {
	bright, dim := samples(false), samples(true)
	for name, d := range bright {
		if !slices.Equal(said(d), said(dim[name])) || len(d.marks) != len(dim[name].marks) || d.Height != dim[name].Height {
			t.Errorf("%s is another picture in the dark", name)
		}
		if d.marks[0].(box).fill == dim[name].marks[0].(box).fill {
			t.Errorf("%s has the same ground in the dark", name)
		}
	}
}

// TestNamesKeepToThemselves: a name from right to left is a span of its own, and cannot turn round the date after it.
func TestNamesKeepToThemselves(t *testing.T) {
	d := Board{Title: "Top", Group: "محمد", Period: "16 Nov"}.Draw()
	for _, m := range d.marks {
		if l, ok := m.(label); ok && len(l.spans) == 3 {
			if got := texts(fit(monospace{}, l)); !slices.Equal(got, []string{"محمد", " ·", " 16 Nov"}) {
				t.Errorf("%q", got)
			}
			return
		}
	}
	t.Error("the group and the period are not there")
}

func TestMonth(t *testing.T) {
	d := sampleMonth(Look{}).Draw()
	says(t, d, "2026年11月", "18 天", "9 天", "41 天", "12,345 天", "30", "打卡", "补卡", "冻结", "休息", "一", "日")
	if slices.Contains(said(d), "31") {
		t.Error("November has 31 days")
	}
	leap := Month{Look: Look{Lang: "en"}, Year: 2028, Month: time.February, Days: make([]Mark, 99), Streak: 1}.Draw()
	says(t, leap, "February 2028", "0 days", "1 day", "29")
	if slices.Contains(said(leap), "30") || slices.Contains(said(leap), "Made up") {
		t.Errorf("too much in February: %q", said(leap))
	}
}

func TestStreaks(t *testing.T) {
	for in, want := range map[string]string{
		"dddd": "1111", "d.dd": "1011", "dood": "1111", "do.d": "1001", "ood": "001", "doo": "100", "dmf": "111", "": "", "d.ood": "10001",
	} {
		var days []Mark
		for _, r := range in {
			days = append(days, map[rune]Mark{'d': Done, 'm': MadeUp, 'f': Frozen, 'o': Off}[r])
		}
		got := ""
		for _, held := range streaks(days) {
			got += map[bool]string{true: "1", false: "0"}[held]
		}
		if got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
}

func TestYearShowsEveryDayOnce(t *testing.T) {
	for year, days := range map[int]int{2024: 366, 2026: 365, 1900: 365} {
		n := 0
		for _, m := range (Year{Year: year, Days: make([]int, 400)}).Draw().marks {
			if b, ok := m.(box); ok && b.w == heatCell {
				n++
			}
		}
		if n != days {
			t.Errorf("%d has %d days", year, n)
		}
	}
}

func TestLevel(t *testing.T) {
	for _, test := range [][3]int{{0, 9, 0}, {-1, 9, 0}, {1, 0, 0}, {1, 1, 4}, {1, 100, 1}, {25, 100, 1}, {26, 100, 2}, {75, 100, 3}, {100, 100, 4}} {
		if got := level(test[0], test[1]); got != test[2] {
			t.Errorf("level(%d, %d) = %d, want %d", test[0], test[1], got, test[2])
		}
	}
}

func TestBoard(t *testing.T) {
	rows := sampleRows(500)
	d := Board{Title: "榜", Unit: "天", Rows: rows}.Draw()
	says(t, d, "…还有 479 人", "214", "20")
	if slices.Contains(said(d), "21") {
		t.Error("row 21 is shown")
	}
	says(t, Board{Rows: rows[:100], People: 12_000}.Draw(), "…还有 11,980 人")
	says(t, Board{Look: Look{Lang: "en"}, Rows: rows[:21]}.Draw(), "… and 1 more")
	says(t, Board{}.Draw(), "还没有人上榜，等你来当第一个")
	for _, text := range said(Board{Rows: rows[:20]}.Draw()) {
		if strings.Contains(text, "还有") {
			t.Errorf("twenty fit, and the board says %q", text)
		}
	}
	tie := Board{Rows: []Row{{Rank: 1, Name: "a"}, {Rank: 1, Name: "b"}, {Rank: 3, Name: "c"}, {Rank: 3, Name: ""}}}.Draw()
	says(t, tie, "无名")
	if n := len(slices.DeleteFunc(said(tie), func(s string) bool { return s != "3" })); n != 2 {
		t.Errorf("%d people are third, not 2", n)
	}
}

func TestTree(t *testing.T) {
	says(t, sampleTree(Look{}).Draw(), "…还有 6 人", "已离开 · 11月5日", "待确认 · 11月4日")
	says(t, Tree{Root: Node{Children: sampleNodes(500)}}.Draw(), "…还有 480 人")
	says(t, Tree{Root: Node{Below: 70, Children: []Node{{Name: "a", Below: 1200}}}}.Draw(), "…还有 70 人", "a +1,200")
	says(t, Tree{}.Draw(), "还没有邀请记录")
}

// TestTreeCountsEverybody: who is not shown is counted, whatever the shape.
func TestTreeCountsEverybody(t *testing.T) {
	bushy := Node{}
	for range 6 {
		bushy = Node{Below: 1, Children: []Node{bushy, bushy, bushy}}
	}
	for name, root := range map[string]Node{"star": {Children: sampleNodes(5000)}, "chain": sampleChain(20_000), "bushy": bushy, "sample": sampleTree(Look{}).Root} {
		var shown, hidden int
		var walk func(b *branch)
		walk = func(b *branch) {
			hidden += b.hidden
			for _, c := range b.children {
				shown++
				walk(c)
			}
		}
		top := prune(&root)
		walk(top)
		if want := people([]Node{root}) - 1; shown+hidden != want {
			t.Errorf("%s: %d shown and %d hidden of %d", name, shown, hidden, want)
		}
		if n := lineCount(top); n > maxBranches+3 {
			t.Errorf("%s takes %d lines", name, n)
		}
	}
}

func TestGatherKeepsTheSums(t *testing.T) {
	for _, n := range []int{1, 2, maxBars, maxBars + 1, 365, 4000} {
		days := sampleDays(n)
		got := gather(days)
		var in, out int
		for i := range days {
			in, out = in+days[i].Joined, out+days[i].Left
		}
		for _, g := range got {
			in, out = in-g.Joined, out-g.Left
		}
		if in != 0 || out != 0 || len(got) > maxBars || got[len(got)-1].Members != days[n-1].Members || !got[0].Date.Equal(days[0].Date) {
			t.Errorf("%d days became %d: %d joined and %d left are lost", n, len(got), in, out)
		}
	}
}

func TestTicks(t *testing.T) {
	for _, test := range [][2]float64{{0, 0}, {1, 1}, {0, 1}, {132, 176}, {0, 12_345}, {499, 500}, {1e9, 1e9}, {0, 1e9}, {999_999_998, 1e9}} {
		from, to, step := ticks(test[0], test[1])
		n := (to - from) / step
		if from > test[0] || to < test[1] || n < 1 || n > 7 || n != math.Round(n) || from < 0 {
			t.Errorf("ticks%v = %v, %v, %v", test, from, to, step)
		}
	}
}

func TestGrowthAndWeek(t *testing.T) {
	says(t, Growth{Title: "群成长", Days: sampleDays(30)}.Draw(), "176 人", "+44", "加入 54", "离开 10")
	says(t, Growth{Days: []Headcount{{sampleDay(0), 10, 0, 0}, {sampleDay(1), 7, 0, 3}}}.Draw(), "−3")
	says(t, sampleWeek(Look{}).Draw(), "1,893", "+23", "−4", "比上周 +189", "301", "打卡之星", "邀请之星")
	says(t, Week{LastWeek: -1}.Draw(), "这周安安静静，下周见")
}

func TestCertificate(t *testing.T) {
	says(t, sampleCertificate(Look{}).Draw(), "小明🌙", "坚持完成「21 天晨读营 · 第三期」", "21", "全勤", "六", "十")
	d := Certificate{Look: Look{Lang: "en"}, Name: "Zoe", Camp: "the camp", Days: 500, Done: 250, Seal: "一二三四五"}.Draw()
	says(t, d, "for finishing the camp", "250", "/ 500 days", "四")
	if slices.Contains(said(d), "五") {
		t.Error("five characters are in the seal")
	}
	full := 0
	for _, m := range d.marks {
		if b, ok := m.(disc); ok && b.fill == light().accent {
			full++
		}
	}
	if full != maxBeads/2 {
		t.Errorf("%d beads are full, not half of %d", full, maxBeads)
	}
}

func TestCount(t *testing.T) {
	zh, en := chinese(), english()
	for n, want := range map[int][2]string{
		0: {"0", "0"}, 999: {"999", "999"}, 1000: {"1,000", "1,000"}, -1000: {"-1,000", "-1,000"}, -999: {"-999", "-999"},
		1234567: {"1,234,567", "1,234,567"}, 9_999_999: {"9,999,999", "9,999,999"}, 12_345_678: {"1,234万", "12.3M"},
		-12_345_678: {"-1,234万", "-12.3M"}, 199_999_999: {"1.9亿", "199.9M"}, 2_000_000_000: {"20亿", "2B"},
		math.MinInt64: {"-9,223,372万亿", "-9,223,372T"},
	} {
		if got := [2]string{zh.count(n), en.count(n)}; got != want {
			t.Errorf("count(%d) = %q, want %q", n, got, want)
		}
	}
	if got := zh.signed(5) + zh.signed(0) + zh.signed(-5000); got != "+50−5,000" {
		t.Error(got)
	}
}

func TestDates(t *testing.T) {
	zh, en := chinese(), english()
	a, b, c := sampleDay(0), sampleDay(6), sampleDay(60)
	for got, want := range map[string]string{
		zh.span(a, b): "2026年11月16日 – 11月22日", en.span(a, b): "16 Nov – 22 Nov 2026", zh.span(a, a): "2026年11月16日",
		zh.span(a, c): "2026年11月16日 – 2027年1月15日", zh.short(12_000): "1.2万", en.short(12_000): "12k", en.short(0): "0",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestCacheForgetsTheOldest(t *testing.T) {
	c, made := newCache[int, int](3), 0
	for _, k := range []int{1, 2, 3, 1, 4, 2, 3, 1, 4} { // 4 pushes out 1, which then pushes out 2
		if v := c.get(k, func() int { made++; return k * 10 }); v != k*10 {
			t.Errorf("%d gives %d", k, v)
		}
	}
	if made != 5 || len(c.entries) != 3 {
		t.Errorf("%d were made, %d are kept", made, len(c.entries))
	}
}
