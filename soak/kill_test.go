package soak

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"sixtwenty/store"
	"sixtwenty/store/bolt"
	"sixtwenty/wechatbox"
)

// killsOfOne bounds the kills of one bot: the box and the store remember the last 10,000 sends.
const killsOfOne = 100

// TestKills kills the bot again and again under traffic, starts it anew, and at the end compares what was said to it, what it
// said, and what it knows. KILLS says how often, SEED with which seed to begin.
func TestKills(t *testing.T) {
	seed, left := number(t, "SEED", 620), int(number(t, "KILLS", 30))
	var table strings.Builder
	w := tabwriter.NewWriter(&table, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, columns)
	for ; left > 0; seed++ {
		kills := min(left, killsOfOne)
		left -= kills
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			v := newRampage(t, seed, kills).run()
			fmt.Fprintln(w, v.row())
			t.Log(columns + "\n" + v.row()) // at once: the table comes when all is over
		})
	}
	check(t, w.Flush())
	t.Log("\n" + table.String())
}

// A rampage is one bot and those who do it harm.
type rampage struct {
	t       *testing.T
	seed    uint64
	kills   int // to come
	killed  int
	rng     *rand.Rand
	box     *wechatbox.Box
	host    *host
	tr      *traffic
	backups []string
	place   []byte // where the bot stood in the stream some kills ago; nil where nothing is remembered
}

func newRampage(t *testing.T, seed uint64, kills int) *rampage {
	t.Helper()
	dir, err := os.MkdirTemp("", fmt.Sprintf("soak-%d-", seed))
	check(t, err)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("SEED=%d; everything is kept in %s", seed, dir)
		} else if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	zone := time.FixedZone("CST", 8*3600)
	box, err := wechatbox.New(wechatbox.Options{
		Seed: seed, AutoScan: true, Clock: wechatbox.NewClock(time.Date(2026, 11, 22, 3, 57, 0, 0, zone)),
	})
	check(t, err)
	t.Cleanup(func() { _ = box.Close() })
	check(t, box.Clock().SetSpeed(hurry))
	r := &rampage{
		t: t, seed: seed, kills: kills, rng: rand.New(rand.NewPCG(seed, 0xdead)), box: box,
		tr: newTraffic(t, box, seed), host: newHost(t, dir, serve(t, box)),
	}
	r.misbehave()
	return r
}

// misbehave lets the network fail now and then, and makes sends slow, so that more kills come in the middle of one.
func (r *rampage) misbehave() {
	for _, f := range []wechatbox.Fault{
		{Path: "webwxsendmsg", Chance: 0.01, Drop: true},
		{Path: "webwxsendmsg", Chance: 0.01, Drop: true, After: true},
		{Path: "webwxsendappmsg", Chance: 0.05, Drop: true, After: true},
		{Path: "webwxsendmsg", Chance: 0.2, Delay: 40 * time.Millisecond},
		{Path: "webwxuploadmedia", Chance: 0.1, Drop: true},
		{Path: "webwxsync", Chance: 0.02, Drop: true, After: true},
		{Path: "webwxbatchgetcontact", Chance: 0.02, Status: 500},
	} {
		_, err := r.box.Break(f)
		check(r.t, err)
	}
}

func (r *rampage) run() verdict {
	r.signIn(3)
	ctx, cancel := context.WithCancel(r.t.Context())
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- r.tr.run(ctx) }()
	for r.killed < r.kills {
		switch n := r.rng.IntN(100); {
		case n < 12:
			r.killDuringBackup()
		case n < 16:
			r.tr.mu.Lock()
			r.signOut()
			r.tr.mu.Unlock()
		case n < 18:
			r.sleepIn()
		case n < 45:
			r.tellAgain()
		default:
			p := r.host.start(r.t)
			r.killSoon(p)
		}
	}
	cancel()
	check(r.t, <-ended)
	r.settle()
	return r.judge()
}

// killSoon kills after a while: at times before the bot is quite up, mostly in the midst of its work.
func (r *rampage) killSoon(p *process) {
	r.t.Helper()
	r.killAfter(p, r.within([]time.Duration{100 * time.Millisecond, 400 * time.Millisecond, 2 * time.Second}[r.rng.IntN(3)]))
}

// within is a time at random.
func (r *rampage) within(most time.Duration) time.Duration {
	return time.Duration(r.rng.Int64N(int64(most)))
}

