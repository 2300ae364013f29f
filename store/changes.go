package store

import (
	"iter"
	"slices"
	"sort"
)

// changes are the pairs of one bucket that a nested transaction holds back, sorted by key. They are kept in runs of
// bounded length, so that the usual handful costs a sorted slice, and a hundred thousand stay cheap to insert among.
type changes struct {
	bucket string
	runs   [][]change // none empty
	n      int
}

// A change sets a value, or deletes where it is nil.
type change struct {
	key   string
	value []byte
}

const longestRun = 256

// A place is the index of a run and an index in it.
type place struct{ run, i int }

// find returns the place of the first key that is not below key, and whether it is key itself.
func (c *changes) find(key string) (place, bool) {
	run := sort.Search(len(c.runs), func(i int) bool { return c.runs[i][len(c.runs[i])-1].key >= key })
	if run == len(c.runs) {
		return place{run, 0}, false
	}
	list := c.runs[run]
	i := sort.Search(len(list), func(i int) bool { return list[i].key >= key })
	return place{run, i}, list[i].key == key
}

func (c *changes) at(p place) *change { return &c.runs[p.run][p.i] }

func (c *changes) set(key string, value []byte) {
	p, ok := c.find(key)
	switch {
	case ok:
		c.at(p).value = value
		return
	case len(c.runs) == 0:
		c.runs = append(c.runs, make([]change, 0, 4))
	case p.run == len(c.runs):
		p = place{p.run - 1, len(c.runs[p.run-1])}
	}
	c.n++
	c.runs[p.run] = slices.Insert(c.runs[p.run], p.i, change{key, value})
	if len(c.runs[p.run]) > longestRun {
		c.split(p.run)
	}
}

func (c *changes) split(run int) {
	list := c.runs[run]
	c.runs[run] = list[: longestRun/2 : longestRun/2]
	c.runs = slices.Insert(c.runs, run+1, slices.Clone(list[longestRun/2:]))
}

// above returns the first change whose key is over key, or is key where that counts too.
func (c *changes) above(key string, orEqual bool) *change {
	p, ok := c.find(key)
	if ok && !orEqual {
		if p.i++; p.i == len(c.runs[p.run]) {
			p = place{p.run + 1, 0}
		}
	}
	if p.run == len(c.runs) {
		return nil
	}
	return c.at(p)
}

// below returns the last change whose key is under key; the last of all for "".
func (c *changes) below(key string) *change {
	p := place{len(c.runs), 0}
	if key != "" {
		p, _ = c.find(key)
	}
	if p.i == 0 {
		if p.run--; p.run < 0 {
			return nil
		}
		p.i = len(c.runs[p.run])
	}
	return &c.runs[p.run][p.i-1]
}

func (c *changes) applyTo(tx Tx) error {
	for _, run := range c.runs {
		for _, ch := range run {
			if err := ch.applyTo(tx, c.bucket); err != nil {
				return err
			}
		}
	}
	return nil
}

func (ch change) applyTo(tx Tx, bucket string) error {
	if ch.value == nil {
		return tx.Delete(bucket, ch.key)
	}
	return tx.Put(bucket, ch.key, ch.value)
}

// merge is one Scan over changes and what lies under them. It looks its place up anew at each step, so a write during
// the scan cannot lead it astray.
type merge struct {
	changes *changes
	r       Range
	yield   func(Pair, error) bool
	left    int    // pairs still to yield, where r has a limit
	last    string // the key passed last
	begun   bool
}

func (m *merge) run(base iter.Seq2[Pair, error]) {
	for p, err := range base {
		if err != nil {
			m.yield(Pair{}, err)
			return
		}
		if !m.visit(p) {
			return
		}
	}
	for ch := m.peek(); ch != nil; ch = m.peek() {
		if !m.take(ch) {
			return
		}
	}
}

// visit yields the changes up to a pair of the base, then the pair, unless a change has taken its place.
func (m *merge) visit(p Pair) bool {
	for ch := m.peek(); ch != nil && !m.comesAfter(ch.key, p.Key); ch = m.peek() {
		hidden := ch.key == p.Key
		if !m.take(ch) {
			return false
		}
		if hidden {
			return true
		}
	}
	return m.emit(p)
}

func (m *merge) comesAfter(a, b string) bool {
	if m.r.Reverse {
		return a < b
	}
	return a > b
}

// peek returns the next change in the range and the direction of the scan, or nil.
func (m *merge) peek() *change {
	if m.r.Reverse {
		return m.peekBack()
	}
	from := m.r.From
	if m.begun {
		from = m.last
	}
	ch := m.changes.above(from, !m.begun)
	if ch == nil || m.r.To != "" && ch.key >= m.r.To {
		return nil
	}
	return ch
}

func (m *merge) peekBack() *change {
	to := m.r.To
	if m.begun {
		to = m.last
	}
	ch := m.changes.below(to)
	if ch == nil || ch.key < m.r.From {
		return nil
	}
	return ch
}

func (m *merge) take(ch *change) bool {
	if ch.value == nil {
		m.last, m.begun = ch.key, true
		return true
	}
	return m.emit(Pair{ch.key, clone(ch.value)})
}

// emit yields a pair and tells whether the scan goes on.
func (m *merge) emit(p Pair) bool {
	m.last, m.begun = p.Key, true
	if !m.yield(p, nil) {
		return false
	}
	m.left--
	return m.left != 0
}
