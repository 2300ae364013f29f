package wechatbox

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Fault says how to misbehave. The first that matches a request is done to it. The zero Fault does nothing, to every request.
type Fault struct {
	ID       int           `json:"id"`                 // given by the box
	Host     string        `json:"host,omitempty"`     // "" is every host
	Path     string        `json:"path,omitempty"`     // the last part of a path, such as webwxsync; "" is every path
	Skip     int           `json:"skip,omitempty"`     // so many matching requests pass first
	Count    int           `json:"count,omitempty"`    // then so many are spoilt; 0: all until it is cleared
	Chance   float64       `json:"chance,omitempty"`   // of each, from the seed; 0: always
	Delay    time.Duration `json:"delay,omitempty"`    // real time before anything else
	After    bool          `json:"after,omitempty"`    // the work is done all the same, and then the answer is spoilt
	Drop     bool          `json:"drop,omitempty"`     // the connection breaks without an answer
	Status   int           `json:"status,omitempty"`   // HTTP
	Body     *string       `json:"body,omitempty"`     // instead of the answer
	Truncate int           `json:"truncate,omitempty"` // bytes of the true answer that arrive before the connection breaks
	Ret      *int          `json:"ret,omitempty"`      // a return code in the form the call has
	Selector string        `json:"selector,omitempty"` // of synccheck
}

// faults has its own lock: a delayed call must not hold the world.
type faults struct {
	mu     sync.Mutex
	rng    *rand.Rand
	rules  []*rule
	nextID int
	counts map[countKey]int
}

type rule struct {
	Fault
	seen, done int
}

type countKey struct{ host, path string }

const maxCounts = 1_000 // different paths counted; strangers may ask for anything

func (f *faults) init(seed uint64) {
	f.rng = rand.New(rand.NewPCG(seed, 0xfa17))
	f.counts = map[countKey]int{}
}

// Break makes the server misbehave until Count is reached or Mend is called; it returns the fault's id.
func (b *Box) Break(f Fault) (int, error) {
	if f.Chance < 0 || f.Chance > 1 || f.Skip < 0 || f.Count < 0 || f.Delay < 0 || f.Truncate < 0 {
		return 0, refuse("a fault's numbers are not negative, and its chance is at most 1")
	}
	if f.Status != 0 && (f.Status < 200 || f.Status > 599) {
		return 0, refuse("%d is no HTTP status of an answer: 200 to 599 are", f.Status)
	}
	b.faults.mu.Lock()
	defer b.faults.mu.Unlock()
	b.faults.nextID++
	f.ID = b.faults.nextID
	b.faults.rules = append(b.faults.rules, &rule{Fault: f})
	return f.ID, nil
}

// Mend takes back a fault; 0 takes back all.
func (b *Box) Mend(id int) {
	b.faults.mu.Lock()
	defer b.faults.mu.Unlock()
	b.faults.rules = slices.DeleteFunc(b.faults.rules, func(r *rule) bool { return id == 0 || r.ID == id })
}

// Faults are those that may still happen.
func (b *Box) Faults() []Fault {
	b.faults.mu.Lock()
	defer b.faults.mu.Unlock()
	list := make([]Fault, 0, len(b.faults.rules))
	for _, r := range b.faults.rules {
		list = append(list, r.Fault)
	}
	return list
}

// pick counts a request and finds what to do to it.
func (f *faults) pick(host, path string) *Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	key := countKey{host, path}
	if _, known := f.counts[key]; known || len(f.counts) < maxCounts {
		f.counts[key]++
	}
	for i, r := range f.rules {
		if !r.matches(host, path) {
			continue
		}
		if r.seen++; r.seen <= r.Skip {
			continue
		}
		if r.Chance > 0 && f.rng.Float64() >= r.Chance {
			continue
		}
		if r.done++; r.Count > 0 && r.done == r.Count {
			f.rules = slices.Delete(f.rules, i, i+1)
		}
		hit := r.Fault
		return &hit
	}
	return nil
}

func (r *rule) matches(host, path string) bool {
	if r.Host != "" && r.Host != host {
		return false
	}
	return r.Path == "" || path == r.Path || strings.HasSuffix(path, "/"+strings.TrimPrefix(r.Path, "/"))
}

