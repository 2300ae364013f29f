package store

import "iter"

// A Change sets the value at a key, or deletes where it is nil.
type Change struct {
	Key   string
	Value []byte
}

// A Layer holds changes of one bucket that lie over what is kept of it, in byte order.
type Layer interface {
	// Above gives the first change whose key is over key, or is key where that counts too; nil where there is none.
	Above(key string, orEqual bool) *Change
	// Below gives the last change whose key is under key, the last of all for ""; nil where there is none.
	Below(key string) *Change
	Len() int
}

// Merged scans a range of a bucket as it is with the changes of a layer; base scans what lies under it.
func Merged(base func(Range) iter.Seq2[Pair, error], layer Layer, r Range) iter.Seq2[Pair, error] {
	return func(yield func(Pair, error) bool) {
		m := merge{layer: layer, r: r, yield: yield, left: r.Limit}
		if r.Limit > 0 {
			r.Limit += layer.Len() // each change hides at most one pair of the base
		}
		m.run(base(r))
	}
}

// merge is one Scan over a layer and what lies under it. It looks its place up anew at each step, so a write during
// the scan cannot lead it astray.
type merge struct {
	layer Layer
	r     Range
	yield func(Pair, error) bool
	left  int    // pairs still to yield, where r has a limit
	last  string // the key passed last
	begun bool
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
	for ch := m.peek(); ch != nil && !m.comesAfter(ch.Key, p.Key); ch = m.peek() {
		hidden := ch.Key == p.Key
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
func (m *merge) peek() *Change {
	if m.r.Reverse {
		return m.peekBack()
	}
	from := m.r.From
	if m.begun {
		from = m.last
	}
	ch := m.layer.Above(from, !m.begun)
	if ch == nil || m.r.To != "" && ch.Key >= m.r.To {
		return nil
	}
	return ch
}

func (m *merge) peekBack() *Change {
	to := m.r.To
	if m.begun {
		to = m.last
	}
	ch := m.layer.Below(to)
	if ch == nil || ch.Key < m.r.From {
		return nil
	}
	return ch
}

func (m *merge) take(ch *Change) bool {
	if ch.Value == nil {
		m.last, m.begun = ch.Key, true
		return true
	}
	return m.emit(Pair{ch.Key, clone(ch.Value)})
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
