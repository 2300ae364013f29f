// Package bottest is a world for tests of features: a group of people, a clock that can be moved, and the real engine with
// its outbox on a real store, in fake time.
//
// A test says who does what and reads what the chats heard. The same plays (see Play) run here and through the WeChat box.
package bottest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	_ "time/tzdata" // the zone of the group must be there on every machine

	"go.uber.org/zap"

	"sixtwenty/bot"
	"sixtwenty/store"
	"sixtwenty/store/storetest"
)

// Start is when every world begins: a Saturday noon in Shanghai.
var Start = time.Date(2026, 11, 21, 4, 0, 0, 0, time.UTC)

// GroupName is the group every world begins with; its owner is 群主.
const GroupName = "六点二十读书会"

// Options say how a world differs from the usual one.
type Options struct {
	Features []bot.Feature
	Settings map[string]any
	Members  []string // besides 群主; 小明、阿杰、苏苏 where nil
	Powers   bot.Powers
	Fail     func(bot.Effect) error // what the service answers instead of doing it, nil where it does
	Pace     bot.Pace               // none where zero
	Clock    bot.Clock              // of the bot; bot.WallClock where nil
	Log      *zap.Logger
	Doubts   []bot.Doubt // whom the account is not sure of
	Tells    bool        // the account tells how it is connected, as far as Cut and Restart go
}

// A World is one group with a bot in it. It belongs to the goroutine of the test.
type World struct {
	T     testing.TB
	opts  Options
	db    store.DB
	acct  *account
	bot   *bot.Bot
	stop  func()
	seq   int
	names map[string]bot.PersonID
	cards map[string]string
	in    []string    // the members of the group, in order of joining
	told  []bot.Event // what happened while the bot was down
	cut   bool
	scans int      // after the first
	media sync.Map // what Gives gave
}

// Run plays in a bubble of fake time, in which waiting costs nothing.
func Run(t *testing.T, opts Options, play func(w *World)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(Start))
		w := newWorld(t, opts)
		defer w.checkKeeps()
		defer w.halt()
		play(w)
	})
}

func newWorld(t testing.TB, opts Options) *World {
	if opts.Members == nil {
		opts.Members = []string{"小明", "阿杰", "苏苏"}
	}
	w := &World{
		T: t, opts: opts, db: storetest.Twice(storetest.Open(t)),
		names: map[string]bot.PersonID{}, cards: map[string]string{},
		in: append([]string{"群主", accountName}, opts.Members...),
	}
	w.start()
	w.put(bot.Event{ID: "list/0", Kind: bot.Listed, Chat: w.group(), Roster: w.roster()})
	return w
}

func (w *World) start() {
	w.T.Helper()
	w.acct = &account{ready: make(chan bot.Inbox, 1), powers: w.opts.Powers, media: &w.media, fail: w.opts.Fail, blobs: store.Blobs{DB: w.db}, heard: map[bot.ChatID][]Heard{}}
	var acct bot.Account = registrar{w.acct, w.opts.Doubts}
	if w.opts.Tells {
		w.acct.become(bot.Offline)
		acct = teller{registrar{w.acct, w.opts.Doubts}}
	}
	b, err := bot.New(bot.Options{
		Account: acct, DB: w.db, Log: w.opts.Log, Features: w.opts.Features, Settings: w.opts.Settings,
		Groups: []string{"六点二十*"}, Pace: w.opts.Pace, Clock: w.opts.Clock,
	})
	if err != nil {
		w.T.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- b.Run(ctx) }()
	w.acct.in = <-w.acct.ready
	w.bot = b
	w.stop = func() {
		cancel()
		if err := <-ended; err != nil {
			w.T.Errorf("the bot ended with: %v", err)
		}
	}
	synctest.Wait() // what is due at the start comes before the sign-in
	w.signIn()
}

func (w *World) halt() {
	if w.stop != nil {
		w.stop()
		w.stop = nil
	}
}

// Bot is the running bot.
func (w *World) Bot() *bot.Bot { return w.bot }

