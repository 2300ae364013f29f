package wechatbox

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// journal is the world file: a header and then one line for each change, a JSON array of records. A change is one write of
// one line, so a killed process leaves whole changes and at most one torn line at the end, which was never acknowledged.
type journal struct {
	path     string
	f        *os.File
	size     int64
	snapshot int64 // size when it was last written anew
	buf      bytes.Buffer
}

type journalHeader struct {
	Version int `json:"wechatbox"`
}

const (
	journalVersion = 1
	newSuffix      = ".new"
	compactAfter   = 8 << 20 // bytes; smaller files are not written anew
	compactGrowth  = 3       // times the size of the last snapshot
	snapshotBatch  = 500     // records a line
)

// load opens the world file and fills the world from it.
func (b *Box) load() error {
	if b.opts.File == "" {
		return nil
	}
	f, err := os.OpenFile(b.opts.File, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("wechatbox: the world file: %w", err)
	}
	b.journal = &journal{path: b.opts.File, f: f}
	if err := b.replay(f); err != nil {
		f.Close()
		return err
	}
	if err := b.loadMedia(); err != nil {
		f.Close()
		return err
	}
	return nil
}

func (b *Box) replay(f *os.File) error {
	if err := lockFile(f); err != nil {
		return fmt.Errorf("wechatbox: %s is in use by another box: %w", f.Name(), err)
	}
	if err := f.Chmod(0o600); err != nil {
		return fmt.Errorf("wechatbox: the world file: %w", err)
	}
	// A compaction that was killed leaves its unfinished file; the world is in the old one.
	if err := os.Remove(f.Name() + newSuffix); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("wechatbox: the world file: %w", err)
	}
	in := bufio.NewReaderSize(f, 1<<20)
	for n := 1; ; n++ {
		line, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return b.beginAppending(n == 1)
		}
		if err != nil {
			return fmt.Errorf("wechatbox: reading %s: %w", f.Name(), err)
		}
		if err := b.replayLine(n, line); err != nil {
			return fmt.Errorf("wechatbox: %s, line %d: %w", f.Name(), n, err)
		}
		b.journal.size += int64(len(line))
	}
}

func (b *Box) replayLine(n int, line []byte) (err error) {
	if n == 1 {
		var h journalHeader
		if err := json.Unmarshal(line, &h); err != nil || h.Version != journalVersion {
			return fmt.Errorf("this is no world file of version %d", journalVersion)
		}
		return nil
	}
	var recs []rec
	if err := json.Unmarshal(line, &recs); err != nil {
		return err
	}
	// A record that points outside the world is a damaged file, not a fault of the program.
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("a record does not fit the world: %v", r)
		}
	}()
	for i := range recs {
		b.w.apply(&recs[i])
		if c := recs[i].Clock; c != nil {
			b.clock.restore(*c)
		}
	}
	return nil
}

// beginAppending cuts off a torn line and, in a new file, writes the header.
func (b *Box) beginAppending(empty bool) error {
	j := b.journal
	if err := j.f.Truncate(j.size); err != nil {
		return fmt.Errorf("wechatbox: the world file: %w", err)
	}
	if _, err := j.f.Seek(j.size, io.SeekStart); err != nil {
		return fmt.Errorf("wechatbox: the world file: %w", err)
	}
	j.snapshot = j.size
	if !empty {
		return nil
	}
	state := b.clock.State()
	if err := j.writeLine(journalHeader{journalVersion}); err != nil {
		return err
	}
	return j.writeLine([]rec{{Clock: &state}})
}

func (j *journal) writeLine(v any) error {
	j.buf.Reset()
	enc := json.NewEncoder(&j.buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("wechatbox: encoding a change: %w", err)
	}
	n, err := j.f.Write(j.buf.Bytes())
	if err != nil {
		if cut := j.f.Truncate(j.size); cut != nil {
			err = errors.Join(err, cut)
		}
		return fmt.Errorf("wechatbox: writing the world file: %w", err)
	}
	j.size += int64(n)
	return nil
}

// keep writes the records of one change. After a failure the world in memory is ahead of the file, so nothing may change any more.
func (b *Box) keep(recs []rec) error {
	j := b.journal
	if j == nil || len(recs) == 0 {
		return nil
	}
	if err := j.writeLine(recs); err != nil {
		b.broken = err
		return err
	}
	b.pruneMedia()
	if j.size > compactAfter && j.size > compactGrowth*j.snapshot {
		if err := b.compact(); err != nil {
			b.broken = err
			return err
		}
	}
	return nil
}

// compact writes the world anew, beside the old file, and takes its place.
func (b *Box) compact() error {
	old := b.journal
	next := &journal{path: old.path}
	f, err := os.OpenFile(old.path+newSuffix, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("wechatbox: compacting the world file: %w", err)
	}
	next.f = f
	if err := b.writeSnapshot(next); err != nil {
		f.Close()
		return err
	}
	if err := os.Rename(f.Name(), old.path); err != nil {
		f.Close()
		return fmt.Errorf("wechatbox: compacting the world file: %w", err)
	}
	next.snapshot = next.size
	b.journal = next
	return old.f.Close()
}

func (b *Box) writeSnapshot(j *journal) error {
	if err := lockFile(j.f); err != nil {
		return fmt.Errorf("wechatbox: compacting the world file: %w", err)
	}
	if err := j.writeLine(journalHeader{journalVersion}); err != nil {
		return err
	}
	batch := make([]rec, 0, snapshotBatch)
	flush := func() error {
		err := j.writeLine(batch)
		batch = batch[:0]
		return err
	}
	state := b.clock.State()
	for r := range b.w.records(&state) {
		if batch = append(batch, r); len(batch) == snapshotBatch {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}

func (b *Box) closeJournal() error {
	if b.journal == nil {
		return nil
	}
	return b.journal.f.Close()
}

// clockSet keeps where the clock was set to.
func (b *Box) clockSet(s ClockState) {
	// A box that cannot write its world says so at the next change of the world.
	_ = b.update(func(t *tx) error {
		t.do(rec{Clock: &s})
		t.tell(Change{What: ClockChanged})
		return nil
	})
}
