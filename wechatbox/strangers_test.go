package wechatbox

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/eatmoreapple/openwechat"
)

// The clients of others run in processes of their own, unmodified, and know of the box only by their environment.

const strangerPatience = 4 * time.Minute

// outside prepares a program that reaches a served box through HTTPS_PROXY.
func outside(t *testing.T, b *Box, name string, args ...string) *exec.Cmd {
	t.Helper()
	addr := listen(t, b, nil)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	ok(t, os.WriteFile(ca, must(b.CA()), 0o600))
	ctx, cancel := context.WithTimeout(t.Context(), strangerPatience)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(os.Environ(), "BOX=http://"+addr, "HTTPS_PROXY=http://"+addr, "https_proxy=http://"+addr, "NO_PROXY=", "no_proxy=",
		"SSL_CERT_FILE="+ca, "NODE_EXTRA_CA_CERTS="+ca)
	return cmd
}

const strangerEnv = "WECHATBOX_STRANGER"

// TestOpenwechatFromOutside runs openwechat's own Bot in another process: nothing in it knows of the box.
func TestOpenwechatFromOutside(t *testing.T) {
	if os.Getenv(strangerEnv) != "" {
		beAnOpenwechatBot(t)
		return
	}
	b := demo(t, Options{AutoScan: true})
	cmd := outside(t, b, os.Args[0], "-test.run=^TestOpenwechatFromOutside$")
	cmd.Env = append(cmd.Env, strangerEnv+"=1")
	changes := b.Watch(t.Context())
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	ok(t, cmd.Start())
	for v, _ := b.Session("xiaoliu"); !v.Waiting; v, _ = b.Session("xiaoliu") {
		select {
		case <-changes:
		case <-time.After(50 * time.Millisecond): // a parked client is no change of the world
		}
	}
	must(b.Say("susu", "dushuhui", "早"))
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	var kinds []string
	for _, s := range b.Sent() {
		kinds = append(kinds, string(s.Kind))
	}
	if got := strings.Join(kinds, " "); got != "text image file" {
		t.Fatalf("it sent %s", got)
	}
}

func beAnOpenwechatBot(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	bot := openwechat.DefaultBot(openwechat.Desktop, openwechat.WithContextOption(ctx))
	bot.UUIDCallback = func(string) {} // by default it opens a browser
	answered := make(chan error, 1)
	bot.MessageHandler = func(m *openwechat.Message) {
		if m.IsSendByGroup() && m.IsText() {
			answered <- answerInKind(t, m)
		}
	}
	ok(t, bot.Login())
	select {
	case err := <-answered:
		ok(t, err)
	case <-ctx.Done():
		t.Fatal("nobody spoke")
	}
}

// answerInKind runs in the goroutine of openwechat's own loop, the only one that may touch its contacts.
func answerInKind(t *testing.T, m *openwechat.Message) error {
	groups, err := m.Owner().Groups()
	if err != nil || m.Owner().NickName != "小六" || groups.Count() != 1 {
		return fmt.Errorf("%s sees %d groups: %w", m.Owner().NickName, groups.Count(), err)
	}
	if _, err := m.ReplyText("收到"); err != nil {
		return err
	}
	for _, name := range []string{"a.png", "a.txt"} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, drawAvatar(name), 0o600); err != nil {
			return err
		}
		file, err := os.Open(path)
		if err != nil {
			return err
		}
		defer file.Close()
		send := m.ReplyImage
		if name == "a.txt" {
			send = m.ReplyFile
		}
		if _, err := send(file); err != nil {
			return err
		}
	}
	return nil
}

func TestWechat4uBelievesTheBox(t *testing.T) { runNode(t, "wechat4u.mjs") }

func TestWechatyPuppetBelievesTheBox(t *testing.T) { runNode(t, "puppet.mjs") }

func runNode(t *testing.T, script string) {
	t.Helper()
	if testing.Short() {
		t.Skip("installs and runs programs of others")
	}
	t.Parallel()
	dir := installed(t)
	b := demo(t, Options{AutoScan: true})
	cmd := outside(t, b, "node", script)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", script, err, out)
	}
}

// installed is a folder with the clients, kept between runs under a name that changes with what is in it.
func installed(t *testing.T) string {
	t.Helper()
	for _, tool := range []string{"node", "npm"} {
		if _, err := exec.LookPath(tool); err != nil {
			lacking(t, tool+" is not installed")
		}
	}
	const from = "testdata/clients"
	files, err := os.ReadDir(from)
	ok(t, err)
	sum := sha256.New()
	for _, f := range files {
		sum.Write(must(os.ReadFile(filepath.Join(from, f.Name()))))
	}
	cache, err := os.UserCacheDir()
	ok(t, err)
	dir := filepath.Join(cache, "wechatbox-clients", hex.EncodeToString(sum.Sum(nil))[:16])
	if _, err := os.Stat(dir); err == nil {
		return dir
	}
	making := dir + "." + filepath.Base(t.TempDir()) + t.Name()
	ok(t, os.MkdirAll(filepath.Dir(making), 0o700))
	ok(t, os.CopyFS(making, os.DirFS(from)))
	defer os.RemoveAll(making)
	cmd := exec.CommandContext(t.Context(), "npm", "install", "--no-package-lock", "--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund")
	cmd.Dir = making
	if out, err := cmd.CombinedOutput(); err != nil {
		lacking(t, "the clients cannot be installed: "+err.Error()+"\n"+string(out))
	}
	if err := os.Rename(making, dir); err != nil && !os.IsExist(err) {
		if _, there := os.Stat(dir); there != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// lacking skips, but for where CI is set: there a skipped test would look like a passed one.
func lacking(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal(why)
	}
	t.Skip(why)
}
