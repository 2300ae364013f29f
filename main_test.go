package main

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// A screen collects what a program prints, for tests that wait for a line.
type screen struct {
	mu    sync.Mutex
	text  bytes.Buffer
	grown chan struct{}
	over  chan struct{} // closed when the program has ended
}

func newScreen() *screen { return &screen{grown: make(chan struct{}, 1), over: make(chan struct{})} }

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case s.grown <- struct{}{}:
	default:
	}
	return s.text.Write(p)
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// find waits until the text matches, and gives the first group. A program that has ended writes no more.
func (s *screen) find(t *testing.T, re *regexp.Regexp) string {
	t.Helper()
	giveUp := time.After(time.Minute)
	for over := false; ; {
		if m := re.FindStringSubmatch(s.String()); m != nil {
			return m[1]
		}
		if over {
			t.Fatalf("the program ended and nothing on the screen matches %s:\n%s", re, s)
		}
		select {
		case <-s.grown:
		case <-s.over:
			over = true
		case <-giveUp:
			t.Fatalf("nothing on the screen matches %s:\n%s", re, s)
		}
	}
}

// A running is a program under test.
type running struct {
	out, log *screen
	stop     func() error
}

// start runs the program until stop, or the end of the test, with further environment variables.
func start(t *testing.T, env []string, args ...string) *running {
	t.Helper()
	r := &running{out: newScreen(), log: newScreen()}
	env = append(env, "SIXTYTWENTY_LISTEN=127.0.0.1:0", "SIXTYTWENTY_PACE_GAP=0s", "SIXTYTWENTY_PACE_CHAT_GAP=0s", "SIXTYTWENTY_PACE_QUIET=")
	p := program{stdout: r.out, stderr: r.log, env: env}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		err := p.main(ctx, args)
		close(r.out.over)
		close(r.log.over)
		ended <- err
	}()
	r.stop = sync.OnceValue(func() error { cancel(); return <-ended })
	t.Cleanup(func() {
		if err := r.stop(); err != nil {
			t.Errorf("the program ended with: %v", err)
		}
	})
	return r
}

var address = regexp.MustCompile(`(http://127\.0\.0\.1:\d+)/`)

// fails runs the program, which must end by itself with an error.
func fails(t *testing.T, env []string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	err := program{stdout: io.Discard, stderr: io.Discard, env: env}.main(ctx, args)
	if err == nil {
		t.Fatal("no error")
	}
	return err.Error()
}

func get(t *testing.T, url string) string {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %s %v\n%s", url, resp.Status, err, body)
	}
	return string(body)
}

func TestRunServesBothPagesAndAQRCode(t *testing.T) {
	data := t.TempDir()
	r := start(t, nil, "run", "--data", data)
	base := r.out.find(t, address)
	r.out.find(t, regexp.MustCompile(`/机主 (\d{6})`))
	r.out.find(t, regexp.MustCompile(`(▀|▄)`))
	if page := get(t, base+"/"); !strings.Contains(page, "小明") {
		t.Error("the page of the phones has no 小明")
	}
	if page := get(t, base+"/console"); !strings.Contains(page, "六点二十") {
		t.Error("the console says nothing of itself")
	}
	for _, name := range []string{"sixtwenty.db", "box.world"} {
		info, err := os.Stat(filepath.Join(data, name))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: mode %v, %v; expected 0600", name, info.Mode(), err)
		}
	}
}

func TestATakenPortIsSaid(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	got, taken, err := listen(ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer got.Close()
	if taken != ln.Addr().String() || got.Addr().String() == taken {
		t.Errorf("got %s, told that %q is taken", got.Addr(), taken)
	}
	if _, _, err := listen("203.0.113.7:1"); err == nil {
		t.Error("an address that is not of this machine is taken")
	}
}

func TestASecondProcessIsRefused(t *testing.T) {
	data := t.TempDir()
	r := start(t, nil, "run", "--data", data)
	r.out.find(t, address)
	got := fails(t, nil, "run", "--data", data)
	if !strings.Contains(got, "sixtwenty.db") || !strings.Contains(got, "another process") || !strings.Contains(got, "a bot is running") {
		t.Errorf("got %q", got)
	}
}

func TestAForeignOrDamagedFileIsRefusedAndLeftAlone(t *testing.T) {
	for name, content := range map[string][]byte{
		"text":    []byte("六点二十？这不是数据库。\n"),
		"zeroes":  make([]byte, 64<<10),
		"garbage": bytes.Repeat([]byte{0xed, 0x0c, 0xda, 0xed, 7}, 20_000),
	} {
		t.Run(name, func(t *testing.T) {
			data := t.TempDir()
			file := filepath.Join(data, "sixtwenty.db")
			if err := os.WriteFile(file, content, 0o600); err != nil {
				t.Fatal(err)
			}
			if got := fails(t, nil, "run", "--data", data); !strings.Contains(got, file) {
				t.Errorf("the error does not name the file: %s", got)
			}
			after, err := os.ReadFile(file)
			if err != nil || !bytes.Equal(after, content) {
				t.Errorf("the file was touched (%v)", err)
			}
		})
	}
}

func TestADataFolderThatCannotBeMadeIsSaid(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := fails(t, nil, "run", "--data", filepath.Join(file, "data")); !strings.Contains(got, "data folder") {
		t.Errorf("got %q", got)
	}
}

func TestCheckAndVersion(t *testing.T) {
	var out bytes.Buffer
	p := program{stdout: &out, stderr: io.Discard}
	for _, args := range [][]string{{"check"}, {"version"}, {"--help"}} {
		if err := p.main(t.Context(), args); err != nil {
			t.Errorf("%v: %v", args, err)
		}
	}
	for _, want := range []string{"config.yaml", "sixtwenty", "box"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the output lacks %q:\n%s", want, &out)
		}
	}
	bad := configFile(t, "groops: []\n")
	if got := fails(t, nil, "check", "--config", bad); !strings.Contains(got, bad+":1:1") {
		t.Errorf("got %q", got)
	}
	if got := fails(t, nil, "check", "--config", filepath.Join(t.TempDir(), "none.yaml")); !strings.Contains(got, "none.yaml") {
		t.Errorf("got %q", got)
	}
	if got := fails(t, nil, "chek"); !strings.Contains(got, "check") {
		t.Errorf("a mistyped command is not helped: %q", got)
	}
}

func TestStrangersPagesAreRefused(t *testing.T) {
	r := start(t, nil, "run", "--data", t.TempDir())
	base := r.out.find(t, address)
	for host, want := range map[string]int{
		"evil.example:6200": http.StatusMisdirectedRequest, "127.0.0.1": http.StatusOK, "localhost:1": http.StatusOK,
		"192.0.2.1": http.StatusMisdirectedRequest, "[::1]:6200": http.StatusOK,
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+"/console", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = host
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("Host %s: %s, expected %d", host, resp.Status, want)
		}
	}
}
