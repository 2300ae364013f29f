package console_test

import (
	"bytes"
	"errors"
	"html/template"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"sixtwenty/bot"
	"sixtwenty/bot/bottest"
	"sixtwenty/console"
	"sixtwenty/handlers"
)

// A site is the console of a world, as a browser on the same machine sees it.
type site struct {
	*bottest.World
	h http.Handler
}

func world(t *testing.T, play func(s *site)) {
	t.Helper()
	bottest.Run(t, bottest.Options{Features: handlers.All("314159")}, func(w *bottest.World) {
		h, err := console.New(console.Options{Bot: w.Bot(), DB: w.DB()})
		if err != nil {
			t.Fatal(err)
		}
		play(&site{w, h})
	})
}

func (s *site) send(r *http.Request) *httptest.ResponseRecorder {
	got := httptest.NewRecorder()
	s.h.ServeHTTP(got, r)
	return got
}

func (s *site) get(url string) *httptest.ResponseRecorder {
	return s.send(httptest.NewRequest(http.MethodGet, url, nil))
}

// page is a page that must be there.
func (s *site) page(url string) string {
	s.T.Helper()
	got := s.get(url)
	if got.Code != http.StatusOK {
		s.T.Fatalf("GET %s: %d %s", url, got.Code, got.Body)
	}
	return got.Body.String()
}

func (s *site) post(path string, pairs ...string) *httptest.ResponseRecorder {
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return s.send(r)
}

// says posts a form and gives the page that it leads to.
func (s *site) does(path string, pairs ...string) string {
	s.T.Helper()
	got := s.post(path, pairs...)
	if got.Code != http.StatusSeeOther {
		s.T.Fatalf("POST %s %q: %d %s", path, pairs, got.Code, got.Body)
	}
	return s.page(got.Header().Get("Location"))
}

// said is what the bot answered, as the page shows it.
func said(page string) string {
	m := regexp.MustCompile(`(?s)<section class="said".*?</section>`).FindString(page)
	return regexp.MustCompile(`<[^>]*>`).ReplaceAllString(m, " ")
}

func (s *site) bring(name string, data []byte, pairs ...string) *httptest.ResponseRecorder {
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for i := 0; i+1 < len(pairs); i += 2 {
		_ = form.WriteField(pairs[i], pairs[i+1])
	}
	part, err := form.CreateFormFile("file", name)
	if err != nil {
		s.T.Fatal(err)
	}
	_, _ = part.Write(data)
	_ = form.Close()
	r := httptest.NewRequest(http.MethodPost, "/console/bring", &b)
	r.Header.Set("Content-Type", form.FormDataContentType())
	return s.send(r)
}

func (s *site) group() string { return string(s.Group().ID) }

func everyPage() []string {
	return []string{
		"/console", "/console/groups", "/console/people", "/console/referrals", "/console/schedule", "/console/account", "/console/log",
	}
}

func TestEveryPageSpeaksBothLanguages(t *testing.T) {
	world(t, func(s *site) {
		s.Says("小明", "打卡")
		s.Says("小六", "/任命")
		for _, path := range everyPage() {
			zh, en := s.page(path), func() string {
				r := httptest.NewRequest(http.MethodGet, path, nil)
				r.Header.Set("Accept-Language", "en-GB,en;q=0.9")
				return s.send(r).Body.String()
			}()
			if !strings.Contains(zh, `lang="zh-CN"`) || !strings.Contains(zh, "今天") || !strings.Contains(en, `lang="en"`) || !strings.Contains(en, ">Today<") {
				t.Errorf("%s does not speak its language", path)
			}
			if strings.Contains(zh+en, "读不出来") || strings.Contains(zh+en, "cannot be read just now") {
				t.Errorf("%s has a broken part:\n%s", path, zh)
			}
		}
		today := s.page("/console")
		for _, want := range []string{"六点二十读书会", "小明", "今天的打卡", "认领码"} {
			if !strings.Contains(today, want) {
				t.Errorf("today lacks %q", want)
			}
		}
	})
}

