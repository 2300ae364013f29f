package wechatbox

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// all is the whole world as text, one record a line.
func all(t *testing.T, b *Box) []string {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	var lines []string
	for r := range b.w.records(nil) {
		data, err := json.Marshal(r)
		ok(t, err)
		lines = append(lines, string(data))
	}
	slices.Sort(lines)
	return lines
}

func open(t *testing.T, file string) *Box {
	t.Helper()
	b, err := New(Options{File: file, AutoScan: true})
	ok(t, err)
	t.Cleanup(func() { b.Close() })
	return b
}

func same(t *testing.T, got, want []string) {
	t.Helper()
	if slices.Equal(got, want) {
		return
	}
	for _, line := range want {
		if !slices.Contains(got, line) {
			t.Errorf("lost: %s", line)
		}
	}
	for _, line := range got {
		if !slices.Contains(want, line) {
			t.Errorf("made up: %s", line)
		}
	}
	t.Fatalf("%d records became %d", len(want), len(got))
}

// live does a bit of everything.
func live(t *testing.T, b *Box) *client {
	t.Helper()
	ok(t, Demo(b))
	c := signedIn(t, b)
	m := must(b.Say("susu", "dushuhui", "说错了"))
	ok(t, b.Recall("susu", m.ID))
	must(b.SendImage("xiaoming", "dushuhui", "a.png", drawAvatar("a")))
	ok(t, b.SetRemark("xiaoliu", "linlaoshi", "林"))
	ok(t, b.Invite("xiaoming", "dushuhui", "xiaohong"))
	ok(t, b.Leave("ajie", "dushuhui"))
	ok(t, b.MarkRead("laozhou", "dushuhui"))
	ok(t, b.RequestFriend("xiaofang", "xiaoliu", "你好"))
	c.fetch()
	must(c.say(c.group(), "收到"))
	must(b.Say("laozhou", "dushuhui", "没取走的"))
	return c
}

func TestTheWorldComesBackWhole(t *testing.T) {
	file := filepath.Join(t.TempDir(), "world")
	b := open(t, file)
	c := live(t, b)
	want := all(t, b)
	var storage bytes.Buffer
	dump(t, c, &storage)
	ok(t, b.Close())

	b = open(t, file)
	same(t, all(t, b), want)
	hot := newClient(t, b)
	restore(t, hot, &storage)
	var err error
	hot.init, err = hot.caller.WebInit(hot.ctx, hot.request)
	ok(t, err)
	hot.init.SyncKey = c.init.SyncKey
	if got := hot.fetch().AddMsgList; len(got) != 1 || !strings.HasSuffix(got[0].Content, "没取走的") {
		t.Fatalf("after a restart the client gets %+v", got)
	}
	must(hot.say(hot.group(), "我回来了"))
	b.mu.Lock()
	err = b.compact()
	b.mu.Unlock()
	ok(t, err)
	want = all(t, b)
	ok(t, b.Close())

	b = open(t, file)
	same(t, all(t, b), want)
	got := must(b.History("susu", "dushuhui", "", 0))
	m, err := b.Media(got[1].Media)
	ok(t, err)
	if !bytes.Equal(m.Data, drawAvatar("a")) {
		t.Fatal("the picture did not come back")
	}
	for _, name := range []string{file, filepath.Join(file+".media", m.ID)} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", name, info.Mode(), err)
		}
	}
}

func TestATornEndIsCutOff(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "world")
	b := open(t, file)
	ok(t, Demo(b))
	var sizes []int64
	for i := range 5 {
		must(b.Say("susu", "dushuhui", fmt.Sprint(i)))
		sizes = append(sizes, b.journal.size)
	}
	ok(t, b.Close())
	whole, err := os.ReadFile(file)
	ok(t, err)
	for size := sizes[2]; size <= sizes[4]; size += 7 {
		torn := filepath.Join(dir, "torn")
		ok(t, os.WriteFile(torn, whole[:size], 0o600))
		b := open(t, torn)
		want := 3
		if size >= sizes[3] {
			want = 4
		}
		if size == sizes[4] {
			want = 5
		}
		if n := len(must(b.History("susu", "dushuhui", "", 0))); n != want {
			t.Fatalf("cut at %d of %d: %d messages, want %d", size, sizes[4], n, want)
		}
		must(b.Say("susu", "dushuhui", "go on"))
		ok(t, b.Close())
		b = open(t, torn)
		if n := len(must(b.History("susu", "dushuhui", "", 0))); n != want+1 {
			t.Fatalf("cut at %d: %d messages after going on", size, n)
		}
		ok(t, b.Close())
	}
}