// DB is the bot's store.
func (w *World) DB() store.DB { return w.db }

// Says lets a person write in the group, waits until the bot has done all it does about it, and gives what the group heard.
func (w *World) Says(who, text string) []string {
	w.T.Helper()
	w.say(who, text)
	return w.Heard()
}

func (w *World) say(who, text string) {
	w.T.Helper()
	w.put(bot.Event{Kind: bot.Message, Chat: w.group(), From: w.member(who), Self: who == accountName, Text: text})
}

// Gives lets a person send a voice or a file in private, and gives what they heard.
func (w *World) Gives(who string, m bot.Media, data []byte) []string {
	w.T.Helper()
	w.gives(who, m, data)
	return w.HeardBy(who)
}

func (w *World) gives(who string, m bot.Media, data []byte) {
	w.T.Helper()
	w.seq++
	m.Ref = fmt.Sprintf("media/%d", w.seq)
	w.media.Store(m.Ref, data)
	w.put(bot.Event{Kind: bot.Message, Chat: w.home(who), From: w.member(who), Self: who == accountName, Media: &m})
}

func (w *World) speak(who string, length time.Duration) {
	w.T.Helper()
	w.gives(who, bot.Media{Kind: bot.Voice, Length: length}, Silk(length))
}

// Silk is a recording as WeChat makes it, with nothing to hear, that plays so long.
func Silk(length time.Duration) []byte {
	d := []byte("\x02#!SILK_V3")
	for range length / (20 * time.Millisecond) {
		d = append(append(d, 30, 0), make([]byte, 30)...)
	}
	return append(d, 0xff, 0xff)
}

// accountName is the person whose phone signed the bot in: what they write is the owner's word beyond doubt.
const accountName = "小六"

// Private is Says in private, and gives what that person heard.
func (w *World) Private(who, text string) []string {
	w.T.Helper()
	w.tell(who, text)
	return w.HeardBy(who)
}

func (w *World) tell(who, text string) {
	w.T.Helper()
	w.put(bot.Event{Kind: bot.Message, Chat: w.home(who), From: w.member(who), Self: who == accountName, Text: text})
}

// Asks lets somebody ask the account to be friends, and gives what they heard.
func (w *World) Asks(who, hello string) []string {
	w.T.Helper()
	w.ask(who, hello)
	return w.HeardBy(who)
}

func (w *World) ask(who, hello string) {
	w.T.Helper()
	w.put(bot.Event{Kind: bot.FriendRequest, Chat: w.home(who), From: w.member(who), Text: hello, Token: who})
}

// Invite lets a member bring people, told as WeChat tells it: by names in one text, with the member list after it.
func (w *World) Invite(by string, who ...string) []string {
	w.T.Helper()
	w.invite(by, who)
	return w.Heard()
}

func (w *World) invite(by string, who []string) {
	w.T.Helper()
	w.join(&bot.Join{InviterName: by, Names: strings.Join(who, "、"), SelfInvited: by == accountName}, who)
}

// JoinByQR lets somebody join by the code that a member shared; with "" nobody knows whose it was.
func (w *World) JoinByQR(who, sharer string) []string {
	w.T.Helper()
	w.joinByQR(who, sharer)
	return w.Heard()
}

func (w *World) joinByQR(who, sharer string) {
	w.T.Helper()
	w.join(&bot.Join{ByQR: true, Single: true, InviterName: sharer, Names: who}, []string{who})
}

func (w *World) join(j *bot.Join, who []string) {
	w.T.Helper()
	w.in = append(w.in, who...)
	w.put(bot.Event{Kind: bot.Joined, Chat: w.group(), Join: j, Roster: w.roster()})
}

// Leave lets a member go, which no text tells: two member lists without them do.
func (w *World) Leave(who string) []string {
	w.T.Helper()
	w.leave(who)
	return w.Heard()
}

func (w *World) leave(who string) {
	w.T.Helper()
	w.in = slices.DeleteFunc(w.in, func(n string) bool { return n == who })
	for range 2 {
		w.put(bot.Event{Kind: bot.Listed, Chat: w.group(), Roster: w.roster()})
	}
}

