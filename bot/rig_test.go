package bot

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"sixtwenty/store"
	"sixtwenty/store/storetest"
)

// noon is when every rig begins: a Saturday in Shanghai.
var noon = time.Date(2026, 11, 21, 4, 0, 0, 0, time.UTC)

var club = Chat{ID: "g1", Group: true, Name: "六点二十读书会"}

func member(name string) Member { return Member{Person: PersonID("p/" + name), Nick: name} }

func home(name string) Chat { return Chat{ID: ChatID("c/" + name), Name: name} }

// A service is an account that answers as a test says.
type service struct {
	ready  chan Inbox
	powers Powers
	run    func(ctx context.Context, in Inbox) error // waits for the end where nil

	mu   sync.Mutex
	do   func(ctx context.Context, e Effect) error // succeeds where nil
	done []Effect
	at   []time.Time // of done
	made int         // attempts
}

var _ Account = (*service)(nil)

func (s *service) Run(ctx context.Context, in Inbox) error {
	s.ready <- in
	if s.run != nil {
		return s.run(ctx, in)
	}
	<-ctx.Done()
	return ctx.Err()
}

func (s *service) Powers() Powers { return s.powers }

func (s *service) Do(ctx context.Context, e Effect) (Receipt, error) {
	s.mu.Lock()
	s.made++
	do := s.do
	s.mu.Unlock()
	if do != nil {
		if err := do(ctx, e); err != nil {
			return Receipt{}, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.done, s.at = append(s.done, e), append(s.at, time.Now())
	return Receipt{Sent: "s/" + e.ID, At: time.Now()}, nil
}

func (s *service) Fetch(_ context.Context, m Media) (io.ReadCloser, error) {
	return io.NopCloser(strings.NewReader(m.Ref)), nil
}

func (s *service) answers(do func(ctx context.Context, e Effect) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.do = do
}

// sent gives what was done and nobody took yet, and when.
func (s *service) sent() ([]Effect, []time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.done), slices.Clone(s.at)
}

func (s *service) attempts() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.made
}

// A spy watches what transactions keep, and lets a test stop them at their beginning.
func (s *spy) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.updates
}

// kept gives what was put since it was last asked.
// A rig is a running bot on a service, in a bubble of fake time. It belongs to the goroutine of the test.
type rig struct {
	t     testing.TB
	opts  Options
	db    *spy
	svc   *service
	do    func(ctx context.Context, e Effect) error // of the services to come
	bot   *Bot
	in    Inbox
	logs  *observer.ObservedLogs
	ended chan error
	end   context.CancelFunc
	n     int
}

func play(t *testing.T, opts Options, act func(r *rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(noon))
		playOn(t, storetest.Twice(storetest.Open(t)), opts, act)
	})
}

func playOn(t *testing.T, db store.DB, opts Options, act func(r *rig)) {
	t.Helper()
	r := &rig{t: t, opts: opts, db: &spy{DB: db}}
	r.start()
	defer func() {
		if r.end != nil {
			r.stop()
		}
	}()
	act(r)
}

func (r *rig) start() {
	r.t.Helper()
	r.svc = &service{ready: make(chan Inbox, 1), do: r.do}
	r.launch()
}

// launch runs a bot on the rig's service.
func (r *rig) launch() { r.t.Helper(); r.launchAs(r.svc) }

