package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"bench/onebot"
)

// A oneBotClient is a bot at the other end of OneBot v11.
type oneBotClient struct {
	name  string
	peer  bool
	start func(ctx context.Context, b *bench, url, dir string) (*process, error)
	most  int // check-ins of a round, where more would only take longer
	pause time.Duration
	// patience is how long no answer comes before those that are waited for count as lost; zero is long.
	patience time.Duration
}

func oneBotClients() []oneBotClient {
	return []oneBotClient{
		{name: "sixtwenty", start: ourOneBot},
		{name: "bare loop on bbolt", start: func(ctx context.Context, b *bench, url, dir string) (*process, error) {
			return start(ctx, dir, []string{"URL=" + url}, b.self, "client", "onebot")
		}},
		{name: "koishi", peer: true, most: 400, pause: 2 * time.Second, patience: 3 * time.Second, start: func(ctx context.Context, b *bench, url, dir string) (*process, error) {
			return start(ctx, dir, []string{"URL=" + url}, "node", filepath.Join(filepath.Dir(b.clients), "onebot", "koishi", "bot.cjs"))
		}},
	}
}

// ourOneBot runs the bot as it is shipped, with pacing off.
func ourOneBot(ctx context.Context, b *bench, url, dir string) (*process, error) {
	env := []string{
		"SIXTYTWENTY_ACCOUNT_KIND=onebot", "SIXTYTWENTY_ACCOUNT_ONEBOT_URL=" + url, "SIXTYTWENTY_LISTEN=127.0.0.1:0",
		"SIXTYTWENTY_PACE_GAP=0s", "SIXTYTWENTY_PACE_JITTER=0s", "SIXTYTWENTY_PACE_CHAT_GAP=0s", "SIXTYTWENTY_PACE_PER_HOUR=0",
		"SIXTYTWENTY_PACE_PER_DAY=0", "SIXTYTWENTY_CHECKIN_ANSWERS=each", "SIXTYTWENTY_LOG_LEVEL=warn",
	}
	return start(ctx, dir, env, b.program, "run", "--data", filepath.Join(dir, "data"))
}

const inFlight = 64

// oneBot measures the bot on its second account, beside the bare loop and a peer.
func oneBot(ctx context.Context, b *bench) error {
	all := b.table.section(fmt.Sprintf("OneBot v11: %d check-ins of 5,000 people in 50 groups, %d in flight, on an empty store", b.messages, inFlight))
	for range b.rounds {
		for _, c := range oneBotClients() {
			if c.peer && !b.peers {
				continue
			}
			if err := b.oneBotRound(ctx, all, c); err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
		}
	}
	const rate, cpu = "answers a second", "µs CPU an answer"
	bare := "bare loop on bbolt"
	all.bar("rate of sixtwenty against the bare loop", all.median("sixtwenty", rate)/all.median(bare, rate), false, 0.5)
	all.bar("CPU of sixtwenty against the bare loop", all.median("sixtwenty", cpu)/all.median(bare, cpu), true, 2)
	if b.peers {
		all.bar("rate of sixtwenty against koishi", all.median("sixtwenty", rate)/all.median("koishi", rate), false, 80)
	}
	all.bar("most memory resident, MB", all.median("sixtwenty", "MB resident at most"), true, 40)
	all.bar("p99 with 64 in flight, ms", all.median("sixtwenty", "ms p99"), true, 15)
	all.bar("p99 at 200 a second, ms", all.median("sixtwenty", "ms p99 at 200 a second"), true, 3)
	all.bar("events a second, nine of ten chatter", all.median("sixtwenty", "events a second, nine of ten chatter"), false, 25_000)
	all.bar("lost", all.median("sixtwenty", "lost"), true, 0)
	all.bar("start to first reply, ms", all.median("sixtwenty", "ms from the start to the first reply"), true, 60)
	return nil
}

// oneBotRound is one client from its start: the first reply, then a storm on another empty store, and a steady stream and chatter.
func (b *bench) oneBotRound(ctx context.Context, s *section, c oneBotClient) error {
	n := b.messages
	if c.most > 0 {
		n = min(n, c.most)
	}
	err := b.withOneBot(ctx, c, func(l *onebot.Load, p *process, began time.Time) error {
		return firstReply(ctx, s, c, l, p, began)
	})
	if err != nil {
		return err
	}
	err = b.withOneBot(ctx, c, func(l *onebot.Load, p *process, _ time.Time) error {
		time.Sleep(c.pause)
		return storm(ctx, s, c, l, p, n)
	})
	if err != nil || c.peer {
		return err
	}
	return b.withOneBot(ctx, c, func(l *onebot.Load, _ *process, _ time.Time) error { return streams(ctx, s, c, l, n) })
}