func (r *rampage) killAfter(p *process, d time.Duration) {
	r.t.Helper()
	select {
	case <-p.ended:
		r.t.Fatalf("the bot ended by itself: %v", p.err)
	case <-time.After(d):
	}
	p.kill()
	r.killed++
}

// signIn kills the bot some times while it signs in, and then lets it come through.
func (r *rampage) signIn(times int) {
	r.t.Helper()
	for range times {
		r.killAfter(r.host.start(r.t), r.within(150*time.Millisecond))
	}
	p := r.online()
	p.kill()
	r.killed++
}

// online starts the bot and waits until it has signed in, has fetched all there is, and has kept it: only then it waits for more.
func (r *rampage) online() *process {
	r.t.Helper()
	before := r.inits()
	p := r.host.start(r.t)
	until(r.t, time.Minute, "signing in", func() bool {
		if !p.alive() {
			r.t.Fatalf("the bot ended by itself: %v", p.err)
		}
		s, err := r.box.Session("小六")
		check(r.t, err)
		return s.SignedIn && s.Waiting && s.Behind == 0 && r.inits() > before
	})
	return p
}

// inits counts the sign-ins, hot and cold.
func (r *rampage) inits() (n int) {
	for _, c := range r.box.Counts() {
		if strings.HasSuffix(c.Path, "/webwxinit") {
			n += c.Count
		}
	}
	return n
}

// signOut ends the session once the bot has heard everything, so that nothing is said that it could not know. The traffic is
// silent meanwhile.
func (r *rampage) signOut() {
	r.t.Helper()
	p := r.online()
	p.kill()
	r.killed++
	check(r.t, r.box.EndSession("小六", 1100))
	r.place = nil
	r.signIn(r.rng.IntN(3))
}

// sleepIn lets hours go by while the bot is down.
func (r *rampage) sleepIn() {
	clock := r.box.Clock()
	check(r.t, clock.SetSpeed(50_000))
	time.Sleep(r.within(600 * time.Millisecond))
	check(r.t, clock.SetSpeed(hurry))
}

// tellAgain remembers where the bot stands in the stream, or puts it back to where it stood before: all that was said since is
// told again.
func (r *rampage) tellAgain() {
	r.t.Helper()
	const table, key = "main/bot/place", "place"
	db, err := bolt.Open(r.host.database(), schemaOf(r.t, r.host.database()))
	check(r.t, err)
	check(r.t, errors.Join(db.Update(r.t.Context(), func(tx store.Tx) (err error) {
		if r.place == nil {
			r.place, err = tx.Get(table, key)
			return err
		}
		err = tx.Put(table, key, r.place)
		r.place = nil
		return err
	}), db.Close()))
}

// killDuringBackup kills the bot while it hands out a copy of its state. What then has the name of a backup must be one.
func (r *rampage) killDuringBackup() {
	r.t.Helper()
	p := r.host.start(r.t)
	until(r.t, 20*time.Second, "the control socket", func() bool {
		_, err := os.Stat(filepath.Join(r.host.data, "control"))
		return err == nil
	})
	file := filepath.Join(r.host.dir, fmt.Sprintf("backup-%d.db", r.killed))
	type end struct {
		out string
		err error
	}
	ended := make(chan end, 1)
	go func() {
		out, err := r.host.run(context.Background(), "backup", file)
		ended <- end{out, err}
	}()
	r.killAfter(p, r.within(100*time.Millisecond))
	e := <-ended
	switch _, err := os.Stat(file); {
	case err == nil:
		r.backups = append(r.backups, file)
	case e.err == nil:
		r.t.Errorf("the backup says it is done, but %v:\n%s", err, e.out)
	}
}

// rest is longer than what came due before the account was back is put off.
const rest = 4 * time.Second

// settle mends the network, lets the bot come to rest, and stops it.
func (r *rampage) settle() {
	r.t.Helper()
	r.box.Mend(0)
	r.host.offer(r.t, "BROADCAST_VOICE=") // what is planned already is still sent
	p := r.online()
	busy := time.Now()
	until(r.t, 3*time.Minute, "coming to rest", func() bool {
		out, err := r.host.run(r.t.Context(), "status")
		if s, _ := r.box.Session("小六"); err != nil || s.Behind > 0 || !strings.Contains(out, "waiting: 0\n") {
			busy = time.Now()
		}
		return time.Since(busy) > rest
	})
	if err := p.stop(); err != nil {
		r.t.Errorf("stopping: %v", err)
	}
}
