package main

import (
	"bufio"
	"fmt"
	"html"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
)

// TestTheGate: which names and machines reach what.
func TestTheGate(t *testing.T) {
	const here, there = "127.0.0.1:5000", "192.0.2.9:5000"
	for _, c := range []struct {
		name             string
		gate             gate
		from, host, path string
		in               bool
	}{
		{"this machine", gate{near: true}, here, "127.0.0.1:6200", "/box/say", true},
		{"by its name", gate{near: true}, here, "localhost:6200", "/console", true},
		{"a name of a stranger that points here", gate{near: true}, here, "evil.example:6200", "/console", false},
		{"another", gate{near: true}, here, "evil.example", "/metrics", false},
		{"an address of the inside", gate{near: true}, here, "10.0.0.1", "/console", false},
		{"an empty name", gate{near: true}, here, "", "/console", false},
		{"the public name", gate{public: "bot.example.org"}, there, "bot.example.org", "/console/log", true},
		{"in capitals", gate{public: "bot.example.org"}, there, "BOT.example.org:443", "/console", true},
		{"behind a proxy here", gate{public: "bot.example.org"}, here, "bot.example.org", "/console", true},
		{"another public name", gate{public: "bot.example.org"}, there, "evil.example", "/console", false},
		{"the box, from elsewhere", gate{public: "bot.example.org"}, there, "bot.example.org", "/box/say", false},
		{"the numbers, from elsewhere", gate{public: "bot.example.org"}, there, "bot.example.org", "/metrics", false},
		{"profiles, through the proxy", gate{public: "bot.example.org"}, here, "bot.example.org", "/debug/pprof/", false},
		{"whether it lives", gate{public: "bot.example.org"}, there, "bot.example.org", "/healthz", true},
		{"this machine, though others may too", gate{public: "bot.example.org"}, here, "127.0.0.1:6200", "/metrics", true},
		{"from elsewhere as this machine", gate{public: "bot.example.org"}, there, "127.0.0.1:6200", "/metrics", false},
		{"a path that looks like the console's", gate{public: "bot.example.org"}, there, "bot.example.org", "/consolex", false},
	} {
		reached := false
		h := c.gate.handler(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
		r := httptest.NewRequest(http.MethodGet, c.path, nil)
		r.RemoteAddr, r.Host = c.from, c.host
		w := httptest.NewRecorder()
		if h.ServeHTTP(w, r); reached != c.in || !c.in && w.Code != http.StatusMisdirectedRequest {
			t.Errorf("%s: reached is %v, %d", c.name, reached, w.Code)
		}
	}
}

// TestSlowClientsAreLeft (slowloris): thousands of connections that say nothing take no more than their share.
func TestSlowClientsAreLeft(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	few := &fewConns{Listener: ln, room: make(chan struct{}, 3)}
	server := &http.Server{Handler: http.NotFoundHandler(), ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(few) }()
	t.Cleanup(func() { _ = server.Close() })
	var slow []net.Conn
	for range 3 {
		conn, err := net.Dial("tcp", ln.Addr().String())
		check(t, err)
		_, err = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: ")
		check(t, err)
		slow = append(slow, conn)
	}
	for len(few.room) < 3 { // they are accepted one after the other
		runtime.Gosched()
	}
	late, err := net.Dial("tcp", ln.Addr().String())
	check(t, err)
	check(t, late.SetDeadline(time.Now().Add(30*time.Second)))
	if _, err := late.Read(make([]byte, 1)); err == nil || strings.Contains(err.Error(), "timeout") {
		t.Errorf("one too many is kept: %v", err)
	}
	slow[0].Close()
	for len(few.room) == 3 {
		runtime.Gosched()
	}
	again, err := net.Dial("tcp", ln.Addr().String())
	check(t, err)
	_, err = io.WriteString(again, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
	check(t, err)
	if line, err := bufio.NewReader(again).ReadString('\n'); err != nil || !strings.Contains(line, "404") {
		t.Errorf("after one left: %q %v", line, err)
	}
}

// TestOthersNeedAPassword: an address that others reach is not served without one, and warns without TLS.
func TestOthersNeedAPassword(t *testing.T) {
	data := t.TempDir()
	env := []string{"SIXTYTWENTY_LISTEN=0.0.0.0:0"}
	if text := fails(t, env, "run", "--data", data); !strings.Contains(text, "sixtwenty password") {
		t.Errorf("without a password: %s", text)
	}
	p := program{stdout: io.Discard, stderr: io.Discard, terminal: strings.NewReader("tiny\n")}
	if err := p.main(t.Context(), []string{"password", "--data", data}); err == nil || !strings.Contains(err.Error(), "10") {
		t.Errorf("a short password: %v", err)
	}
	p.terminal = strings.NewReader("a long enough password\n")
	check(t, p.main(t.Context(), []string{"password", "--data", data}))
	info, err := os.Stat(filepath.Join(data, "console.password"))
	check(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the password's file has mode %o", info.Mode().Perm())
	}
	kept, err := os.ReadFile(filepath.Join(data, "console.password"))
	check(t, err)
	if strings.Contains(string(kept), "enough") {
		t.Error("the password itself is kept")
	}
	for where, near := range map[string]bool{
		"127.0.0.1:6200": true, "localhost:6200": true, "[::1]:6200": true, "0.0.0.0:6200": false, ":6200": false, "192.0.2.1:6200": false,
	} {
		if s := (settings{Config: Config{Listen: where}}); s.near() != near {
			t.Errorf("%s: near is %v", where, !near)
		}
	}
	if s := (settings{Config: Config{Listen: "127.0.0.1:6200", Console: Console{URL: "https://bot.example.org"}}}); s.near() {
		t.Error("a public name is not taken for what it is")
	}
}

// TestLinksAndNumbers asks a running bot for a second link, and for its health.
func TestLinksAndNumbers(t *testing.T) {
	data := t.TempDir()
	r := start(t, []string{"SIXTYTWENTY_CONSOLE_PPROF=true"}, "run", "--data", data)
	base := r.out.find(t, address)
	first := r.out.find(t, entranceLink)
	var out strings.Builder
	p := program{stdout: &out, stderr: io.Discard}
	check(t, p.main(t.Context(), []string{"link", "--data", data}))
	second := entranceLink.FindString(out.String())
	if second == "" || second == first {
		t.Errorf("the second link is %q, the first %q", second, first)
	}
	if text := get(t, base+"/healthz"); text != "ok\n" {
		t.Errorf("health: %q", text)
	}
	resp, err := http.Get(base + "/readyz")
	check(t, err)
	resp.Body.Close()
	if resp.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("ready before the sign-in: %s", resp.Status)
	}
	if text := get(t, base+"/metrics"); !strings.Contains(text, "sixtwenty_online 0") || !strings.Contains(text, "sixtwenty_commits_total") {
		t.Errorf("the numbers: %.400s", text)
	}
	if text := get(t, base+"/debug/pprof/"); !strings.Contains(text, "goroutine") {
		t.Error("no profiles, though they were asked for")
	}
}

// TestWrongDoorsAreSaid: a certificate that is not there, and settings that do not fit.
func TestWrongDoorsAreSaid(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	err = serve(t.Context(), ln, http.NotFoundHandler(), Console{Cert: "nowhere.pem", Key: "nowhere.key"}, zap.NewNop())
	if err == nil || !strings.Contains(fmt.Sprint(err), "nowhere.pem") {
		t.Errorf("a certificate that is not there: %v", err)
	}
	for _, bad := range []Console{{Cert: "a"}, {Key: "a"}, {URL: "bot.example.org"}, {URL: "https://x/y"}, {URL: "ftp://x"}} {
		if bad.Check() == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
}

// TestBackupsInTheConsole makes one, fetches it, and compares it, with the session of a link.
func TestBackupsInTheConsole(t *testing.T) {
	r := start(t, nil, "run", "--data", t.TempDir())
	base, token, _ := strings.Cut(r.out.find(t, entranceLink), "/console/enter#")
	jar, err := cookiejar.New(nil)
	check(t, err)
	client := &http.Client{Jar: jar}
	ask := func(path string, form url.Values) (int, string) {
		t.Helper()
		resp, err := client.PostForm(base+path, form)
		if form == nil {
			resp, err = client.Get(base + path)
		}
		check(t, err)
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		check(t, err)
		return resp.StatusCode, string(body)
	}
	if code, page := ask("/console/enter", url.Values{"secret": {token}, "to": {"/console/log"}}); code != http.StatusOK || !strings.Contains(page, "/console/backup") {
		t.Fatalf("signing in: %d", code)
	}
	if _, page := ask("/console/backup", url.Values{}); !strings.Contains(page, "备份好了") {
		t.Fatalf("no backup was made: %s", page)
	}
	_, page := ask("/console/log", nil)
	name := regexp.MustCompile(`sixtwenty-[0-9T+-]+\.db`).FindString(html.UnescapeString(page))
	code, copied := ask("/console/backup/"+name, nil)
	if code != http.StatusOK || len(copied) < 4096 {
		t.Errorf("fetching %s: %d, %d bytes", name, code, len(copied))
	}
	if code, page := ask("/console/compare/"+name, nil); code != http.StatusOK || !strings.Contains(page, "sixtwenty restore") {
		t.Errorf("comparing: %d", code)
	}
	if code, _ := ask("/console/backup/sixtwenty.db", nil); code != http.StatusNotFound {
		t.Errorf("the database itself: %d", code)
	}
	if _, page := ask("/console/alarm", url.Values{}); !strings.Contains(page, "alarm.urls") {
		t.Error("a test of alarms that go nowhere says nothing")
	}
}
