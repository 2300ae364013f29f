package bot

import (
	"context"
	"strings"
	"time"

	"go.uber.org/zap"

	"sixtwenty/store"
)

// An Outage is a span in which nothing came in, because the account was not connected or the bot did not run. Spans do not
// overlap. What is still going on is no row yet: it becomes one when it is over.
type Outage struct {
	From   time.Time `json:"from"` // when the account was last known to be connected, to the minute
	To     time.Time `json:"to"`
	Reason Text      `json:"reason"`
	// Lost: a new scan was needed, so what was said meanwhile will never be known. Otherwise it came in afterwards.
	Lost bool `json:"lost,omitempty"`
	// On: it goes on still, so nobody knows whether anything is lost.
	On bool `json:"-"`
}

// A touch is the last moment at which the account was known to be connected.
type touch struct {
	At      time.Time `json:"at"`
	Session string    `json:"session,omitempty"`
	Run     time.Time `json:"run"` // when the process started
}

// Why To is the key: spans do not overlap, so it sorts them as From would, and the first that reaches into a query is found
// at once.
const (
	outages = store.Table[Outage]("bot/outages")        // To
	untold  = store.Table[Outage]("bot/outages/untold") // To: those that no owner was told of
	touches = store.Table[touch]("bot/touch")           // "last"

	lastTouch  = "last"
	touchEvery = time.Minute
	lookEvery  = 5 * time.Second
	// minOutage is the shortest span worth a row, where nothing was lost.
	minOutage   = 2 * time.Minute
	keptOutages = 400 * 24 * time.Hour
	maxOutages  = 1000
)

// Outages gives the spans that are over and reach into [from, to), the oldest first, at most 1,000. A feature that judges
// asks its Call, which knows of the one that is not over too.
func Outages(r store.Reader, from, to time.Time) ([]Outage, error) {
	var list []Outage
	for row, err := range outages.Scan(r, store.Range{From: store.Key(from), Limit: maxOutages}) {
		if err != nil {
			return nil, err
		}
		if !row.Value.From.Before(to) {
			break
		}
		if row.Value.To.After(from) {
			list = append(list, row.Value)
		}
	}
	return list, nil
}

// Outages gives the spans that reach into [from, to), the oldest first: those that are over, at most 1,000, and the one that
// still goes on.
func (c *Call) Outages(from, to time.Time) ([]Outage, error) {
	list, err := Outages(c.Tx, from, to)
	if err != nil {
		return nil, err
	}
	o, on, err := c.run.outNow()
	if err != nil || !on || !o.From.Before(to) || !o.To.After(from) {
		return list, err
	}
	return append(list, o), nil
}

// OutOfTouch says that the account is not connected now: what is said waits, and may have expired when it can be sent. A timer
// that says a thing once does better to come back later.
func (c *Call) OutOfTouch() bool {
	s := c.run.bot.accountState()
	return s.Name != "" && !s.Reached
}

// LookAgain is how long a timer that found the account out of touch does well to wait: a moment at first, as after a start, and
// ten minutes in a long outage.
func (c *Call) LookAgain() time.Duration {
	const least, most = 2 * time.Second, 10 * time.Minute
	return min(most, max(least, c.Now.Sub(c.run.bot.accountState().Since)))
}

// outNow gives the span since the account was last known to be connected, if it still goes on or is not kept yet: a day that
// ends meanwhile must not be judged as if nothing had been missed.
func (r *run) outNow() (o Outage, on bool, err error) {
	s := r.bot.accountState()
	last, known, err := touches.Get(r.tx, lastTouch)
	if err != nil || !known || s.Name == "" {
		return o, false, err
	}
	o = Outage{From: last.At, To: r.now, Reason: s.Reason, On: !s.Reached}
	if s.Reached {
		o.To = s.Since // not after the last touch, unless it has just come back
		o.Lost = o.To.After(o.From) && last.Session != "" && last.Session != r.session
	}
	return o, o.Lost || o.To.Sub(o.From) >= minOutage, nil
}

// watchAccount has the engine keep, once a minute and when the account comes back, that it is connected, or find out that
// nothing can be kept. It looks in real time: what a wound clock says has nothing to do with the network.
func (b *Bot) watchAccount(ctx context.Context) error {
	if _, tells := b.account.(Stater); !tells {
		return nil
	}
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	reached, kept := false, time.Time{}
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
		s := b.accountState()
		if !s.Reached {
			b.trouble.CompareAndSwap(nil, &s)
		}
		back := s.Reached && !reached
		if reached = s.Reached; !back && time.Since(kept) < touchEvery {
			continue
		}
		if err := b.put(ctx, item{}); err != nil {
			return err
		}
		kept = time.Now()
	}
}

