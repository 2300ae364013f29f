package console_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"sixtwenty/bot/bottest"
	"sixtwenty/console"
	"sixtwenty/console/door"
	"sixtwenty/handlers"
	"sixtwenty/store"
)

// Each test of this file is one attack.

// locked is a site with a door, and what it logs.
func locked(t *testing.T, play func(s *site, d *door.Door, log *bytes.Buffer)) {
	t.Helper()
	bottest.Run(t, bottest.Options{Features: handlers.All("314159")}, func(w *bottest.World) {
		var log bytes.Buffer
		logger := zap.New(zapcore.NewCore(zapcore.NewConsoleEncoder(zap.NewDevelopmentEncoderConfig()), zapcore.AddSync(&log), zap.DebugLevel))
		d, err := door.New(context.Background(), door.Options{DB: w.DB(), Log: logger, Link: true, Name: "c"})
		if err != nil {
			t.Fatal(err)
		}
		h, err := console.New(console.Options{Bot: w.Bot(), DB: w.DB(), Door: d, Log: logger})
		if err != nil {
			t.Fatal(err)
		}
		play(&site{w, h}, d, &log)
	})
}

// everyAddress is one of each address that the console knows, with its method.
func everyAddress() map[string]string {
	list := map[string]string{
		"/console/people/p": "GET", "/console/settings": "GET", "/console/merge": "GET", "/console/view/checkin/today": "GET", "/console/live": "GET",
		"/console/export/checkin/today/a.csv": "GET", "/console/workbook/today/a.xlsx": "GET",
		"/console/play/" + strings.Repeat("0", 64): "GET", "/console/backup/x": "GET", "/console/compare/x": "GET",
		"/console/say": "POST", "/console/bring": "POST", "/console/backup": "POST", "/console/alarm": "POST", "/console/leave": "POST",
	}
	for _, page := range everyPage() {
		list[page] = "GET"
	}
	return list
}

// TestNobodyIsInsideWithoutASession: neither a page, nor a file, nor a stream, nor an act.
func TestNobodyIsInsideWithoutASession(t *testing.T) {
	locked(t, func(s *site, _ *door.Door, _ *bytes.Buffer) {
		s.Says("小明", "打卡")
		for path, method := range everyAddress() {
			for _, cookie := range []string{"", "c=", "c=nonsense", "__Host-c=x"} {
				r := httptest.NewRequest(method, path, nil)
				r.Header.Set("Cookie", cookie)
				r.Header.Set("X-Sixtwenty-Live", "1")
				got := s.send(r)
				if got.Code != http.StatusSeeOther && got.Code != http.StatusUnauthorized || strings.Contains(got.Body.String(), "小明") {
					t.Errorf("%s %s with %q: %d", method, path, cookie, got.Code)
				}
				if to := got.Header().Get("Location"); got.Code == http.StatusSeeOther && !strings.HasPrefix(to, "/console/enter") {
					t.Errorf("%s leads to %s", path, to)
				}
			}
		}
	})
}

