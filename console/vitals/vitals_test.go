package vitals_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"sixtwenty/bot"
	"sixtwenty/console/vitals"
	"sixtwenty/store/storetest"
)

type source bot.Status

func (s *source) Status() bot.Status { return bot.Status(*s) }

func ask(h http.Handler) (int, string) {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	return w.Code, w.Body.String()
}

func TestTheNumbers(t *testing.T) {
	v := vitals.New()
	now := time.Date(2026, 11, 22, 6, 20, 0, 0, time.UTC)
	s := &source{Now: now, LastIn: now.Add(-time.Minute), Waiting: 3, Budget: bot.Budget{Hour: 10, PerHour: 300, Day: 20}}
	s.Account.Reached = true
	v.Watch(s)
	v.Committed(5, 30*time.Millisecond)
	v.Late(2 * time.Second)
	v.Late(-time.Second)
	v.Done(bot.Sent)
	v.Done("never heard of")
	v.Dropped(90*time.Second, true)
	_, text := ask(v.Handler())
	for _, want := range []string{
		"sixtwenty_events_total 5", "sixtwenty_commits_total 1", `sixtwenty_effects_total{state="sent"} 1`, `sixtwenty_effects_total{state="failed"} 0`,
		`sixtwenty_timer_lateness_seconds_bucket{le="1"} 1`, `sixtwenty_timer_lateness_seconds_bucket{le="5"} 2`, `sixtwenty_drops_total{lost="yes"} 1`,
		"sixtwenty_away_seconds_total 90", "sixtwenty_effects_waiting 3", `sixtwenty_sends_left{window="hour"} 290`, `sixtwenty_sends_left{window="day"} -1`,
		"sixtwenty_online 1", "sixtwenty_store_fault 0", "sixtwenty_last_event_seconds 60", "process_resident_memory_bytes",
	} {
		if !strings.Contains(text, want+"\n") && !strings.Contains(text, want+" ") {
			t.Errorf("the numbers lack %s", want)
		}
	}
	for _, label := range regexp.MustCompile(`sixtwenty_\w+\{(\w+)=`).FindAllStringSubmatch(text, -1) {
		if !strings.Contains("state window lost le", label[1]) {
			t.Errorf("a label %q: whose?", label[1])
		}
	}
}

func TestHealthAndReadiness(t *testing.T) {
	db := storetest.Open(t)
	if code, _ := ask(vitals.Health(db)); code != http.StatusOK {
		t.Errorf("healthy: %d", code)
	}
	s := &source{}
	for _, c := range []struct {
		name   string
		status bot.Status
		code   int
		says   string
	}{
		{"before the sign-in", bot.Status{}, 503, "not online"},
		{"online", bot.Status{Account: bot.AccountState{Name: bot.Online, Reached: true}}, 200, "ok"},
		{"an account that tells nothing", bot.Status{Session: "s"}, 200, "ok"},
		{"offline", bot.Status{Session: "s", Account: bot.AccountState{Name: bot.Offline}}, 503, "not online"},
		{"a full disk", bot.Status{Account: bot.AccountState{Reached: true}, Fault: errors.New("/secret/path: no space left")}, 503, "nothing can be kept"},
	} {
		*s = source(c.status)
		code, text := ask(vitals.Ready(s))
		if code != c.code || !strings.Contains(text, c.says) || strings.Contains(text, "secret") {
			t.Errorf("%s: %d %q", c.name, code, text)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if code, _ := ask(vitals.Health(db)); code != http.StatusServiceUnavailable {
		t.Errorf("a closed store: %d", code)
	}
}
