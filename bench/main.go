// Command bench measures the bot beside other clients of the same protocol, and beside the bare store, and writes what it found as a
// table. Everything is compared within one run, in turns, on one machine: a ratio holds where a figure does not.
//
//	go run . -peers        all of it, with the clients that clients/install.sh installs
//	go run . -only engine  one part
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/pprof"
	"slices"
	"strings"
	"time"
)

// A part is one group of measurements.
type part struct {
	name string
	run  func(ctx context.Context, b *bench) error
}

func parts() []part {
	return []part{
		{"checkins", checkins}, {"chatter", chatter}, {"engine", engine}, {"growth", growth}, {"idle", idle}, {"start", starts}, {"onebot", oneBot},
	}
}

// A bench is one run: what was asked for, and what was found.
type bench struct {
	rounds   int
	messages int
	peers    bool
	sizes    []int
	idleFor  time.Duration
	program  string // the bot, built
	self     string // this program, which is also the plain clients
	clients  string // the folder of the clients of others
	dir      string // for whatever does not last
	table    table
}

func main() {
	if len(os.Args) > 2 && os.Args[1] == "client" {
		exit(beClient(os.Args[2]))
	}
	b := &bench{}
	var only, out, sizes, profile string
	flag.IntVar(&b.rounds, "rounds", 5, "rounds, in turns")
	flag.IntVar(&b.messages, "messages", 20_000, "messages of a round")
	flag.BoolVar(&b.peers, "peers", false, "also wechat4u, the wechaty puppet and openwechat's Bot")
	flag.StringVar(&sizes, "sizes", "10000,100000,1000000", "past check-ins of the growth part")
	flag.DurationVar(&b.idleFor, "idle", time.Minute, "how long the idle bot is watched")
	flag.StringVar(&only, "only", "", "parts, separated by commas")
	flag.StringVar(&out, "o", "", "page to write the table into, after its marker")
	flag.StringVar(&profile, "cpuprofile", "", "file for a profile of this process, in which the engine and growth parts run")
	flag.Parse()
	exit(profiled(profile, func() error { return b.main(only, sizes, out) }))
}

func profiled(file string, fn func() error) error {
	if file == "" {
		return fn()
	}
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return errors.Join(err, f.Close())
	}
	err = fn()
	pprof.StopCPUProfile()
	return errors.Join(err, f.Close())
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

func (b *bench) main(only, sizes, out string) (err error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if b.sizes, err = numbers(sizes); err != nil {
		return err
	}
	if b.dir, err = os.MkdirTemp("", "bench"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(b.dir)) }()
	if err := b.build(ctx); err != nil {
		return err
	}
	wanted := strings.Split(only, ",")
	for _, p := range parts() {
		if only != "" && !slices.Contains(wanted, p.name) {
			continue
		}
		fmt.Fprintf(os.Stderr, "== %s\n", p.name)
		if err := p.run(ctx, b); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	text := b.table.markdown(b.rounds)
	if out == "" {
		fmt.Print(text)
		return nil
	}
	return writeAfter(out, marker, text)
}

// marker is the line of the page after which the table stands; what comes before it is written by people.
const marker = "<!-- what follows is written by make bench -->\n"

func writeAfter(file, marker, text string) error {
	old, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	prose, _, found := strings.Cut(string(old), marker)
	if len(old) > 0 && !found {
		return fmt.Errorf("%s has no line %q to write after", file, strings.TrimSpace(marker))
	}
	return os.WriteFile(file, []byte(prose+marker+"\n"+text), 0o644)
}

func numbers(list string) (ns []int, err error) {
	for s := range strings.SplitSeq(list, ",") {
		var n int
		if _, err := fmt.Sscan(s, &n); err != nil {
			return nil, fmt.Errorf("-sizes %q: %w", s, err)
		}
		ns = append(ns, n)
	}
	return ns, nil
}

// build makes the bot as it is shipped.
func (b *bench) build(ctx context.Context) (err error) {
	if b.self, err = os.Executable(); err != nil {
		return err
	}
	if b.clients, err = filepath.Abs("clients"); err != nil {
		return err
	}
	b.program = filepath.Join(b.dir, "sixtwenty")
	return command(ctx, "..", "go", "build", "-trimpath", "-ldflags=-s -w", "-o", b.program, ".").Run()
}
