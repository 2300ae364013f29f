package console_test

import (
	"html/template"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"sixtwenty/bot/bottest"
	"sixtwenty/console"
	"sixtwenty/handlers"
)

func page(w *bottest.World, url string) *httptest.ResponseRecorder {
	got := httptest.NewRecorder()
	console.New(w.Bot(), w.DB()).ServeHTTP(got, httptest.NewRequest(http.MethodGet, url, nil))
	return got
}

func world(t *testing.T, play func(w *bottest.World)) {
	bottest.Run(t, bottest.Options{Features: handlers.All("314159")}, play)
}

func TestThePageShowsTheStateAndEveryView(t *testing.T) {
	world(t, func(w *bottest.World) {
		w.Says("小明", "打卡")
		w.Says("小六", "/任命")
		zh, en := page(w, "/console").Body.String(), page(w, "/console?lang=en").Body.String()
		for _, want := range []string{"六点二十读书会", "小明", "今天的打卡", "邀请", "待发", "认领码"} {
			if !strings.Contains(zh, want) {
				t.Errorf("the page lacks %q", want)
			}
		}
		if !strings.Contains(en, "Waiting") || strings.Contains(en, "待发") {
			t.Error("the English page is not English")
		}
	})
}

// TestNothingANameHoldsIsMarkup: names are hostile.
func TestNothingANameHoldsIsMarkup(t *testing.T) {
	evil := `<script>alert(1)</script>" onload=x '&{{.}}`
	world(t, func(w *bottest.World) {
		w.Rename("小明", evil)
		w.Says(evil, "打卡")
		got := page(w, "/console")
		body := got.Body.String()
		if strings.Contains(body, "<script") || strings.Contains(body, `" onload`) {
			t.Error("a name became markup")
		}
		if !strings.Contains(body, template.HTMLEscapeString("<script>alert")) {
			t.Error("the name is not shown at all; the test is blind")
		}
		if csp := got.Header().Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") {
			t.Errorf("the policy is %q", csp)
		}
	})
}

func TestOnlyItsOwnPathsAnswer(t *testing.T) {
	world(t, func(w *bottest.World) {
		for url, want := range map[string]int{
			"/console": http.StatusOK, "/console/console.css": http.StatusOK, "/console/console.html": http.StatusNotFound,
			"/console/../console.go": http.StatusNotFound, "/console/x": http.StatusNotFound,
		} {
			if got := page(w, url); got.Code != want && !(want == http.StatusNotFound && got.Code >= 300) {
				t.Errorf("GET %s: %d, expected %d", url, got.Code, want)
			}
		}
	})
}
