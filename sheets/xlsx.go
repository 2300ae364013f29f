package sheets

import (
	"archive/zip"
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A workbook of plain cells is a zip of a few small files. A library that knows all of the format would be a tenth of the binary;
// the tests read with one what is written here.

const (
	spreadsheet = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
	documents   = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	packages    = "http://schemas.openxmlformats.org/package/2006/"
	contentType = "application/vnd.openxmlformats-officedocument.spreadsheetml."
)

// XLSX writes a workbook of the tables, one sheet each, in their order. Sheets whose names are taken or not allowed get one of their own.
func XLSX(w io.Writer, tables ...Table) error {
	if len(tables) == 0 {
		tables = []Table{{}} // a workbook has a sheet
	}
	book := zip.NewWriter(w)
	names, taken := make([]string, len(tables)), map[string]bool{}
	for i, t := range tables {
		names[i] = sheetName(t.Name, i+1, taken)
	}
	for _, part := range []struct {
		name  string
		write func(w *bufio.Writer)
	}{
		{"[Content_Types].xml", func(w *bufio.Writer) { contents(w, len(tables)) }},
		{"_rels/.rels", func(w *bufio.Writer) {
			relations(w, []string{`<Relationship Id="rId1" Type="` + documents + `/officeDocument" Target="xl/workbook.xml"/>`})
		}},
		{"xl/workbook.xml", func(w *bufio.Writer) { workbook(w, names) }},
		{"xl/_rels/workbook.xml.rels", func(w *bufio.Writer) {
			var list []string
			for i := range tables {
				list = append(list, fmt.Sprintf(`<Relationship Id="rId%d" Type="%s/worksheet" Target="worksheets/sheet%[1]d.xml"/>`, i+1, documents))
			}
			relations(w, list)
		}},
	} {
		if err := inZip(book, part.name, part.write); err != nil {
			return err
		}
	}
	for i, t := range tables {
		if err := inZip(book, fmt.Sprintf("xl/worksheets/sheet%d.xml", i+1), func(w *bufio.Writer) { worksheet(w, t) }); err != nil {
			return fmt.Errorf("sheet %q: %w", names[i], err)
		}
	}
	return book.Close()
}

// inZip writes one file; a failed write is told by Flush.
func inZip(book *zip.Writer, name string, write func(w *bufio.Writer)) error {
	f, err := book.Create(name)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	w.WriteString(xml.Header)
	write(w)
	return w.Flush()
}

func contents(w *bufio.Writer, sheets int) {
	w.WriteString(`<Types xmlns="` + packages + `content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
		`<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="` + contentType + `sheet.main+xml"/>`)
	for i := range sheets {
		fmt.Fprintf(w, `<Override PartName="/xl/worksheets/sheet%d.xml" ContentType="%sworksheet+xml"/>`, i+1, contentType)
	}
	w.WriteString(`</Types>`)
}

func relations(w *bufio.Writer, list []string) {
	w.WriteString(`<Relationships xmlns="` + packages + `relationships">` + strings.Join(list, "") + `</Relationships>`)
}

func workbook(w *bufio.Writer, names []string) {
	w.WriteString(`<workbook xmlns="` + spreadsheet + `" xmlns:r="` + documents + `"><sheets>`)
	for i, name := range names {
		w.WriteString(`<sheet name="`)
		escape(w, name)
		fmt.Fprintf(w, `" sheetId="%d" r:id="rId%[1]d"/>`, i+1)
	}
	w.WriteString(`</sheets></workbook>`)
}

func worksheet(w *bufio.Writer, t Table) {
	w.WriteString(`<worksheet xmlns="` + spreadsheet + `"><sheetData>`)
	for i, row := range append([][]string{t.Columns}, t.Rows...) {
		fmt.Fprintf(w, `<row r="%d">`, i+1)
		for j, cell := range row {
			writeCell(w, column(j)+strconv.Itoa(i+1), plain(cell))
		}
		w.WriteString(`</row>`)
	}
	w.WriteString(`</sheetData></worksheet>`)
}

// writeCell keeps a number where the cell is one, else a text; a text is never a formula in this format.
func writeCell(w *bufio.Writer, ref, cell string) {
	if cell == "" {
		return
	}
	if number.MatchString(cell) {
		w.WriteString(`<c r="` + ref + `"><v>` + cell + `</v></c>`)
		return
	}
	w.WriteString(`<c r="` + ref + `" t="inlineStr"><is><t xml:space="preserve">`)
	escape(w, cell)
	w.WriteString(`</t></is></c>`)
}

// column is A, B, … Z, AA, AB …
func column(n int) string {
	name := ""
	for n++; n > 0; n = (n - 1) / 26 {
		name = string(rune('A'+(n-1)%26)) + name
	}
	return name
}

func escape(w io.Writer, s string) {
	_ = xml.EscapeText(w, []byte(s)) // fails as w does, which Flush tells
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
