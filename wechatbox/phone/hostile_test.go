package phone

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"sixtwenty/wechatbox"
)

const hostile = `<img src=x onerror=alert(1)>"'</script><script>alert(2)</script>{{.}}&` + "\u202e" + "`"

// escapes fails where markup of ours could have begun in what a user wrote.
func (t *table) escapes(where, body string) {
	t.Helper()
	if strings.Contains(body, "<img src=x") || strings.Contains(body, "<script>alert") {
		t.Errorf("%s: markup got through:\n%s", where, body)
	}
}

func TestHostileNamesAndTextsStayText(t0 *testing.T) {
	t := lay(t0)
	evil := "evil"
	_, err := t.box.AddPerson(wechatbox.Person{
		ID: evil, Nick: hostile, Alias: hostile, Signature: hostile, Province: hostile, City: hostile,
	})
	t.ok(err)
	t.ok(t.box.Befriend("linlaoshi", evil))
	t.ok(t.box.SetRemark("linlaoshi", evil, hostile))
	t.ok(t.box.Invite("linlaoshi", club, evil))
	t.ok(t.box.SetCard(evil, club, hostile))
	t.ok(t.box.RenameGroup("linlaoshi", club, hostile))
	t.ok(t.box.SaveGroup("linlaoshi", club, true))
	t.ok(t.box.RequestFriend(evil, "susu", hostile))
	for _, c := range []wechatbox.Content{
		{Kind: wechatbox.Text, Text: hostile},
		{Kind: wechatbox.Link, Name: hostile, Text: hostile, URL: "javascript:alert(1)"},
		{Kind: wechatbox.Location, Name: hostile, Text: hostile},
		{Kind: wechatbox.Card, Person: evil},
		{Kind: wechatbox.Emoticon, MD5: hostile},
	} {
		_, err := t.box.Send(evil, club, c, nil)
		t.ok(err)
	}
	_, err = t.box.SendFile(evil, club, hostile, []byte(hostile))
	t.ok(err)
	t.ok(t.box.System(club, hostile))
	t.ok(t.box.Tickle(evil, club, "susu"))

	_, page := t.get("/?p=" + url.QueryEscape(join(evil, "chat", club)) + "&p=" + url.QueryEscape(hostile))
	t.escapes("the page", page)
	for _, who := range []string{"linlaoshi", "susu", evil} {
		for view := range screens() {
			t.escapes(view+" of "+who, t.view(place{Who: who, View: view, ID: club, Sub: evil}))
		}
		body := t.chat(who)
		t.escapes("chat of "+who, body)
		t.contains(body, "&lt;img src=x onerror=alert(1)&gt;")
		if strings.Contains(body, `href="javascript:`) {
			t.Error("a link runs a script")
		}
	}
	_, found := t.get("/phone/view?p=susu%2Fpeople&q=" + url.QueryEscape(hostile))
	t.escapes("search", found)
	t.contains(found, "&lt;img src=x")
}

func FuzzPlace(f *testing.F) {
	f.Add("linlaoshi", "chat", "dushuhui", "")
	f.Add("a/b", "profile", "", "%2F")
	f.Fuzz(func(t *testing.T, who, view, id, sub string) {
		want := place{who, view, id, sub}
		if view == "" {
			want.View = "chats"
		}
		if got := parsePlace(want.String()); got != want {
			t.Errorf("%q became %q", want, got)
		}
	})
}

func FuzzAddress(f *testing.F) {
	f.Add("p=linlaoshi%2Fchat%2Fdushuhui&lang=en", "x")
	f.Add("p=%2F%2F%2F%2F&p=&before=1", "1000000000000000000")
	box := demoBox(f)
	desk := New(box, Options{})
	f.Cleanup(func() { desk.Close() })
	f.Fuzz(func(t *testing.T, query, before string) {
		for _, path := range []string{"/?", "/phone/view?before=" + url.QueryEscape(before) + "&"} {
			u, err := url.Parse(path + query)
			if err != nil {
				return
			}
			rec := httptest.NewRecorder()
			desk.ServeHTTP(rec, &http.Request{Method: http.MethodGet, URL: u, Host: "box", Header: http.Header{}, Body: http.NoBody})
			if rec.Code >= 500 {
				t.Errorf("%s: %d", u, rec.Code)
			}
		}
	})
}
