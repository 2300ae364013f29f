package bot

import (
	"context"
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
	// troubles are the jobs that were not done, to be told to the owners.
	troubles []jobTrouble
}

func (b *Bot) newRun(tx store.Tx) *run {
	w := &watchedTx{Tx: tx}
	return &run{
		bot: b, tx: w, watch: w, now: b.clock.Now(),
		out: &outcome{follows: map[ChatID]bool{}},
	}
}

// begin reads what every event needs. Whatever an earlier run of a transaction had in memory may have been undone.
func (r *run) begin() error {
	r.bot.memory.begin()
	s, _, err := state.Get(r.tx, stateSession)
	r.session = s
	return err
}

// batch handles the items and then the timers that are due, and says when the next one is.
func (r *run) batch(ctx context.Context, list []item) (due time.Time, err error) {
	if err := r.begin(); err != nil {
		return due, err
	}
	r.out.answers = make([]answer, len(list))
	for i, it := range list {
		if r.out.answers[i], err = r.item(ctx, it); err != nil {
			return due, r.blame(err)
		}
	}
	if err := r.tick(ctx, maxBatch); err != nil {
		return due, err
	}
	if err := r.touch(); err != nil {
		return due, err
	}
	if err := r.pruneSeen(2 * len(list)); err != nil {
		return due, err
	}
	if due, err = nextDue(r.tx); err != nil {
		return due, err
	}
	return due, r.watch.err
}

// An unfitError says that an event cannot be handled though the store is well: one such event must not stop the others.
type unfitError struct{ error }

func (u *unfitError) Unwrap() error { return u.error }

func (r *run) blame(err error) error {
	if r.watch.err == nil {
		return &unfitError{err}
	}
	return err
}

func (r *run) item(ctx context.Context, it item) (answer, error) {
	switch e := it.event; {
	case it.unfit != nil:
		return answer{err: it.unfit}, r.passOver(it)
	case e == nil && it.place == nil:
		return answer{}, nil
	case e == nil:
		return answer{}, r.tx.Put(placeBucket, statePlace, it.place)
	case it.work != "":
		return answer{}, r.worked(ctx, *e, it.work)
	case e.Kind == Asked:
		said, err := r.asked(ctx, *e)
		return answer{said: said}, err
	default:
		return answer{}, r.happened(ctx, *e)
	}
}

// passOver keeps that an item was dealt with, and nothing else of it.
func (r *run) passOver(it item) error {
	switch {
	case it.event == nil || it.event.Kind == Asked:
		return nil
	case it.work != "":
		return dropWork(r.tx, it.work)
	}
	return r.markSeen(it.event.ID)
}

// happened handles what the account told, once.
func (r *run) happened(ctx context.Context, e Event) error {
	known, err := r.wasSeen(e.ID)
	if err != nil {
		return err
	}
	if known {
		return r.listedWith(ctx, e)
	}
	if ok, err := r.concerns(&e); err != nil || !ok {
		return err
	}
	if err := r.markSeen(e.ID); err != nil {
		return err
	}
	if known, err := r.remembered(&e); err != nil || !known {
		return err
	}
	_, err = r.event(ctx, e)
	return err
}

// listedWith takes the member list that came with an event of before: it was read for the repetition, and who is new in it may
// be named by what comes next.
func (r *run) listedWith(ctx context.Context, e Event) error {
	if len(e.Roster) == 0 || !r.follows(e.Chat) {
		return nil
	}
	if _, err := r.remembered(&e); err != nil {
		return err
	}
	_, err := r.event(ctx, Event{ID: e.ID + "/listed", Kind: Listed, At: r.now, Chat: e.Chat, Roster: e.Roster})
	return err
}

// concerns says whether an event is any of the bot's business. Of a group it does not live in only those commands are that
// work everywhere; of all else nothing is kept, not even that it was seen.
func (r *run) concerns(e *Event) (bool, error) {
	if r.follows(e.Chat) {
		return true, nil
	}
	cmd := r.commandIn(e).cmd
	if cmd == nil || !cmd.Always {
		return false, nil
	}
	role, err := r.roleOf(e)
	return role >= cmd.Who, err
}

// follows says whether the bot lives in a chat, by what this transaction made of it.
func (r *run) follows(c Chat) bool {
	if on, ok := r.out.follows[c.ID]; ok && c.Group {
		return on
	}
	return r.bot.follows(c)
}

// asked handles what the console says. It names the chat; what the chat is, is kept.
func (r *run) asked(ctx context.Context, e Event) ([]string, error) {
	row, known, err := chats.Get(r.tx, e.Chat.ID)
	if err != nil {
		return nil, err
	}
	if known {
		e.Chat.Group, e.Chat.Name = row.Group, row.Name
	}
	return r.event(ctx, e)
}

