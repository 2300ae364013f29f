package soak

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"sixtwenty/store"
	"sixtwenty/wechatbox"
)

// traced are the system calls that carry messages or make them durable.
const traced = "read,recvfrom,recvmsg,write,writev,sendto,sendmsg,pwrite64,fdatasync,fsync"

// TestAnAnswerLeavesAfterTheDisk watches the system calls of the program: a message comes in, the database is written and
// synced, and only then the answer goes out.
func TestAnAnswerLeavesAfterTheDisk(t *testing.T) {
	tracer := canTrace(t)
	box, err := wechatbox.New(wechatbox.Options{Seed: 620, AutoScan: true})
	check(t, err)
	t.Cleanup(func() { _ = box.Close() })
	newTraffic(t, box, 620)
	h := newHost(t, t.TempDir(), serve(t, box))
	trace := filepath.Join(h.dir, "trace")
	// -D makes the tracer the grandchild: the process that we start, and end, is the bot.
	h.wrap = []string{tracer, "-D", "-f", "-y", "-s", "65535", "-e", "trace=" + traced, "-o", trace}
	p := (&rampage{t: t, box: box, host: h}).online()
	for i := range 5 {
		before := len(box.Sent())
		_, err := box.Say("好友00", "小六", fmt.Sprintf("/zzdurable%d", i))
		check(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		_, err = box.WaitSent(ctx, before)
		cancel()
		check(t, err)
	}
	check(t, p.stop())
	until(t, 20*time.Second, "the end of the trace", func() bool { return strings.Contains(read(t, trace), "+++ exited with 0 +++") })
	for i := range 5 {
		if err := durableBefore(strings.NewReader(read(t, trace)), "/sixtwenty.db>", fmt.Sprintf("/zzdurable%d", i)); err != nil {
			t.Error(err)
		}
	}
}

// TestAFailingDiskEndsTheProgram lets a system call of the database fail: the program ends and says why, and started anew it has
// lost nothing and says nothing twice.
func TestAFailingDiskEndsTheProgram(t *testing.T) {
	tracer := canTrace(t)
	for name, inject := range map[string]string{"sync": "fdatasync:error=EIO:when=70", "full": "pwrite64:error=ENOSPC:when=90"} {
		t.Run(name, func(t *testing.T) {
			r := newRampage(t, number(t, "SEED", 620), 0)
			r.box.Mend(0)
			r.host.wrap = []string{tracer, "-D", "-f", "-e", "trace=fdatasync,pwrite64", "-e", "inject=" + inject, "-o", os.DevNull}
			p := r.online()
			until(t, time.Minute, "the end of the program", func() bool {
				_, err := r.tr.act()
				check(t, err)
				return !p.alive()
			})
			if said := read(t, r.host.log.Name()); p.err == nil || !strings.Contains(said, store.ErrUnknownOutcome.Error()) {
				t.Errorf("the program ended with %v, and says\n%s", p.err, said)
			}
			r.host.wrap = nil
			r.settle()
			v := verdict{seed: r.seed}
			v.compare(gather(t, r.box, r.host.database(), r.tr), r.tr)
			v.report(t)
			t.Logf("%d events, %d days counted, %d messages, unknown %d", v.events, v.counted, v.replies, v.unknown)
		})
	}
}

// TestTheProgramOutlivesAFullDisk lets the system say for a while that there is no room: the program says so, says nothing else,
// lives on, and in the end has lost nothing.
func TestTheProgramOutlivesAFullDisk(t *testing.T) {
	tracer := canTrace(t)
	r := newRampage(t, number(t, "SEED", 620), 0)
	r.box.Mend(0)
	r.host.wrap = []string{
		tracer, "-D", "-f", "-e", "trace=fstatfs", "-e", "inject=fstatfs:retval=0:when=80..90", "-o", os.DevNull, // 0 of 0 bytes free
	}
	p := r.online()
	until(t, time.Minute, "the disk to be full", func() bool {
		_, err := r.tr.act()
		check(t, err)
		return strings.Contains(read(t, r.host.log.Name()), "refuses to keep anything") // and says so from here on
	})
	until(t, time.Minute, "room on the disk", func() bool {
		out, err := r.host.run(t.Context(), "status")
		return err == nil && !strings.Contains(out, "not kept")
	})
	if !p.alive() {
		t.Errorf("it ended: %v", p.err)
	}
	p.kill() // the tracer counts each thread's calls by themselves: one may find its disk full on the way out
	r.host.wrap = nil
	r.settle()
	v := verdict{seed: r.seed}
	v.compare(gather(t, r.box, r.host.database(), r.tr), r.tr)
	v.report(t)
	t.Logf("%d events, %d days counted, %d messages, unknown %d", v.events, v.counted, v.replies, v.unknown)
}

func read(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	check(t, err)
	return string(data)
}

// canTrace finds strace, and tries whether it may do its work here.
func canTrace(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("strace is not installed, see scripts/install-test-deps.sh")
	}
	if out, err := exec.Command(path, "-D", "-f", "-o", os.DevNull, "true").CombinedOutput(); err != nil {
		t.Skipf("strace may not trace here: %v\n%s", err, out)
	}
	return path
}

