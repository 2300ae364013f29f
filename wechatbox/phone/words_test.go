package phone

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"sixtwenty/wechatbox"
)

func post(d *Desk, path string) int {
	rec := httptest.NewRecorder()
	d.ServeHTTP(rec, httptest.NewRequest(http.MethodPost, path, http.NoBody))
	return rec.Code
}

func TestBothLanguagesAreComplete(t *testing.T) {
	all := allWords()
	verbs := regexp.MustCompile(`%[a-z]`)
	for key, zh := range all[chinese] {
		en := all[english][key]
		if zh == "" || en == "" {
			t.Errorf("%s: %q, %q", key, zh, en)
		}
		if a, b := verbs.FindAllString(zh, -1), verbs.FindAllString(en, -1); strings.Join(a, "") != strings.Join(b, "") {
			t.Errorf("%s: %v in Chinese, %v in English", key, a, b)
		}
	}
}

// used are the keys that templates, scripts and code ask for.
func used(t *testing.T) map[string]bool {
	t.Helper()
	keys := map[string]bool{}
	files, err := web.ReadDir("web")
	if err != nil {
		t.Fatal(err)
	}
	asked := regexp.MustCompile(`(?:\{\{|\()t "([^"]+)"|"((?:tab|kind|js)\.[a-z]+)"`)
	for _, f := range files {
		text, err := web.ReadFile("web/" + f.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range asked.FindAllStringSubmatch(string(text), -1) {
			keys[m[1]+m[2]] = true
		}
	}
	for _, s := range allScenes() {
		keys["scene."+s.name], keys["scene."+s.name+".about"] = true, true
	}
	for _, state := range []string{"in", "waiting", "scanned", "confirmed", "expired", "none"} {
		keys["signin."+state] = true
	}
	for _, state := range []string{"confirmed", "expired", "none"} {
		keys["login.hint."+state] = true
	}
	for _, k := range []wechatbox.Kind{
		wechatbox.Image, wechatbox.Voice, wechatbox.Video, wechatbox.File, wechatbox.Link, wechatbox.Emoticon, wechatbox.Card, wechatbox.Location,
	} {
		keys["kind."+string(k)] = true
	}
	for _, a := range allActions() {
		keys[a.refused] = true
	}
	return keys
}

func TestEveryKeyThatIsUsedHasWords(t *testing.T) {
	all := allWords()
	for key := range used(t) {
		if all[chinese][key] == "" {
			t.Errorf("there are no words for %q", key)
		}
	}
	for key, text := range scriptWords(all[chinese]) {
		if text == "" {
			t.Errorf("the script gets no words for %q", key)
		}
	}
}

func TestTheScriptGetsTheWordsItSays(t *testing.T) {
	given := scriptWords(allWords()[chinese])
	asked := regexp.MustCompile(`words\["([^"]+)"\]`)
	for _, name := range []string{"app.js", "say.js", "parts.js", "sound.js"} {
		text, err := web.ReadFile("web/" + name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range asked.FindAllStringSubmatch(string(text), -1) {
			if given[m[1]] == "" {
				t.Errorf("%s says %q, which it is not given", name, m[1])
			}
		}
	}
}

func TestFacesAreToldApart(t *testing.T) {
	tests := map[string]string{
		"小明": "小明", "林老师": "林", "  ~Alice": "A", "🐟小鱼": "🐟", "": "?", "\u202e\u200b": "?", "e\u0301t": "e\u0301", "\"<b>": "b", "阿May": "阿",
	}
	for nick, want := range tests {
		f := faceOf(wechatbox.Person{ID: "x", Nick: nick})
		if got := f.Letter + f.Second; got != want {
			t.Errorf("%q: got %q, want %q", nick, got, want)
		}
	}
}
