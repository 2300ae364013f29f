package wechatbox

// ring is a queue whose elements are numbered without gaps; an element is found by its number at once.
type ring[T any] struct {
	buf  []T
	head int    // where the first element is
	n    int    // how many there are
	base uint64 // the number of the first element
}

func (r *ring[T]) len() int { return r.n }

// next is the number the next pushed element will get.
func (r *ring[T]) next() uint64 { return r.base + uint64(r.n) }

func (r *ring[T]) slot(i int) *T { return &r.buf[(r.head+i)%len(r.buf)] }

// at returns the element of this number, or the zero value if it is not kept.
func (r *ring[T]) at(number uint64) (v T) {
	if number < r.base || number >= r.next() {
		return v
	}
	return *r.slot(int(number - r.base))
}

// get returns the i-th element kept, from the oldest.
func (r *ring[T]) get(i int) T { return *r.slot(i) }

func (r *ring[T]) first() T { return *r.slot(0) }

func (r *ring[T]) push(v T) {
	if r.n == len(r.buf) {
		grown := make([]T, max(8, 2*len(r.buf)))
		for i := range r.n {
			grown[i] = *r.slot(i)
		}
		r.buf, r.head = grown, 0
	}
	r.n++
	*r.slot(r.n - 1) = v
}

// put sets the element of this number, leaving empty places before it if needed. Numbers before the first are ignored.
func (r *ring[T]) put(number uint64, v T) {
	if r.n == 0 {
		r.base = number
	}
	if number < r.base {
		return
	}
	for r.next() <= number {
		var empty T
		r.push(empty)
	}
	*r.slot(int(number - r.base)) = v
}

func (r *ring[T]) pop() (v T) {
	slot := r.slot(0)
	v = *slot
	var empty T
	*slot = empty
	r.head = (r.head + 1) % len(r.buf)
	r.n--
	r.base++
	return v
}
