package console

import (
	"errors"
	"net/http"
	"time"

	"go.uber.org/zap"

	"sixtwenty/bot"
	"sixtwenty/console/door"
)

// An entry is the page before all others.
type entry struct {
	tongue
	To       string
	Password bool
	Link     bool
	Wrong    string
	Exposed  bool
}

func (c *console) entrance(w http.ResponseWriter, r *http.Request) {
	to := ours(r.URL.Query().Get("to"))
	if c.inside(r) {
		http.Redirect(w, r, to, http.StatusSeeOther)
		return
	}
	c.showEntrance(w, r, to, "", http.StatusOK)
}

func (c *console) showEntrance(w http.ResponseWriter, r *http.Request, to, wrong string, status int) {
	e := entry{tongue: tongueOf(r), To: to, Wrong: wrong, Exposed: c.Exposed}
	if c.Door != nil {
		e.Password, e.Link = c.Door.Password(), c.Door.Linked()
	}
	c.draw(w, "enter.html", e, status)
}

// enter opens a session. Nothing that came in is said again or logged.
func (c *console) enter(w http.ResponseWriter, r *http.Request) {
	if !readForm(w, r) {
		return
	}
	to := ours(r.PostFormValue("to"))
	if c.Door == nil {
		http.Redirect(w, r, to, http.StatusSeeOther)
		return
	}
	err := c.Door.Enter(w, r, r.PostFormValue("secret"))
	t := tongueOf(r)
	switch {
	case err == nil:
		http.Redirect(w, r, to, http.StatusSeeOther)
	case errors.Is(err, door.ErrWrong):
		c.showEntrance(w, r, to, t.T("wrong"), http.StatusForbidden)
	case errors.Is(err, door.ErrTooMany):
		w.Header().Set("Retry-After", "900")
		c.showEntrance(w, r, to, t.T("toomany"), http.StatusTooManyRequests)
	case errors.Is(err, door.ErrBusy):
		w.Header().Set("Retry-After", "3")
		c.showEntrance(w, r, to, t.T("busy"), http.StatusServiceUnavailable)
	default:
		c.Log.Error("a sign-in to the console failed", zap.Error(err))
		http.Error(w, "the session cannot be kept just now", http.StatusServiceUnavailable)
	}
}

func (c *console) leave(w http.ResponseWriter, r *http.Request) {
	if c.Door != nil {
		if err := c.Door.Leave(w, r); err != nil {
			c.Log.Error("a session could not be ended in the store", zap.Error(err))
		}
	}
	http.Redirect(w, r, "/console/enter", http.StatusSeeOther)
}

const languageCookie = "sixtwenty-language"

// language keeps the language that was chosen, in a cookie.
func (c *console) language(w http.ResponseWriter, r *http.Request) {
	if !readForm(w, r) {
		return
	}
	lang := bot.ZH
	if r.PostFormValue("lang") == string(bot.EN) {
		lang = bot.EN
	}
	http.SetCookie(w, &http.Cookie{
		Name: languageCookie, Value: string(lang), Path: "/console", MaxAge: int(365 * 24 * time.Hour / time.Second),
		HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
	http.Redirect(w, r, ours(r.PostFormValue("to")), http.StatusSeeOther)
}

// readForm reads a form of a bounded size, or answers why not.
func readForm(w http.ResponseWriter, r *http.Request) bool {
	if err := r.ParseForm(); err != nil {
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			http.Error(w, "the form is too large", http.StatusRequestEntityTooLarge)
			return false
		}
		http.Error(w, "the form cannot be read", http.StatusBadRequest)
		return false
	}
	return true
}
