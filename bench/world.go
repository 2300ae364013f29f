package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sixtwenty/wechatbox"
	"time"
)

// A world is a served box with groups large enough that everybody of a round is somebody else.
type world struct {
	box    *wechatbox.Box
	addr   string
	groups []string
	people []string
	stop   func()
}

const account = "xiaoliu"

// newWorld serves a box in this process: its time is not the client's. Each of the people is in one group; the account has friends
// besides, which openwechat's Bot sorts at each message.
func newWorld(ctx context.Context, groups, each, friends int) (*world, error) {
	box, err := wechatbox.New(wechatbox.Options{Seed: 620, AutoScan: true})
	if err != nil {
		return nil, err
	}
	w := &world{box: box}
	if err := w.fill(groups, each, friends); err != nil {
		return nil, errors.Join(err, box.Close())
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, errors.Join(err, box.Close())
	}
	w.addr = ln.Addr().String()
	ctx, cancel := context.WithCancel(ctx)
	served := make(chan struct{})
	go func() { defer close(served); _ = box.Serve(ctx, ln, nil) }()
	w.stop = func() { cancel(); <-served; _ = box.Close() }
	return w, nil
}

func (w *world) fill(groups, each, friends int) error {
	add := func(id, nick string) error {
		_, err := w.box.AddPerson(wechatbox.Person{ID: id, Nick: nick})
		return err
	}
	if err := add(account, "小六"); err != nil {
		return err
	}
	if err := w.box.SetAccount(account); err != nil {
		return err
	}
	for i := range friends {
		id := fmt.Sprintf("f%d", i)
		if err := errors.Join(add(id, fmt.Sprintf("朋友%d", i)), w.box.Befriend(account, id)); err != nil {
			return err
		}
	}
	for g := range groups {
		id := fmt.Sprintf("g%d", g)
		members := []string{account}
		for p := range each {
			who := fmt.Sprintf("p%d.%d", g, p)
			if err := add(who, fmt.Sprintf("群友%d号", g*each+p)); err != nil {
				return err
			}
			members = append(members, who)
		}
		w.groups, w.people = append(w.groups, id), append(w.people, members[1:]...)
		if _, err := w.box.AddGroup(id, fmt.Sprintf("六点二十%d群", g), members[1], append([]string{account}, members[2:]...)...); err != nil {
			return err
		}
		if err := w.box.SaveGroup(account, id, true); err != nil {
			return err
		}
	}
	return nil
}

// say lets the nth of all people write into their group; the groups take turns.
func (w *world) say(n int, text string) error {
	g := n % len(w.groups)
	each := len(w.people) / len(w.groups)
	_, err := w.box.Say(w.people[g*each+n/len(w.groups)%each], w.groups[g], text)
	return err
}

const patience = 5 * time.Minute

// settled waits until the client is signed in, has fetched everything and is parked, for a while.
func (w *world) settled(ctx context.Context, p *process) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for still := 0; still < 5; {
		s, err := w.box.Session(account)
		if err := errors.Join(err, p.ended()); err != nil {
			return err
		}
		if still++; !s.Waiting || s.Behind > 0 {
			still = 0
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the client does not settle: %+v\n%s", s, p.said.String())
		case <-time.After(20 * time.Millisecond):
		}
	}
	return nil
}

// sent is how many sends the server saw.
func (w *world) sent() int {
	list := w.box.Sent()
	if len(list) == 0 {
		return 0
	}
	return list[len(list)-1].N
}

// A client is a program that signs in to the world; it answers each text of a group, or only listens.
type client struct {
	name  string
	peer  bool
	start func(ctx context.Context, b *bench, w *world, answer bool) (*process, error)
}

func clients() []client {
	return []client{
		{name: "plain Caller loop", start: own("caller")},
		{name: "sixtwenty", start: ours},
		{name: "wechat4u", peer: true, start: node("wechat4u.mjs")},
		{name: "wechaty puppet", peer: true, start: node("puppet.mjs")},
	}
}

func environment(w *world, answer bool) []string {
	env := []string{"BOX=" + w.addr}
	if answer {
		env = append(env, "ANSWER=1")
	}
	return env
}

func own(kind string) func(context.Context, *bench, *world, bool) (*process, error) {
	return func(ctx context.Context, b *bench, w *world, answer bool) (*process, error) {
		return start(ctx, "", environment(w, answer), b.self, "client", kind)
	}
}

func node(script string) func(context.Context, *bench, *world, bool) (*process, error) {
	return func(ctx context.Context, b *bench, w *world, answer bool) (*process, error) {
		return start(ctx, b.clients, environment(w, answer), "node", "--require", "./plainhook.cjs", script)
	}
}

// config is the bot without the pace that protects a real account: every message is answered, at once.
const config = `account: {endpoint: "http://%s"}
listen: "127.0.0.1:0"
data: %q
groups: ["*"]
pace: {gap: 0s, jitter: 0s, chat_gap: 0s, per_hour: 0, per_day: 0, warm_up: 0s, quiet: ""}
backup: {when: ""}
log: {level: error}
checkin: {answers: each}
`

func ours(ctx context.Context, b *bench, w *world, _ bool) (*process, error) {
	dir, err := os.MkdirTemp(b.dir, "data")
	if err != nil {
		return nil, err
	}
	file := filepath.Join(dir, "config.yaml")
	if err := os.WriteFile(file, fmt.Appendf(nil, config, w.addr, dir), 0o600); err != nil {
		return nil, err
	}
	return start(ctx, dir, nil, b.program, "run", "--config", file, "--i-know-the-risks")
}
