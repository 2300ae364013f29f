package bot

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"iter"
	"runtime/debug"
	"strings"
	"time"

	"go.uber.org/zap"

	"sixtwenty/store"
)

// A run is one execution of the engine's transaction over a batch.
type run struct {
	bot     *Bot
	tx      store.Tx
	watch   *watchedTx
	now     time.Time
	session string
	out     *outcome
	facts   []Event
}

func (b *Bot) newRun(tx store.Tx) *run {
	w := &watchedTx{Tx: tx}
	return &run{
		bot: b, tx: w, watch: w, now: b.clock.Now(),
		out: &outcome{answers: map[int]answer{}, follows: map[ChatID]bool{}},
	}
}

func (r *run) begin() error {
	s, _, err := state.Get(r.tx, stateSession)
	r.session = s
	return err
}

// seen marks live under the day the event happened on, so that a redelivery finds the mark and old marks go as one range.
const (
	seen     = "bot/seen"
	seenDays = 7
)

func (r *run) item(ctx context.Context, i int, it item) error {
	if it.event == nil {
		r.out.answers[i] = answer{}
		if it.place == nil {
			return nil
		}
		return r.tx.Put(placeBucket, statePlace, it.place)
	}
	e := *it.event
	if it.work != "" {
		if err := r.tx.Delete(string(works), it.work); err != nil {
			return err
		}
	} else if e.Kind != Asked {
		key := store.Key(e.At.Unix()/86400, e.ID)
		was, err := r.tx.Get(seen, key)
		if err != nil || was != nil {
			return err
		}
		if err := r.tx.Put(seen, key, []byte("1")); err != nil {
			return err
		}
	}
	said, err := r.event(ctx, e)
	r.out.answers[i] = answer{said: said}
	return err
}

// prune drops some of the seen marks that are older than a week.
func (r *run) prune() error {
	old := store.Range{To: store.Key(r.now.Unix()/86400 - seenDays), Limit: 200}
	var keys []string
	for p, err := range r.tx.Scan(seen, old) {
		if err != nil {
			return err
		}
		keys = append(keys, p.Key)
	}
	for _, k := range keys {
		if err := r.tx.Delete(seen, k); err != nil {
			return err
		}
	}
	return nil
}

// maxFacts bounds what one event can set off.
const maxFacts = 64

// event gives e to the people tables and to the features, and after it the facts they emitted.
func (r *run) event(ctx context.Context, e Event) (said []string, err error) {
	r.facts = r.facts[:0]
	if said, err = r.one(ctx, &e); err != nil {
		return nil, err
	}
	return said, r.tell(ctx)
}

