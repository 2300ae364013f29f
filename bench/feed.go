package main

import (
	"context"
	"fmt"
	"os"
	"time"
)

// burst is how many messages come at once: the queue of a client that is away holds 10,000.
const burst = 5_000

// checkins lets as many people check in as there are messages, and waits for an answer to each.
func checkins(ctx context.Context, b *bench) error {
	s := b.table.section(fmt.Sprintf("%d check-ins, each answered; every row of ours is on disk before its answer leaves", b.messages))
	list := append(clients(), client{name: "openwechat's Bot, 200 contacts", peer: true, start: own("bot")})
	for range b.rounds {
		for _, c := range list {
			if c.peer && !b.peers {
				continue
			}
			n := b.messages
			if c.name == "openwechat's Bot, 200 contacts" {
				n = min(n, 2_000) // it sorts its contacts at each message: ten times as many only take ten times as long
			}
			if err := b.answered(ctx, s, c, n, b.messages); err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
		}
	}
	const cpu = "µs CPU a message"
	mine, loop := s.median("sixtwenty", cpu), s.median("plain Caller loop", cpu)
	s.bar("CPU of sixtwenty against the plain loop, which keeps nothing", mine/loop, true, 1.5)
	if b.peers {
		s.bar("CPU of wechat4u against sixtwenty", s.median("wechat4u", cpu)/mine, false, 2.5)
		s.bar("CPU of the wechaty puppet against sixtwenty", s.median("wechaty puppet", cpu)/mine, false, 2.5)
		s.bar("CPU of openwechat's Bot against sixtwenty", s.median("openwechat's Bot, 200 contacts", cpu)/mine, false, 10)
	}
	s.bar("most memory resident, MB", s.median("sixtwenty", "MB resident at most"), true, 40)
	return nil
}

// worldFor has as many people as there are messages in groups of 400.
func worldFor(ctx context.Context, messages int) (*world, error) {
	const each = 400
	return newWorld(ctx, max(1, (messages+each-1)/each), each, 200)
}

// answered is one round of one client: it is warmed up by a twentieth of the messages, written by people who do not count.
func (b *bench) answered(ctx context.Context, s *section, c client, n, size int) error {
	warm := size / 20
	w, err := worldFor(ctx, size+warm)
	if err != nil {
		return err
	}
	defer w.stop()
	p, err := c.start(ctx, b, w, true)
	if err != nil {
		return err
	}
	defer p.stop()
	if err := w.settled(ctx, p); err != nil {
		return err
	}
	if err := w.answerAll(ctx, p, 0, warm); err != nil {
		return err
	}
	before, err := p.cpu()
	if err != nil {
		return err
	}
	began, was := time.Now(), w.sent()
	if err := w.answerAll(ctx, p, warm, n); err != nil {
		return err
	}
	took := time.Since(began)
	after, err := p.cpu()
	if err != nil {
		return err
	}
	if err := w.settled(ctx, p); err != nil {
		return err
	}
	if got := w.sent() - was; got != n {
		return fmt.Errorf("%d answers to %d messages", got, n)
	}
	most, err := p.memory("VmHWM")
	if err != nil {
		return err
	}
	s.add(c.name, "µs CPU a message", float64((after-before).Microseconds())/float64(n))
	s.add(c.name, "messages a second", float64(n)/took.Seconds())
	s.add(c.name, "MB resident at most", most)
	fmt.Fprintf(os.Stderr, "%s: %.0f µs, %.0f/s, %.1f MB\n", c.name,
		float64((after-before).Microseconds())/float64(n), float64(n)/took.Seconds(), most)
	return nil
}

// answerAll says n check-ins, from the given person on, and waits for as many answers.
func (w *world) answerAll(ctx context.Context, p *process, from, n int) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	first := w.sent()
	for said, heard := 0, 0; heard < n; {
		for storm := said == heard; storm && said < n && said-heard < burst; said++ {
			if err := w.say(from+said, "打卡"); err != nil {
				return err
			}
		}
		list, err := w.box.WaitSent(ctx, first+heard)
		if err != nil {
			return fmt.Errorf("%d of %d answered: %w\n%s", heard, n, err, p.said.String())
		}
		heard = list[len(list)-1].N - first
	}
	return nil
}

// chatter is what no command takes: heard, counted, not answered.
func chatter(ctx context.Context, b *bench) error {
	s := b.table.section(fmt.Sprintf("%d messages that no command takes", b.messages))
	for range b.rounds {
		for _, c := range clients() {
			if c.peer && !b.peers {
				continue
			}
			if err := b.heard(ctx, s, c); err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
		}
	}
	const cpu = "µs CPU a message"
	s.bar("CPU of sixtwenty beyond the plain loop, µs a message", s.median("sixtwenty", cpu)-s.median("plain Caller loop", cpu), true, 30)
	return nil
}

func (b *bench) heard(ctx context.Context, s *section, c client) error {
	w, err := worldFor(ctx, b.messages)
	if err != nil {
		return err
	}
	defer w.stop()
	p, err := c.start(ctx, b, w, false)
	if err != nil {
		return err
	}
	defer p.stop()
	if err := w.settled(ctx, p); err != nil {
		return err
	}
	var before time.Duration
	for said := 0; said < b.messages+b.messages/10; said++ {
		if said == b.messages/10 { // what came before was to warm up
			if err := w.settled(ctx, p); err != nil {
				return err
			}
			if before, err = p.cpu(); err != nil {
				return err
			}
		}
		if said%burst == 0 {
			if err := w.settled(ctx, p); err != nil {
				return err
			}
		}
		if err := w.say(said, fmt.Sprintf("今天天气真好 %d", said)); err != nil {
			return err
		}
	}
	if err := w.settled(ctx, p); err != nil {
		return err
	}
	after, err := p.cpu()
	if err != nil {
		return err
	}
	if got := w.sent(); got > 0 {
		return fmt.Errorf("%d answers to messages for nobody", got)
	}
	s.add(c.name, "µs CPU a message", float64((after-before).Microseconds())/float64(b.messages))
	return nil
}
