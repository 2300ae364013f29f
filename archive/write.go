package archive

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"

	"sixtwenty/store"
)

// Write writes the rows of the tables, table by table and in the order of their keys. numbers say what each table numbered
// last; h what the first line says besides name and version. With h.Media the blobs follow that the rows name. A View of db
// is open while the rows are written: w should be quick, or db a copy.
func Write(ctx context.Context, w io.Writer, db store.DB, h Header, tables []Table, numbers map[string]uint64) (Contents, error) {
	h.Archive, h.Version = Name, Version
	out := &writer{w: bufio.NewWriterSize(w, 64<<10), media: h.Media, named: map[string]bool{}}
	out.done.Numbers = map[string]uint64{}
	if err := out.line(h); err != nil {
		return out.done, err
	}
	err := db.View(ctx, func(r store.Reader) error {
		for _, t := range tables {
			if err := out.table(ctx, r, t, numbers[t.Name]); err != nil {
				return fmt.Errorf("table %s: %w", t.Name, err)
			}
		}
		return nil
	})
	if err != nil {
		return out.done, err
	}
	for _, sum := range slices.Sorted(maps.Keys(out.named)) {
		if err := out.blob(ctx, store.Blobs{DB: db}, sum); err != nil {
			return out.done, err
		}
	}
	if err := out.line(map[string]any{"end": true, "rows": out.done.Rows, "blobs": len(out.done.Blobs)}); err != nil {
		return out.done, err
	}
	return out.done, out.w.Flush()
}

type writer struct {
	w     *bufio.Writer
	media bool
	named map[string]bool // what looks like the sum of a blob
	done  Contents
}

func (w *writer) line(v any) error {
	e := json.NewEncoder(w.w)
	e.SetEscapeHTML(false) // values stay as they are
	return e.Encode(v)
}

func (w *writer) table(ctx context.Context, r store.Reader, t Table, next uint64) error {
	before := w.done.Rows
	for p, err := range r.Scan(t.Name, store.Range{}) {
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := w.row(t, p); err != nil {
			return fmt.Errorf("key %s: %w", store.FormatKey(p.Key), err)
		}
	}
	if w.done.Rows > before {
		w.done.Tables = append(w.done.Tables, t.Name)
	}
	if next == 0 {
		return nil
	}
	w.done.Numbers[t.Name] = next
	return w.line(numberLine{t.Name, next})
}

type numberLine struct {
	Table string `json:"table"`
	Next  uint64 `json:"next"`
}

var blobSum = regexp.MustCompile(`"[0-9a-f]{64}"`)

func (w *writer) row(t Table, p store.Pair) error {
	key, err := encodeKey(p.Key)
	if err != nil {
		return err
	}
	value, err := t.bare(p.Value)
	if err != nil {
		return err
	}
	if w.media {
		for _, sum := range blobSum.FindAll(value, -1) {
			w.named[string(sum[1:len(sum)-1])] = true
		}
	}
	w.done.Rows++
	return w.line(rowLine{t.Name, key, value})
}

type rowLine struct {
	Table string          `json:"table"`
	Key   json.RawMessage `json:"key"`
	Value json.RawMessage `json:"value"`
}

type blobLine struct {
	Blob string `json:"blob"`
	Size int64  `json:"size"`
	At   int64  `json:"at"`
	Data []byte `json:"data"`
}

// blob writes a blob in pieces. A sum that names none is only a text of that look, or a blob that was pruned long ago.
func (w *writer) blob(ctx context.Context, blobs store.Blobs, sum string) error {
	r, err := blobs.Open(ctx, sum)
	if errors.Is(err, store.ErrNoBlob) {
		return nil
	}
	if err != nil {
		return err
	}
	defer r.Close()
	l := blobLine{Blob: sum, Size: r.Size}
	for buf := make([]byte, piece); ; {
		n, err := io.ReadFull(r, buf)
		if err == io.EOF && l.At > 0 {
			break
		}
		if err != nil && err != io.EOF && !errors.Is(err, io.ErrUnexpectedEOF) {
			return fmt.Errorf("blob %s: %w", sum, err)
		}
		l.Data = buf[:n]
		if err := w.line(l); err != nil {
			return err
		}
		if l.At += int64(n); n < piece {
			break
		}
	}
	w.done.Blobs = append(w.done.Blobs, sum)
	return nil
}
