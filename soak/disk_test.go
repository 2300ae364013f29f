package soak

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"sixtwenty/bot"
	"sixtwenty/bot/wechat"
	"sixtwenty/handlers"
	"sixtwenty/store"
	"sixtwenty/store/storetest"
	"sixtwenty/wechatbox"
)

// A patient is the whole bot, with the real client, on a store that fails when told to.
type patient struct {
	t     *testing.T
	box   *wechatbox.Box
	db    *failing
	bot   *bot.Bot
	stop  context.CancelFunc
	ended chan error
}

// failing lets the commit that a test chooses fail.
type failing struct {
	*storetest.BrokenDB
	in  atomic.Int64 // the how-many-eth Update from now fails; 0 is none
	how storetest.Failure
}

func (f *failing) Update(ctx context.Context, fn func(store.Tx) error) error {
	if f.in.Add(-1) == 0 {
		f.Fail(f.how)
	}
	return f.BrokenDB.Update(ctx, fn)
}

const club = "六点二十读书会"

// onPatient runs fn in fake time once the bot is signed in and knows the club.
func onPatient(t *testing.T, fn func(p *patient)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		box, err := wechatbox.New(wechatbox.Options{Seed: 620, AutoScan: true})
		check(t, err)
		check(t, wechatbox.Demo(box))
		p := &patient{t: t, box: box, db: &failing{BrokenDB: storetest.Broken(storetest.Open(t))}}
		p.start()
		p.say("苏苏", "你好")
		fn(p)
		p.stop()
		if err := <-p.ended; err != nil {
			t.Errorf("the bot ended with: %v", err)
		}
		check(t, box.Close())
	})
}

func (p *patient) start() {
	p.t.Helper()
	account := wechat.New(wechat.Options{Transport: p.box.Transport(), DB: p.db, Clock: p.box.Clock(), Desktop: true})
	b, err := bot.New(bot.Options{
		Account: account, DB: p.db, Clock: p.box.Clock(), Features: handlers.All("314159"), Settings: outspoken(),
		Groups: []string{"*"},
	})
	check(p.t, err)
	ctx, cancel := context.WithCancel(context.Background())
	p.bot, p.stop, p.ended = b, cancel, make(chan error, 1)
	ended := p.ended
	go func() { ended <- b.Run(ctx) }()
	p.rest(10 * time.Second)
}

func (p *patient) rest(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func (p *patient) say(who, text string) {
	p.t.Helper()
	_, err := p.box.Say(who, club, text)
	check(p.t, err)
	p.rest(10 * time.Second)
}

// heard counts what the club heard with a text in it.
func (p *patient) heard(text string) (n int) {
	for _, s := range p.box.Sent() {
		if s.ID != "" && strings.Contains(s.Text, text) {
			n++
		}
	}
	return n
}

// listed counts what the owner finds in doubt.
func (p *patient) listed(text string) (n int) {
	p.t.Helper()
	var list []bot.DoneRow
	check(p.t, p.db.View(p.t.Context(), func(r store.Reader) (err error) { list, err = bot.Trouble(r, 100); return err }))
	for _, row := range list {
		if strings.Contains(row.Effect.Text, text) {
			n++
		}
	}
	return n
}

// counted is how often somebody is on today's board.
func (p *patient) counted(who string) (n int) {
	p.t.Helper()
	now := p.box.Clock().Now()
	check(p.t, p.db.View(p.t.Context(), func(r store.Reader) error {
		chats, err := bot.Chats(r)
		if err != nil || len(chats) != 1 {
			return fmt.Errorf("%d groups: %w", len(chats), err)
		}
		today := bot.DayOf(now, p.box.Zone(), dayBegins)
		all, err := boards(r, chats[0], []bot.Day{today})
		n = len(slices.DeleteFunc(all[today], func(name string) bool { return name != who }))
		return err
	}))
	return n
}

// TestAFullDiskIsSaidAndOutlived: while nothing can be kept nothing is answered, and the status says why; when there is room
// again, everything is answered once.
func TestAFullDiskIsSaidAndOutlived(t *testing.T) {
	onPatient(t, func(p *patient) {
		full := fmt.Errorf("write state.db: %w", syscall.ENOSPC)
		p.db.Slow(func(context.Context) error { return full })
		p.say("苏苏", "打卡")
		p.say("阿杰", "打卡")
		p.rest(5 * time.Minute)
		if fault := p.bot.Status().Fault; !errors.Is(fault, syscall.ENOSPC) {
			p.t.Errorf("the status says %v", fault)
		}
		if n := p.heard(""); n != 0 {
			p.t.Errorf("%d things were said that are not kept", n)
		}
		p.db.Slow(nil)
		p.rest(2 * time.Minute) // longer than the longest pause between two tries
		if fault := p.bot.Status().Fault; fault != nil {
			p.t.Errorf("the status still says %v", fault)
		}
		for _, who := range []string{"苏苏", "阿杰"} {
			if said, counted := p.heard("@"+who), p.counted(who); said != 1 || counted != 1 {
				p.t.Errorf("%s: answered %d times, counted %d", who, said, counted)
			}
		}
	})
}

// TestAFailingCommitEndsTheBot: after a commit of unknown outcome the bot ends and says why; started anew on the reopened
// store it finds out what holds, whichever commit it was and whether it was kept.
func TestAFailingCommitEndsTheBot(t *testing.T) {
	for _, how := range []storetest.Failure{storetest.DiskFull, storetest.AnswerLost} {
		ends := 0
		for nth := int64(1); nth <= 6; nth++ {
			onPatient(t, func(p *patient) {
				p.db.how = how
				p.db.in.Store(nth)
				p.say("苏苏", "打卡")
				select {
				case err := <-p.ended:
					ends++
					if !errors.Is(err, store.ErrUnknownOutcome) {
						p.t.Errorf("the bot ended with: %v", err)
					}
					p.db.Reopen()
					p.start()
				default: // there were not so many commits
					p.db.in.Store(0)
				}
				p.rest(time.Minute)
				said, listed, counted := p.heard("@苏苏"), p.listed("@苏苏"), p.counted("苏苏")
				if counted != 1 || said > 1 || said+listed < 1 {
					p.t.Errorf("commit %d, failure %d: counted %d, answered %d times, listed %d", nth, how, counted, said, listed)
				}
			})
		}
		if ends < 3 {
			t.Errorf("only %d commits failed: an event, an attempt and an outcome are three", ends)
		}
	}
}