// Wind moves the clock and lets everything due on the way happen.
func (w *World) Wind(d time.Duration) []string {
	w.T.Helper()
	w.wind(d)
	return w.Heard()
}

func (w *World) wind(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// Until winds to the next moment at which the group's clock shows hh:mm:ss.
func (w *World) Until(clock string) []string {
	w.T.Helper()
	return w.Wind(untilClock(w.T, time.Now(), clock))
}

// Put gives the bot any event, with an ID and time of its own where it has none.
func (w *World) Put(e bot.Event) []string {
	w.T.Helper()
	w.put(e)
	return w.Heard()
}

// PutAll is Put for many events at once, as a storm brings them: the bot takes them together.
func (w *World) PutAll(list []bot.Event) []string {
	w.T.Helper()
	for _, e := range list {
		w.give(e)
	}
	synctest.Wait()
	return w.Heard()
}

func (w *World) put(e bot.Event) {
	w.T.Helper()
	w.give(e)
	synctest.Wait()
}

// give hands an event to the bot without waiting for what it does.
func (w *World) give(e bot.Event) {
	w.T.Helper()
	if e.ID == "" {
		w.seq++
		e.ID = fmt.Sprintf("m/%d", w.seq)
	}
	if e.At.IsZero() {
		e.At = time.Now()
	}
	if w.stop == nil || w.cut {
		w.told = append(w.told, e)
		return
	}
	if err := w.acct.in.Put(context.Background(), e); err != nil {
		w.T.Fatal(err)
	}
}

// Heard takes what the group heard since it was last asked.
func (w *World) Heard() []string { return w.take(w.group().ID) }

// HeardBy takes what a person heard in private.
func (w *World) HeardBy(who string) []string { return w.take(w.home(who).ID) }

// HeardIn takes what any chat heard.
func (w *World) HeardIn(chat bot.ChatID) []string { return w.take(chat) }

func (w *World) take(chat bot.ChatID) []string {
	var texts []string
	for _, h := range w.acct.take(chat) {
		texts = append(texts, h.String())
	}
	return texts
}

// Group is the chat of the world's group.
func (w *World) Group() bot.Chat { return w.group() }

// Person is the id of somebody.
func (w *World) Person(name string) bot.PersonID { return w.member(name).Person }

// Rename gives somebody another nickname; who they are stays.
func (w *World) Rename(name, to string) {
	w.names[to] = w.member(name).Person
	delete(w.names, name)
	for i, n := range w.in {
		if n == name {
			w.in[i] = to
		}
	}
}

// SetCard gives somebody another name in the group.
func (w *World) SetCard(name, card string) { w.cards[name] = card }

func (w *World) group() bot.Chat { return bot.Chat{ID: "g-1", Group: true, Name: GroupName} }

func (w *World) home(who string) bot.Chat {
	return bot.Chat{ID: bot.ChatID("c-" + w.member(who).Person), Name: who}
}

func (w *World) member(name string) bot.Member {
	id, ok := w.names[name]
	if !ok {
		id = bot.PersonID("p-" + name)
		w.names[name] = id
	}
	return bot.Member{Person: id, Nick: name, Card: w.cards[name]}
}

func (w *World) roster() []bot.Member {
	var list []bot.Member
	for _, name := range w.in {
		list = append(list, w.member(name))
	}
	return list
}

var shanghai = time.FixedZone("CST", 8*3600)

func untilClock(t testing.TB, now time.Time, clock string) time.Duration {
	t.Helper()
	at, err := time.Parse("15:04:05", clock)
	if err != nil {
		at, err = time.Parse("15:04", clock)
	}
	if err != nil {
		t.Fatalf("%q is no time of day", clock)
	}
	local := now.In(shanghai)
	due := time.Date(local.Year(), local.Month(), local.Day(), at.Hour(), at.Minute(), at.Second(), 0, shanghai)
	if !due.After(local) {
		due = due.AddDate(0, 0, 1)
	}
	return due.Sub(local)
}
