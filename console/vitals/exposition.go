package vitals

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

// The libraries of this field weigh more than all they would write here, and one of them talks on standard error whenever the program
// starts. What is needed is the text format alone: counters, histograms, and values that are read when somebody asks.

// A series is one line of numbers, or a few.
type series interface {
	write(w io.Writer, name string)
}

// A set is series by their names, labels included.
type set struct {
	mu   sync.Mutex
	list []named
}

type named struct {
	name, kind string
	series
}

func add[S series](s *set, name, kind string, v S) S {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = append(s.list, named{name, kind, v})
	slices.SortStableFunc(s.list, func(a, b named) int { return cmp.Compare(a.family(), b.family()) })
	return v
}

// family is the name without its labels: all of a family stand together, under one line that says what they are.
func (n named) family() string {
	family, _, _ := strings.Cut(n.name, "{")
	return family
}

func (s *set) write(w io.Writer) error {
	s.mu.Lock()
	list := slices.Clone(s.list)
	s.mu.Unlock()
	out, last := bufio.NewWriter(w), ""
	for _, n := range list {
		if n.family() != last {
			last = n.family()
			fmt.Fprintf(out, "# TYPE %s %s\n", last, n.kind)
		}
		n.series.write(out, n.name)
	}
	return out.Flush()
}

// A counter only grows.
type counter struct{ n atomic.Uint64 }

func (c *counter) write(w io.Writer, name string) { fmt.Fprintf(w, "%s %d\n", name, c.n.Load()) }

// A gauge is read when somebody asks.
type gauge func() float64

func (g gauge) write(w io.Writer, name string) { fmt.Fprintf(w, "%s %s\n", name, number(g())) }

// A histogram counts values up to each of its bounds, which rise.
type histogram struct {
	bounds []float64

	mu     sync.Mutex
	counts []uint64 // of each bound alone, and of what is beyond them
	sum    float64
}

func newHistogram(bounds ...float64) *histogram {
	return &histogram{bounds: bounds, counts: make([]uint64, len(bounds)+1)}
}

func (h *histogram) add(v float64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	i, _ := slices.BinarySearch(h.bounds, v)
	h.counts[i]++
	h.sum += v
}

func (h *histogram) write(w io.Writer, name string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	var n uint64
	for i, bound := range h.bounds {
		n += h.counts[i]
		fmt.Fprintf(w, "%s_bucket{le=%q} %d\n", name, number(bound), n)
	}
	n += h.counts[len(h.bounds)]
	fmt.Fprintf(w, "%s_bucket{le=\"+Inf\"} %d\n%s_sum %s\n%s_count %d\n", name, n, name, number(h.sum), name, n)
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// addProcess adds what this process takes of its machine, under the names that every dashboard knows.
func addProcess(s *set) {
	heap := func() float64 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return float64(m.HeapInuse)
	}
	add(s, "go_goroutines", "gauge", gauge(func() float64 { return float64(runtime.NumGoroutine()) }))
	add(s, "go_memstats_heap_inuse_bytes", "gauge", gauge(heap))
	add(s, "process_resident_memory_bytes", "gauge", gauge(resident))
}

// resident is what /proc tells; 0 where there is none.
func resident() float64 {
	raw, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(raw))
	if len(fields) < 2 {
		return 0
	}
	pages, err := strconv.ParseFloat(fields[1], 64)
	if err != nil {
		return 0
	}
	return pages * float64(os.Getpagesize())
}
