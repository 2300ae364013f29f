package archive

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// A line is any but the first, as it is read. Which fields it has says what it is.
type line struct {
	Table *string           `json:"table"`
	Key   []json.RawMessage `json:"key"`
	Value json.RawMessage   `json:"value"`
	Next  *uint64           `json:"next"`
	Blob  *string           `json:"blob"`
	Size  *int64            `json:"size"`
	At    *int64            `json:"at"`
	Data  *[]byte           `json:"data"`
	End   *bool             `json:"end"`
	Rows  *int              `json:"rows"`
	Blobs *int              `json:"blobs"`
}

const expected = `expected {"table":…,"key":[…],"value":…}, {"table":…,"next":…}, {"blob":…,"size":…,"at":…,"data":…} or {"end":true,…}`

// parse reads a line and says of which kind it is: a rowLine, numberLine, blobLine or endLine.
func parse(raw []byte) (any, error) {
	var l line
	if !utf8.Valid(raw) {
		return nil, errors.New("not UTF-8")
	}
	if err := strict(raw, &l); err != nil {
		return nil, fmt.Errorf("%w; %s", err, expected)
	}
	row, number := l.Key != nil || l.Value != nil, l.Next != nil
	blob := l.Blob != nil || l.Size != nil || l.At != nil || l.Data != nil
	end := l.End != nil || l.Rows != nil || l.Blobs != nil
	switch {
	case l.Table != nil && l.Key != nil && l.Value != nil && !number && !blob && !end:
		return parsedRow{*l.Table, l.Key, l.Value}, nil
	case l.Table != nil && number && !row && !blob && !end:
		return numberLine{*l.Table, *l.Next}, nil
	case l.Blob != nil && l.Size != nil && l.At != nil && l.Data != nil && l.Table == nil && !row && !number && !end:
		return blobLine{*l.Blob, *l.Size, *l.At, *l.Data}, nil
	case l.End != nil && *l.End && l.Rows != nil && l.Blobs != nil && l.Table == nil && !row && !number && !blob:
		return endLine{*l.Rows, *l.Blobs}, nil
	}
	return nil, errors.New(expected)
}

type parsedRow struct {
	Table string
	Key   []json.RawMessage
	Value json.RawMessage
}

type endLine struct{ Rows, Blobs int }

// A Reader reads one archive. It is for one goroutine.
type Reader struct {
	Header Header
	lines  *bufio.Scanner
	number int
}

// NewReader reads the first line.
func NewReader(r io.Reader) (*Reader, error) {
	s := bufio.NewScanner(r)
	s.Buffer(make([]byte, 64<<10), maxLine)
	in := &Reader{lines: s}
	raw, ok, err := in.next()
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, Faults{{1, "the file is empty"}}
	}
	if json.Unmarshal(raw, &in.Header) != nil { // leniently: a higher version may say more
		in.Header = Header{}
	}
	if err := in.Header.check(); err != nil {
		return nil, Faults{{in.number, err.Error()}}
	}
	return in, nil
}

// next gives the next line that is not blank; ok is false at the end. It is valid until the next call.
func (r *Reader) next() (raw []byte, ok bool, err error) {
	for r.lines.Scan() {
		r.number++
		if raw = bytes.TrimSpace(r.lines.Bytes()); len(raw) > 0 {
			return raw, true, nil
		}
	}
	err = r.lines.Err()
	if errors.Is(err, bufio.ErrTooLong) {
		err = Faults{{r.number + 1, fmt.Sprintf("longer than %d bytes", maxLine)}}
	}
	return nil, false, err
}