// tell gives the facts that were emitted to those who watch them.
func (r *run) tell(ctx context.Context) error {
	for n := 0; n < len(r.facts); n++ {
		if n == maxFacts {
			r.bot.log.Error("an event set off too many facts, the rest is dropped", zap.String("event", r.facts[0].ID))
			break
		}
		fact := r.facts[n]
		if err := r.watchers(ctx, &fact, Everyone); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) one(ctx context.Context, e *Event) ([]string, error) {
	if e.Kind == SignedIn {
		r.session, r.out.session = e.Text, e.Text
		if err := state.Put(r.tx, e.Text, stateSession); err != nil {
			return nil, err
		}
	}
	on, err := r.meet(e)
	if err != nil {
		return nil, err
	}
	var left []PersonID
	if on {
		if left, err = r.settle(e); err != nil {
			return nil, err
		}
	}
	role, err := r.roleOf(e)
	if err != nil {
		return nil, err
	}
	said, taken, err := r.commandOf(ctx, e, role, on)
	if err != nil || taken || !on {
		return said, err
	}
	if err := r.watchers(ctx, e, role); err != nil || len(left) == 0 {
		return said, err
	}
	gone := Event{ID: e.ID + "/left", Kind: Left, At: e.At, Chat: e.Chat, People: left}
	return said, r.watchers(ctx, &gone, Everyone)
}

// settle brings the member list up to date and, for a join, finds out who came and through whom.
func (r *run) settle(e *Event) (left []PersonID, err error) {
	if e.Roster == nil && e.Kind != Joined {
		return nil, nil
	}
	before, err := Members(r.tx, e.Chat.ID)
	if err != nil {
		return nil, err
	}
	after := e.Roster
	if after == nil {
		after = before
	} else if left, err = r.relist(e); err != nil {
		return nil, err
	}
	if e.Kind != Joined || e.Join == nil {
		return left, nil
	}
	j := *e.Join
	var joined []Member
	j.Inviter, joined = resolveJoin(before, after, j)
	j.People = nil
	for _, m := range joined {
		j.People = append(j.People, m.Person)
	}
	e.Join = &j
	return left, nil
}

// commandOf runs the command that a message calls. taken says that the message is dealt with.
func (r *run) commandOf(ctx context.Context, e *Event, role Role, on bool) (said []string, taken bool, err error) {
	if (e.Kind != Message && e.Kind != Asked) || e.Media != nil {
		return nil, false, nil
	}
	hit := r.bot.match(e.Text)
	if hit.unknown != "" && on {
		said, err = r.unknown(e, hit.unknown, role)
		return said, len(said) > 0, err
	}
	if hit.cmd == nil || (!on && !(hit.cmd.Always && role >= hit.cmd.Who)) {
		return nil, false, nil
	}
	said, err = r.runCommand(ctx, e, hit, role)
	return said, true, err
}

func (r *run) runCommand(ctx context.Context, e *Event, hit called, role Role) ([]string, error) {
	c, err := r.newCall(hit.cmd.feature, *e, role)
	if err != nil {
		return nil, err
	}
	if err := hit.cmd.refuse(e, role, r.bot.account.Powers(), c.group.Language); err != nil {
		return r.answer(e, err, role)
	}
	args, ok := parseArgs(hit.cmd.params, hit.rest)
	if !ok {
		return r.answer(e, Refuse(textUsage, hit.cmd.usage()), role)
	}
	c.command, c.args = hit.cmd, args
	_, err = r.call(ctx, hit.cmd.Run, c)
	return c.asked, err
}

// unknown answers a mistyped command: always in private, in a group only where one is meant for sure, since people there
// also write slashes for other reasons.
func (r *run) unknown(e *Event, word string, role Role) ([]string, error) {
	if near := r.bot.nearest(word, role); near != nil {
		return r.answer(e, Refuse(textUnknown, CleanName(word), near.Name), role)
	}
	if e.Chat.Group {
		return nil, nil
	}
	return r.answer(e, Refuse(textNoCommand, CleanName(word)), role)
}

func (r *run) watchers(ctx context.Context, e *Event, role Role) error {
	for _, w := range r.bot.watches[e.Kind] {
		c, err := r.newCall(w.feature, *e, role)
		if err != nil {
			return err
		}
		if _, err := r.call(ctx, w.run, c); err != nil {
			return err
		}
	}
	return nil
}

// answer tells a person why something was not done, outside the nested transaction that was undone.
func (r *run) answer(e *Event, why error, role Role) ([]string, error) {
	refusal, ok := errors.AsType[*refusal](why)
	if !ok {
		return nil, nil
	}
	c, err := r.newCall(nil, *e, role)
	if err != nil {
		return nil, err
	}
	c.command = &command{}
	c.Say(c.At() + c.T(refusal.text, refusal.args...))
	if err := r.write(c); err != nil {
		return nil, err
	}
	r.keep(c)
	return c.asked, nil
}

// newCall makes what one run of one feature is given. f is nil where the engine itself answers.
func (r *run) newCall(f *feature, e Event, role Role) (*Call, error) {
	group, err := r.groupSettings(e.Chat.ID)
	if err != nil {
		return nil, err
	}
	c := &Call{Event: e, Now: r.now, Tx: r.tx, Role: role, run: r, feature: f, group: group}
	if f != nil {
		c.settings, err = r.effective(f, e.Chat.ID)
	}
	return c, err
}

// call runs fn in a nested transaction. failed says that it ended in an error that is no refusal; err is the store's.
func (r *run) call(ctx context.Context, fn Run, c *Call) (failed bool, err error) {
	facts := len(r.facts)
	fault := r.nested(ctx, fn, c)
	if r.watch.err != nil {
		return true, r.watch.err
	}
	if fault == nil {
		r.keep(c)
		return false, nil
	}
	r.facts = r.facts[:facts]
	clear(r.bot.cache)
	c.asked = nil
	if _, ok := errors.AsType[*refusal](fault); ok {
		c.asked, err = r.answer(&c.Event, fault, c.Role)
		return false, err
	}
	id := strings.ToLower(rand.Text()[:6])
	r.bot.log.Error("a feature failed, its changes are undone", zap.String("id", id), logFeature(c.feature.Name),
		zap.String("event", c.Event.ID), zap.String("kind", string(c.Event.Kind)), logError(fault))
	if c.command != nil {
		c.asked, err = r.answer(&c.Event, Refuse(textFailed, id), c.Role)
	}
	return true, err
}

// nested runs fn and writes what it asked for, so that both are kept or neither. While it runs, the run itself works on
// the nested transaction too.
func (r *run) nested(ctx context.Context, fn Run, c *Call) error {
	outer := r.tx
	defer func() { r.tx = outer }()
	return store.Nested(outer, func(tx store.Tx) error {
		r.tx, c.Tx = tx, tx
		if err := safely(ctx, fn, c); err != nil {
			return err
		}
		return r.write(c)
	})
}

func safely(ctx context.Context, fn Run, c *Call) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return fn(ctx, c)
}

// write turns what a call asked for into rows.
func (r *run) write(c *Call) error {
	for i := range c.effects {
		q, err := putEffect(r.tx, c.effects[i], r.now)
		if err != nil {
			return err
		}
		c.queued = append(c.queued, q)
	}
	return nil
}

// keep passes on what becomes true with the commit.
func (r *run) keep(c *Call) {
	r.out.effects = append(r.out.effects, c.queued...)
	r.out.works = r.out.works || c.worked
	for chat, on := range c.follows {
		r.out.follow(chat, on)
	}
}

// watchedTx remembers the first error of the store itself: such an error must fail the whole transaction, however the
// feature that met it takes it.
type watchedTx struct {
	store.Tx
	err error
}

func (w *watchedTx) note(err error) error {
	if err != nil && w.err == nil && !errors.Is(err, store.ErrTooLarge) {
		w.err = err
	}
	return err
}

func (w *watchedTx) Get(bucket, key string) ([]byte, error) {
	v, err := w.Tx.Get(bucket, key)
	return v, w.note(err)
}

func (w *watchedTx) Put(bucket, key string, value []byte) error {
	return w.note(w.Tx.Put(bucket, key, value))
}

func (w *watchedTx) Delete(bucket, key string) error { return w.note(w.Tx.Delete(bucket, key)) }

func (w *watchedTx) Next(bucket string) (uint64, error) {
	n, err := w.Tx.Next(bucket)
	return n, w.note(err)
}

func (w *watchedTx) Scan(bucket string, rg store.Range) iter.Seq2[store.Pair, error] {
	return func(yield func(store.Pair, error) bool) {
		for p, err := range w.Tx.Scan(bucket, rg) {
			if !yield(p, w.note(err)) {
				return
			}
		}
	}
}
