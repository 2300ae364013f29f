package alarm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
)

func message(s string) Message { return Message{Title: s, Text: "text of " + s} }

// A wire is an alarm in fake time whose messages go nowhere.
type wire struct {
	*Alarm
	told []string
	fail atomic.Bool
	stop func()
}

func newWire(t *testing.T, file string) *wire {
	t.Helper()
	w := &wire{Alarm: New(Options{Settings: Settings{URLs: []string{"generic://x"}, Every: 30 * time.Minute}, File: file})}
	w.couriers[0].send = func(m Message) error {
		if w.fail.Load() {
			return errors.New("down")
		}
		w.told = append(w.told, m.Title)
		return nil
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); w.Run(ctx) }()
	w.stop = func() { cancel(); <-ended }
	return w
}

func (w *wire) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func (w *wire) expect(t *testing.T, when string, want ...string) {
	t.Helper()
	synctest.Wait()
	if !slices.Equal(w.told, want) {
		t.Fatalf("%s: told %q, expected %q", when, w.told, want)
	}
	w.told = nil
}

func TestWhatIsToldAndWhen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t, "")
		defer w.stop()
		w.Is(Well, message("well"))
		w.expect(t, "nothing was wrong")
		w.Is(Away, message("away"))
		w.pass(4*time.Minute + 59*time.Second)
		w.Is(Well, message("well"))
		w.pass(time.Hour)
		w.expect(t, "a moment")
		w.Is(Away, message("suspect"))
		w.pass(2 * time.Minute)
		w.Is(Away, message("offline"))
		w.pass(3 * time.Minute)
		w.expect(t, "five minutes, in the words of now", "offline")
		w.Is(Away, message("another reason"))
		w.pass(5 * time.Hour)
		w.expect(t, "told once")
		w.Is(Well, message("well"))
		w.expect(t, "over", "well")
		w.Is(Well, message("better"))
		w.expect(t, "told once that it is over")

		w.Is(Confirm, message("confirm"))
		w.Is(Scan, message("code 1"))
		w.expect(t, "a code is another thing than a confirmation", "code 1")
		for i := range 11 {
			w.pass(5 * time.Minute)
			w.Is(Scan, message(fmt.Sprint("code ", i+2)))
		}
		w.pass(time.Second)
		w.expect(t, "an hour of codes, each for five minutes: the first, the next, and then a fresh one each half hour", "code 2", "code 8")
		w.Is(Out, message("out"))
		w.Is(Out, message("out"))
		w.pass(24 * time.Hour)
		w.expect(t, "thrown out", "out")
		w.Is(Well, message("well"))
		w.expect(t, "over", "well")
	})
}

// TestACodeIsToldWhileItIsGood: the first that expires is followed by the next at once, also over a restart, and after that none is
// told that is half gone.
func TestACodeIsToldWhileItIsGood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "alarms.json")
		w := newWire(t, file)
		defer func() { w.stop() }()
		w.Is(Scan, message("code 1"))
		w.expect(t, "the first", "code 1")
		w.pass(5*time.Minute + 10*time.Second)
		w.Is(Away, message("the code expired"))
		w.Is(Scan, message("code 2"))
		w.expect(t, "the first has expired", "code 2")
		w.stop()
		w = newWire(t, file)
		for i := range 6 {
			w.pass(5*time.Minute + 10*time.Second)
			w.Is(Scan, message(fmt.Sprint("code ", i+3)))
		}
		w.expect(t, "half an hour later", "code 8")
		w.pass(4 * time.Minute)
		w.Is(Well, message("well"))
		w.expect(t, "scanned", "well")
		w.pass(time.Hour)
		w.Is(Scan, message("another day"))
		w.pass(5 * time.Minute)
		w.Is(Scan, message("and again"))
		w.expect(t, "a new sign-in has both", "another day", "and again")
	})
}

// TestNotesAreFew: strangers who guess codes day and night are told of four times a day, and hold up nothing that matters.
func TestNotesAreFew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "alarms.json")
		n := 0
		for range 48 { // two days, with a restart each hour
			w := newWire(t, file)
			w.Note(message("guessing"))
			w.pass(time.Hour)
			n += len(w.told)
			w.stop()
		}
		if n != 8 {
			t.Errorf("told %d times in two days", n)
		}
		w := newWire(t, file)
		defer w.stop()
		w.Is(Scan, message("code"))
		w.expect(t, "what matters", "code")
	})
}