// TestNothingANameHoldsIsMarkup: names are hostile, on every page, in every file, and in every picture.
func TestNothingANameHoldsIsMarkup(t *testing.T) {
	evil := `<script>alert(1)</script>" onload=x '&{{.}}`
	world(t, func(s *site) {
		s.Rename("小明", evil)
		s.Says(evil, "打卡")
		who := string(s.Person("小明"))
		pages := append(everyPage(), "/console/people/"+url.PathEscape(who), "/console/people?q=script", "/console/view/checkin/today",
			"/console/people?q="+url.QueryEscape(evil), "/console/people/"+url.PathEscape(who)+"?why="+url.QueryEscape(evil),
			"/console/view/checkin/board?a.board="+url.QueryEscape(evil), "/console/enter?to="+url.QueryEscape(`/console"><script>`))
		shown := 0
		for _, path := range pages {
			got := s.get(path)
			body := got.Body.String()
			if strings.Contains(body, "<script>alert") || strings.Contains(body, `" onload`) {
				t.Errorf("%s: a name became markup", path)
			}
			shown += strings.Count(body, template.HTMLEscapeString("<script>alert"))
			if csp := got.Header().Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
				t.Errorf("%s: the policy is %q", path, csp)
			}
		}
		if shown < 3 {
			t.Errorf("the name is shown %d times; is the test blind?", shown)
		}
	})
}

// TestNoPageNeedsWhatThePolicyForbids: no script, style or handler stands in a page.
func TestNoPageNeedsWhatThePolicyForbids(t *testing.T) {
	inline := regexp.MustCompile(`(?i)<style|\sstyle=|\son[a-z]+=|<script(?: defer)?>|javascript:`)
	world(t, func(s *site) {
		s.Says("小明", "打卡")
		for _, path := range append(everyPage(), "/console/people/"+string(s.Person("小明")), "/console/enter") {
			if found := inline.FindString(s.get(path).Body.String()); found != "" {
				t.Errorf("%s holds %q", path, found)
			}
		}
	})
}

func TestACommandIsTheOwners(t *testing.T) {
	world(t, func(s *site) {
		page := s.does("/console/say", "chat", s.group(), "back", "/console/settings", "say", "/设置 group.day_begins {value}", "f.value", "5")
		if !strings.Contains(said(page), "5") || !strings.Contains(page, `class="changed"`) {
			t.Errorf("the setting is not changed: %s", said(page))
		}
		log := s.page("/console/log")
		if !strings.Contains(log, "/设置 group.day_begins 5") || !strings.Contains(log, "控制台") {
			t.Error("the audit lacks it")
		}
		page = s.does("/console/say", "chat", s.group(), "text", "/设置 group.day_begins 99", "back", "/console")
		if !strings.Contains(said(page), "没有改") {
			t.Errorf("a bad value: %s", said(page))
		}
	})
}

// TestPeopleAreNamedWithoutDoubt: two people of one name are told apart, and what is filled in names nobody.
func TestPeopleAreNamedWithoutDoubt(t *testing.T) {
	world(t, func(s *site) {
		s.Says("小明", "打卡")
		a, b := string(s.Person("小明")), string(s.Person("阿杰"))
		s.Rename("阿杰", "小明")
		page := s.does("/console/say", "chat", s.group(), "say", "/加分 #"+b+" 7 {why}", "f.why", "#"+a+" {value}", "back", "/console")
		if !strings.Contains(said(page), "7") {
			t.Fatalf("no points: %s", said(page))
		}
		if card := s.page("/console/people/" + b); !strings.Contains(card, "7") {
			t.Error("the points went elsewhere")
		}
		if log := s.page("/console/log"); !strings.Contains(log, "#"+a+" {value}") {
			t.Error("what was filled in was read again")
		}
	})
}

func TestGraveActsAreAskedOnceMore(t *testing.T) {
	world(t, func(s *site) {
		form := []string{"chat", s.group(), "text", "/停用", "grave", "1", "back", "/console"}
		got := s.post("/console/say", form...)
		if got.Code != http.StatusOK || !strings.Contains(got.Body.String(), "/停用") || !strings.Contains(got.Body.String(), `name="sure"`) {
			t.Fatalf("it is not asked: %d", got.Code)
		}
		if !strings.Contains(s.page("/console/groups"), "六点二十读书会") {
			t.Error("it was done without a yes")
		}
		s.does("/console/say", append(form, "sure", "1")...)
		if page := s.page("/console/groups"); !strings.Contains(page, "没有在里面工作的群") {
			t.Error("it was not done")
		}
	})
}

