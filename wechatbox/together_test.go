package wechatbox

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// TestEverythingAtOnce lets the race detector see every kind of method used together.
func TestEverythingAtOnce(t *testing.T) {
	b := demo(t, Options{AutoScan: true, File: filepath.Join(t.TempDir(), "world"), Behave: Behaviour{PollFor: 10 * time.Millisecond, SendLimit: 1_000}})
	c := signedIn(t, b)
	room := c.group()
	ctx, cancel := context.WithCancel(t.Context())
	for _, do := range []func(i int) error{
		func(i int) error { _, err := b.Say("susu", "dushuhui", fmt.Sprint(i)); return err },
		func(i int) error { return b.RenamePerson("ajie", fmt.Sprint("阿杰", i)) },
		func(i int) error {
			if i%2 == 0 {
				return b.Invite("xiaoming", "dushuhui", "xiaohong")
			}
			return b.Leave("xiaohong", "dushuhui")
		},
		func(int) error { _, err := b.Chats("xiaoming"); return err },
		func(int) error { _, err := b.History("xiaoming", "dushuhui", "", 0); return err },
		func(int) error { b.World(); b.Sent(); b.Counts(); return b.MarkRead("laozhou", "dushuhui") },
		func(i int) error { return b.Clock().SetSpeed(float64(1 + i%3)) },
		func(int) error {
			_, err := b.Clock().Wind(ctx, b.Clock().Now().Add(time.Second))
			if errors.Is(err, ErrWinding) || errors.Is(err, context.Canceled) {
				return nil
			}
			return err
		},
		func(int) error {
			id, err := b.Break(Fault{Path: "nothing"})
			b.Mend(id)
			return err
		},
		func(int) error {
			watched, stop := context.WithCancel(ctx)
			defer stop()
			b.Watch(watched)
			return nil
		},
	} {
		repeat(t, ctx, do)
	}
	for range 12 {
		c.check()
		c.fetch()
		must(c.say(room, "收到"))
	}
	cancel()
}

// repeat runs do in a goroutine of its own until ctx ends; the test waits for it.
func repeat(t *testing.T, ctx context.Context, do func(i int) error) {
	t.Helper()
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := 0; ctx.Err() == nil; i++ {
			if err := do(i); err != nil {
				t.Error(err)
				return
			}
		}
	})
	t.Cleanup(wg.Wait)
}

func TestTheAuthorityLastsAndIsNarrow(t *testing.T) {
	file := filepath.Join(t.TempDir(), "world")
	b := open(t, file)
	first := must(b.CA())
	ok(t, b.Close())
	if again := must(open(t, file).CA()); string(again) != string(first) {
		t.Fatal("a restarted box has another authority")
	}
	if info, err := os.Stat(file + ".ca"); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v %v", info, err)
	}
	block, _ := pem.Decode(first)
	cert, err := x509.ParseCertificate(block.Bytes)
	ok(t, err)
	if !cert.PermittedDNSDomainsCritical || len(cert.PermittedDNSDomains) != 1 || cert.PermittedDNSDomains[0] != "qq.com" {
		t.Fatalf("it may vouch for %v", cert.PermittedDNSDomains)
	}
	if other := must(demo(t, Options{}).CA()); string(other) == string(first) {
		t.Fatal("two boxes have one authority")
	}
}