func TestNeverAFlood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t, "")
		defer w.stop()
		for i := range 7 * 24 * 2 { // a week that goes up and down
			w.Is(Away, message("away"))
			w.pass(6 * time.Minute)
			w.Is(Scan, message(fmt.Sprint("code ", i)))
			w.pass(12 * time.Minute)
			w.Is(Well, message("well"))
			w.pass(12 * time.Minute)
		}
		if n := len(w.told); n > 8*dailyCap || n < 6*dailyCap {
			t.Errorf("%d messages in a week", n)
		}
		w.told = nil
		w.Is(Out, message("out"))
		w.expect(t, "what matters most is told all the same", "out")
	})
}

// TestARestartIsNoNewAlarm: whoever watches over the process may start it every minute.
func TestARestartIsNoNewAlarm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "alarms.json")
		n := 0
		for i := range 120 {
			w := newWire(t, file)
			w.Is(Scan, message(fmt.Sprint("code ", i)))
			w.pass(time.Minute)
			n += len(w.told)
			w.stop()
		}
		if n != 5 { // at 0, 30, 60, 90 and 120 minutes
			t.Errorf("%d messages in two hours", n)
		}
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("the file: %v, %v", info, err)
		}
		w := newWire(t, file)
		w.Is(Well, message("well"))
		w.expect(t, "that it is over is told, whoever told of the trouble", "well")
		w.stop()
		if err := os.WriteFile(file, []byte("{"), 0o600); err != nil {
			t.Fatal(err)
		}
		w = newWire(t, file)
		w.Is(Scan, message("code"))
		w.expect(t, "a damaged file", "code")
		w.stop()
	})
}

func TestACourierTriesAgainAndGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t, "")
		defer w.stop()
		w.fail.Store(true)
		w.Is(Scan, message("code 1"))
		w.pass(time.Minute)
		w.fail.Store(false)
		w.pass(2 * time.Minute)
		w.expect(t, "again after two minutes", "code 1")
		w.fail.Store(true)
		w.pass(time.Hour)
		w.Is(Scan, message("code 2"))
		w.pass(time.Hour)
		w.fail.Store(false)
		w.pass(24 * time.Hour)
		w.expect(t, "given up")
	})
}

// TestAServiceThatHangs holds up neither the bot nor other addresses, and is not asked twice at once.
func TestAServiceThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := New(Options{Settings: Settings{URLs: []string{"generic://x", "generic://y"}, Every: time.Minute}})
		free, asked, other := make(chan struct{}), 0, 0
		a.couriers[0].send = func(Message) error { asked++; <-free; return nil }
		a.couriers[1].send = func(Message) error { other++; return nil }
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { defer close(ended); a.Run(ctx) }()
		for i := range 10 {
			a.Is(Scan, message(fmt.Sprint(i)))
			time.Sleep(2 * time.Minute)
			synctest.Wait()
		}
		if asked != 1 || other != 10 {
			t.Errorf("the one that hangs was asked %d times, the other %d", asked, other)
		}
		close(free)
		cancel()
		<-ended
		synctest.Wait()
	})
}

// A post is what a webhook got.
type post struct {
	Title, Message string
}

// webhook answers with a status and passes on what came.
func webhook(t *testing.T, status int) (address string, posts chan post) {
	t.Helper()
	posts = make(chan post, 10)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var p post
		body, err := io.ReadAll(r.Body)
		if err == nil {
			err = json.Unmarshal(body, &p)
		}
		if err != nil {
			t.Errorf("the webhook got %q: %v", body, err)
		}
		w.WriteHeader(status)
		fmt.Fprint(w, "key SECRETKEY is not known to "+r.Host)
		posts <- p
	}))
	t.Cleanup(srv.Close)
	return "generic+" + srv.URL + "/hook/SECRETKEY?template=json&@X-Token=SECRETTOKEN", posts
}

func TestAWebhookGetsTheMessage(t *testing.T) {
	good, posts := webhook(t, http.StatusOK)
	bad, refused := webhook(t, http.StatusForbidden)
	s := Settings{URLs: []string{bad, good}, Every: time.Hour}
	if err := s.Check(); err != nil {
		t.Fatal(err)
	}
	core, logs := observer.New(zap.DebugLevel)
	a := New(Options{Settings: s, Log: zap.New(core)})
	logged := make(chan struct{}, 10)
	a.couriers[0].log = zap.New(core, zap.Hooks(func(zapcore.Entry) error { logged <- struct{}{}; return nil }))
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); a.Run(ctx) }()
	a.Is(Scan, Message{Title: "要扫码", Text: "https://login.weixin.qq.com/l/abc==\n第二行"})
	got := <-posts
	if got.Title != "要扫码" || !strings.Contains(got.Message, "https://login.weixin.qq.com/l/abc==\n第二行") {
		t.Errorf("the webhook got %+v", got)
	}
	<-refused
	<-logged
	cancel()
	<-ended
	if logs.FilterMessage("an alarm was not delivered").Len() != 1 {
		t.Errorf("the failure is not logged: %v", logs.All())
	}
	for _, e := range logs.All() {
		noSecret(t, fmt.Sprint(e.Message, e.ContextMap()))
	}
}

