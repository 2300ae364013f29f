package bot

import (
	"context"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"

	"sixtwenty/store"
	"sixtwenty/store/storetest"
)

// A stated service tells how it is connected.
type stated struct {
	*service
	now atomic.Pointer[AccountState]
}

var (
	_ Account = (*stated)(nil)
	_ Stater  = (*stated)(nil)
)

func (s *stated) State() AccountState { return *s.now.Load() }

func (s *stated) become(name StateName, why string) {
	s.now.Store(&AccountState{
		Name: name, Reason: Text{why, why}, Since: time.Now(), Reached: name == Online,
	})
}

// An outing is a bot whose account tells of its connection.
type outing struct {
	rig
	acc *stated
}

func (o *outing) begin() {
	o.t.Helper()
	o.svc = &service{ready: make(chan Inbox, 1)}
	o.acc = &stated{service: o.svc}
	o.acc.become(Offline, "starting")
	claim := plain("认领", func(_ context.Context, c *Call) error { return c.Grant(c.Event.From.Person, "", Owner) })
	b, err := New(Options{Account: o.acc, DB: o.db, Log: zap.NewNop(), Features: []Feature{declare("claim", claim)}, Groups: []string{"六点二十*"}})
	if err != nil {
		o.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	o.bot, o.end, o.ended = b, cancel, make(chan error, 1)
	go func() { o.ended <- b.Run(ctx) }()
	o.in = <-o.svc.ready
	synctest.Wait()
}

// signIn is a new scan.
func (o *outing) signIn(session string) {
	o.t.Helper()
	o.put(Event{ID: "signed-in/" + session, Kind: SignedIn, Text: session})
	o.acc.become(Online, "scanned")
	o.wind(lookEvery)
}

func (o *outing) spans(from, to time.Time) []Outage {
	o.t.Helper()
	var list []Outage
	err := o.db.View(o.t.Context(), func(r store.Reader) (err error) {
		list, err = Outages(r, from, to)
		return err
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return list
}

func (o *outing) all() []Outage { return o.spans(noon.AddDate(-1, 0, 0), noon.AddDate(1, 0, 0)) }

func goOut(t *testing.T, act func(o *outing)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(noon))
		o := &outing{rig: rig{t: t, db: &spy{DB: storetest.Twice(storetest.Open(t))}}}
		o.begin()
		act(o)
		o.stop()
	})
}

func about(got, want time.Time) bool { return got.Sub(want).Abs() <= touchEvery+lookEvery }

func TestTheFirstSignInIsNoOutage(t *testing.T) {
	goOut(t, func(o *outing) {
		o.wind(time.Hour)
		o.signIn("s1")
		o.wind(time.Hour)
		if got := o.all(); len(got) != 0 {
			o.t.Errorf("outages %+v", got)
		}
	})
}

func TestTimeWithoutTheServiceIsAnOutage(t *testing.T) {
	goOut(t, func(o *outing) {
		o.signIn("s1")
		o.wind(3 * time.Hour)
		gone := time.Now()
		o.acc.become(Suspect, "the network is down")
		o.wind(time.Minute)
		o.acc.become(Offline, "nothing answers")
		o.wind(40 * time.Minute)
		back := time.Now()
		o.acc.become(Online, "back")
		o.wind(lookEvery)
		got := o.all()
		if len(got) != 1 || !about(got[0].From, gone) || got[0].From.After(gone) || !got[0].To.Equal(back) || got[0].Lost || got[0].Reason.EN != "the network is down" {
			o.t.Fatalf("out from %s to %s, kept %+v", gone, back, got)
		}
		o.acc.become(Suspect, "a hiccup")
		o.wind(20 * time.Second)
		o.acc.become(Online, "back")
		o.wind(time.Hour)
		if got := o.all(); len(got) != 1 {
			o.t.Errorf("a hiccup is kept: %+v", got)
		}
		o.acc.become(NeedsScan, "the second")
		o.wind(time.Hour)
		o.acc.become(Online, "back")
		o.wind(lookEvery)
		if got := o.all(); len(got) != 2 || got[1].Reason.EN != "the second" {
			o.t.Errorf("outages %+v", got)
		}
	})
}

