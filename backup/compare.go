package backup

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"regexp"
	"strings"
	"time"

	"sixtwenty/store"
)

// A Change is how many rows, and the keys of a few of them as a person reads them.
type Change struct {
	Count int
	Some  []string
}

// A Difference is what another state has otherwise in one table.
type Difference struct {
	Table                   string
	Added, Removed, Changed Change
	Same                    int
}

// Any says whether there is any.
func (d Difference) Any() bool { return d.Added.Count+d.Removed.Count+d.Changed.Count > 0 }

// some is how many keys of each kind are shown.
const some = 3

// Compare says what to has otherwise than from, for each of the tables. Keys are shown without texts: a part that does not
// look like an id is left out.
func Compare(ctx context.Context, from, to store.Reader, tables []string) ([]Difference, error) {
	var list []Difference
	for _, t := range tables {
		d := Difference{Table: t}
		if err := d.compare(ctx, from.Scan(t, store.Range{}), to.Scan(t, store.Range{})); err != nil {
			return nil, fmt.Errorf("table %s: %w", t, err)
		}
		list = append(list, d)
	}
	return list, nil
}

// compare walks both sides together; keys come in order.
func (d *Difference) compare(ctx context.Context, from, to iter.Seq2[store.Pair, error]) error {
	a, b := newSide(from), newSide(to)
	defer a.stop()
	defer b.stop()
	for n := 0; a.ok || b.ok; n++ {
		if a.err != nil || b.err != nil {
			break
		}
		if n%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		switch {
		case !b.ok || a.ok && a.Key < b.Key:
			d.Removed.note(a.Key)
			a.next()
		case !a.ok || b.Key < a.Key:
			d.Added.note(b.Key)
			b.next()
		default:
			if bytes.Equal(a.Value, b.Value) {
				d.Same++
			} else {
				d.Changed.note(a.Key)
			}
			a.next()
			b.next()
		}
	}
	if a.err != nil {
		return a.err
	}
	return b.err
}

// side is one scan under way.
type side struct {
	store.Pair
	ok   bool
	err  error
	pull func() (store.Pair, error, bool)
	stop func()
}

func newSide(rows iter.Seq2[store.Pair, error]) *side {
	s := &side{}
	s.pull, s.stop = iter.Pull2(rows)
	s.next()
	return s
}

func (s *side) next() { s.Pair, s.err, s.ok = s.pull() }

func (c *Change) note(key string) {
	if c.Count++; len(c.Some) < some {
		c.Some = append(c.Some, ShowKey(key))
	}
}

var looksLikeID = regexp.MustCompile(`^[-+@./:_0-9A-Za-z]{0,64}$`)

// ShowKey shows a key without the texts that may be in it.
func ShowKey(key string) string {
	parts, err := store.Parts(key)
	if err != nil {
		parts = []any{key}
	}
	shown := make([]string, len(parts))
	for i, p := range parts {
		switch p := p.(type) {
		case string:
			if shown[i] = p; !looksLikeID.MatchString(p) {
				shown[i] = "…"
			}
		case []byte:
			shown[i] = fmt.Sprintf("%d bytes", len(p))
		case time.Time:
			shown[i] = p.Format(time.RFC3339)
		default:
			shown[i] = fmt.Sprint(p)
		}
	}
	return strings.Join(shown, " ")
}