func firstReply(ctx context.Context, s *section, c oneBotClient, l *onebot.Load, p *process, began time.Time) error {
	if err := l.First(ctx); err != nil {
		return err
	}
	took := time.Since(began)
	used, err := p.cpu()
	if err != nil {
		return err
	}
	s.add(c.name, "ms from the start to the first reply", float64(took)/1e6)
	s.add(c.name, "ms of CPU until then", float64(used)/1e6)
	return nil
}

func storm(ctx context.Context, s *section, c oneBotClient, l *onebot.Load, p *process, n int) error {
	before, err := p.cpu()
	if err != nil {
		return err
	}
	r, err := l.Storm(ctx, n, inFlight, 0)
	if err != nil {
		return err
	}
	after, err := p.cpu()
	if err != nil {
		return err
	}
	rate, cpu := float64(r.Answers)/r.Took.Seconds(), float64((after-before).Microseconds())/float64(n)
	s.add(c.name, "answers a second", rate)
	s.add(c.name, "µs CPU an answer", cpu)
	s.add(c.name, "ms p50", quantileOf(r.Latencies, 0.5))
	s.add(c.name, "ms p99", quantileOf(r.Latencies, 0.99))
	s.add(c.name, "lost", float64(r.Lost))
	for _, of := range [][2]string{{"VmHWM", "MB resident at most"}, {"RssAnon", "MB of its own at the end, without files"}} {
		mb, err := p.memory(of[0])
		if err != nil {
			return err
		}
		s.add(c.name, of[1], mb)
	}
	fmt.Fprintf(os.Stderr, "%s: %.0f/s, %.0f µs, p50 %.1f ms, p99 %.1f ms, %d lost\n", c.name, rate, cpu,
		quantileOf(r.Latencies, 0.5), quantileOf(r.Latencies, 0.99), r.Lost)
	return nil
}

// streams are 200 check-ins a second, and then a storm of which nine of ten messages are for nobody.
func streams(ctx context.Context, s *section, c oneBotClient, l *onebot.Load, n int) error {
	r, err := l.Steady(ctx, 0, 1000, 5*time.Millisecond)
	if err != nil {
		return err
	}
	s.add(c.name, "ms p99 at 200 a second", quantileOf(r.Latencies, 0.99))
	if r, err = l.Storm(ctx, n/2, inFlight, 9); err != nil {
		return err
	}
	s.add(c.name, "events a second, nine of ten chatter", float64(r.Events)/r.Took.Seconds())
	fmt.Fprintf(os.Stderr, "%s: %.0f events/s with chatter, %d lost\n", c.name, float64(r.Events)/r.Took.Seconds(), r.Lost)
	return nil
}

// withOneBot starts a client on an empty folder and waits until it has signed in.
func (b *bench) withOneBot(ctx context.Context, c oneBotClient, act func(l *onebot.Load, p *process, began time.Time) error) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	l, err := onebot.Listen()
	if err != nil {
		return err
	}
	defer l.Close()
	if c.patience > 0 {
		l.Patience = c.patience
	}
	dir, err := os.MkdirTemp(b.dir, "onebot")
	if err != nil {
		return err
	}
	began := time.Now()
	p, err := c.start(ctx, b, l.URL(), dir)
	if err != nil {
		return err
	}
	defer p.stop()
	soon, done := context.WithTimeout(ctx, 30*time.Second)
	defer done()
	if err := l.Ready(soon); err != nil {
		return fmt.Errorf("%w: %s", err, p.said.String())
	}
	if err := act(l, p, began); err != nil {
		return fmt.Errorf("%w: %s", err, p.said.String())
	}
	return p.ended()
}

// quantileOf is a quantile in milliseconds.
func quantileOf(list []time.Duration, q float64) float64 {
	if len(list) == 0 {
		return 0
	}
	slices.Sort(list)
	return float64(list[int(q*float64(len(list)-1)+0.5)]) / 1e6
}