func TestPeopleAreFoundByEveryName(t *testing.T) {
	world(t, func(s *site) {
		s.Says("小明", "早")
		s.Rename("小明", "林老师")
		s.Says("林老师", "早")
		for _, asked := range []string{"小明", "明", "林老师", "linlaoshi", "lls", "laoshi", "ＬＬＳ", "xiaoming"} {
			if page := s.page("/console/people?q=" + url.QueryEscape(asked)); !strings.Contains(page, `href="/console/people/`+url.PathEscape(string(s.Person("小明")))) {
				t.Errorf("%s finds nobody", asked)
			}
		}
		for _, asked := range []string{"zhangsan", "明小", "\x00", "\n"} {
			if page := s.page("/console/people?q=" + url.QueryEscape(asked)); strings.Contains(page, `class="found"`) {
				t.Errorf("%q finds somebody", asked)
			}
		}
		if !strings.Contains(s.page("/console/people?q=xiaoming"), "曾用名") {
			t.Error("a former name is not said to be one")
		}
	})
}

// TestMergeAndUnmerge goes through the pages: a preview, the merge, and its end.
func TestMergeAndUnmerge(t *testing.T) {
	world(t, func(s *site) {
		s.Says("小明", "打卡")
		s.Says("阿杰", "打卡")
		a, b := string(s.Person("小明")), string(s.Person("阿杰"))
		preview := s.page("/console/merge?g=" + s.group() + "&into=" + url.QueryEscape(a) + "&from=" + url.QueryEscape(b))
		if !strings.Contains(preview, "小明") || !strings.Contains(preview, "阿杰") {
			t.Fatal("the preview lacks a name")
		}
		s.does("/console/say", "chat", s.group(), "say", "/合并 #"+a+" #"+b+" {why}", "f.why", "换号", "back", "/console/people/"+a)
		if page := s.page("/console/people/" + b); !strings.Contains(page, "<h1>小明</h1>") {
			t.Error("they are not one")
		}
		if page := s.page("/console/people"); !strings.Contains(page, "/拆开 1") || !strings.Contains(page, "换号") {
			t.Error("the merge is not listed")
		}
		s.does("/console/say", "chat", s.group(), "text", "/拆开 1", "back", "/console/people")
		if page := s.page("/console/people/" + b); !strings.Contains(page, "<h1>阿杰</h1>") {
			t.Error("they are still one")
		}
	})
}

// TestWhatFailedIsSentAgain: a row of the log has a button, and the second try arrives.
func TestWhatFailedIsSentAgain(t *testing.T) {
	broken := true
	bottest.Run(t, bottest.Options{Features: handlers.All("314159"), Fail: func(bot.Effect) error {
		if broken {
			return bot.Permanent(errors.New("no"))
		}
		return nil
	}}, func(w *bottest.World) {
		h, err := console.New(console.Options{Bot: w.Bot(), DB: w.DB()})
		if err != nil {
			t.Fatal(err)
		}
		s := &site{w, h}
		s.Says("小明", "打卡")
		broken = false
		again := regexp.MustCompile(`value="(/重发 \d+)"`).FindStringSubmatch(s.page("/console/log"))
		if again == nil {
			t.Fatal("the log offers no second try")
		}
		page := s.does("/console/say", "text", again[1], "chat", s.group(), "back", "/console/log")
		if !strings.Contains(said(page), "再发一次") {
			t.Errorf("the bot says %s", said(page))
		}
		if got := s.Wind(time.Minute); !strings.Contains(strings.Join(got, "\n"), "打卡成功") {
			t.Errorf("the group hears %q", got)
		}
		if page := s.does("/console/say", "text", again[1], "chat", s.group(), "back", "/console/log"); !strings.Contains(said(page), "没有第") {
			t.Errorf("twice: %s", said(page))
		}
	})
}
