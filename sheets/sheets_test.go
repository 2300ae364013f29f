package sheets

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

var hostile = []string{
	`=cmd|'/C calc'!A0`, "+1+1", "-2+3", "@SUM(A1)", " =1+1", "\t=1+1", "\u3000=1", "＝1+1", "|x", "'=1", "a\x00b", "\xff", "小明、\"甲\"\n乙", "<b>",
}

func TestNoCellIsAFormula(t *testing.T) {
	table := Table{Name: "[邀请]:榜", Columns: []string{"名字", "=人数"}}
	for _, cell := range hostile {
		table.Rows = append(table.Rows, []string{cell, "12"})
	}

	var text bytes.Buffer
	if err := CSV(&text, table); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(text.String(), "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != len(table.Rows)+1 {
		t.Fatalf("%d rows, want %d", len(rows), len(table.Rows)+1)
	}
	for _, row := range rows {
		for _, cell := range row {
			if lead := strings.TrimSpace(cell); strings.ContainsRune("=+-@|＝", firstRune(lead)) {
				t.Errorf("a spreadsheet would run %q", cell)
			}
		}
	}

	var book bytes.Buffer
	if err := XLSX(&book, table, Table{Name: "[邀请]:榜", Columns: []string{"x"}}, Table{}); err != nil {
		t.Fatal(err)
	}
	read, err := excelize.OpenReader(&book)
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	names := read.GetSheetList()
	if len(names) != 3 || names[0] == names[1] {
		t.Fatalf("sheets %q", names)
	}
	kept, err := read.GetRows(names[0])
	if err != nil || len(kept) != len(table.Rows)+1 {
		t.Fatalf("%d rows, %v", len(kept), err)
	}
	if kept[1][0] != hostile[0] {
		t.Errorf("the cell became %q", kept[1][0])
	}
	for _, cell := range []string{"A2", "A3", "B1"} {
		if f, err := read.GetCellFormula(names[0], cell); err != nil || f != "" {
			t.Errorf("%s is the formula %q, %v", cell, f, err)
		}
	}
	if kind, err := read.GetCellType(names[0], "B2"); err != nil || (kind != excelize.CellTypeNumber && kind != excelize.CellTypeUnset) {
		t.Errorf("12 is kept as %v, %v", kind, err)
	}
}

func TestNumbersAndCodes(t *testing.T) {
	for cell, want := range map[string]string{
		"12": "12", "-3": "-3", "1.5": "1.5", "007": "007", "+86": "'+86", "-x": "'-x", "": "", "1e9": "1e9",
	} {
		if got := harmless(cell); got != want {
			t.Errorf("%q becomes %q, want %q", cell, got, want)
		}
	}
	var book bytes.Buffer
	if err := XLSX(&book, Table{Columns: []string{"007", "7", "-1.5", "1e9"}}); err != nil {
		t.Fatal(err)
	}
	read, err := excelize.OpenReader(&book)
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	for cell, text := range map[string]bool{"A1": true, "B1": false, "C1": false, "D1": true} {
		if kind, err := read.GetCellType("1", cell); err != nil || (kind == excelize.CellTypeInlineString) != text {
			t.Errorf("%s is kept as %v, %v", cell, kind, err)
		}
	}
}

func BenchmarkXLSX(b *testing.B) {
	table := Table{Name: "x", Columns: []string{"a", "b", "c"}}
	for range 50_000 {
		table.Rows = append(table.Rows, []string{"小明", "12", "2026-11-21"})
	}
	for b.Loop() {
		var out bytes.Buffer
		if err := XLSX(&out, table); err != nil {
			b.Fatal(err)
		}
	}
}
