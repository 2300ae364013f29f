// Package sheets writes tables for people who count elsewhere, CSV and Excel, and reads the CSV they bring. Every cell may come from somebody who wants it to be a
// formula, so none is ever one: what a spreadsheet would run is written as text.
package sheets

import (
	"encoding/csv"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// A Table is one sheet: what its columns are called, and rows of as many cells.
type Table struct {
	Name    string
	Columns []string
	Rows    [][]string
}

// number is what both formats may keep as a number: nothing with a leading zero or plus, which is a code or a phone.
var number = regexp.MustCompile(`^-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,9})?$`)

// CSV writes the table in UTF-8 with the mark that Excel needs to know it. A cell that a spreadsheet would run is led by an
// apostrophe.
func CSV(w io.Writer, t Table) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	for _, row := range append([][]string{t.Columns}, t.Rows...) {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = harmless(cell)
		}
		if err := out.Write(cells); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// harmless is the cell as CSV may carry it. Blanks do not hide a formula from every spreadsheet, so they do not here either.
func harmless(cell string) string {
	cell = plain(cell)
	if number.MatchString(cell) {
		return cell
	}
	lead := strings.TrimLeftFunc(cell, unicode.IsSpace)
	if lead == "" || !strings.ContainsRune("=+-@|%\uff1d\uff0b\uff0d\uff20", firstRune(lead)) {
		return cell
	}
	return "'" + cell
}

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

// plain drops what no sheet can hold: control characters and broken bytes. A cell of Excel holds 32,767 characters.
func plain(cell string) string {
	cell = strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return ' '
		}
		if unicode.IsControl(r) || r == utf8.RuneError || r == '\ufffe' || r == '\uffff' {
			return -1
		}
		return r
	}, cell)
	if runes := []rune(cell); len(runes) > cellLimit {
		return string(runes[:cellLimit])
	}
	return cell
}

// cellLimit leaves room for characters that Excel counts twice.
const cellLimit = 16_000

// XLSX writes a workbook of the tables, one sheet each, in their order. Sheets whose names are taken or not allowed get one of their own.
func XLSX(w io.Writer, tables ...Table) (err error) {
	book := excelize.NewFile()
	defer func() {
		if closing := book.Close(); err == nil {
			err = closing
		}
	}()
	taken := map[string]bool{}
	for i, t := range tables {
		name := sheetName(t.Name, i+1, taken)
		if i == 0 {
			err = book.SetSheetName(book.GetSheetName(0), name)
		} else {
			_, err = book.NewSheet(name)
		}
		if err == nil {
			err = writeSheet(book, name, t)
		}
		if err != nil {
			return fmt.Errorf("sheet %q: %w", name, err)
		}
	}
	return book.Write(w)
}

func writeSheet(book *excelize.File, name string, t Table) error {
	out, err := book.NewStreamWriter(name)
	if err != nil {
		return err
	}
	for i, row := range append([][]string{t.Columns}, t.Rows...) {
		cells := make([]any, len(row))
		for j, cell := range row {
			cells[j] = value(plain(cell))
		}
		if err := out.SetRow("A"+strconv.Itoa(i+1), cells); err != nil {
			return err
		}
	}
	return out.Flush()
}

// value is a number where the cell is one, else text; a text is never a formula in this format.
func value(cell string) any {
	if number.MatchString(cell) {
		if n, err := strconv.ParseFloat(cell, 64); err == nil {
			return n
		}
	}
	return cell
}

func sheetName(name string, n int, taken map[string]bool) string {
	name = strings.Trim(strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:\/?*[]`, r) || unicode.IsControl(r) || r == utf8.RuneError {
			return '_'
		}
		return r
	}, name), "' ")
	const most = 15 // of the 31 that Excel allows, counted in UTF-16
	if runes := []rune(name); len(runes) > most {
		name = string(runes[:most])
	}
	if name == "" || taken[strings.ToLower(name)] {
		name = strings.TrimSpace(name + " " + strconv.Itoa(n))
	}
	taken[strings.ToLower(name)] = true
	return name
}
