package sheets

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// A Line is one row of a file that was read, with its number in the file.
type Line struct {
	Number int
	Cells  []string // as many as there are columns
}

var (
	// ErrTooLarge says that a file has more bytes or lines than are wanted.
	ErrTooLarge = errors.New("the file is too large")
	// ErrEmpty says that a file has no row.
	ErrEmpty = errors.New("the file is empty")
)

// ReadCSV reads what people saved from a spreadsheet: in UTF-8, UTF-16 or GB18030, as Excel writes in China, with commas,
// semicolons or tabs between the cells. The first row names the columns. Rows that are blank are left out; the apostrophe that CSV
// writes before a formula is taken off again. An error of the format names the line.
func ReadCSV(r io.Reader, bytesMost int64, linesMost int) (columns []string, rows []Line, err error) {
	data, err := io.ReadAll(io.LimitReader(r, bytesMost+1))
	if err != nil {
		return nil, nil, err
	}
	if int64(len(data)) > bytesMost {
		return nil, nil, fmt.Errorf("%w: more than %d bytes", ErrTooLarge, bytesMost)
	}
	text, err := decode(data)
	if err != nil {
		return nil, nil, err
	}
	in := csv.NewReader(strings.NewReader(text))
	in.Comma, in.FieldsPerRecord, in.LazyQuotes = separator(text), -1, true
	for {
		cells, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, nil, err
		}
		number, _ := in.FieldPos(0)
		switch cells = trimmed(cells); {
		case strings.Join(cells, "") == "":
		case columns == nil:
			columns = cells
		case len(rows) == linesMost:
			return nil, nil, fmt.Errorf("%w: more than %d rows", ErrTooLarge, linesMost)
		default:
			rows = append(rows, Line{number, fitted(cells, len(columns))})
		}
	}
	if len(rows) == 0 {
		return nil, nil, ErrEmpty
	}
	return columns, rows, nil
}

// decode makes text of a file. What is no UTF-8 is what Excel writes in China.
func decode(data []byte) (string, error) {
	for _, mark := range []string{"\xff\xfe", "\xfe\xff"} {
		if bytes.HasPrefix(data, []byte(mark)) {
			text, err := unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Bytes(data)
			return string(text), err
		}
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if utf8.Valid(data) {
		return string(data), nil
	}
	text, err := simplifiedchinese.GB18030.NewDecoder().Bytes(data)
	return string(text), err
}

// separator is what stands most often in the first line.
func separator(text string) rune {
	line, _, _ := strings.Cut(text, "\n")
	best, most := ',', strings.Count(line, ",")
	for _, sep := range ";\t" {
		if n := strings.Count(line, string(sep)); n > most {
			best, most = sep, n
		}
	}
	return best
}

func trimmed(cells []string) []string {
	for i, cell := range cells {
		cell = strings.TrimSpace(plain(cell))
		if rest, ok := strings.CutPrefix(cell, "'"); ok && harmless(rest) == cell {
			cell = rest
		}
		cells[i] = cell
	}
	return cells
}

func fitted(cells []string, n int) []string {
	fit := make([]string, n)
	copy(fit, cells)
	return fit
}
