package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"sixtwenty/store"
	"sixtwenty/store/bolt"
)

func TestBackupAndStatusWhileItRuns(t *testing.T) {
	data := t.TempDir()
	l := live(t, data)
	l.signIn(t)
	l.habits(t)
	status := mustRun(t, "status", "--data", data)
	for _, want := range []string{"在线", "groups: 1\n", "last backup: –"} {
		if !strings.Contains(status, want) {
			t.Errorf("the status lacks %q:\n%s", want, status)
		}
	}
	file := filepath.Join(t.TempDir(), "a.db")
	out := mustRun(t, "backup", file, "--data", data)
	info, err := os.Stat(file)
	check(t, err)
	sum, err := os.ReadFile(file + ".sha256")
	check(t, err)
	if !strings.Contains(out, string(sum[:64])) || !strings.Contains(out, fmt.Sprintf("(%d bytes)", info.Size())) || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, sum %s\n%s", info.Mode(), sum, out)
	}
	now := l.box.Clock().Now()
	l.stop()
	if got, want := boards(t, file, now), boards(t, databaseOf(data), now); got != want || strings.Count(got, "\n") < 5 {
		t.Errorf("the backup shows\n%s\nthe bot\n%s", got, want)
	}
	if left := content(t, controlOf(data)); len(left) > 0 {
		t.Errorf("the stopped bot left %v", left)
	}
	refused(t, []string{"没有机器人在运行", data}, "status", "--data", data)
}

func TestBackupWhileNothingRuns(t *testing.T) {
	data, out := t.TempDir(), t.TempDir()
	file := filepath.Join(out, "a.db")
	refused(t, []string{"没有数据", databaseOf(data)}, "backup", file, "--data", data)
	l := live(t, data)
	l.stop()
	before := content(t, data)
	mustRun(t, "backup", file, "--data", data)
	unchanged(t, data, before)
	refused(t, []string{file, "--force"}, "backup", file, "--data", data)
	mustRun(t, "backup", file, "--data", data, "--force")
	refused(t, []string{"数据库本身"}, "backup", databaseOf(data), "--data", data, "--force")
	refused(t, []string{"数据库本身"}, "export", databaseOf(data), "--data", data, "--force")
	unchanged(t, data, before)
	if got := len(content(t, out)); got != 2 {
		t.Errorf("%d files were made", got)
	}
}

// TestBackupDuringTrafficIsConsistent takes backups while check-ins pour in: in each, every table tells the same story.
func TestBackupDuringTrafficIsConsistent(t *testing.T) {
	data, out := t.TempDir(), t.TempDir()
	l := live(t, data)
	l.signIn(t)
	stop, poured := make(chan struct{}), make(chan error, 1)
	go func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				poured <- nil
				return
			default:
			}
			who := []string{"xiaoming", "ajie", "susu", "laozhou"}[i%4]
			if i%4 == 0 {
				name := fmt.Sprintf("新人%d", i)
				_, err := l.box.AddPerson(boxPerson(name))
				if err = errors.Join(err, l.box.JoinByQR(name, club, "susu")); err != nil {
					poured <- err
					return
				}
				who = name
			}
			if _, err := l.box.Say(who, club, "打卡"); err != nil {
				poured <- err
				return
			}
		}
	}()
	rows := 0
	for i := range 8 {
		file := filepath.Join(out, fmt.Sprintf("%d.db", i))
		mustRun(t, "backup", file, "--data", data)
		rows = tellsOneStory(t, file)
	}
	close(stop)
	check(t, <-poured)
	if rows == 0 {
		t.Error("nobody checked in while the backups were made")
	}
}

// tellsOneStory compares the check-ins of a file with what is derived from them, and what was said with what was kept.
func tellsOneStory(t *testing.T, file string) (rows int) {
	t.Helper()
	db, err := bolt.Look(file, schema())
	check(t, err)
	defer db.Close()
	check(t, db.Check(t.Context()))
	check(t, account(db).View(t.Context(), func(r store.Reader) error {
		size := map[string]int{}
		for _, table := range []string{"checkin/days", "checkin/habits", "checkin/order", "bot/seen", "bot/seen/days", "referral/credits", "referral/brought"} {
			for _, err := range r.Scan(table, store.Range{}) {
				if err != nil {
					return err
				}
				size[table]++
			}
		}
		counted := 0
		for row, err := range store.Table[int]("checkin/counts").Scan(r, store.Range{}) {
			if err != nil {
				return err
			}
			counted += row.Value
		}
		rows = size["checkin/days"]
		if rows != size["checkin/habits"] || rows != size["checkin/order"] || rows != counted ||
			size["bot/seen"] != size["bot/seen/days"] || size["referral/credits"] != size["referral/brought"] || size["bot/seen"] < rows {
			t.Errorf("%s: %v, counted %d", file, size, counted)
		}
		return nil
	}))
	return rows
}

