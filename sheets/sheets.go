// Package sheets writes tables for people who count elsewhere, CSV and Excel, and reads the CSV they bring. Every cell may come from somebody who wants it to be a
// formula, so none is ever one: what a spreadsheet would run is written as text.
package sheets

import (
	"encoding/csv"
	"io"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
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