func TestTimeWithoutTheProcessIsAnOutage(t *testing.T) {
	goOut(t, func(o *outing) {
		o.signIn("s1")
		o.wind(time.Hour)
		o.stop()
		gone := time.Now()
		time.Sleep(8 * time.Hour)
		o.begin()
		o.wind(time.Minute)
		back := time.Now()
		o.acc.become(Online, "resumed")
		o.wind(lookEvery)
		got := o.all()
		if len(got) != 1 || !about(got[0].From, gone) || !got[0].To.Equal(back) || got[0].Lost || got[0].Reason != textNotRunning {
			o.t.Fatalf("out from %s to %s, kept %+v", gone, back, got)
		}
	})
}

// TestWhatIsLostIsToldToTheOwner: after a new scan nobody is owner, so it must wait for one.
func TestWhatIsLostIsToldToTheOwner(t *testing.T) {
	goOut(t, func(o *outing) {
		o.signIn("s1")
		o.put(tells("群主", "/认领"))
		o.wind(10*time.Hour + 10*time.Minute) // 22:10 in Shanghai
		o.acc.become(NeedsScan, "the session is over")
		o.wind(8*time.Hour + 30*time.Minute)
		o.signIn("s2")
		o.wind(10 * time.Minute)
		if got := o.heard(home("群主")); len(got) != 0 {
			o.t.Fatalf("somebody whose role ended was told %q", got)
		}
		o.put(tells("群主", "/认领"))
		o.wind(2 * time.Minute)
		got := o.heard(home("群主"))
		if len(got) != 1 || !strings.Contains(got[0], "11-21 22:1") || !strings.Contains(got[0], " – 11-22 06:40 之间的消息没有收到（the session is over）") {
			o.t.Fatalf("told %q", got)
		}
		o.wind(time.Hour)
		if again := o.heard(home("群主")); len(again) != 0 {
			o.t.Errorf("told again: %q", again)
		}
		if list := o.all(); len(list) != 1 || !list[0].Lost {
			o.t.Errorf("outages %+v", list)
		}
	})
}

// TestALossIsKeptHoweverShort: between two scans a moment is enough to miss something.
func TestALossIsKeptHoweverShort(t *testing.T) {
	goOut(t, func(o *outing) {
		o.signIn("s1")
		o.wind(time.Hour)
		o.acc.become(NeedsScan, "signed out")
		o.wind(10 * time.Second)
		o.signIn("s2")
		if list := o.all(); len(list) != 1 || !list[0].Lost || list[0].To.Sub(list[0].From) > 2*time.Minute {
			o.t.Errorf("outages %+v", list)
		}
	})
}

// TestAQuietNightCostsFewCommits: keeping touch must not wear the disk.
func TestAQuietNightCostsFewCommits(t *testing.T) {
	goOut(t, func(o *outing) {
		o.signIn("s1")
		before := o.db.count()
		o.wind(8 * time.Hour)
		if n := o.db.count() - before; n > 8*60+1 || n < 8*59 {
			o.t.Errorf("%d commits in eight hours", n)
		}
		if got := o.all(); len(got) != 0 {
			o.t.Errorf("outages %+v", got)
		}
	})
}

func TestOutagesReachIntoTheSpanThatIsAskedFor(t *testing.T) {
	goOut(t, func(o *outing) {
		at := func(h int) time.Time { return noon.Add(time.Duration(h) * time.Hour) }
		o.update(func(tx store.Tx) error {
			for _, h := range []int{0, 10, 20} {
				if err := outages.Put(tx, Outage{From: at(h), To: at(h + 5)}, at(h+5)); err != nil {
					return err
				}
			}
			return nil
		})
		for _, tt := range []struct {
			from, to int
			want     []int
		}{
			{-9, 0, nil}, {-9, 1, []int{0}}, {5, 10, nil}, {4, 11, []int{0, 10}}, {12, 13, []int{10}}, {0, 99, []int{0, 10, 20}}, {25, 99, nil},
		} {
			var got []int
			for _, x := range o.spans(at(tt.from), at(tt.to)) {
				got = append(got, int(x.From.Sub(noon).Hours()))
			}
			if !slices.Equal(got, tt.want) {
				o.t.Errorf("from %d to %d: %v, expected %v", tt.from, tt.to, got, tt.want)
			}
		}
		o.update(func(tx store.Tx) error { return pruneOutages(tx, at(16)) })
		if got := o.all(); len(got) != 1 || !got[0].From.Equal(at(20)) {
			o.t.Errorf("after pruning %+v", got)
		}
	})
}