// TestANoteIsToldAtOnce, whatever the condition, and is no condition itself.
func TestANoteIsToldAtOnce(t *testing.T) {
	good, posts := webhook(t, http.StatusOK)
	a := New(Options{Settings: Settings{URLs: []string{good}, Every: time.Hour}})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); a.Run(ctx) }()
	a.Is(Well, Message{Title: "好了", Text: "在线"})
	for range 2 {
		a.Note(Message{Title: "有人在猜", Text: "十次"})
		if got := <-posts; got.Title != "有人在猜" {
			t.Errorf("the webhook got %+v", got)
		}
	}
	cancel()
	<-ended
}

func noSecret(t *testing.T, text string) {
	t.Helper()
	for _, secret := range []string{"SECRET", "127.0.0.1:", "hook", "://"} {
		if strings.Contains(text, secret) {
			t.Errorf("%q is in %q", secret, text)
		}
	}
}

func TestTestTellsOfEachAddress(t *testing.T) {
	good, _ := webhook(t, http.StatusOK)
	bad, _ := webhook(t, http.StatusInternalServerError)
	down := "generic+http://127.0.0.1:1/hook/SECRETKEY"
	errs := Test(t.Context(), Settings{URLs: []string{good, bad, down}}, message("test"))
	if errs[0] != nil || errs[1] == nil || errs[2] == nil {
		t.Fatalf("got %v", errs)
	}
	for _, err := range errs[1:] {
		for _, secret := range []string{"SECRET", "hook", "://"} {
			if strings.Contains(err.Error(), secret) {
				t.Errorf("%q is in %q", secret, err)
			}
		}
	}
	if !strings.Contains(errs[1].Error(), "500") || !strings.Contains(errs[2].Error(), "refused") {
		t.Errorf("the reasons are gone: %v", errs)
	}
}

func TestCheckNamesTheAddressByItsPlace(t *testing.T) {
	for bad, want := range map[string]string{
		"SECRET": "no address", "": "no address", "https://example.com/SECRET": "generic+https://", "nosuch://SECRET": "no such service",
		"telegram://SECRET": "telegram", "://": "no address", "ntfy://[SECRET": "no address", "smtp://SECRET": "smtp",
	} {
		err := Settings{Every: time.Hour, URLs: []string{"ntfy://ntfy.sh/topic", bad}}.Check()
		if err == nil || !strings.HasPrefix(err.Error(), "urls: address 2: ") || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "SECRET") {
			t.Errorf("%q: %v", bad, err)
		}
	}
	good := []string{
		"bark://:KEY@api.day.app", "ntfy://ntfy.sh/topic", "generic+https://example.com/hook", "smtp://user:pass@smtp.example.com:587/?from=a@example.com&to=b@example.com",
		"telegram://110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw@telegram?chats=@channel", "matrix://user:pass@host.invalid",
	}
	if err := (Settings{Every: time.Hour, URLs: good}).Check(); err != nil {
		t.Error(err)
	}
	if err := (Settings{Every: time.Second}).Check(); err == nil || !strings.HasPrefix(err.Error(), "every: ") {
		t.Errorf("every second: %v", err)
	}
}

func TestMask(t *testing.T) {
	address := "smtp://user%40home:pass%20word@mail.example.com:587/?from=me@example.com"
	err := errors.New(`dial mail.example.com:587: 535 "user@home" "pass word" pass%20word me@example.com smtp://user:x@y`)
	got := mask(err, address).Error()
	for _, secret := range []string{"user@home", "pass word", "pass%20word", "me@", "mail.example", "://"} {
		if strings.Contains(got, secret) {
			t.Errorf("%q is in %q", secret, got)
		}
	}
	if mask(nil, address) != nil {
		t.Error("no error is an error")
	}
	if got := mask(errors.New(strings.Repeat("长", 1000)), address).Error(); len([]rune(got)) != maxError+1 {
		t.Errorf("%d characters", len([]rune(got)))
	}
}