// PathCount is how often a path was asked for.
type PathCount struct {
	Host  string `json:"host"`
	Path  string `json:"path"`
	Count int    `json:"count"`
}

// Counts are the requests so far, by host and path.
func (b *Box) Counts() []PathCount {
	b.faults.mu.Lock()
	defer b.faults.mu.Unlock()
	list := make([]PathCount, 0, len(b.faults.counts))
	for k, n := range b.faults.counts {
		list = append(list, PathCount{k.host, k.path, n})
	}
	slices.SortFunc(list, func(x, y PathCount) int { return cmp.Or(cmp.Compare(x.Host, y.Host), cmp.Compare(x.Path, y.Path)) })
	return list
}

// spoils tells whether a fault replaces the answer.
func (f *Fault) spoils() bool {
	return f.Drop || f.Status != 0 || f.Body != nil || f.Ret != nil || f.Selector != ""
}

// misbehaveBefore does what a fault demands before the work; false means that there is to be no work.
func (c *call) misbehaveBefore(send bool, rt route) bool {
	f := c.fault
	if f.Delay > 0 && !c.pause(f.Delay) {
		return false
	}
	if f.After || !f.spoils() {
		return true
	}
	if send {
		// What was tried and lost is listed with the sends all the same.
		c.dry = true
		rt.serve(c)
	}
	c.misbehaveAfter()
	return false
}

func (c *call) pause(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-c.r.Context().Done():
		return false
	case <-c.b.closed:
		return false
	case <-timer.C:
		return true
	}
}

// misbehaveAfter spoils the answer.
func (c *call) misbehaveAfter() {
	f := c.fault
	if c.sent > 0 && f.spoils() && !c.dry {
		c.b.noteFault(c.sent, f.describe())
	}
	switch {
	case f.Ret != nil && strings.HasSuffix(c.r.URL.Path, "/synccheck"), f.Selector != "":
		ret := 0
		if f.Ret != nil {
			ret = *f.Ret
		}
		c.out.body.Reset()
		c.script(syncCheckAnswer(ret, cmp.Or(f.Selector, "0")))
	case f.Ret != nil:
		c.spoilRet(*f.Ret)
	}
	if f.Body != nil {
		c.out.body.Reset()
		c.out.body.WriteString(*f.Body)
		c.out.header.Set("Content-Type", http.DetectContentType([]byte(*f.Body)))
	}
	if f.Status != 0 {
		c.out.status = f.Status
	}
}

// spoilRet keeps what an answer of JSON says beside its return code.
func (c *call) spoilRet(ret int) {
	v := map[string]json.RawMessage{}
	if json.Unmarshal(c.out.body.Bytes(), &v) != nil {
		v = map[string]json.RawMessage{}
	}
	base, err := json.Marshal(baseResponse{Ret: ret})
	if err != nil {
		return
	}
	v["BaseResponse"] = base
	c.out.body.Reset()
	c.json(v)
}

func (f *Fault) describe() string {
	switch {
	case f.Drop:
		return "connection dropped"
	case f.Status != 0:
		return "HTTP " + strconv.Itoa(f.Status)
	case f.Ret != nil:
		return fmt.Sprintf("ret %d", *f.Ret)
	}
	return "answer spoilt"
}

// flush sends an answer, or breaks the connection where a fault says so.
func (o *reply) flush(w http.ResponseWriter, f *Fault) {
	if f != nil && f.Drop {
		panic(http.ErrAbortHandler)
	}
	for k, v := range o.header {
		w.Header()[k] = v
	}
	body := o.body.Bytes()
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	cut := f != nil && f.Truncate > 0 && f.Truncate < len(body)
	if cut {
		body = body[:f.Truncate]
	}
	w.WriteHeader(o.status)
	if _, err := w.Write(body); err != nil {
		return // the client has gone; there is nobody to tell
	}
	if cut {
		if fl, ok := w.(http.Flusher); ok {
			fl.Flush()
		}
		panic(http.ErrAbortHandler)
	}
}
