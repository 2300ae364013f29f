package phone

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"sixtwenty/wechatbox"
)

const club = "dushuhui"

// table is a desk over the demo world at half past eight in the evening, behind a server.
type table struct {
	*testing.T
	box  *wechatbox.Box
	desk *Desk
	srv  *httptest.Server
}

func lay(t *testing.T) *table {
	t.Helper()
	box := demoBox(t)
	desk := New(box, Options{Beat: time.Nanosecond})
	srv := httptest.NewServer(desk)
	t.Cleanup(func() {
		desk.Close()
		srv.Close()
	})
	return &table{t, box, desk, srv}
}

func demoBox(t testing.TB) *wechatbox.Box {
	t.Helper()
	evening := time.Date(2026, 11, 21, 20, 31, 0, 0, time.FixedZone("", 8*60*60))
	box, err := wechatbox.New(wechatbox.Options{Clock: wechatbox.NewClock(evening)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { box.Close() })
	if err := wechatbox.Demo(box); err != nil {
		t.Fatal(err)
	}
	return box
}

func (t *table) ok(err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (t *table) get(path string) (*http.Response, string) {
	t.Helper()
	res, err := http.Get(t.srv.URL + path)
	t.ok(err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	t.ok(err)
	return res, string(body)
}

// view is the HTML of one phone.
func (t *table) view(p place) string {
	t.Helper()
	res, body := t.get("/phone/view?p=" + url.QueryEscape(p.String()))
	if res.StatusCode != http.StatusOK {
		t.Fatalf("%v: %s: %s", p, res.Status, body)
	}
	return body
}

func (t *table) chat(who string) string { return t.view(place{Who: who, View: "chat", ID: club}) }

// post posts pairs of names and values.
func (t *table) post(path string, pairs ...string) (int, reply) {
	t.Helper()
	values := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		values.Add(pairs[i], pairs[i+1])
	}
	res, err := http.PostForm(t.srv.URL+path, values)
	t.ok(err)
	return readReply(t, res)
}

func readReply(t *table, res *http.Response) (int, reply) {
	t.Helper()
	defer res.Body.Close()
	var r reply
	if err := json.NewDecoder(res.Body).Decode(&r); err != nil {
		t.Fatalf("%s: %v", res.Status, err)
	}
	return res.StatusCode, r
}

// does posts an action that must succeed.
func (t *table) does(action string, pairs ...string) reply {
	t.Helper()
	status, r := t.post("/phone/act/"+action, pairs...)
	if status != http.StatusOK {
		t.Fatalf("%s: %d %s", action, status, r.Error)
	}
	return r
}

func (t *table) history(who, chat string) []wechatbox.Message {
	t.Helper()
	list, err := t.box.History(who, chat, "", 0)
	t.ok(err)
	return list
}

func (t *table) last(who, chat string) wechatbox.Message {
	t.Helper()
	list := t.history(who, chat)
	if len(list) == 0 {
		t.Fatalf("%s sees nothing in %s", who, chat)
	}
	return list[len(list)-1]
}

func (t *table) contains(body string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(body, want) {
			t.Errorf("%q is missing in:\n%s", want, body)
		}
	}
}

func TestThePageLaysOutThreePhones(t0 *testing.T) {
	t := lay(t0)
	res, body := t.get("/")
	if got := strings.Count(body, `class="phone"`); got != 3 {
		t.Errorf("%d phones lie on the desk", got)
	}
	t.contains(body, `data-at="linlaoshi/chat/dushuhui"`, `data-at="xiaoming/chat/dushuhui"`, `data-at="xiaoliu/chats"`, "六点二十读书会",
		`lang="zh-CN"`, "到下一个 6:20", "20:31", "11月21日 星期六", "演一出")
	for name, want := range map[string]string{
		"Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store",
		"Content-Type": "text/html; charset=utf-8",
	} {
		if got := res.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	_, body = t.get("/?lang=en&p=susu%2Fme")
	t.contains(body, `lang="en"`, "To the next 6:20", "Nickname", "Saturday", `data-at="susu/me"`)
}

func TestAnEmptyWorldHasAPageToo(t0 *testing.T) {
	box, err := wechatbox.New(wechatbox.Options{})
	if err != nil {
		t0.Fatal(err)
	}
	defer box.Close()
	desk := New(box, Options{})
	defer desk.Close()
	for path, want := range map[string]int{"/": 200, "/phone/bar": 200, "/phone/view?p=x": 404, "/phone/qr/signin.png": 404, "/elsewhere": 404} {
		rec := httptest.NewRecorder()
		desk.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, path, nil))
		if rec.Code != want {
			t0.Errorf("GET %s: %d, want %d", path, rec.Code, want)
		}
	}
}

func TestNothingOnThePageIsInline(t0 *testing.T) {
	t := lay(t0)
	_, page := t.get("/")
	for _, v := range []string{"info", "invite", "remove", "code"} {
		page += t.view(place{Who: "linlaoshi", View: v, ID: club})
	}
	inline := regexp.MustCompile(`(?i)\son[a-z]+=|\sstyle=|<style|javascript:|<script>`)
	if found := inline.FindString(page); found != "" {
		t.Errorf("%q is on the page", found)
	}
}

func TestAssetsAreOursAndVersioned(t0 *testing.T) {
	t := lay(t0)
	_, page := t.get("/")
	for _, m := range regexp.MustCompile(`(?:src|href)="([^"#]+)"`).FindAllStringSubmatch(page, -1) {
		if !strings.HasPrefix(m[1], "/") || strings.HasPrefix(m[1], "//") {
			t.Errorf("the page loads %s from elsewhere", m[1])
		}
	}
	for name := range t.desk.assets {
		res, _ := t.get(t.desk.assetPath(name))
		if !strings.Contains(res.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s is fetched every time", name)
		}
	}
	if res, _ := t.get("/phone/asset/page.html"); res.StatusCode != http.StatusNotFound {
		t.Errorf("a template is served: %s", res.Status)
	}
}

func TestScreensOfTheDemoRenderInBothLanguages(t0 *testing.T) {
	t := lay(t0)
	for view := range screens() {
		for _, l := range []lang{chinese, english} {
			for _, who := range []string{"linlaoshi", "xiaoliu", "dawei"} {
				p := place{Who: who, View: view, ID: club, Sub: "xiaoming"}
				res, body := t.get("/phone/view?lang=" + string(l) + "&p=" + url.QueryEscape(p.String()))
				if res.StatusCode != http.StatusOK || !strings.Contains(body, `data-who="`+who+`"`) {
					t.Errorf("%s of %s in %s: %s", view, who, l, res.Status)
				}
			}
		}
	}
}

func TestWhatCannotBeShownSaysWhy(t0 *testing.T) {
	t := lay(t0)
	t.contains(t.view(place{Who: "dawei", View: "info", ID: club}), "你不在这个群里", `data-at="dawei/chats"`)
	t.contains(t.view(place{Who: "xiaoming", View: "remove", ID: club}), "只有群主能请人出群")
	t.contains(t.view(place{Who: "xiaoming", View: "chat", ID: "nowhere"}), "这个聊天不在了")
	t.contains(t.view(place{Who: "xiaoming", View: "profile", Sub: "nobody-at-all"}), "找不到")
	t.contains(t.view(place{Who: "xiaoming", View: "login"}), "没有可扫的二维码")
	t.contains(t.view(place{Who: "whoever", View: "chats"}), "这是谁的手机", `data-take="susu"`)
	t.contains(t.view(place{Who: "xiaoming", View: "nonsense"}), `data-at="xiaoming/chats"`)
}
