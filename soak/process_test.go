package soak

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"sixtwenty/store/bolt"
)

// A host is where the program runs: a data folder, a log, an environment.
type host struct {
	bin  string
	dir  string // everything of the run
	data string
	env  []string
	log  *os.File
	wrap []string // the command that runs the bot, where it is not run by itself
}

// newHost makes a host whose bot signs in at url and paces nothing.
func newHost(t testing.TB, dir, url string) *host {
	t.Helper()
	bin, err := program()
	check(t, err)
	h := &host{bin: bin, dir: dir, data: filepath.Join(dir, "data")}
	check(t, os.MkdirAll(h.data, 0o700))
	h.log, err = os.Create(filepath.Join(dir, "bot.log"))
	check(t, err)
	t.Cleanup(func() { _ = h.log.Close() })
	h.env = []string{
		"ACCOUNT_ENDPOINT=" + url, "LISTEN=127.0.0.1:0", "GROUPS=[\"*\"]", "BACKUP_WHEN=",
		"PACE_GAP=0s", "PACE_JITTER=0s", "PACE_CHAT_GAP=0s", "PACE_PER_HOUR=0", "PACE_PER_DAY=0", "PACE_WARM_UP=0s", "PACE_QUIET=",
	}
	h.offer(t, "BROADCAST_VOICE=@every 1m", "ONBOARDING_WINDOW=1s", "CHECKIN_ANSWERS=each", "CHECKIN_MILESTONES=[]")
	return h
}

func (h *host) database() string { return filepath.Join(h.data, "sixtwenty.db") }

// schemaOf gives options under which a file is taken as it is, whatever its schema.
func schemaOf(t testing.TB, file string) (opts bolt.Options) {
	t.Helper()
	for {
		db, err := bolt.Look(file, opts)
		if err == nil {
			check(t, db.Close())
			return opts
		}
		if !errors.Is(err, bolt.ErrNewer) || len(opts.Migrations) > 1000 {
			t.Fatal(err)
		}
		opts.Migrations = append(opts.Migrations, nil)
	}
}

// offer adds those settings that the program knows: features come and go.
func (h *host) offer(t testing.TB, settings ...string) {
	t.Helper()
	for _, s := range settings {
		was := slices.Clone(h.env)
		h.env = append(h.env, s)
		if out, err := h.run(t.Context(), "check"); err != nil {
			name, _, _ := strings.Cut(s, "=")
			if !strings.Contains(out, name+" sets nothing") {
				t.Fatalf("the program refuses its settings: %v\n%s", err, out)
			}
			t.Logf("this program has no setting %s", name)
			h.env = was
		}
	}
}

func (h *host) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, h.bin, append(args, "--data", h.data)...)
	cmd.Dir = h.dir // where there is no config.yaml
	cmd.Env = os.Environ()
	for _, s := range h.env {
		cmd.Env = append(cmd.Env, "SIXTYTWENTY_"+s)
	}
	return cmd
}

// run runs a command of the program to its end.
func (h *host) run(ctx context.Context, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	out, err := h.command(ctx, args...).CombinedOutput()
	return string(out), err
}

// A process is a bot that runs.
type process struct {
	cmd   *exec.Cmd
	ended chan struct{}
	err   error // once ended
}

// start runs the bot until it is killed or stopped, or the test ends.
func (h *host) start(t testing.TB) *process {
	t.Helper()
	p := &process{cmd: h.command(context.Background(), "run"), ended: make(chan struct{})}
	if len(h.wrap) > 0 {
		p.cmd.Path, p.cmd.Args = h.wrap[0], append(slices.Clone(h.wrap), p.cmd.Args...)
	}
	p.cmd.Stdout, p.cmd.Stderr = h.log, h.log
	check(t, p.cmd.Start())
	go func() {
		p.err = p.cmd.Wait()
		close(p.ended)
	}()
	t.Cleanup(p.kill)
	return p
}

// kill ends the process at once, and returns when it is gone.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it may be gone already
	<-p.ended
}

// alive says whether the process still runs.
func (p *process) alive() bool {
	select {
	case <-p.ended:
		return false
	default:
		return true
	}
}

// stop asks the process to end, as systemd would.
func (p *process) stop() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case <-p.ended:
		return p.err
	case <-time.After(20 * time.Second):
		p.kill()
		return errors.New("the bot did not end within 20 s of SIGTERM")
	}
}

// until polls what takes real time.
func until(t testing.TB, limit time.Duration, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(limit); !ok(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: not within %v", what, limit)
		}
	}
}

// complaints are the log's lines that say that something is wrong with the program itself.
func (h *host) complaints() ([]string, error) {
	data, err := os.ReadFile(h.log.Name())
	if err != nil {
		return nil, err
	}
	var list []string
	for line := range bytes.Lines(data) {
		if bytes.Contains(line, []byte(`"level":"error"`)) || bytes.HasPrefix(line, []byte("panic:")) ||
			bytes.Contains(line, []byte("DATA RACE")) {
			list = append(list, fmt.Sprintf("the log says: %s", bytes.TrimSpace(line)))
		}
	}
	return list, nil
}