// TestTheProgramAsAChild is the program itself, for tests that kill it.
func TestTheProgramAsAChild(t *testing.T) {
	args := os.Getenv("CHILD_OF_A_TEST")
	if args == "" {
		t.Skip("it is for other tests to run")
	}
	p := program{stdout: os.Stdout, stderr: os.Stderr, env: []string{"SIXTYTWENTY_LISTEN=127.0.0.1:0"}}
	if err := p.main(t.Context(), strings.Split(args, "\n")); err != nil {
		t.Fatal(err)
	}
}

func child(t *testing.T, args ...string) (cmd *exec.Cmd, out *screen) {
	t.Helper()
	out = newScreen()
	cmd = exec.Command(os.Args[0], "-test.run=^TestTheProgramAsAChild$")
	cmd.Env = append(os.Environ(), "CHILD_OF_A_TEST="+strings.Join(args, "\n"))
	cmd.Stdout, cmd.Stderr = out, out
	check(t, cmd.Start())
	go func() {
		_ = cmd.Wait() // it is killed, or says what is wrong on the screen
		close(out.over)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-out.over
	})
	return cmd, out
}

func kill(t *testing.T, cmd *exec.Cmd, out *screen) {
	t.Helper()
	check(t, cmd.Process.Signal(syscall.SIGKILL))
	<-out.over
}

// TestASecondBotLeavesTheDoorOfTheFirst: it is refused by the lock of the database before it touches anything.
func TestASecondBotLeavesTheDoorOfTheFirst(t *testing.T) {
	data := t.TempDir()
	live(t, data)
	refused(t, []string{"another process"}, "run", "--data", data)
	mustRun(t, "status", "--data", data)
}

func TestTheSocketOfAKilledBotIsReplaced(t *testing.T) {
	data := t.TempDir()
	cmd, out := child(t, "run", "--data", data)
	out.find(t, address)
	mustRun(t, "status", "--data", data)
	kill(t, cmd, out)
	if _, err := os.Lstat(filepath.Join(controlOf(data), "socket")); err != nil {
		t.Fatalf("the killed bot left no socket to replace: %v", err)
	}
	refused(t, []string{"没有机器人在运行"}, "status", "--data", data)
	mustRun(t, "backup", filepath.Join(t.TempDir(), "a.db"), "--data", data)
	live(t, data)
	mustRun(t, "status", "--data", data)
}

// TestABackupThatIsKilledLeavesNoFile kills the program while it receives, and the bot while it sends.
func TestABackupThatIsKilledLeavesNoFile(t *testing.T) {
	data, out := t.TempDir(), t.TempDir()
	file := filepath.Join(out, "a.db")
	check(t, os.Mkdir(controlOf(data), 0o700))
	ln, err := net.Listen("unix", filepath.Join(controlOf(data), "socket"))
	check(t, err)
	defer ln.Close()
	half := "{\"ok\":true,\"body\":true}\n1000\r\n" + strings.Repeat("x", 0x1000) + "\r\n"
	sent := make(chan net.Conn)
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				close(sent)
				return
			}
			_, _ = conn.Read(make([]byte, 100))
			_, _ = io.WriteString(conn, half)
			sent <- conn
		}
	}()
	cmd, screen := child(t, "backup", file, "--data", data)
	var conn net.Conn
	select {
	case conn = <-sent:
	case <-screen.over:
		t.Fatalf("the backup ended before it asked:\n%s", screen)
	}
	kill(t, cmd, screen)
	_ = conn.Close()
	for path := range content(t, out) {
		if !strings.HasPrefix(filepath.Base(path), ".a.db.part-") {
			t.Errorf("the killed backup left %s", path)
		}
		long := time.Now().Add(-2 * time.Hour)
		check(t, os.Chtimes(path, long, long))
	}
	go func() {
		if conn, ok := <-sent; ok {
			_ = conn.Close()
		}
	}()
	refused(t, []string{"broke off"}, "backup", file, "--data", data)
	if left := content(t, out); len(left) > 0 {
		t.Errorf("left %v", left)
	}
}