func TestADamagedFileSaysWhere(t *testing.T) {
	file := filepath.Join(t.TempDir(), "world")
	b := open(t, file)
	ok(t, Demo(b))
	ok(t, b.Close())
	data, err := os.ReadFile(file)
	ok(t, err)
	lines := bytes.SplitAfter(data, []byte("\n"))
	lines[4] = []byte("[{\"m\":{\"g\":99,\"w\":1,\"s\":1}}]\n")
	ok(t, os.WriteFile(file, bytes.Join(lines, nil), 0o600))
	if _, err := New(Options{File: file}); err == nil || !strings.Contains(err.Error(), "line 5") {
		t.Fatalf("got %v", err)
	}
	ok(t, os.WriteFile(file, []byte("{}\n"), 0o600))
	if _, err := New(Options{File: file}); err == nil || !strings.Contains(err.Error(), "line 1") {
		t.Fatalf("got %v", err)
	}
}

func TestOneBoxAFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "world")
	open(t, file)
	if _, err := New(Options{File: file}); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Fatalf("got %v", err)
	}
}

func TestTheFileIsCompactedAndBounded(t *testing.T) {
	if testing.Short() {
		t.Skip("writes some 30 MB")
	}
	file := filepath.Join(t.TempDir(), "world")
	b := open(t, file)
	ok(t, Demo(b))
	text := strings.Repeat("早", 300)
	for range 25_000 {
		must(b.Say("susu", "dushuhui", text))
	}
	if b.journal.size > 3*compactAfter {
		t.Fatalf("%d bytes", b.journal.size)
	}
	want := all(t, b)
	if n := b.w.groups[0].chat.msgs.len(); n != maxPerChat {
		t.Fatalf("%d messages are kept", n)
	}
	ok(t, b.Close())
	same(t, all(t, open(t, file)), want)
}

func TestTheClockGoesOnAfterARestart(t *testing.T) {
	file := filepath.Join(t.TempDir(), "world")
	b := open(t, file)
	to := b.Clock().Now().Add(48 * time.Hour)
	must(b.Clock().Wind(t.Context(), to))
	ok(t, b.Clock().SetSpeed(60))
	ok(t, b.Close())
	b = open(t, file)
	if ahead := b.Clock().Now().Sub(to); ahead < 0 || ahead > time.Hour || b.Clock().State().Speed != 60 {
		t.Fatalf("%v ahead at speed %v", ahead, b.Clock().State().Speed)
	}
}

const killEnv = "WECHATBOX_KILL_FILE"

// TestWriterToBeKilled is no test: it is the process that TestNothingAcknowledgedIsLost kills.
func TestWriterToBeKilled(t *testing.T) {
	file := os.Getenv(killEnv)
	if file == "" {
		t.Skip("run by TestNothingAcknowledgedIsLost")
	}
	b, err := New(Options{File: file, AutoScan: true})
	ok(t, err)
	if len(b.World().People) == 0 {
		ok(t, Demo(b))
	}
	for i := 0; ; i++ {
		m := must(b.Say("susu", "dushuhui", strings.Repeat("x", i%5000+1)))
		fmt.Printf("ack %s\n", m.ID)
		if i%7 == 0 {
			m := must(b.SendFile("susu", "dushuhui", fmt.Sprint(i), []byte(m.ID)))
			fmt.Printf("ack %s\n", m.ID)
		}
	}
}

func TestNothingAcknowledgedIsLost(t *testing.T) {
	file := filepath.Join(t.TempDir(), "world")
	for round := range 4 {
		acked := killedAfter(t, file, 150+round*400)
		b := open(t, file)
		b.mu.Lock()
		for _, id := range acked {
			m := b.w.messageByID(id)
			if m == nil {
				t.Fatalf("round %d: message %s was acknowledged and is lost", round, id)
			}
			if m.body != nil && len(b.w.media.get(m.body.Media).Data) == 0 {
				t.Fatalf("round %d: the file of %s is lost", round, id)
			}
		}
		b.mu.Unlock()
		ok(t, b.Close())
	}
}

// killedAfter runs a writer, kills it after n acknowledgements, and returns them.
func killedAfter(t *testing.T, file string, n int) (acked []string) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestWriterToBeKilled$")
	cmd.Env = append(os.Environ(), killEnv+"="+file)
	out, err := cmd.StdoutPipe()
	ok(t, err)
	ok(t, cmd.Start())
	in := bufio.NewScanner(out)
	for in.Scan() {
		if id, is := strings.CutPrefix(in.Text(), "ack "); is {
			acked = append(acked, id)
		}
		if len(acked) == n {
			ok(t, cmd.Process.Kill())
		}
	}
	_ = cmd.Wait() // killed, as it should be
	if len(acked) < n {
		t.Fatalf("the writer ended after %d", len(acked))
	}
	return acked[:len(acked)-1] // the last line may be torn
}
