// Package console is the owner's web page: how the bot is, and what its features show through their views.
//
// It decides nothing and reads no feature's tables: status comes from the bot, rows from the features' Views, so that a
// new feature brings its own part of the page.
package console

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

//go:embed console.html console.css
var files embed.FS

const (
	rowsPerView  = 50
	shownOutages = 10
	outageDays   = 30
)

type console struct {
	bot  *bot.Bot
	db   store.DB
	page *template.Template
}

// New makes the page. It may serve from any goroutine.
func New(b *bot.Bot, db store.DB) http.Handler {
	c := &console{bot: b, db: db, page: template.Must(template.ParseFS(files, "console.html"))}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /console", c.home)
	mux.HandleFunc("GET /console/console.css", style)
	return secure(mux)
}

// secure keeps whatever a nickname holds from ever being more than text.
func secure(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

func style(w http.ResponseWriter, r *http.Request) {
	http.ServeFileFS(w, r, files, "console.css")
}

type page struct {
	Lang   bot.Lang
	W      words
	Status []fact
	Fault  string
	Out    view
	Codes  []code
	Groups []group
}

// A code is shown here and in the terminal, never in a chat.
type code struct{ Role, Code, Chat, Until string }

type fact struct{ Name, Value string }

type group struct {
	Name  string
	Views []view
}

type view struct {
	Title   string
	Columns []string
	Rows    [][]string
}

func (c *console) home(w http.ResponseWriter, r *http.Request) {
	lang := bot.ZH
	if r.URL.Query().Get("lang") == "en" {
		lang = bot.EN
	}
	p, err := c.read(r.Context(), lang)
	if err != nil {
		http.Error(w, "the state cannot be read just now", http.StatusServiceUnavailable)
		return
	}
	var b bytes.Buffer
	if err := c.page.Execute(&b, p); err != nil {
		http.Error(w, "the page cannot be drawn", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(b.Bytes()) // the reader is gone, nothing to do
}

func (c *console) read(ctx context.Context, lang bot.Lang) (page, error) {
	s := c.bot.Status()
	p := page{Lang: lang, W: wordsIn(lang), Status: facts(s, lang)}
	if s.Fault != nil {
		p.Fault = s.Fault.Error()
	}
	err := c.db.View(ctx, func(r store.Reader) error {
		p.Groups = nil
		out, err := bot.Outages(r, s.Now.AddDate(0, 0, -outageDays), s.Now)
		if err != nil {
			return err
		}
		p.Out = outages(out, s.Zone, lang)
		chats, err := bot.Chats(r)
		if err != nil {
			return err
		}
		if p.Codes, err = codes(r, s, chats, lang); err != nil {
			return err
		}
		for _, chat := range chats {
			g := group{Name: bot.CleanName(chat.Name)}
			for _, v := range c.bot.Views() {
				if v.Of != "" && v.Of != bot.OfGroup {
					continue
				}
				shown, err := c.view(r, v, chat.ID, s.Now, lang)
				if err != nil {
					return fmt.Errorf("view %s.%s: %w", v.Feature, v.Name, err)
				}
				g.Views = append(g.Views, shown)
			}
			p.Groups = append(p.Groups, g)
		}
		return nil
	})
	return p, err
}

func (c *console) view(r store.Reader, v bot.FeatureView, chat bot.ChatID, now time.Time, lang bot.Lang) (view, error) {
	shown := view{Title: v.Title.In(lang)}
	for _, col := range v.Columns {
		shown.Columns = append(shown.Columns, col.In(lang))
	}
	day, err := c.bot.Today(r, chat)
	if err != nil {
		return shown, err
	}
	read, err := v.Read(r, bot.Query{Chat: chat, Now: now, Day: day, Lang: lang, Limit: rowsPerView})
	for _, row := range read.Rows {
		shown.Rows = append(shown.Rows, row.Cells)
	}
	return shown, err
}

// codes lists the codes that are good now.
func codes(r store.Reader, s bot.Status, chats []bot.Chat, lang bot.Lang) ([]code, error) {
	list, err := bot.Codes(r, s.Now)
	var shown []code
	for _, c := range list {
		one := code{Role: bot.RoleName(c.Role).In(lang), Code: c.Code, Until: clock(c.Expires, s.Zone)}
		for _, chat := range chats {
			if chat.ID == c.Chat {
				one.Chat = bot.CleanName(chat.Name)
			}
		}
		shown = append(shown, one)
	}
	return shown, err
}
