package phone

import (
	"bytes"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"time"

	"go.uber.org/zap"

	"sixtwenty/wechatbox"
)

const maxPhones = 8

// deskView is the data of the whole page.
type deskView struct {
	Lang   lang
	Other  string // the address of this page in the other language
	Links  []Link
	Phones []*phoneView
	Bar    barView
	Date   string
	Time   string
	Boot   boot
}

// boot is what the script starts from.
type boot struct {
	Lang  lang              `json:"lang"`
	Clock clockView         `json:"clock"`
	Words map[string]string `json:"words"`
}

func (d *Desk) funcs(ws words) template.FuncMap {
	return template.FuncMap{
		"t": func(key string) (string, error) {
			if text, ok := ws[key]; ok {
				return text, nil
			}
			return "", fmt.Errorf("there are no words for %q", key)
		},
		"go":    join,
		"asset": d.assetPath,
		"query": url.QueryEscape,
		"list":  func(items ...any) []any { return items },
	}
}

func (d *Desk) servePage(w http.ResponseWriter, r *http.Request) {
	l, ws := langOf(r), d.wordsOf(r)
	now := d.now()
	v := deskView{
		Lang: l, Other: otherLang(r, l), Links: d.opts.Links, Bar: d.barView(),
		Date: now.Format(ws["day.long"]) + " " + weekday(ws, now), Time: now.Format(time.TimeOnly), Boot: boot{l, d.clockView(), scriptWords(ws)},
	}
	for _, p := range d.places(r.URL.Query()["p"]) {
		v.Phones = append(v.Phones, d.phone(ws, p, ""))
	}
	d.render(w, l, "desk", v)
}

// places are the phones that an address asks for; without any, the owner of the account's group, one more member and the account.
func (d *Desk) places(asked []string) []place {
	var list []place
	for _, s := range asked[:min(len(asked), maxPhones)] {
		if p := parsePlace(s); p.Who != "" {
			list = append(list, p)
		}
	}
	if len(list) > 0 {
		return list
	}
	account := d.box.Account().ID
	if p, err := d.cast(); err == nil {
		chat := func(who string) place { return place{Who: who, View: "chat", ID: p.group} }
		return []place{chat(p.owner), chat(p.other(0)), {Who: account, View: "chats"}}
	}
	if account != "" {
		list = append(list, place{Who: account, View: "chats"})
	}
	return list
}

func otherLang(r *http.Request, l lang) string {
	q := r.URL.Query()
	q.Set("lang", string(english))
	if l == english {
		q.Set("lang", string(chinese))
	}
	return "/?" + q.Encode()
}

func (d *Desk) serveView(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	p := parsePlace(q.Get("p"))
	if d.box.Account().ID == "" {
		http.NotFound(w, r)
		return
	}
	v := d.phone(d.wordsOf(r), p, q.Get("before"))
	if p.View == "people" || p.View == "friends" {
		v = d.searched(d.wordsOf(r), p, strings.TrimSpace(q.Get("q")))
	}
	d.render(w, langOf(r), "phone", v)
}

// barView is what the bar shows of sign-in and scenes.
type barView struct {
	SignIn  signInView
	Playing string
	Caption string
	Failure string
	Scenes  []string
}

// signInView is how far the bot's sign-in has come.
type signInView struct {
	Account string
	Name    string
	State   string // in, waiting, scanned, confirmed, expired or none
	QR      string // the code's uuid
	Push    bool
	Since   string
	Desktop bool
	Behind  int
}

func (d *Desk) barView() barView {
	v := barView{SignIn: d.signInView()}
	v.Playing, v.Caption, v.Failure = d.stage.playing()
	for _, s := range d.scenes {
		v.Scenes = append(v.Scenes, s.name)
	}
	return v
}

func (d *Desk) signInView() signInView {
	a := d.box.Account()
	v := signInView{Account: a.ID, Name: a.Nick, State: "none"}
	if a.ID == "" {
		return v
	}
	if s, err := d.box.Session(a.ID); err == nil && s.SignedIn {
		v.State, v.Desktop, v.Behind = "in", s.Desktop, s.Behind
		v.Since = s.Since.In(d.box.Zone()).Format("01-02 15:04")
		return v
	}
	code, ok := d.box.CurrentQR()
	if !ok {
		return v
	}
	v.QR, v.Push = code.UUID, code.Push
	switch code.State {
	case wechatbox.QRWaiting, wechatbox.QRScanned, wechatbox.QRConfirmed, wechatbox.QRExpired:
		v.State = string(code.State)
	}
	return v
}

func (d *Desk) serveBar(w http.ResponseWriter, r *http.Request) {
	d.render(w, langOf(r), "bar", d.barView())
}

// render writes a template whole or, if it fails, not at all.
func (d *Desk) render(w http.ResponseWriter, l lang, name string, data any) {
	var out bytes.Buffer
	if err := d.pages[l].ExecuteTemplate(&out, name, data); err != nil {
		d.opts.Logger.Error("a page was not rendered", zap.String("template", name), zap.Error(err))
		http.Error(w, d.words[l]["err.page"], http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	// The page may be gone: there is nobody left to tell.
	_, _ = out.WriteTo(w)
}
