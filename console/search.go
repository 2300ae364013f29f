package console

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"unicode"

	"sixtwenty/bot"
	"sixtwenty/pinyin"
	"sixtwenty/store"
)

// A directory finds people by any name they ever had, by any part of it, and by its pinyin. It is made of the bot's list of names when
// somebody is first looked for, kept in memory, and read on from there: nothing of it is kept in the store, so a change of how
// names are folded or read needs no migration. A quarter of a million memberships take some 30 MB.
type directory struct {
	reading atomic.Bool
	last    uint64 // the number of the last name that was read; of whoever reads

	mu    sync.Mutex
	whole bool   // all names of the time were read once
	text  []byte // each name as it is looked for, its ways to be typed after it; "\n" ends a name, "\x00" parts the ways
	ends  []int  // of the names in text
	ids   []bot.PersonID
}

type hit struct {
	who  bot.PersonID
	name string
}

const (
	namesAtOnce = 5000
	// patientNames are read while somebody waits; what is more is read while they look at a line that says so.
	patientNames = 20_000
	maxHits      = 200
)

// search gives those whose names hold what is looked for, names that begin with it first. ready is false while the names are being
// read for the first time.
func (d *directory) search(ctx context.Context, db store.DB, want string) (hits []hit, ready bool) {
	if d.reading.CompareAndSwap(false, true) {
		more, err := d.read(ctx, db, patientNames)
		if more && err == nil {
			go d.rest(context.WithoutCancel(ctx), db)
		} else {
			d.reading.Store(false)
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.whole {
		return nil, false
	}
	return d.match(fold(want)), true
}

// rest reads what is left of the first time. An error ends it, and the next search tries again.
func (d *directory) rest(ctx context.Context, db store.DB) {
	defer d.reading.Store(false)
	for more := true; more; {
		var err error
		if more, err = d.read(ctx, db, patientNames); err != nil {
			return
		}
	}
}

// read takes at most so many further names, and says whether there are more. One goroutine at a time.
func (d *directory) read(ctx context.Context, db store.DB, most int) (more bool, err error) {
	for taken := 0; taken < most; {
		var list []bot.NameRow
		last := d.last
		err := db.View(ctx, func(s store.Reader) (err error) {
			list, last, err = bot.NamesSince(s, d.last, namesAtOnce)
			return err
		})
		if err != nil {
			return false, err
		}
		d.mu.Lock()
		for _, row := range list {
			d.add(row)
		}
		d.whole = d.whole || len(list) < namesAtOnce
		d.mu.Unlock()
		d.last, taken = last, taken+len(list)
		if len(list) < namesAtOnce {
			return false, nil
		}
	}
	return true, nil
}

func (d *directory) add(row bot.NameRow) {
	d.text = append(d.text, 0)
	d.text = append(d.text, fold(row.Name)...)
	for _, way := range pinyin.Of(row.Name) {
		d.text = append(append(d.text, 0), way...)
	}
	d.text = append(d.text, '\n')
	d.ends, d.ids = append(d.ends, len(d.text)), append(d.ids, row.Who)
}

// match looks through all names; those that begin so come first.
func (d *directory) match(want string) []hit {
	if want == "" {
		return nil
	}
	var first, rest []hit
	seen := map[bot.PersonID]bool{}
	for from := 0; len(first) < maxHits; {
		i := bytes.Index(d.text[from:], []byte(want))
		if i < 0 {
			break
		}
		at := from + i
		n, _ := slices.BinarySearch(d.ends, at+1)
		from = d.ends[n]
		if who := d.ids[n]; !seen[who] {
			seen[who] = true
			if begins := d.text[at-1] == 0; begins {
				first = append(first, hit{who, d.nameOf(n)})
			} else if len(rest) < maxHits {
				rest = append(rest, hit{who, d.nameOf(n)})
			}
		}
	}
	return append(first, rest...)
}

// nameOf is the n-th name as it is looked for.
func (d *directory) nameOf(n int) string {
	begin := 0
	if n > 0 {
		begin = d.ends[n-1]
	}
	name := d.text[begin+1 : d.ends[n]-1]
	if i := bytes.IndexByte(name, 0); i >= 0 {
		name = name[:i]
	}
	return string(name)
}

// fold makes two ways of writing a name equal: case, full width, blanks and what cannot be seen.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '！' && r <= '～' {
			r -= '！' - '!'
		}
		if unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, s)
}
