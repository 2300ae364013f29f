package archive

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"sixtwenty/store"
)

// Unpack puts what the archive holds into db, which must have none of it yet. A row of a table that takes says no to is a
// fault. Where lines are wrong the error is Faults, and db is to be thrown away.
func (r *Reader) Unpack(ctx context.Context, db store.DB, takes func(table string) bool) (Contents, error) {
	u := &unpacker{in: r, ctx: ctx, db: db, takes: takes, done: Contents{Numbers: map[string]uint64{}}}
	err := u.run()
	if err == nil && len(u.faults) > 0 {
		err = u.faults
	}
	return u.done, err
}

type unpacker struct {
	in     *Reader
	ctx    context.Context
	db     store.DB
	takes  func(table string) bool
	rows   []unpacked // not yet kept
	ended  bool
	faults Faults
	done   Contents
}

type unpacked struct {
	line       int
	table, key string
	value      []byte
}

func (u *unpacker) fault(line int, format string, args ...any) {
	if len(u.faults) < maxFaults {
		u.faults = append(u.faults, Fault{line, fmt.Sprintf(format, args...)})
	}
}

func (u *unpacker) run() error {
	for len(u.faults) < maxFaults {
		raw, ok, err := u.in.next()
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		if err := u.line(raw); err != nil {
			return err
		}
	}
	if !u.ended && len(u.faults) < maxFaults {
		u.fault(u.in.number+1, "the archive ends without its last line: it was cut short")
	}
	return u.flush()
}

func (u *unpacker) line(raw []byte) error {
	if u.ended {
		u.fault(u.in.number, "there are lines after the last one")
		return nil
	}
	parsed, err := parse(raw)
	switch l := parsed.(type) {
	case nil:
		u.fault(u.in.number, "%v", err)
	case parsedRow:
		return u.row(l)
	case numberLine:
		u.numbered(l)
	case blobLine:
		return u.blob(l)
	case endLine:
		u.end(l)
	}
	return nil
}

func (u *unpacker) row(l parsedRow) error {
	u.done.Rows++
	if !u.takes(l.Table) {
		u.fault(u.in.number, "rows of the table %.60q are not taken from an archive", l.Table)
		return nil
	}
	key, err := decodeKey(l.Key)
	var value bytes.Buffer
	if err == nil {
		err = json.Compact(&value, l.Value)
	}
	if err == nil {
		err = store.CheckPut(l.Table, key, value.Bytes())
	}
	if err != nil {
		u.fault(u.in.number, "%v", err)
		return nil
	}
	if !slices.Contains(u.done.Tables, l.Table) {
		u.done.Tables = append(u.done.Tables, l.Table)
	}
	u.rows = append(u.rows, unpacked{u.in.number, l.Table, key, value.Bytes()})
	if len(u.rows) < batch {
		return nil
	}
	return u.flush()
}

// flush keeps the rows read so far.
func (u *unpacker) flush() error {
	var twice []int
	err := u.db.Update(u.ctx, func(tx store.Tx) error {
		twice = nil
		for _, row := range u.rows {
			was, err := tx.Get(row.table, row.key)
			if err != nil {
				return err
			}
			if was != nil {
				twice = append(twice, row.line)
				continue
			}
			if err := tx.Put(row.table, row.key, row.value); err != nil {
				return err
			}
		}
		return nil
	})
	for _, line := range twice {
		u.fault(line, "this table and key were on an earlier line already")
	}
	u.rows = u.rows[:0]
	return err
}

func (u *unpacker) numbered(l numberLine) {
	switch _, twice := u.done.Numbers[l.Table]; {
	case !u.takes(l.Table):
		u.fault(u.in.number, "the table %.60q is not taken from an archive", l.Table)
	case twice:
		u.fault(u.in.number, "the table %s has its number on an earlier line already", l.Table)
	case l.Next == 0 || l.Next > maxNext:
		u.fault(u.in.number, "a number of %d, expected 1 to %d", l.Next, maxNext)
	default:
		u.done.Numbers[l.Table] = l.Next
	}
}

func (u *unpacker) end(l endLine) {
	if u.ended = true; l.Rows != u.done.Rows || l.Blobs != len(u.done.Blobs) {
		u.fault(u.in.number, "there should be %d rows and %d blobs before this line, and there are %d and %d",
			l.Rows, l.Blobs, u.done.Rows, len(u.done.Blobs))
	}
}

// blob takes all lines of one blob.
func (u *unpacker) blob(first blobLine) error {
	if !blobSum.MatchString(`"`+first.Blob+`"`) || first.Size < 0 || first.Size > maxBlob ||
		first.At != 0 || int64(len(first.Data)) > first.Size {
		u.fault(u.in.number, `expected the first piece of a blob, with its SHA-256, a size up to %d and "at":0`, maxBlob)
		return nil
	}
	begin, faults := u.in.number, len(u.faults)
	got, err := store.Blobs{DB: u.db}.Put(u.ctx, &pieces{u: u, whole: first, data: first.Data, got: int64(len(first.Data))}, first.Size)
	if len(u.faults) > faults {
		return u.faults // where the pieces do not follow each other, no line after them means anything
	}
	if err != nil {
		return err
	}
	if got.Sum != first.Blob {
		u.fault(begin, "the blob is damaged: %s expected, %s found", first.Blob, got.Sum)
	}
	u.done.Blobs = append(u.done.Blobs, first.Blob)
	return nil
}

// pieces reads a blob from its lines.
type pieces struct {
	u     *unpacker
	whole blobLine
	data  []byte
	got   int64 // with what is in data
}

func (p *pieces) Read(b []byte) (int, error) {
	for len(p.data) == 0 {
		if p.got == p.whole.Size {
			return 0, io.EOF
		}
		if err := p.next(); err != nil {
			return 0, err
		}
	}
	n := copy(b, p.data)
	p.data = p.data[n:]
	return n, nil
}

func (p *pieces) next() error {
	raw, ok, err := p.u.in.next()
	if err != nil {
		return err
	}
	var l blobLine
	if ok {
		if parsed, err := parse(raw); err == nil {
			l, _ = parsed.(blobLine)
		}
	}
	if l.Blob != p.whole.Blob || l.Size != p.whole.Size || l.At != p.got || len(l.Data) == 0 || l.At+int64(len(l.Data)) > l.Size {
		p.u.fault(p.u.in.number, "expected the piece of blob %s at %d of %d", p.whole.Blob, p.got, p.whole.Size)
		return p.u.faults
	}
	p.data, p.got = l.Data, p.got+int64(len(l.Data))
	return nil
}
