package soak

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"testing"
	"time"

	"sixtwenty/wechatbox"
)

const (
	clubs   = 6
	members = 20  // of each club, without the account
	friends = 5   // who ask in private
	later   = 500 // people who are in no club yet
	hurry   = 10  // how many times as fast as ours the clock of the box runs
	backlog = 50  // messages that the bot has not fetched, above which the people wait
)

// A seat is a person in a club.
type seat struct{ club, who string }

// traffic is the people of a box, and the record of what they did, which is what the bot must have taken in.
type traffic struct {
	box *wechatbox.Box
	rng *rand.Rand
	gap time.Duration // between what happens, at most

	mu       sync.Mutex // held by whoever wants the people to be silent
	seats    map[string][]string
	fresh    int // of those who are in no club, the next to join
	events   int
	checkins map[seat][]time.Time // when they were said
	asked    []string             // words that are no command
	joined   []seat
}

func newTraffic(t testing.TB, box *wechatbox.Box, seed uint64) *traffic {
	t.Helper()
	tr := &traffic{
		box: box, rng: rand.New(rand.NewPCG(seed, 0x7aff1c)), gap: 30 * time.Millisecond,
		seats: map[string][]string{}, checkins: map[seat][]time.Time{},
	}
	add := func(nick string) string {
		p, err := box.AddPerson(wechatbox.Person{ID: nick, Nick: nick})
		check(t, err)
		return p.ID
	}
	account := add("小六")
	check(t, box.SetAccount(account))
	for i := range friends {
		check(t, box.Befriend(account, add(fmt.Sprintf("好友%02d", i))))
	}
	for i := range later {
		add(fmt.Sprintf("新人%03d", i))
	}
	for i := range clubs {
		name := fmt.Sprintf("六点二十%d群", i)
		for j := range members {
			tr.seats[name] = append(tr.seats[name], add(fmt.Sprintf("群友%d%02d", i, j)))
		}
		_, err := box.AddGroup(name, name, tr.seats[name][0], append([]string{account}, tr.seats[name]...)...)
		check(t, err)
		check(t, box.SaveGroup(account, name, true))
	}
	return tr
}

// serve puts the box on a port of its own until the test ends, and gives its URL.
func serve(t testing.TB, box *wechatbox.Box) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- box.Serve(ctx, ln, nil) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("serving the box: %v", err)
		}
	})
	return "http://" + ln.Addr().String()
}

// run lets the people live until ctx is done.
func (tr *traffic) run(ctx context.Context) error {
	for ctx.Err() == nil {
		wait, err := tr.act()
		if err != nil {
			return err
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
		}
	}
	return nil
}

// act lets something happen, and says how long nothing does then.
func (tr *traffic) act() (wait time.Duration, err error) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	session, err := tr.box.Session("小六")
	if err != nil || session.Behind > backlog {
		return 50 * time.Millisecond, err
	}
	wait = time.Duration(tr.rng.Int64N(int64(tr.gap)))
	tr.events++
	club := fmt.Sprintf("六点二十%d群", tr.rng.IntN(clubs))
	who := tr.seats[club][tr.rng.IntN(len(tr.seats[club]))]
	switch n := tr.rng.IntN(100); {
	case n < 55:
		return wait, tr.checkIn(seat{club, who})
	case n < 70:
		return wait, tr.ask()
	case n < 75 && tr.fresh < later:
		return wait, tr.join(club, tr.seats[club][tr.rng.IntN(members)])
	}
	_, err = tr.box.Say(who, club, "早上好")
	return wait, err
}

func (tr *traffic) checkIn(s seat) error {
	m, err := tr.box.Say(s.who, s.club, "打卡")
	tr.checkins[s] = append(tr.checkins[s], m.At.Truncate(time.Second)) // what the wire tells of the time
	return err
}

// ask says, in private, a command that there is none of: the answer repeats it.
func (tr *traffic) ask() error {
	word := fmt.Sprintf("zz%08x", tr.rng.Uint32())
	tr.asked = append(tr.asked, word)
	_, err := tr.box.Say(fmt.Sprintf("好友%02d", tr.rng.IntN(friends)), "小六", "/"+word)
	return err
}

// join lets one of the old members bring somebody: a greeting names the inviter too.
func (tr *traffic) join(club, by string) error {
	who := fmt.Sprintf("新人%03d", tr.fresh)
	tr.fresh++
	tr.joined = append(tr.joined, seat{club, who})
	tr.seats[club] = append(tr.seats[club], who)
	if tr.rng.IntN(2) == 0 {
		return tr.box.JoinByQR(who, club, by)
	}
	return tr.box.Invite(by, club, who)
}
