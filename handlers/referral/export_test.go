package referral_test

import (
	"bytes"
	"encoding/csv"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"sixtwenty/bot"
	"sixtwenty/bot/bottest"
	"sixtwenty/handlers/referral"
	"sixtwenty/store"
)

// names that a spreadsheet would run, or that would break a table.
func hostile() []string {
	return []string{"=cmd|' /C calc'!A0", "@SUM(1)", "+1+1", "-2+3", "a,\"b\"\nc", "\u202egnp.exe", "<b>x</b>"}
}

// sent reads the last file that somebody was sent.
func sent(t *testing.T, w *bottest.World, name string) []byte {
	t.Helper()
	var sum string
	type row struct {
		Effect bot.Effect `json:"effect"`
	}
	err := w.DB().View(t.Context(), func(r store.Reader) error {
		for row, err := range store.Table[row]("bot/sent").Scan(r, store.Range{}) {
			if err != nil {
				return err
			}
			if e := row.Value.Effect; e.Kind == bot.SendFile && strings.HasSuffix(e.Name, name) {
				sum = e.Media
			}
		}
		return nil
	})
	if err != nil || sum == "" {
		t.Fatalf("no file %s was sent: %v", name, err)
	}
	body, err := store.Blobs{DB: w.DB()}.Open(t.Context(), sum)
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	data, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// Both files come in private and hold every newcomer, and no cell of theirs is a formula.
func TestExport(t *testing.T) {
	run(t, referral.Settings{}, func(w *bottest.World) {
		expect(t, w.Says("群主", "/导出邀请"), "…只有管理员能用哦。")
		expect(t, w.Says("小六", "/导出邀请"), "…请先私聊我说一句话…")
		w.Private("群主", "/boss")
		for _, name := range hostile() {
			w.Invite("小明", name)
		}
		expect(t, w.Says("群主", "/导出邀请 pdf"), "…可以写：/导出邀请（Excel）…")
		expect(t, w.Says("群主", "/导出邀请 csv"), "好的，做好了私聊发给您。")
		expect(t, w.HeardBy("群主"), "[文件] 邀请-2026-11-21.csv")
		expect(t, w.Says("群主", "/导出邀请"), "好的…")
		expect(t, w.HeardBy("群主"), "[文件] 邀请-2026-11-21.xlsx")

		rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(sent(t, w, ".csv"), []byte("\ufeff")))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		book, err := excelize.OpenReader(bytes.NewReader(sent(t, w, ".xlsx")))
		if err != nil {
			t.Fatal(err)
		}
		defer book.Close()
		if got := book.GetSheetList(); !slices.Equal(got, []string{"新人", "邀请榜", "来源"}) {
			t.Errorf("the sheets are %q", got)
		}
		cells, err := book.GetRows("新人")
		if err != nil {
			t.Fatal(err)
		}
		if len(rows) != len(hostile())+1 || len(cells) != len(rows) {
			t.Fatalf("%d and %d rows", len(rows), len(cells))
		}
		for i, row := range rows[1:] {
			if strings.ContainsAny(row[0][:1], "=+-@|") || row[2] != "小明" || cells[i+1][2] != "小明" || row[3] != "有效" {
				t.Errorf("row %d: %q, %q", i, row, cells[i+1])
			}
			for col := range row {
				axis, _ := excelize.CoordinatesToCellName(col+1, i+2)
				if f, err := book.GetCellFormula("新人", axis); f != "" || err != nil {
					t.Errorf("%s is a formula: %q, %v", axis, f, err)
				}
			}
		}
	})
}
