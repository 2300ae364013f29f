package bot

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"sixtwenty/store"
)

// A State says what became of an effect.
type State string

// The states a finished effect can be in.
const (
	Sent     State = "sent"
	Failed   State = "failed"
	Lost     State = "unknown"  // perhaps it was sent; not sent again
	Expired  State = "expired"  // nobody would care any more
	Silenced State = "silenced" // the owner had silenced the bot
)

// An outRow is an effect that waits. Tried is committed before the attempt: a row found with it after a crash is one
// whose outcome is not known.
type outRow struct {
	Effect   Effect    `json:"effect"`
	Attempts int       `json:"attempts,omitempty"` // those that could have done something
	Unsure   int       `json:"unsure,omitempty"`   // those of which nobody knows whether they did
	Tried    time.Time `json:"tried,omitzero"`
}

const (
	waitingRows  = store.Table[outRow]("bot/outbox") // seq
	outboxWaiter = "outbox"
	maxAttempts  = 5
	abreast      = 64       // attempts under way at once where nothing slows them
	maxText      = 64 << 10 // bytes of a text: far more than any service takes
	maxError     = 500      // bytes kept of what a service answered
	doLimit      = 90 * time.Second
	// lastWords is how long an attempt that is under way may take when the bot stops.
	lastWords = 5 * time.Second
)

// putEffect keeps an effect under the next number, which is its ID.
func putEffect(tx store.Tx, e Effect) (queued, error) {
	if len(e.Text) > maxText {
		return queued{}, fmt.Errorf("a text of %d bytes cannot be sent, %d is the most", len(e.Text), maxText)
	}
	seq, err := tx.Next(string(waitingRows))
	if err != nil {
		return queued{}, err
	}
	e.ID = strconv.FormatUint(seq, 10)
	if err := putPart(tx, e, seq); err != nil {
		return queued{}, err
	}
	return queuedOf(seq, e), waitingRows.Put(tx, outRow{Effect: e}, seq)
}

// outbox does the kept effects. One goroutine decides what goes when, and each attempt has one of its own; add may be called
// from any.
type outbox struct {
	bot    *Bot
	landed chan *attempt
	added  chan struct{} // while attempts are under way: there is more
	flying sync.WaitGroup

	mu     sync.Mutex
	lanes  lanes
	pacer  pacer
	budget budget
	counts map[State]int
	size   int
}

func newOutbox(b *Bot, pace Pace) *outbox {
	return &outbox{
		bot: b, landed: make(chan *attempt, abreast), added: make(chan struct{}, 1),
		pacer: pacer{pace: pace}, budget: newBudget(pace), lanes: lanes{}, counts: map[State]int{},
	}
}

// load finds what waited when the bot stopped.
func (o *outbox) load(ctx context.Context) error {
	var list []queued
	var used map[int64]int
	var since time.Time
	err := o.bot.db.View(ctx, func(r store.Reader) (err error) {
		list = nil
		for row, err := range waitingRows.Scan(r, store.Range{}) {
			if err != nil {
				return err
			}
			var seq uint64
			if err := store.Split(row.Key, &seq); err != nil {
				return err
			}
			e := row.Value.Effect
			list = append(list, queuedOf(seq, e))
		}
		used, since, err = readBudget(r, o.bot.clock.Now())
		return err
	})
	if err != nil {
		return err
	}
	o.mu.Lock()
	o.budget.used, o.budget.since = used, since
	o.mu.Unlock()
	o.add(list)
	return nil
}

func (o *outbox) add(list []queued) {
	if len(list) == 0 {
		return
	}
	o.mu.Lock()
	for _, q := range list {
		o.lanes.of(q.chat).add(q)
	}
	o.size += len(list)
	o.mu.Unlock()
	select {
	case o.added <- struct{}{}:
	default:
	}
	o.bot.clock.Wake(outboxWaiter)
}

// back ends the wait for an account that was offline.
func (o *outbox) back() {
	o.mu.Lock()
	o.pacer.back()
	o.mu.Unlock()
	o.bot.clock.Wake(outboxWaiter)
}

// careful begins the warm-up of a new session.
func (o *outbox) careful(since time.Time) {
	if since.IsZero() {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.budget.since = since
}

// loop commits what came of attempts together with the attempts that come next: in a storm one commit serves many. It never
// waits by the clock while an attempt is under way, so a clock that is wound stands still meanwhile.
func (o *outbox) loop(ctx context.Context) error {
	defer o.bot.clock.Leave(outboxWaiter)
	defer o.flying.Wait()
	under := 0
	var came []*attempt
	for {
		var next []queued
		var due time.Time
		if ctx.Err() == nil {
			next, due = o.pick(o.bot.clock.Now(), under)
		}
		if len(next)+len(came) > 0 {
			begun, err := o.turn(ctx, came, next)
			if err != nil {
				return err
			}
			for _, a := range begun {
				o.flying.Go(func() { o.make(ctx, a) })
			}
			under += len(begun)
		}
		switch {
		case under > 0:
			came = o.collect()
			under -= len(came)
		case len(next)+len(came) > 0:
			came = nil
		default:
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := o.bot.clock.Wait(ctx, outboxWaiter, due); err != nil {
				return err
			}
		}
	}
}

// pick gives what to try now, at most one effect of a chat.
func (o *outbox) pick(now time.Time, under int) (list []queued, due time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	most := 1
	if o.pacer.free() {
		most = abreast
	}
	for under+len(list) < most {
		q, next, ok := o.lanes.pick(now, o.budget.gates(now).later(o.pacer.next()))
		if !ok {
			due = next
			break
		}
		o.lanes.of(q.chat).busy = true
		list = append(list, q)
	}
	return list, due
}

// collect waits for an attempt to end or for more to do, takes all that ended, and sets the pace by them. Their chats go on at
// once: what came of them is kept in the commit that begins the next.
func (o *outbox) collect() []*attempt {
	var list []*attempt
	select {
	case a := <-o.landed:
		list = append(list, a)
	case <-o.added:
	}
	for len(o.landed) > 0 {
		list = append(list, <-o.landed)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	now := o.bot.clock.Now()
	for _, a := range list {
		o.pacer.learn(a.row.Tried, now, a.err)
		if !unsent(a.err) {
			o.budget.spend(now)
		}
		o.judge(a)
		l := o.lanes.of(a.q.chat)
		l.busy = false
		l.sent(a.q, now, o.pacer.pace)
		if a.end == again {
			l.next = later(l.next, now.Add(a.wait))
			continue
		}
		o.drop(a.q)
	}
	return list
}

// cancel forgets what was taken back, so that nobody counts it as waiting.
func (o *outbox) cancel(list []queued) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, q := range list {
		o.drop(q)
	}
}

// drop wants the lock.
func (o *outbox) drop(q queued) {
	if o.lanes.of(q.chat).drop(q) {
		o.size--
	}
}

// settle takes over into memory what a turn has committed: those that came, and those that were refused to try.
func (o *outbox) settle(came, refused []*attempt) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, a := range refused {
		o.lanes.of(a.q.chat).busy = false
		o.drop(a.q)
		if o.count(a.end); a.end == putOff {
			o.lanes.of(a.q.chat).add(queuedOf(a.q.seq, a.row.Effect))
			o.size++
		}
	}
	for _, a := range came {
		o.count(a.end)
	}
}

func (o *outbox) count(end State) {
	if end == again || end == gone || end == putOff {
		return
	}
	o.counts[end]++
	o.bot.pulse.beat()
	o.bot.opts.Meter.Done(end)
}
