package control_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"sixtwenty/control"
)

// serve opens a door until the end of the test, or until close is called.
func serve(t *testing.T, folder string, commands map[string]control.Command) (closing func()) {
	t.Helper()
	door, err := control.Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	ctx, cancel := context.WithCancel(context.Background())
	go func() { ended <- door.Serve(ctx, commands) }()
	closing = sync.OnceFunc(func() {
		cancel()
		if err := errors.Join(<-ended, door.Close()); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(closing)
	return closing
}

func body(text string, err error) control.Command {
	return func(context.Context) (control.Reply, error) {
		return control.Reply{Value: "about it", Body: func(_ context.Context, w io.Writer) error {
			_, writeErr := io.WriteString(w, text)
			return errors.Join(writeErr, err)
		}}, nil
	}
}

var errFull = errors.New("the disk is errFull")

func commands() map[string]control.Command {
	return map[string]control.Command{
		"status": func(context.Context) (control.Reply, error) {
			return control.Reply{Value: map[string]int{"waiting": 7}}, nil
		},
		"backup": body(strings.Repeat("六点二十", 100_000), nil),
		"empty":  body("", nil),
		"half":   body("half", errFull),
		"no":     func(context.Context) (control.Reply, error) { return control.Reply{}, errFull },
		"long":   func(context.Context) (control.Reply, error) { return control.Reply{Value: make([]byte, 100_000)}, nil },
	}
}

func TestCall(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "control")
	serve(t, folder, commands())
	var status struct{ Waiting int }
	if err := control.Call(t.Context(), folder, "status", &status, nil); err != nil || status.Waiting != 7 {
		t.Errorf("status: %+v, %v", status, err)
	}
	for do, want := range map[string]string{"backup": strings.Repeat("六点二十", 100_000), "empty": ""} {
		var about string
		var got bytes.Buffer
		if err := control.Call(t.Context(), folder, do, &about, &got); err != nil || got.String() != want || about != "about it" {
			t.Errorf("%s: %d bytes about %q, %v", do, got.Len(), about, err)
		}
	}
}

func TestCallHearsWhatWentWrong(t *testing.T) {
	folder := t.TempDir()
	serve(t, folder, commands())
	for do, want := range map[string]string{
		"no": errFull.Error(), "half": errFull.Error(), "shout": `no command "shout" here, only backup, empty`,
		"long": "does not fit", "status": "something else than was asked for",
		strings.Repeat("x", 5000): "cannot be read",
	} {
		if err := control.Call(t.Context(), folder, do, nil, io.Discard); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.20s: got %v, expected …%s…", do, err, want)
		}
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if err := control.Call(over, folder, "status", nil, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("a caller that gave up gets %v", err)
	}
}

// TestABrokenOffAnswerIsNoAnswer plays servers that die, or lie, at every point of an answer.
func TestABrokenOffAnswerIsNoAnswer(t *testing.T) {
	const whole = "{\"ok\":true,\"body\":true}\n3\r\nabc\r\n0\r\n" +
		"{\"size\":3,\"sum\":\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\"}\n"
	folder := t.TempDir()
	ln, err := net.Listen("unix", filepath.Join(folder, "socket"))
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	answers := make(chan string)
	go func() {
		for a := range answers {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Read(make([]byte, 100))
			_, _ = io.WriteString(conn, a)
			_ = conn.Close()
		}
	}()
	defer close(answers)
	call := func(a string) error {
		answers <- a
		return control.Call(t.Context(), folder, "backup", nil, io.Discard)
	}
	if err := call(whole); err != nil {
		t.Fatal(err)
	}
	for cut := range len(whole) {
		if err := call(whole[:cut]); err == nil {
			t.Errorf("cut after %q: no error", whole[:cut])
		}
	}
	for _, lie := range []string{
		strings.Replace(whole, "abc", "abd", 1), strings.Replace(whole, `"size":3`, `"size":4`, 1),
		"{}\n", strings.Repeat(" ", 70_000) + "\n", "ok\n",
	} {
		if err := call(lie); err == nil {
			t.Errorf("%.40q: no error", lie)
		}
	}
}

func TestNobodyIsThere(t *testing.T) {
	folder := t.TempDir()
	if err := control.Call(t.Context(), folder, "status", nil, nil); !errors.Is(err, control.ErrNobody) {
		t.Errorf("no socket: %v", err)
	}
	serve(t, folder, commands())()
	if err := control.Call(t.Context(), folder, "status", nil, nil); !errors.Is(err, control.ErrNobody) {
		t.Errorf("after Close: %v", err)
	}
	stale(t, folder)
	if err := control.Call(t.Context(), folder, "status", nil, nil); !errors.Is(err, control.ErrNobody) {
		t.Errorf("a killed one: %v", err)
	}
}

// stale leaves a socket that nobody listens to, as a killed process does.
func stale(t *testing.T, folder string) {
	t.Helper()
	ln, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(folder, "socket")})
	if err != nil {
		t.Fatal(err)
	}
	ln.SetUnlinkOnClose(false)
	if err := ln.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestAStaleSocketIsReplacedAndOthersAreShutOut(t *testing.T) {
	folder := t.TempDir()
	stale(t, folder)
	if err := os.Chmod(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	serve(t, folder, commands())
	if err := control.Call(t.Context(), folder, "status", nil, nil); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]os.FileMode{folder: 0o700, filepath.Join(folder, "socket"): 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
}

func TestALongPathHasItsSocketElsewhere(t *testing.T) {
	short, err := os.MkdirTemp("/tmp", "t")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(short)
	t.Setenv("TMPDIR", short)
	folder := filepath.Join(t.TempDir(), strings.Repeat("很长的名字", 10), "control")
	if err := control.Call(t.Context(), folder, "status", nil, nil); !errors.Is(err, control.ErrNobody) {
		t.Errorf("before: %v", err)
	}
	closing := serve(t, folder, commands())
	if err := control.Call(t.Context(), folder, "status", nil, nil); err != nil {
		t.Fatal(err)
	}
	others, err := filepath.Glob(filepath.Join(short, "sixtwenty-*"))
	if err != nil || len(others) != 1 {
		t.Fatalf("in the temporary folder: %v, %v", others, err)
	}
	if info, err := os.Stat(others[0]); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	closing()
	if _, err := os.Stat(others[0]); err == nil {
		t.Error("the folder of the socket stays behind")
	}
	t.Setenv("TMPDIR", folder)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := control.Open(folder); err == nil || !strings.Contains(err.Error(), "TMPDIR") {
		t.Errorf("no short path at all: %v", err)
	}
}

// TestAPointerIsNotFollowedAnywhere: what it names is removed at the next start.
func TestAPointerIsNotFollowedAnywhere(t *testing.T) {
	folder, other := t.TempDir(), filepath.Join(t.TempDir(), "socket")
	for path, text := range map[string]string{other: "precious", filepath.Join(folder, "elsewhere"): other + "\n"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	serve(t, folder, commands())
	if err := control.Call(t.Context(), folder, "status", nil, nil); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(other); err != nil {
		t.Error("a file that is not ours was removed")
	}
}

// TestMoreCallsThanAreAnsweredAtOnce wait for their turn.
func TestMoreCallsThanAreAnsweredAtOnce(t *testing.T) {
	folder := t.TempDir()
	serve(t, folder, commands())
	var wg sync.WaitGroup
	failed := make(chan error, 20)
	for range 20 {
		wg.Go(func() {
			if err := control.Call(t.Context(), folder, "backup", nil, io.Discard); err != nil {
				failed <- fmt.Errorf("a call among many: %w", err)
			}
		})
	}
	wg.Wait()
	close(failed)
	for err := range failed {
		t.Error(err)
	}
}

// TestStoppingEndsABodyUnderWay, so that a bot that stops never waits for a slow reader.
func TestStoppingEndsABodyUnderWay(t *testing.T) {
	folder, begun := t.TempDir(), make(chan struct{})
	closing := serve(t, folder, map[string]control.Command{"backup": func(context.Context) (control.Reply, error) {
		return control.Reply{Body: func(ctx context.Context, w io.Writer) error {
			close(begun)
			<-ctx.Done()
			return ctx.Err()
		}}, nil
	}})
	ended := make(chan error, 1)
	go func() { ended <- control.Call(context.Background(), folder, "backup", nil, io.Discard) }()
	<-begun
	closing()
	if err := <-ended; err == nil {
		t.Error("a body that never came is taken for a whole one")
	}
}
