package people_test

import (
	"strings"
	"testing"

	"sixtwenty/bot"
	"sixtwenty/bot/bottest"
	"sixtwenty/store"
)

// TestTheOwnerSaysWhoSomebodyIs: a doubt is listed, answered once, and gone; a wrong answer can be taken back.
func TestTheOwnerSaysWhoSomebodyIs(t *testing.T) {
	o := options()
	o.Doubts = []bot.Doubt{
		{Person: "p-苏苏", Nick: "苏苏", Candidates: []bot.Candidate{{Person: "p-小明", Nick: "小明", Evidence: bot.Text{ZH: "名字一样", EN: "same name"}}}},
		{Person: "p-x9K2", Nick: "<b>生人</b>", Candidates: []bot.Candidate{{Person: "p-阿杰", Nick: "阿杰"}}},
	}
	bottest.Run(t, o, func(w *bottest.World) {
		says := func(text, want string) {
			t.Helper()
			if got := w.Says("小六", text); len(got) != 1 || !strings.Contains(got[0], want) {
				t.Errorf("%s is answered %q, expected %q", text, got, want)
			}
		}
		says("/体检", "2 个人不敢确定")
		says("/待认", "9K2：新来的「<b>生人</b>」会不会是\n  1.「阿杰」")
		says("/待认 zzzz 1", "没有编号是 zzzz 的人")
		says("/待认 x9k2 7", "1 到 1")
		says("/待认 x9k2 0", "是一位新朋友")
		says("/待认 x9k2 0", "没有编号")
		says("/待认 P-苏苏 1", "苏苏 是一个人了")
		says("/待认", "没有不敢确定的人")
		says("/拆开 1", "收回了")
		if got := w.Says("小明", "/体检"); len(got) != 1 || !strings.Contains(got[0], "只有机主") {
			t.Errorf("heard %q", got)
		}
	})
}

// TestTheConsoleAnswers: the view lists what is asked, each row with the command that answers it, and a comparison before.
func TestTheConsoleAnswers(t *testing.T) {
	o := options()
	o.Doubts = []bot.Doubt{
		{Person: "p-苏苏", Nick: "苏苏", Candidates: []bot.Candidate{
			{Person: "p-小明", Nick: "小明", Evidence: bot.Text{ZH: "昵称相同", EN: "the same nickname"}}, {Person: "p-阿杰", Nick: "阿杰"},
		}},
		{Person: "p-甲x9K2", Nick: "生人", Candidates: []bot.Candidate{{Person: "p-阿杰", Nick: "阿杰"}}},
		{Person: "p-乙x9K2", Nick: "另一个", Candidates: []bot.Candidate{{Person: "p-阿杰", Nick: "阿杰"}}},
	}
	bottest.Run(t, o, func(w *bottest.World) {
		w.Says("小明", "你好")
		list := shown(w, 50)
		if len(list.Rows) != 4 || list.Rows[2].Cells[0] == list.Rows[3].Cells[0] || len(list.Rows[0].Acts) != 3 || len(list.Rows[1].Acts) != 1 {
			t.Fatalf("rows %+v", list.Rows)
		}
		if cells := list.Rows[0].Cells; cells[1] != "苏苏" || cells[2] != "小明" || cells[3] != "昵称相同" || list.Rows[0].Who != "p-小明" {
			t.Errorf("row %+v", list.Rows[0])
		}
		if few := shown(w, 3); len(few.Rows) != 3 || !strings.Contains(few.Note, "3 个问题") {
			t.Errorf("with room for three: %+v", few)
		}
		asks := func(text, want string) {
			t.Helper()
			got, err := w.Bot().Ask(w.T.Context(), bot.Event{Text: text})
			if err != nil || len(got) != 1 || !strings.Contains(got[0], want) {
				t.Errorf("%s is answered %q, %v; expected %q", text, got, err, want)
			}
		}
		row := list.Rows[0]
		asks(row.Acts[1].Say, "1.「小明」（昵称相同）\n     名字：小明")
		if got := strings.Join(w.Says("小六", row.Acts[1].Say), ""); strings.Contains(got, "第一次见到") || !strings.Contains(got, "私聊") {
			t.Errorf("in the group it is told %q", got)
		}
		asks(row.Acts[0].Say, "苏苏 是一个人了")
		asks(list.Rows[2].Acts[2].Say, "是一位新朋友")
		asks("/待认 x9k2 0", "「另一个」是一位新朋友")
		if list := shown(w, 50); len(list.Rows) != 0 {
			t.Errorf("left: %+v", list.Rows)
		}
		if done, _ := audited(w); len(done) != 5 || !strings.Contains(done[0], "console done") {
			t.Errorf("audit %q", done)
		}
	})
}

// shown reads the view as the console does.
func shown(w *bottest.World, limit int) (s bot.Shown) {
	w.T.Helper()
	err := w.DB().View(w.T.Context(), func(r store.Reader) (err error) {
		for _, v := range w.Bot().Views() {
			if v.Feature == "people" && v.Name == "questions" {
				s, err = v.Read(r, bot.Query{Lang: "zh", Limit: limit})
			}
		}
		return err
	})
	if err != nil {
		w.T.Fatal(err)
	}
	return s
}