func TestALongDataFolderHasADoorToo(t *testing.T) {
	data := filepath.Join(t.TempDir(), strings.Repeat("六点二十", 10))
	l := live(t, data)
	if door, err := os.ReadFile(filepath.Join(controlOf(data), "elsewhere")); err != nil {
		t.Error(err)
	} else {
		defer func() {
			if _, err := os.Stat(filepath.Dir(strings.TrimSpace(string(door)))); err == nil {
				t.Error("the folder of the socket stays behind")
			}
		}()
	}
	mustRun(t, "status", "--data", data)
	mustRun(t, "backup", filepath.Join(t.TempDir(), "a.db"), "--data", data)
	l.stop()
}

func TestScheduledBackups(t *testing.T) {
	data := t.TempDir()
	l := live(t, data, "SIXTYTWENTY_BACKUP_WHEN=每天 3:40", "SIXTYTWENTY_BACKUP_KEEP=2")
	for range 4 {
		l.wind(t, 24*time.Hour)
	}
	files, err := filepath.Glob(filepath.Join(data, "backups", "*"))
	check(t, err)
	name := regexp.MustCompile(`/sixtwenty-\d{4}-\d\d-\d\dT034000\+0800\.db(\.sha256)?$`)
	for _, f := range files {
		if !name.MatchString(f) {
			t.Errorf("there is %s", f)
		}
	}
	if len(files) != 4 {
		t.Errorf("%d files for 2 backups: %v", len(files), files)
	}
	last := l.backups.status()
	if clock := l.clock.Now().In(l.zone()); last.Fault != "" || clock.Sub(last.Made) > 24*time.Hour || !last.Next.After(clock) {
		t.Errorf("at %v: %+v", clock, last)
	}
	if got := mustRun(t, "status", "--data", data); !strings.Contains(got, last.Made.In(l.zone()).Format(time.DateTime)) {
		t.Errorf("the status lacks the last backup:\n%s", got)
	}
	mustRun(t, "restore", files[2], "--data", t.TempDir())
}

func TestAScheduledBackupThatFailsIsSaidAndTriedAgain(t *testing.T) {
	data := t.TempDir()
	folder := filepath.Join(t.TempDir(), "other disk")
	check(t, os.WriteFile(folder, nil, 0o600)) // not mounted
	l := live(t, data, "SIXTYTWENTY_BACKUP_WHEN=@every 12h", "SIXTYTWENTY_BACKUP_FOLDER="+folder)
	l.wind(t, 12*time.Hour+time.Minute)
	if s := l.backups.status(); s.Fault == "" || s.Next.Sub(l.clock.Now()) > time.Hour {
		t.Fatalf("got %+v", s)
	}
	if got := mustRun(t, "status", "--data", data); !strings.Contains(got, "⚠") || !strings.Contains(got, folder) {
		t.Errorf("the status is silent about it:\n%s", got)
	}
	if !strings.Contains(l.log.String(), "the scheduled backup failed") {
		t.Error("the log is silent about it")
	}
	check(t, os.Remove(folder)) // it is mounted
	l.wind(t, time.Hour)
	if s := l.backups.status(); s.Fault != "" || s.Made.IsZero() {
		t.Errorf("got %+v", s)
	}
}

// TestABackupThatWasMissedIsMadeAtTheStart, for bots that are never up at night.
func TestABackupThatWasMissedIsMadeAtTheStart(t *testing.T) {
	data := t.TempDir()
	const when = "SIXTYTWENTY_BACKUP_WHEN=每天 3:40"
	first := live(t, data, when)
	if s := first.backups.status(); !s.Made.IsZero() {
		t.Errorf("a new state is backed up at once: %+v", s)
	}
	first.stop()
	second := live(t, data, when)
	second.settle(t)
	made := second.backups.status().Made
	if made.IsZero() {
		t.Error("the second start makes no backup")
	}
	second.stop()
	third := live(t, data, when)
	third.settle(t)
	if s := third.backups.status(); !s.Made.Equal(made.Truncate(time.Second)) || !s.Next.After(third.clock.Now()) {
		t.Errorf("what was not missed is made again: %+v", s)
	}
}
