package pictures

// A cache forgets the oldest of its entries when it is full.
type cache[K comparable, V any] struct {
	entries map[K]V
	order   []K // a ring
	next    int
}

func newCache[K comparable, V any](size int) *cache[K, V] {
	return &cache[K, V]{entries: make(map[K]V), order: make([]K, 0, size)}
}

// get makes and keeps what it does not have.
func (c *cache[K, V]) get(key K, build func() V) V {
	if v, ok := c.entries[key]; ok {
		return v
	}
	v := build()
	if len(c.order) < cap(c.order) {
		c.order = append(c.order, key)
	} else {
		delete(c.entries, c.order[c.next])
		c.order[c.next] = key
		c.next = (c.next + 1) % len(c.order)
	}
	c.entries[key] = v
	return v
}