// worked tells a finished work to those who watch for it. Whoever asked first may be in a group that the bot has left since:
// others wait too, so the chat decides nothing here.
func (r *run) worked(ctx context.Context, e Event, row string) error {
	if err := dropWork(r.tx, row); err != nil {
		return err
	}
	r.facts = append(r.facts[:0], e)
	return r.tell(ctx)
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
		err := r.watchers(ctx, &fact, Everyone)
		if err == nil && fact.Kind == Ordered {
			err = r.ordered(ctx, &fact)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *run) one(ctx context.Context, e *Event) ([]string, error) {
	if e.Kind == SignedIn {
		if err := r.signedIn(e); err != nil {
			return nil, err
		}
	}
	on := r.follows(e.Chat)
	if on {
		if err := r.meet(e); err != nil {
			return nil, err
		}
	}
	left, err := r.settle(e, on)
	if err != nil {
		return nil, err
	}
	role, err := r.roleOf(e)
	if err != nil {
		return nil, err
	}
	if role == Blocked {
		return nil, nil
	}
	if on {
		if err := r.remember(e, role); err != nil {
			return nil, err
		}
	}
	said, taken, err := r.commandOf(ctx, e, role, on)
	if err != nil || !on {
		return said, err
	}
	if !taken {
		err = r.watchers(ctx, e, role)
	}
	if err != nil || len(left) == 0 { // who left is told, whatever came with the list that lacks them
		return said, err
	}
	gone := Event{ID: e.ID + "/left", Kind: Left, At: e.At, Chat: e.Chat, People: left}
	return said, r.watchers(ctx, &gone, Everyone)
}

// signedIn keeps the session, and when it began.
func (r *run) signedIn(e *Event) error {
	if me := e.From.Person; me != "" {
		if err := state.Put(r.tx, string(me), stateMe); err != nil {
			return err
		}
	}
	if e.Text == r.session {
		r.out.session = e.Text
		return nil
	}
	again := r.session != ""
	r.session, r.out.session, r.out.since = e.Text, e.Text, r.now
	if again {
		if err := r.ownerCode(); err != nil {
			return err
		}
	}
	if err := r.boundRoles(); err != nil {
		return err
	}
	if err := state.Put(r.tx, r.now.Format(time.RFC3339), stateSince); err != nil {
		return err
	}
	return state.Put(r.tx, e.Text, stateSession)
}

// commandIn finds the command that an event calls. In a chat, what is sent along comes without words.
func (r *run) commandIn(e *Event) called {
	if e.Kind != Asked && (e.Kind != Message || e.Media != nil) {
		return called{}
	}
	return r.bot.match(e.Text)
}

// commandOf runs the command that a message calls. taken says that the message is dealt with.
func (r *run) commandOf(ctx context.Context, e *Event, role Role, on bool) (said []string, taken bool, err error) {
	hit := r.commandIn(e)
	if hit.unknown != "" && on {
		said, taken, err = r.unknown(e, hit.unknown, role)
		return said, taken, err
	}
	if hit.cmd == nil || (!on && !(hit.cmd.Always && role >= hit.cmd.Who)) {
		return nil, false, nil
	}
	if rests, err := r.rests(hit.cmd.feature, e.Chat.ID); err != nil || rests && !hit.slash {
		return nil, false, err // a word like any other
	}
	said, err = r.runCommand(ctx, e, hit, role)
	return said, true, err
}

func (r *run) runCommand(ctx context.Context, e *Event, hit called, role Role) ([]string, error) {
	c, err := r.newCall(hit.cmd.feature, *e, role)
	if err != nil {
		return nil, err
	}
	run, refused := hit.cmd.Run, hit.cmd.refuse(e, role, c.Powers(), c.group.Language)
	args, ok := parseArgs(hit.cmd.params, hit.rest)
	switch {
	case refused != nil && ok && hit.cmd.exposed(e):
		run, refused = hit.cmd.Exposed, nil
	case refused == nil && !ok:
		refused = Refuse(textUsage, hit.cmd.usage(c.group.Language))
	}
	if c.group.Without(hit.cmd.feature.Name) {
		refused = Refuse(textFeatureOff, hit.cmd.called(c.group.Language))
	}
	c.command, c.args = hit.cmd, args
	if refused != nil {
		return r.turnAway(c, refused, hit.rest)
	}
	if _, err := r.call(ctx, run, c); err != nil {
		return c.asked, err
	}
	return c.asked, r.audit(c, hit.rest, c.outcome)
}

// turnAway answers a command that may not run here, and writes that down.
func (r *run) turnAway(c *Call, why error, args string) ([]string, error) {
	stale, err := r.roleIsStale(&c.Event, c.command.Who)
	if err != nil {
		return nil, err
	}
	if stale {
		why = Refuse(textAgain, c.command.called(c.group.Language))
	}
	if c.Role < c.command.Who {
		err = r.denied(c, args)
	} else {
		err = r.audit(c, args, outcomeRefused)
	}
	if err != nil {
		return nil, err
	}
	return r.answer(&c.Event, why, c.Role)
}

// unknown answers a mistyped command: always in private and to those who manage, in a group else only where one is meant for
// sure, since people there also write slashes for other reasons.
func (r *run) unknown(e *Event, word string, role Role) (said []string, taken bool, err error) {
	if near := r.bot.nearest(word, role); near != nil {
		group, err := r.groupSettings(e.Chat.ID)
		if err != nil {
			return nil, false, err
		}
		said, err = r.answer(e, Refuse(textUnknown, CleanName(word), near.called(group.Language)), role)
		return said, true, err
	}
	if e.Chat.Group && e.Kind != Asked && role < Manager {
		return nil, false, nil
	}
	said, err = r.answer(e, Refuse(textNoCommand, CleanName(word)), role)
	return said, true, err
}

func (r *run) watchers(ctx context.Context, e *Event, role Role) error {
	c := &Call{}
	for _, w := range r.bot.watches[e.Kind] {
		if err := r.renew(c, w.feature, e, role); err != nil {
			return err
		}
		own := strings.HasPrefix(string(e.Kind), w.feature.Name+".") // a work that it began before, and others may wait for too
		if c.group.Without(w.feature.Name) && !own {
			continue
		}
		if _, err := r.call(ctx, w.run, c); err != nil {
			return err
		}
		if err := r.audit(c, "", c.outcome); err != nil {
			return err
		}
	}
	return nil
}