// TestAnotherSiteCannotAct (CSRF): whatever a page elsewhere makes the owner's browser send is refused.
func TestAnotherSiteCannotAct(t *testing.T) {
	world(t, func(s *site) {
		for path, method := range everyAddress() {
			if method != "POST" {
				continue
			}
			for name, header := range map[string][2]string{
				"cross-site": {"Sec-Fetch-Site", "cross-site"}, "same-site": {"Sec-Fetch-Site", "same-site"},
				"an old browser": {"Origin", "https://evil.example"}, "a file": {"Origin", "null"},
			} {
				r := httptest.NewRequest(method, path, strings.NewReader("text=%2F停&chat="+s.group()))
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				r.Header.Set(header[0], header[1])
				if got := s.send(r); got.Code != http.StatusForbidden {
					t.Errorf("%s, %s: %d", path, name, got.Code)
				}
			}
		}
		r := httptest.NewRequest("POST", "/console/say", strings.NewReader("text=%2F帮助&chat="+s.group()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		if got := s.send(r); got.Code != http.StatusSeeOther {
			t.Errorf("the console's own page is refused: %d", got.Code)
		}
	})
}

// TestNoFrameShowsIt (clickjacking), on answers of every kind.
func TestNoFrameShowsIt(t *testing.T) {
	locked(t, func(s *site, _ *door.Door, _ *bytes.Buffer) {
		for path := range everyAddress() {
			h := s.get(path).Header()
			if h.Get("X-Frame-Options") != "DENY" || !strings.Contains(h.Get("Content-Security-Policy"), "frame-ancestors 'none'") ||
				h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "no-referrer" {
				t.Errorf("%s: %v", path, h)
			}
		}
	})
}

// TestLookingChangesNothing: no GET and no HEAD of any address writes a byte, however its query is dressed up.
func TestLookingChangesNothing(t *testing.T) {
	world(t, func(s *site) {
		s.Says("小明", "打卡")
		before := s.bytes()
		for path := range everyAddress() {
			for _, method := range []string{http.MethodGet, http.MethodHead} {
				if path == "/console/live" {
					continue
				}
				r := httptest.NewRequest(method, path+"?text=%2F停&chat="+s.group()+"&say=%2F停&sure=1&back=%2Fconsole", nil)
				s.send(r)
			}
		}
		if !bytes.Equal(before, s.bytes()) {
			t.Error("the state is another")
		}
		for path, method := range everyAddress() {
			if method == "POST" && path != "/console/backup" {
				if got := s.get(path); got.Code != http.StatusMethodNotAllowed && got.Code != http.StatusNotFound {
					t.Errorf("GET %s: %d", path, got.Code)
				}
			}
		}
	})
}

// bytes is the whole state.
func (s *site) bytes() []byte {
	var b bytes.Buffer
	if err := s.DB().View(context.Background(), func(r store.Reader) error {
		for _, table := range []string{"bot/audit", "bot/state", "bot/settings", "bot/roles", "bot/people", "bot/outbox", "checkin/marks", "console/sessions"} {
			for p, err := range r.Scan(table, store.Range{}) {
				if err != nil {
					return err
				}
				b.WriteString(p.Key)
				b.Write(p.Value)
			}
		}
		return nil
	}); err != nil {
		s.T.Fatal(err)
	}
	return b.Bytes()
}

// TestNobodyIsSentElsewhere (open redirect): every address that a form or a link names stays here.
func TestNobodyIsSentElsewhere(t *testing.T) {
	elsewhere := []string{
		"https://evil.example", "//evil.example", `\\evil.example`, "/\\evil.example", "/console//evil.example", "javascript:alert(1)",
		"/console/../../evil", "http:evil.example", "/console\r\nSet-Cookie: c=1", "//evil.example/console", "/consoleevil", "", "\t//evil.example",
		"https://user@/console",
	}
	locked(t, func(s *site, d *door.Door, _ *bytes.Buffer) {
		for _, to := range elsewhere {
			got := s.post("/console/enter", "secret", d.Link(), "to", to)
			if where := got.Header().Get("Location"); where != "/console" {
				t.Errorf("signing in with %q leads to %q", to, where)
			}
			if where := s.post("/console/language", "lang", "en", "to", to).Header().Get("Location"); where != "/console" {
				t.Errorf("the language with %q leads to %q", to, where)
			}
			if strings.Contains(s.get("/console/enter?to="+url.QueryEscape(to)).Body.String(), "evil") {
				t.Errorf("%q stands in the page", to)
			}
		}
	})
	world(t, func(s *site) {
		for _, to := range elsewhere {
			where := s.post("/console/say", "text", "/帮助", "chat", s.group(), "back", to).Header().Get("Location")
			if !strings.HasPrefix(where, "/console?said=") {
				t.Errorf("a command with %q leads to %q", to, where)
			}
		}
	})
}

// TestNamesAreNoPaths: neither a backup's, nor an upload's, nor a view's name reaches the file system.
func TestNamesAreNoPaths(t *testing.T) {
	world(t, func(s *site) {
		for _, name := range []string{"../../../etc/passwd", "..%2f..%2fetc%2fpasswd", "%2e%2e%2fconsole.go", "....//x", "/etc/passwd", "C:%5Cx", "%00"} {
			for _, path := range []string{"/console/backup/", "/console/compare/", "/console/play/", "/console/view/checkin/", "/console/people/", "/console/"} {
				r := httptest.NewRequest(http.MethodGet, "/console", nil)
				r.URL = &url.URL{Path: path + name, RawPath: path + name}
				if got := s.send(r); got.Code == http.StatusOK || strings.Contains(got.Body.String(), "root:") {
					t.Errorf("%s%s: %d", path, name, got.Code)
				}
			}
		}
		got := s.bring("../../../../tmp/pwned.mp3", silence(), "say", "/语音 {x}", "chat", s.group(), "back", "/console")
		if page := s.page(got.Header().Get("Location")); strings.Contains(page, "..") {
			t.Error("a path stands in the page")
		}
	})
}

// silence is a second of WAV.
func silence() []byte {
	const n = 16000
	b := []byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x80\x3e\x00\x00\x00\x7d\x00\x00\x02\x00\x10\x00data\x00\x7d\x00\x00")
	b[4], b[5] = byte((36+2*n)&255), byte((36+2*n)>>8)
	return append(b, make([]byte, 2*n)...)
}

// TestUploadsAreLookedInto: what is no recording or picture is refused whatever it calls itself, and so is what is too large.
func TestUploadsAreLookedInto(t *testing.T) {
	world(t, func(s *site) {
		form := []string{"say", "/语音", "chat", s.group(), "back", "/console"}
		for name, data := range map[string][]byte{
			"voice.mp3": []byte("<html><script>alert(1)</script>"), "voice.wav": []byte("MZ\x90\x00" + strings.Repeat("x", 500)),
			"a.svg": []byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`), "zip.mp3": []byte("PK\x03\x04" + strings.Repeat("\x00", 999)),
		} {
			got := s.bring(name, data, form...)
			if page := s.page(got.Header().Get("Location")); !strings.Contains(said(page), "不是能播的") {
				t.Errorf("%s: %s", name, said(page))
			}
		}
		big := s.bring("big.wav", append(silence(), make([]byte, 20<<20)...), form...)
		if big.Code != http.StatusSeeOther || !strings.Contains(said(s.page(big.Header().Get("Location"))), "太大") {
			t.Errorf("21 MB: %d", big.Code)
		}
		if n := s.blobs(); n > 0 {
			t.Errorf("%d refused uploads are kept", n)
		}
		if got := s.get("/console/play/" + strings.Repeat("a", 64)); got.Code != http.StatusNotFound {
			t.Errorf("a recording that is not there: %d", got.Code)
		}
	})
}

func (s *site) blobs() (n int) {
	_ = s.DB().View(context.Background(), func(r store.Reader) error {
		for range r.Scan("blobs", store.Range{}) {
			n++
		}
		return nil
	})
	return n
}

// TestFormsAreBounded: one that is too large is refused, and one of a million fields is too.
func TestFormsAreBounded(t *testing.T) {
	world(t, func(s *site) {
		for name, body := range map[string]string{
			"large": "text=" + strings.Repeat("x", 1<<20), "many": strings.Repeat("a=b&", 1<<18),
		} {
			r := httptest.NewRequest(http.MethodPost, "/console/say", strings.NewReader(body))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			if got := s.send(r); got.Code != http.StatusRequestEntityTooLarge {
				t.Errorf("%s: %d", name, got.Code)
			}
		}
		var parts strings.Builder
		for range 1000 {
			parts.WriteString("--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\ny\r\n")
		}
		r := httptest.NewRequest(http.MethodPost, "/console/bring", io.MultiReader(strings.NewReader(parts.String()), endless{}))
		r.Header.Set("Content-Type", "multipart/form-data; boundary=b")
		if got := s.send(r); got.Code != http.StatusBadRequest {
			t.Errorf("a form of a thousand parts: %d", got.Code)
		}
		long := s.post("/console/say", "text", "/帮助 "+strings.Repeat("长", 10_000), "chat", s.group(), "back", "/console")
		if long.Code != http.StatusSeeOther {
			t.Errorf("a long command: %d", long.Code)
		}
	})
}

// endless gives bytes for ever.
type endless struct{}

func (endless) Read(b []byte) (int, error) { return len(b), nil }

// TestNothingSentBecomesALineOfTheLog: what comes in is quoted or left out, and no secret is in the log.
func TestNothingSentBecomesALineOfTheLog(t *testing.T) {
	locked(t, func(s *site, d *door.Door, log *bytes.Buffer) {
		forged := "x\n2026-01-01T00:00:00Z\tINFO\tdoor\tthe owner signed in"
		link := d.Link()
		s.post("/console/enter", "secret", forged, "to", forged)
		r := httptest.NewRequest(http.MethodPost, "/console/enter", strings.NewReader("secret="+url.QueryEscape(link)))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("User-Agent", forged)
		r.Header.Set("X-Forwarded-For", forged)
		got := s.send(r)
		s.get("/console/" + url.PathEscape(forged))
		text := log.String()
		if strings.Contains(text, "2026-01-01") {
			t.Errorf("a forged line is in the log:\n%s", text)
		}
		for _, secret := range append([]string{link}, got.Header().Values("Set-Cookie")...) {
			if value, _, _ := strings.Cut(strings.TrimPrefix(secret, "c="), ";"); strings.Contains(text, value) {
				t.Error("a secret is in the log")
			}
		}
		if !strings.Contains(text, "signed in") {
			t.Error("a sign-in is not in the log; is the test blind?")
		}
	})
}

// TestWhoLeftIsOutside goes in and out through the pages.
func TestWhoLeftIsOutside(t *testing.T) {
	locked(t, func(s *site, d *door.Door, _ *bytes.Buffer) {
		in := s.post("/console/enter", "secret", d.Link(), "to", "/console/log")
		if in.Header().Get("Location") != "/console/log" {
			t.Fatalf("the link leads to %q", in.Header().Get("Location"))
		}
		cookie := in.Result().Cookies()[0]
		as := func(method, path string) int {
			r := httptest.NewRequest(method, path, nil)
			r.AddCookie(cookie)
			return s.send(r).Code
		}
		if code := as(http.MethodGet, "/console/log"); code != http.StatusOK {
			t.Errorf("inside: %d", code)
		}
		as(http.MethodPost, "/console/leave")
		if code := as(http.MethodGet, "/console/log"); code != http.StatusSeeOther {
			t.Errorf("after leaving: %d", code)
		}
	})
}
