package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"sixtwenty/handlers"
)

// A webhook passes on what it got.
func webhook(t *testing.T) (env string, posts chan map[string]string) {
	t.Helper()
	posts = make(chan map[string]string, 20)
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var p map[string]string
		body, err := io.ReadAll(r.Body)
		if err = errors.Join(err, json.Unmarshal(body, &p)); err != nil {
			t.Errorf("the webhook got %q: %v", body, err)
		}
		posts <- p
	}))
	t.Cleanup(srv.Close)
	return `SIXTYTWENTY_ALARM_URLS=["generic+` + srv.URL + `/SECRETKEY?template=json"]`, posts
}

// TestTheOwnerIsToldOutsideWeChat runs the whole program: a code, thrown out, and a restart.
func TestTheOwnerIsToldOutsideWeChat(t *testing.T) {
	env, posts := webhook(t)
	data := t.TempDir()
	l := live(t, data, env)
	page := l.out.find(t, address) + "/console"
	code := <-posts
	q, _ := l.box.CurrentQR()
	if code["title"] != textScanTitle.ZH || !strings.Contains(code["message"], q.URL) || !strings.Contains(code["message"], page) {
		t.Errorf("told %q of the code %s and the page %s", code, q.URL, page)
	}
	l.signIn(t)
	if back := <-posts; back["title"] != textBackTitle.ZH {
		t.Errorf("told %q", back)
	}
	check(t, l.box.EndSession("xiaoliu", 1101))
	out := <-posts
	if out["title"] != textOutTitle.ZH || !strings.Contains(out["message"], "--sign-in-again") {
		t.Errorf("told %q", out)
	}
	if s := l.bot.Status().Account; !s.Final {
		t.Errorf("state %s", s)
	}
	l.stop()
	if text := l.out.String(); !strings.Contains(text, "sixtwenty run --sign-in-again") {
		t.Errorf("the terminal does not say it:\n%s", text)
	}

	m := live(t, data, env)
	m.out.find(t, regexp.MustCompile(`(--sign-in-again)`))
	if s := m.bot.Status().Account; !s.Final {
		t.Errorf("after a restart: %s", s)
	}
	m.stop()
	for _, text := range []string{l.log.String(), m.log.String()} {
		if strings.Contains(text, "SECRETKEY") {
			t.Error("an address is in the log")
		}
	}
	if info, err := os.Stat(filepath.Join(data, "alarms.json")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("alarms.json: %v, %v", info, err)
	}
	if len(posts) > 0 {
		t.Errorf("told again: %q", <-posts)
	}
}

func TestAlarmTest(t *testing.T) {
	env, posts := webhook(t)
	var out bytes.Buffer
	check(t, program{stdout: &out, stderr: &out, env: []string{env}}.main(t.Context(), []string{"alarm", "test"}))
	if got := <-posts; got["title"] != textTestTitle.ZH {
		t.Errorf("got %q", got)
	}
	down := `SIXTYTWENTY_ALARM_URLS=["generic+http://127.0.0.1:1/SECRETKEY"]`
	err := program{stdout: &out, stderr: &out, env: []string{down}}.main(t.Context(), []string{"alarm", "test"})
	if err == nil || strings.Contains(out.String()+err.Error(), "SECRET") || !strings.Contains(out.String(), "address 1: ") {
		t.Errorf("%v\n%s", err, &out)
	}
	if got := fails(t, nil, "alarm", "test"); !strings.Contains(got, "alarm.urls") {
		t.Errorf("without addresses: %q", got)
	}
}

// TestFaultsOfAddressesDoNotShowThem: what is wrong is said, the key is not.
func TestFaultsOfAddressesDoNotShowThem(t *testing.T) {
	for text, want := range map[string]string{
		"alarm:\n  urls: ntfy://ntfy.sh/SECRET\n":                     "expected a list",
		"alarm:\n  urls: [\"ntfy://ntfy.sh/x\", \"nosuch://SECRET\"]": "address 2: no such service",
		"alarm:\n  urls: [\"https://example.com/SECRET\"]":            "address 1: an https address alone",
		"alarm:\n  urls:\n    ntfy://SECRET: x\n":                     "expected a list",
		"alarm:\n  every: 1s\n":                                       "every: found 1s",
	} {
		_, err := readConfig(configFile(t, text), handlers.All(""), nil)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "SECRET") {
			t.Errorf("%s: %v", text, err)
		}
	}
	for _, env := range []string{"SIXTYTWENTY_ALARM_URLS=ntfy://SECRET", `SIXTYTWENTY_ALARM_URLS=["SECRET"]`} {
		_, err := readConfig("", handlers.All(""), []string{env})
		if err == nil || strings.Contains(err.Error(), "SECRET") {
			t.Errorf("%s: %v", env, err)
		}
	}
}

// TestTheGuidesAddressesAreGood: what the owner copies must be understood.
func TestTheGuidesAddressesAreGood(t *testing.T) {
	for _, name := range []string{"docs/operations.md", "docs/operations.zh-CN.md"} {
		guide, err := os.ReadFile(name)
		check(t, err)
		_, rest, _ := strings.Cut(string(guide), "```yaml\nalarm:")
		block, _, ok := strings.Cut(rest, "```")
		s, err := readConfig(configFile(t, "alarm:"+block), handlers.All(""), nil)
		if err != nil || !ok || len(s.Alarm.URLs) < 3 {
			t.Errorf("%s: %d addresses, %v", name, len(s.Alarm.URLs), err)
		}
	}
}
