package sheets_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"sixtwenty/sheets"
)

func TestReadsWhatSpreadsheetsSave(t *testing.T) {
	const text = "名字,积分\r\n小明,3\r\n\r\n\"李,雷\",\"5\n6\"\n短\n"
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	wide, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(strings.ReplaceAll(text, ",", "\t"))
	if err != nil {
		t.Fatal(err)
	}
	want := []sheets.Line{{2, []string{"小明", "3"}}, {4, []string{"李,雷", "5 6"}}, {6, []string{"短", ""}}}
	tabbed := []sheets.Line{{2, []string{"小明", "3"}}, {4, []string{"李\t雷", "5 6"}}, {6, []string{"短", ""}}}
	tabbed[1].Cells[0] = "李 雷" // a tab within a cell is a blank
	for name, c := range map[string]struct {
		in   string
		rows []sheets.Line
	}{
		"UTF-8": {text, want}, "with its mark": {"\ufeff" + text, want}, "GB18030": {gb, want}, "UTF-16 with tabs": {wide, tabbed},
	} {
		columns, rows, err := sheets.ReadCSV(strings.NewReader(c.in), 1000, 10)
		if err != nil || !cmp.Equal(columns, []string{"名字", "积分"}) || !cmp.Equal(rows, c.rows) {
			t.Errorf("%s: %q, %v, %v", name, columns, rows, err)
		}
	}
}

// What CSV writes reads as it was.
func TestReadsBackHostileNames(t *testing.T) {
	names := []string{"=1+1", "@SUM(A1)", "-2+3", "+86", "'quoted", "“引号”", "a,b", "-5", "|cmd", "'=x"}
	var rows [][]string
	for _, n := range names {
		rows = append(rows, []string{n})
	}
	var b bytes.Buffer
	if err := sheets.CSV(&b, sheets.Table{Columns: []string{"名字"}, Rows: rows}); err != nil {
		t.Fatal(err)
	}
	_, got, err := sheets.ReadCSV(&b, 10_000, 100)
	if err != nil || len(got) != len(names) {
		t.Fatalf("%v, %v", got, err)
	}
	for i, n := range names {
		if want := n; got[i].Cells[0] != want && got[i].Cells[0] != strings.TrimPrefix(n, "'") {
			t.Errorf("%q came back as %q", n, got[i].Cells[0])
		}
	}
}

func TestRefusesWhatIsNoTable(t *testing.T) {
	for name, c := range map[string]struct {
		in   string
		want error
	}{
		"nothing": {"", sheets.ErrEmpty}, "a head alone": {"名字,积分\n", sheets.ErrEmpty},
		"too many rows":  {"n\n" + strings.Repeat("x\n", 11), sheets.ErrTooLarge},
		"too many bytes": {"n\n" + strings.Repeat("x", 1000), sheets.ErrTooLarge},
	} {
		if _, _, err := sheets.ReadCSV(strings.NewReader(c.in), 1000, 10); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