// touch keeps that the account is connected now, and the span in which it was not.
func (r *run) touch() error {
	s := r.bot.accountState()
	if !s.Reached {
		return nil
	}
	now := touch{At: r.now, Session: r.session}
	if p := r.bot.started.Load(); p != nil {
		now.Run = p.Round(0)
	}
	last, known, err := touches.Get(r.tx, lastTouch)
	if err != nil {
		return err
	}
	back := s.Since.After(last.At)
	if known && !back && last.Session == now.Session && now.At.Sub(last.At) < touchEvery {
		return nil
	}
	if known && back {
		if err := r.wasOut(last, now, s.Since); err != nil {
			return err
		}
	}
	r.out.touched = true
	if err := touches.Put(r.tx, now, lastTouch); err != nil {
		return err
	}
	return r.tellLost()
}

// wasOut keeps the span since the last touch, if it is worth it.
func (r *run) wasOut(last, now touch, to time.Time) error {
	o := Outage{From: last.At, To: to, Lost: last.Session != "" && last.Session != now.Session, Reason: r.whyOut(last, now)}
	if !o.Lost && o.To.Sub(o.From) < minOutage {
		return nil
	}
	r.bot.log.Warn("the account was out of touch", zap.Time("from", o.From), zap.Time("to", o.To), zap.Bool("lost", o.Lost))
	r.out.away = append(r.out.away, o)
	if err := outages.Put(r.tx, o, o.To); err != nil {
		return err
	}
	if o.Lost {
		if err := untold.Put(r.tx, o, o.To); err != nil {
			return err
		}
	}
	return pruneOutages(r.tx, r.now.Add(-keptOutages))
}

var (
	textNotRunning = Text{"机器人没有运行", "the bot was not running"}
	textNoTouch    = Text{"连不上微信", "WeChat was not reached"}
)

func (r *run) whyOut(last, now touch) Text {
	if !last.Run.Equal(now.Run) {
		return textNotRunning
	}
	if s := r.bot.trouble.Load(); s != nil {
		return s.Reason
	}
	return textNoTouch
}

// pruneOutages drops a few of the spans that ended before a time.
func pruneOutages(tx store.Tx, before time.Time) error {
	var old []string
	for row, err := range outages.Scan(tx, store.Range{To: store.Key(before), Limit: 8}) {
		if err != nil {
			return err
		}
		old = append(old, row.Key)
	}
	for _, key := range old {
		if err := tx.Delete(string(outages), key); err != nil {
			return err
		}
	}
	return nil
}

var (
	textLost = Text{
		"我回来了。有些消息没有收到，以后也收不到了：\n%s\n这段时间里的打卡、进群和指令我都不知道，需要的请再说一次。",
		"I am back. Some messages never reached me and never will:\n%s\nI know of no check-ins, joins or commands of that time; please say again what matters.",
	}
	textLostSpan = Text{"%s 之间的消息没有收到（%s）", "nothing came in between %s (%s)"}
)

// tellLost tells the owners, once there are any in this sign-in, which messages will never come.
func (r *run) tellLost() error {
	const most = 10
	var keys []string
	var spans []Outage
	for row, err := range untold.Scan(r.tx, store.Range{Limit: most}) {
		if err != nil {
			return err
		}
		keys, spans = append(keys, row.Key), append(spans, row.Value)
	}
	if len(keys) == 0 {
		return nil
	}
	owners, err := r.owners()
	if err != nil || len(owners) == 0 {
		return err
	}
	for _, key := range keys {
		if err := r.tx.Delete(string(untold), key); err != nil {
			return err
		}
	}
	return r.tellOwners(func(c *Call) string {
		lines := make([]string, len(spans))
		for i, o := range spans {
			lines[i] = c.T(textLostSpan, o.Span(r.bot.zone), o.Reason.In(c.group.Language))
		}
		return c.T(textLost, strings.Join(lines, "\n"))
	})
}

// Span writes the two ends of an outage as people in a zone would.
func (o Outage) Span(zone *time.Location) string {
	const day, clock = "01-02", "15:04"
	from, to := o.From.In(zone), o.To.In(zone)
	if from.Format(day) == to.Format(day) {
		return from.Format(day+" "+clock) + "–" + to.Format(clock)
	}
	return from.Format(day+" "+clock) + " – " + to.Format(day+" "+clock)
}
