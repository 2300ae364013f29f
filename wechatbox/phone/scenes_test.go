package phone

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sixtwenty/wechatbox"
)

// plays runs a scene to its end, without a server.
func plays(t *table, name string) {
	t.Helper()
	for _, s := range t.desk.scenes {
		if s.name != name {
			continue
		}
		p, err := t.desk.cast()
		t.ok(err)
		s.run(t.Context(), p)
		if p.err != nil {
			t.Fatalf("%s: %v", name, p.err)
		}
		return
	}
	t.Fatalf("there is no scene %q", name)
}

// count is how many of the club's messages begin so.
func (t *table) count(prefix string) (n int) {
	t.Helper()
	list, err := t.box.History("linlaoshi", club, "", 1000)
	t.ok(err)
	for _, m := range list {
		if strings.HasPrefix(m.Text, prefix) {
			n++
		}
	}
	return n
}

func TestScenesPlayToTheirEnd(t0 *testing.T) {
	tests := map[string]func(t *table, start time.Time){
		"week": func(t *table, start time.Time) {
			if days := t.desk.now().Sub(start).Hours() / 24; days < 6 || days > 8 {
				t.Errorf("it took %.1f days", days)
			}
			if n := t.count("你邀请"); n != 1 {
				t.Errorf("%d joins", n)
			}
			if n := t.count("打卡"); n < 12 {
				t.Errorf("%d check-ins", n)
			}
		},
		"storm": func(t *table, _ time.Time) {
			g, err := t.box.Group(club)
			t.ok(err)
			if n := t.count("打卡") + t.count("早安") + t.count("签到"); n != stormSize || len(g.Members) < stormSize {
				t.Errorf("%d check-ins of %d members", n, len(g.Members))
			}
			if got := t.desk.now().Format("15:04"); got != "06:21" {
				t.Errorf("it is %s", got)
			}
		},
		"race": func(t *table, _ time.Time) {
			g, err := t.box.Group(club)
			t.ok(err)
			by := map[string]int{}
			for _, m := range g.Members {
				by[m.By]++
			}
			// Six people were brought and one of them left; one more came through a newcomer.
			if by["xiaoming"]+by["ajie"]+by["susu"] != 5 || len(g.Members) != 12 || t.count("/邀请榜") != 2 {
				t.Errorf("brought by: %v", by)
			}
		},
		"network": func(t *table, _ time.Time) {
			if left := t.box.Faults(); len(left) != 0 {
				t.Errorf("left behind: %+v", left)
			}
		},
	}
	for _, s := range allScenes() {
		t0.Run(s.name+" twice", func(t0 *testing.T) {
			t := lay(t0)
			plays(t, s.name)
			plays(t, s.name) // a scene leaves the world such that it can play again
			if tests[s.name] == nil {
				t.Fatal("nobody looks at what this scene does")
			}
		})
		t0.Run(s.name, func(t0 *testing.T) {
			t := lay(t0)
			start := t.desk.now()
			plays(t, s.name)
			tests[s.name](t, start)
		})
	}
}

func TestAStoppedSceneMendsWhatItBroke(t0 *testing.T) {
	synctest.Test(t0, func(t0 *testing.T) {
		box := demoBox(t0)
		desk := New(box, Options{Beat: time.Hour})
		limit := func() (n int) {
			box.Behave(func(b *wechatbox.Behaviour) { n = b.SendLimit })
			return n
		}
		for _, after := range []time.Duration{time.Minute, 30 * time.Hour} {
			ctx, cancel := context.WithCancel(t0.Context())
			p, err := desk.cast()
			if err != nil {
				t0.Fatal(err)
			}
			done := make(chan struct{})
			go func() {
				badNetwork(ctx, p)
				close(done)
			}()
			time.Sleep(after)
			synctest.Wait()
			if len(box.Faults()) == 0 && limit() == 0 {
				t0.Errorf("after %v nothing is broken", after)
			}
			cancel()
			<-done
			if len(box.Faults()) != 0 || limit() != 0 || p.err == nil {
				t0.Errorf("after %v: %v, limit %d, %v", after, box.Faults(), limit(), p.err)
			}
		}
		desk.Close()
		box.Close()
	})
}

func TestTheStage(t0 *testing.T) {
	synctest.Test(t0, func(t0 *testing.T) {
		box := demoBox(t0)
		desk := New(box, Options{Beat: time.Hour})
		defer box.Close()
		defer desk.Close()
		changed := desk.stage.watch(t0.Context())
		if code := post(desk, "/phone/scene/network"); code != 200 {
			t0.Fatalf("start: %d", code)
		}
		synctest.Wait()
		<-changed
		if code := post(desk, "/phone/scene/storm"); code != 409 {
			t0.Errorf("a second scene: %d", code)
		}
		if name, caption, _ := desk.stage.playing(); name != "network" || caption == "" {
			t0.Errorf("playing %q, %q", name, caption)
		}
		post(desk, "/phone/scene/stop")
		synctest.Wait()
		if name, _, failure := desk.stage.playing(); name != "" || failure != "" {
			t0.Errorf("still %q, %q", name, failure)
		}
		if code := post(desk, "/phone/scene/nonsense"); code != 404 {
			t0.Errorf("an unknown scene: %d", code)
		}
		if code := post(desk, "/phone/scene/storm"); code != 200 {
			t0.Errorf("start again: %d", code)
		}
		desk.Close()
		if code := post(desk, "/phone/scene/storm"); code != 409 {
			t0.Errorf("after the end: %d", code)
		}
	})
}

func TestASceneWithoutAGroupSaysSo(t0 *testing.T) {
	box, err := wechatbox.New(wechatbox.Options{})
	if err != nil {
		t0.Fatal(err)
	}
	defer box.Close()
	desk := New(box, Options{})
	defer desk.Close()
	if code := post(desk, "/phone/scene/storm"); code != 422 {
		t0.Errorf("got %d", code)
	}
}
