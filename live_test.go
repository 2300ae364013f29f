package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"sixtwenty/bot"
	"sixtwenty/handlers"
	"sixtwenty/store"
	"sixtwenty/store/bolt"
	"sixtwenty/wechatbox"
)

// A living is the whole program, signed in to its box, for tests that play the people.
type living struct {
	*house
	out  *screen
	log  *screen
	stop func()
	sent int // looked at so far
}

const club = "六点二十读书会"

// live runs the program on a data folder until stop, or the end of the test.
func live(t *testing.T, data string, env ...string) *living {
	t.Helper()
	l := &living{out: newScreen(), log: newScreen()}
	env = append([]string{
		"SIXTYTWENTY_LISTEN=127.0.0.1:0", "SIXTYTWENTY_PACE_GAP=0s", "SIXTYTWENTY_PACE_CHAT_GAP=0s", "SIXTYTWENTY_BACKUP_WHEN=",
	}, env...)
	p := program{stdout: l.out, stderr: l.log, env: env}
	s, err := (&flags{Data: data}).settings(p)
	check(t, err)
	log, err := newLog(l.log, s.Log.Level)
	check(t, err)
	l.house = &house{program: p, settings: s, log: log}
	check(t, l.open())
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		err := l.run(ctx)
		close(l.out.over)
		close(l.log.over)
		ended <- err
	}()
	l.stop = sync.OnceFunc(func() {
		cancel()
		if err := errors.Join(<-ended, l.close()); err != nil {
			t.Errorf("the program ended with: %v\n%s", err, l.log)
		}
	})
	t.Cleanup(l.stop)
	return l
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// signIn scans the code.
func (l *living) signIn(t *testing.T) {
	t.Helper()
	l.out.find(t, regexp.MustCompile(`(▀|▄)`))
	check(t, errors.Join(l.box.Scan("", ""), l.box.Confirm("", "")))
	l.out.find(t, regexp.MustCompile(`(在线)`))
	l.settle(t)
}

// settle waits until everybody who lives by the clock is at rest.
func (l *living) settle(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	check(t, l.box.Clock().Settled(ctx))
}

// says lets somebody write in the club, and gives what the bot says about it.
func (l *living) says(t *testing.T, who, text string) string {
	t.Helper()
	_, err := l.box.Say(who, club, text)
	check(t, err)
	l.settle(t)
	return l.heard()
}

func (l *living) heard() string {
	var said []string
	all := l.box.Sent()
	for _, m := range all[l.sent:] {
		said = append(said, m.Text)
	}
	l.sent = len(all)
	return strings.Join(said, "\n")
}

// habits lets the club live for a moment: check-ins and invitations.
func (l *living) habits(t *testing.T) {
	t.Helper()
	for _, who := range []string{"xiaoming", "ajie", "susu"} {
		if got := l.says(t, who, "打卡"); !strings.Contains(got, "打卡成功") {
			t.Fatalf("%s is answered %q", who, got)
		}
	}
	check(t, l.box.Invite("xiaoming", club, "xiaohong", "dawei"))
	l.settle(t)
	check(t, l.box.JoinByQR("xiaofang", club, "susu"))
	l.settle(t)
	l.wind(t, time.Minute)
	l.heard()
}

func (l *living) wind(t *testing.T, d time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	wound, err := l.box.Clock().Wind(ctx, l.box.Clock().Now().Add(d))
	check(t, err)
	if len(wound.Late) > 0 {
		t.Fatalf("winding did not wait for %v", wound.Late)
	}
	l.settle(t)
}

// run1 runs one command of the program to its end.
func run1(t *testing.T, args ...string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	var out bytes.Buffer
	err := program{stdout: &out, stderr: &out}.main(ctx, args)
	return out.String(), err
}

func mustRun(t *testing.T, args ...string) string {
	t.Helper()
	out, err := run1(t, args...)
	if err != nil {
		t.Fatalf("%v: %v\n%s", args, err, out)
	}
	return out
}

// refused runs a command that must fail, and say all of the words.
func refused(t *testing.T, words []string, args ...string) {
	t.Helper()
	out, err := run1(t, args...)
	if err == nil {
		t.Fatalf("%v: no error\n%s", args, out)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%v: %v\nexpected %q in it", args, err, w)
		}
	}
}

// content reads the files of a folder whole, so that a test can tell that nothing changed.
func content(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	check(t, filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		files[path] = string(b)
		return err
	}))
	return files
}

func unchanged(t *testing.T, dir string, before map[string]string) {
	t.Helper()
	if after := content(t, dir); !reflect.DeepEqual(after, before) {
		for path := range before {
			if after[path] != before[path] {
				t.Errorf("%s changed", path)
			}
		}
		t.Errorf("%d files became %d", len(before), len(after))
	}
}

// boards are what the features show of every group, read from a database file.
func boards(t *testing.T, file string, at time.Time) string {
	t.Helper()
	db, err := bolt.Look(file, schema())
	check(t, err)
	defer db.Close()
	var b strings.Builder
	check(t, account(db).View(t.Context(), func(r store.Reader) error {
		b.Reset()
		chats, err := bot.Chats(r)
		if err != nil {
			return err
		}
		for _, chat := range chats {
			q := bot.Query{Chat: chat.ID, Now: at, Day: bot.DayOf(at, shanghai(t), 4), Lang: bot.ZH, Limit: 50}
			for _, f := range handlers.All("") {
				for _, v := range f.Views {
					if v.Of == bot.OfPerson {
						continue
					}
					shown, err := v.Read(r, q)
					if err != nil {
						return err
					}
					for _, row := range shown.Rows {
						b.WriteString(f.Name + " " + strings.Join(row.Cells, " ") + "\n")
					}
				}
			}
		}
		return nil
	}))
	return b.String()
}

func shanghai(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	check(t, err)
	return zone
}

func boxPerson(name string) wechatbox.Person { return wechatbox.Person{ID: name, Nick: name} }