func (r *rig) launchAs(account Account) {
	r.t.Helper()
	core, logs := observer.New(zapcore.DebugLevel)
	r.logs = logs
	opts := r.opts
	opts.Account, opts.DB, opts.Log = account, r.db, zap.New(core)
	if opts.Groups == nil {
		opts.Groups = []string{"六点二十*"}
	}
	b, err := New(opts)
	if err != nil {
		r.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	r.bot, r.end, r.ended = b, cancel, make(chan error, 1)
	go func() { r.ended <- b.Run(ctx) }()
	r.in = <-r.svc.ready
	synctest.Wait()
}

// stop ends the bot, which must end well.
func (r *rig) stop() {
	r.t.Helper()
	r.end()
	if err := <-r.ended; err != nil {
		r.t.Errorf("the bot ended with: %v", err)
	}
	r.end = nil
}

// fails waits for the bot to end of itself.
func (r *rig) fails() error {
	r.t.Helper()
	err := <-r.ended
	r.end()
	r.end = nil
	return err
}

// restart begins anew on the same store. What the service did is still there.
func (r *rig) restart() {
	r.t.Helper()
	if r.end != nil {
		r.stop()
	}
	before := r.svc
	r.start()
	r.svc.mu.Lock()
	defer r.svc.mu.Unlock()
	r.svc.done, r.svc.at = append(before.done, r.svc.done...), append(before.at, r.svc.at...)
}

func (r *rig) give(e Event) {
	r.t.Helper()
	if e.ID == "" {
		r.n++
		e.ID = fmt.Sprintf("m/%d", r.n)
	}
	if e.At.IsZero() {
		e.At = time.Now()
	}
	if err := r.in.Put(r.t.Context(), e); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) put(e Event) {
	r.t.Helper()
	r.give(e)
	synctest.Wait()
}

func says(who, text string) Event {
	return Event{Kind: Message, Chat: club, From: member(who), Text: text}
}

func tells(who, text string) Event {
	return Event{Kind: Message, Chat: home(who), From: member(who), Text: text}
}

// owner is what the account's own phone says.
func owner(chat Chat, text string) Event {
	return Event{Kind: Message, Chat: chat, From: member("小六"), Self: true, Text: text}
}

func (r *rig) wind(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// heard takes what a chat heard.
func (r *rig) heard(chat Chat) []string {
	r.svc.mu.Lock()
	defer r.svc.mu.Unlock()
	var texts []string
	var rest []Effect
	var at []time.Time
	for i, e := range r.svc.done {
		if e.Chat == chat.ID {
			texts = append(texts, e.Text)
			continue
		}
		rest, at = append(rest, e), append(at, r.svc.at[i])
	}
	r.svc.done, r.svc.at = rest, at
	return texts
}

func (r *rig) expect(chat Chat, want ...string) {
	r.t.Helper()
	if got := r.heard(chat); !slices.Equal(got, want) {
		r.t.Fatalf("%s heard %q, expected %q", chat.ID, got, want)
	}
}

// rows counts the rows of a table.
func rows[T any](r *rig, table store.Table[T]) int {
	r.t.Helper()
	return len(all(r, table))
}

func all[T any](r *rig, table store.Table[T]) (list []T) {
	r.t.Helper()
	err := r.db.View(r.t.Context(), func(tx store.Reader) error {
		for row, err := range table.Scan(tx, store.Range{}) {
			if err != nil {
				return err
			}
			list = append(list, row.Value)
		}
		return nil
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return list
}

func (r *rig) update(fn func(tx store.Tx) error) {
	r.t.Helper()
	if err := r.db.Update(r.t.Context(), fn); err != nil {
		r.t.Fatal(err)
	}
}

// states are those of the finished effects, in the order of asking.
func (r *rig) states() (list []State) {
	r.t.Helper()
	for _, row := range all(r, doneRows) {
		list = append(list, row.State)
	}
	return list
}

var errBoom = errors.New("boom")

func plain(name string, run Run) Command {
	return Command{Name: name, Summary: Text{"说明", "summary"}, Examples: []Example{{Say: "/" + name}}, Run: run}
}

func declare(name string, commands ...Command) Feature {
	return Feature{Name: name, Summary: Text{"说明", "summary"}, Commands: commands}
}

func watch(on Kind, run Run) Watch {
	return Watch{On: on, Summary: Text{"说明", "summary"}, Run: run}
}

// tally counts under a key, in a feature's table.
const tally = store.Table[int]("test/tally")

func count(c *Call, key string) error {
	n, _, err := tally.Get(c.Tx, key)
	if err != nil {
		return err
	}
	return tally.Put(c.Tx, n+1, key)
}

func (r *rig) tally(key string) (n int) {
	r.t.Helper()
	err := r.db.View(r.t.Context(), func(tx store.Reader) (err error) {
		n, _, err = tally.Get(tx, key)
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return n
}

// counter is a feature that counts what it is given, and says so.
func counter() Feature {
	f := declare("counter", plain("数", func(_ context.Context, c *Call) error {
		c.Say("数到了")
		return count(c, "command")
	}))
	f.Watches = []Watch{watch(Message, func(_ context.Context, c *Call) error { return count(c, "message") })}
	return f
}
