package store

import (
	"slices"
	"sort"
)

// changes are the pairs of one bucket that a nested transaction holds back, sorted by key. They are kept in runs of
// bounded length, so that the usual handful costs a sorted slice, and a hundred thousand stay cheap to insert among.
type changes struct {
	bucket string
	runs   [][]Change // none empty
	n      int
}

var _ Layer = (*changes)(nil)

const longestRun = 256

// A place is the index of a run and an index in it.
type place struct{ run, i int }

// find returns the place of the first key that is not below key, and whether it is key itself.
func (c *changes) find(key string) (place, bool) {
	run := sort.Search(len(c.runs), func(i int) bool { return c.runs[i][len(c.runs[i])-1].Key >= key })
	if run == len(c.runs) {
		return place{run, 0}, false
	}
	list := c.runs[run]
	i := sort.Search(len(list), func(i int) bool { return list[i].Key >= key })
	return place{run, i}, list[i].Key == key
}

func (c *changes) at(p place) *Change { return &c.runs[p.run][p.i] }

func (c *changes) set(key string, value []byte) {
	p, ok := c.find(key)
	switch {
	case ok:
		c.at(p).Value = value
		return
	case len(c.runs) == 0:
		c.runs = append(c.runs, make([]Change, 0, 4))
	case p.run == len(c.runs):
		p = place{p.run - 1, len(c.runs[p.run-1])}
	}
	c.n++
	c.runs[p.run] = slices.Insert(c.runs[p.run], p.i, Change{key, value})
	if len(c.runs[p.run]) > longestRun {
		c.split(p.run)
	}
}

func (c *changes) split(run int) {
	list := c.runs[run]
	c.runs[run] = list[: longestRun/2 : longestRun/2]
	c.runs = slices.Insert(c.runs, run+1, slices.Clone(list[longestRun/2:]))
}

// Above implements Layer.
func (c *changes) Above(key string, orEqual bool) *Change {
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

// Below implements Layer.
func (c *changes) Below(key string) *Change {
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

// Len implements Layer.
func (c *changes) Len() int { return c.n }

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

func (ch Change) applyTo(tx Tx, bucket string) error {
	if ch.Value == nil {
		return tx.Delete(bucket, ch.Key)
	}
	return tx.Put(bucket, ch.Key, ch.Value)
}