var (
	systemCall = regexp.MustCompile(`^\d+ +(\w+)\((\d+)(<[^>]*>)?`)
	resumption = regexp.MustCompile(`^(\d+) +<\.\.\. (\w+) resumed>`)
	success    = regexp.MustCompile(`\) += 0$`)
)

// durableBefore reads a trace: after the word was read from the network, the file must be written, and synced to the end,
// before the word is sent.
func durableBefore(trace io.Reader, file, word string) error {
	var came, wrote, synced bool
	open := map[string]bool{} // threads in a sync of the file that began after a write
	lines := bufio.NewScanner(trace)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := lines.Text()
		thread, _, _ := strings.Cut(line, " ")
		name, on := "", ""
		if m := systemCall.FindStringSubmatch(line); m != nil {
			name, on = m[1], m[3]
		} else if m := resumption.FindStringSubmatch(line); m != nil {
			name = m[2]
		}
		ours := strings.HasSuffix(on, file)
		switch name {
		case "read", "recvfrom", "recvmsg":
			came = came || strings.Contains(line, word)
		case "pwrite64":
			wrote = wrote || came && ours
		case "fdatasync", "fsync":
			done := !strings.HasSuffix(line, "<unfinished ...>")
			if ours {
				open[thread] = wrote
			}
			if done {
				synced = synced || open[thread] && success.MatchString(line)
				delete(open, thread)
			}
		case "write", "writev", "sendto", "sendmsg":
			if !strings.Contains(line, word) || !strings.Contains(line, "webwxsendmsg") {
				continue
			}
			return verdictOf(word, came, wrote, synced)
		}
	}
	return errors.Join(lines.Err(), fmt.Errorf("%s was never sent", word))
}

func verdictOf(word string, came, wrote, synced bool) error {
	switch {
	case !came:
		return fmt.Errorf("%s was sent before it came", word)
	case !wrote:
		return fmt.Errorf("%s was answered, and nothing was written since it came", word)
	case !synced:
		return fmt.Errorf("%s was answered before the disk had what it changed", word)
	}
	return nil
}

func TestWhatATraceMustShow(t *testing.T) {
	const (
		came   = `7 <... read resumed>"HTTP/1.1 200 OK\r\n\r\n{\"Content\":\"/zz1\"}", 4096) = 60` + "\n"
		wrote  = `8 pwrite64(5</d/sixtwenty.db>, "\1", 4096, 0) = 4096` + "\n"
		sync   = `8 fdatasync(5</d/sixtwenty.db>)           = 0` + "\n"
		begun  = `8 fdatasync(5</d/sixtwenty.db> <unfinished ...>` + "\n"
		ended  = `8 <... fdatasync resumed>)                = 0` + "\n"
		failed = `8 <... fdatasync resumed>)                = -1 EIO (Input/output error)` + "\n"
		other  = `8 fdatasync(6</d/other.db>)               = 0` + "\n"
		sent   = `9 write(4<socket:[1]>, "POST /cgi-bin/mmwebwx-bin/webwxsendmsg ...{\"Content\":\"no /zz1\"}", 500 <unfinished ...>` + "\n"
	)
	for name, c := range map[string]struct {
		trace string
		fails string
	}{
		"in order":                   {came + wrote + sync + sent, ""},
		"in two parts":               {came + wrote + begun + ended + sent, ""},
		"after an older one":         {begun + came + wrote + ended + sync + sent, ""},
		"nobody answers":             {came + wrote + sync, "never sent"},
		"from nowhere":               {wrote + sync + sent, "before it came"},
		"nothing written":            {wrote + came + sync + sent, "nothing was written"},
		"not synced":                 {came + wrote + sent + sync, "before the disk"},
		"not to the end":             {came + wrote + begun + sent + ended, "before the disk"},
		"another file":               {came + wrote + other + sent, "before the disk"},
		"a sync from before a write": {came + begun + wrote + ended + sent, "before the disk"},
		"the sync fails":             {came + wrote + begun + failed + sent, "before the disk"},
	} {
		err := durableBefore(strings.NewReader(c.trace), "/sixtwenty.db>", "/zz1")
		if c.fails == "" && err != nil || c.fails != "" && (err == nil || !strings.Contains(err.Error(), c.fails)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
