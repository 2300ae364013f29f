package console_test

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"sixtwenty/bot"
	"sixtwenty/bot/bottest"
	"sixtwenty/console"
	"sixtwenty/handlers"
)

// TestTheFirstPageTellsWhatWaits: what needs a decision anywhere, and what is sent next, schedules among it.
func TestTheFirstPageTellsWhatWaits(t *testing.T) {
	world(t, func(s *site) {
		if page := s.page("/console"); !strings.Contains(page, "没有，都处理好了") {
			t.Error("something waits in a new group")
		}
		s.Says("小六", "/定时 今天 13:00 给:全部 上课了")
		s.Says("小六", "/定时 今天 14:00 下课了")
		s.Invite("小明", "小红")
		s.Wind(2 * time.Minute)
		s.Says("阿杰", "/认领邀请 小红")
		page := s.page("/console")
		for _, want := range []string{"上课了", "下课了", "6:20 语音", "没有新语音", `<b>1</b> 要定的邀请`, "/console/view/referral/held"} {
			if !strings.Contains(page, want) {
				t.Errorf("the first page lacks %q", want)
			}
		}
		held := s.page("/console/view/referral/held?g=" + s.group())
		order := regexp.MustCompile(`name="say" value="(/判邀请 [^"]* 无 \{why\})"`).FindStringSubmatch(held)
		if order == nil {
			t.Fatalf("a held credit cannot be decided:\n%s", held)
		}
		s.does("/console/say", "chat", s.group(), "say", order[1], "f.why", "小号", "back", "/console")
		if page := s.page("/console"); strings.Contains(page, "要定的邀请") {
			t.Error("what was decided waits still")
		}
	})
}

// TestTheScheduleIsACalendar: the coming weeks from Monday, what comes every hour as one line.
func TestASlashAtTheEnd(t *testing.T) {
	world(t, func(s *site) {
		if got := s.get("/console/"); got.Header().Get("Location") != "/console" {
			t.Errorf("/console/ leads to %d %q", got.Code, got.Header().Get("Location"))
		}
	})
}

func TestTheScheduleIsACalendar(t *testing.T) {
	world(t, func(s *site) { // Saturday 2026-11-21, noon
		s.Says("小六", "/定时 每小时 喝水")
		s.Says("小六", "/定时 11月24日 20:00 <b>晚读</b>")
		page := s.page("/console/schedule")
		cal := regexp.MustCompile(`(?s)<ol class="cal">.*?</ol>`).FindString(page)
		if n := strings.Count(cal, "<p><time>"); n != 21 {
			t.Errorf("the calendar has %d days", n)
		}
		for _, want := range []string{
			`<li class=" none"><p><time>11-16</time> 周一</p></li>`, `<li class="now"><p><time>11-21</time> 周六</p>`,
			"喝水」 ×24", "发「&lt;b&gt;晚读&lt;/b&gt;」", "<time>06:20</time> 6:20 语音 <small>没有新语音</small>",
		} {
			if !strings.Contains(cal, want) {
				t.Errorf("the calendar lacks %q:\n%s", want, cal)
			}
		}
		if len(page) > 60_000 {
			t.Errorf("the page has %d bytes", len(page))
		}
	})
}

// TestAFeatureIsTurnedOff: by a click, for one group; the group hears nothing of it, and it is on again with all it kept.
func TestAFeatureIsTurnedOff(t *testing.T) {
	world(t, func(s *site) {
		s.Says("小明", "打卡")
		off := regexp.MustCompile(`value="(/开关 关 checkin)"`).FindStringSubmatch(s.page("/console/settings"))
		if off == nil {
			t.Fatal("check-ins cannot be turned off")
		}
		page := s.does("/console/say", "chat", s.group(), "text", off[1], "back", "/console/settings")
		if !strings.Contains(said(page), "关了 checkin") || !strings.Contains(page, "/开关 开 checkin") {
			t.Errorf("it is not off: %s", said(page))
		}
		if got := s.Says("阿杰", "打卡"); len(got) > 0 {
			t.Errorf("the group hears %q", got)
		}
		s.does("/console/say", "chat", s.group(), "text", "/开关 关 points", "back", "/console/settings")
		s.does("/console/say", "chat", s.group(), "text", "/开关 开 checkin", "back", "/console/settings")
		if got := s.Says("阿杰", "打卡"); len(got) != 1 || !strings.Contains(got[0], "今天第 2 个") {
			t.Errorf("the group hears %q", got)
		}
		if got := s.Says("小明", "/开关"); len(got) != 1 || !strings.Contains(got[0], "群主能用") {
			t.Errorf("a member hears %q", got)
		}
		if page := s.page("/console/settings"); !strings.Contains(page, "/开关 开 points") || !strings.Contains(page, "/开关 关 checkin") {
			t.Error("the switches are wrong")
		}
	})
}

// TestWhatWentWrongIsFoundByItsID: what a member is told leads the operator to the cause.
func TestWhatWentWrongIsFoundByItsID(t *testing.T) {
	broken := bot.Feature{Name: "broken", Summary: bot.Text{ZH: "坏的", EN: "broken"}, Commands: []bot.Command{{
		Name: "坏", Summary: bot.Text{ZH: "坏", EN: "break"}, Examples: []bot.Example{{Say: "/坏"}},
		Run: func(context.Context, *bot.Call) error { return errors.New("the <disk> is not round") },
	}}}
	bottest.Run(t, bottest.Options{Features: append(handlers.All("314159"), broken)}, func(w *bottest.World) {
		h, err := console.New(console.Options{Bot: w.Bot(), DB: w.DB()})
		if err != nil {
			t.Fatal(err)
		}
		s := &site{w, h}
		told := regexp.MustCompile(`[a-z2-7]{6}`).FindString(strings.Join(s.Says("小明", "/坏"), ""))
		if page := s.page("/console/log"); told == "" || !strings.Contains(page, "<b>"+told+"</b>") || !strings.Contains(page, "the &lt;disk&gt; is not round") {
			t.Errorf("the log lacks %q", told)
		}
	})
}

// TestPagesArePacked: for browsers that unpack them, but where a code stands beside what others wrote.
func TestPagesArePacked(t *testing.T) {
	world(t, func(s *site) {
		ask := func(path, accept string) *httptest.ResponseRecorder {
			r := httptest.NewRequest(http.MethodGet, path, nil)
			r.Header.Set("Accept-Encoding", accept)
			return s.send(r)
		}
		for _, path := range append(everyPage(), "/console/console.css", "/console/console.js") {
			whole, packed := ask(path, "identity, gzip;q=0"), ask(path, "br, gzip")
			if packed.Header().Get("Content-Encoding") != "gzip" || whole.Header().Get("Content-Encoding") != "" {
				t.Fatalf("%s is packed for the wrong ones", path)
			}
			z, err := gzip.NewReader(packed.Body)
			if err != nil {
				t.Fatal(err)
			}
			if data, err := io.ReadAll(z); err != nil || len(data) != whole.Body.Len() {
				t.Errorf("%s unpacks to %d bytes of %d: %v", path, len(data), whole.Body.Len(), err)
			}
		}
		s.Says("小六", "/任命")
		if got := ask("/console", "gzip"); got.Header().Get("Content-Encoding") != "" || !strings.Contains(got.Body.String(), "codes") {
			t.Error("a page with a code is packed")
		}
	})
}
