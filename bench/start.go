package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"
)

// A started is how a bot came up.
type started struct {
	listening float64 // ms
	anonymous float64 // MB of the process's own, once it has settled
	resident  float64
}

// startOn starts the bot on a folder, as it is shipped, until its page answers, and stops it.
func (b *bench) startOn(ctx context.Context, dir string) (s started, err error) {
	addr, err := freeAddress()
	if err != nil {
		return s, err
	}
	nobody, err := freeAddress() // no server: the account fails and tries again
	if err != nil {
		return s, err
	}
	file := filepath.Join(dir, "config.yaml")
	text := fmt.Sprintf("account: {endpoint: \"http://%s\"}\nlisten: %q\ndata: %q\nlog: {level: error}\n", nobody, addr, dir)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return s, err
	}
	began := time.Now()
	p, err := start(ctx, dir, nil, b.program, "run", "--config", file, "--i-know-the-risks")
	if err != nil {
		return s, err
	}
	defer p.stop()
	for {
		conn, err := net.Dial("tcp", addr)
		if err == nil {
			s.listening = float64(time.Since(began)) / 1e6
			_ = conn.Close()
			break
		}
		if err := errors.Join(ctx.Err(), p.ended()); err != nil {
			return s, err
		}
		time.Sleep(200 * time.Microsecond)
	}
	time.Sleep(time.Second)
	if s.anonymous, err = p.memory("RssAnon"); err != nil {
		return s, err
	}
	s.resident, err = p.memory("VmRSS")
	return s, err
}

func freeAddress() (string, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer ln.Close()
	return ln.Addr().String(), nil
}

// starts is how soon a new bot listens.
func starts(ctx context.Context, b *bench) error {
	s := b.table.section("A cold start, with an empty store")
	for range b.rounds {
		dir, err := os.MkdirTemp(b.dir, "start")
		if err != nil {
			return err
		}
		st, err := b.startOn(ctx, dir)
		if err != nil {
			return err
		}
		s.add("to listening", "ms", st.listening)
	}
	info, err := os.Stat(b.program)
	if err != nil {
		return err
	}
	s.add("binary, stripped", "MB", float64(info.Size())/1e6)
	s.bar("ms to listening", s.median("to listening", "ms"), true, 50)
	s.bar("MB of the binary", s.median("binary, stripped", "MB"), true, 30)
	return nil
}

// idle watches a signed-in bot that nobody writes to.
func idle(ctx context.Context, b *bench) error {
	s := b.table.section("Idle: signed in to 50 groups of 400, nobody writes")
	w, err := newWorld(ctx, 50, 400, 200)
	if err != nil {
		return err
	}
	defer w.stop()
	p, err := ours(ctx, b, w, false)
	if err != nil {
		return err
	}
	defer p.stop()
	if err := w.settled(ctx, p); err != nil {
		return err
	}
	for range b.rounds {
		before, err := p.cpu()
		if err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(b.idleFor):
		}
		after, err := p.cpu()
		if err != nil {
			return err
		}
		s.add("of one core", "%", 100*float64(after-before)/float64(b.idleFor))
	}
	for _, name := range []string{"VmRSS", "RssAnon"} {
		mb, err := p.memory(name)
		if err != nil {
			return err
		}
		s.add(name, "MB", mb)
	}
	s.bar("% of one core", s.median("of one core", "%"), true, 0.1)
	s.bar("MB resident", s.median("VmRSS", "MB"), true, 20)
	return nil
}
