package console

import (
	"bytes"
	"context"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"time"

	"go.uber.org/zap"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// A frame is what every page has.
type frame struct {
	tongue
	Now     string // the page that is shown
	Title   string
	At      string // its whole address, to come back to
	Tabs    []tab
	Groups  []choice // empty where the page is not about one group
	Group   string   // the id of the group that is looked at
	Chat    bot.Chat
	Said    []string // what the bot answered to the last command
	Fault   string   // why nothing can be kept
	Exposed bool
	Parts   []part
	Book    string // the address of all tables as one workbook
	zone    *time.Location
	now     time.Time
	day     bot.Day
}

type tab struct {
	Name, Title, Href string
	Here              bool
}

type choice struct {
	Value, Title string
	Here         bool
}

func tabs(t tongue, now string, group string) (list []tab) {
	for _, p := range []bot.Page{bot.OnToday, bot.OnGroups, bot.OnPeople, bot.OnReferrals, bot.OnSchedule, bot.OnAccount, bot.OnLog} {
		href := "/console/" + string(p)
		if p == bot.OnToday {
			href = "/console"
		}
		if group != "" && p != bot.OnAccount {
			href += "?g=" + url.QueryEscape(group)
		}
		list = append(list, tab{Name: string(p), Title: t.T(string(p)), Href: href, Here: string(p) == now})
	}
	return list
}

// readWait is how long the reading of one page may take.
const readWait = 5 * time.Second

// read gives a page its frame, and fill the rest, all of one moment.
func (c *console) read(r *http.Request, now bot.Page, fill func(ctx context.Context, s store.Reader, f *frame) error) (frame, error) {
	ctx, cancel := context.WithTimeout(r.Context(), readWait)
	defer cancel()
	var f frame
	err := c.DB.View(ctx, func(s store.Reader) error {
		f = frame{tongue: tongueOf(r), Now: string(now), At: r.URL.RequestURI(), Exposed: c.Exposed}
		f.Title = f.T(string(now))
		f.Said = c.said.take(r.URL.Query().Get("said"))
		status := c.Bot.Status()
		if status.Fault != nil {
			f.Fault = status.Fault.Error()
		}
		f.now = status.Now
		if err := c.chooseGroup(s, &f, bot.ChatID(r.URL.Query().Get("g"))); err != nil {
			return err
		}
		f.Tabs = tabs(f.tongue, f.Now, f.Group)
		return fill(ctx, s, &f)
	})
	return f, err
}

// maxGroups bounds the list to choose from; more are found by their name.
const maxGroups = 500

// chooseGroup finds the groups and the one that is looked at: the one asked for, else the first.
func (c *console) chooseGroup(s store.Reader, f *frame, want bot.ChatID) error {
	list, err := bot.Chats(s)
	if err != nil {
		return err
	}
	for _, chat := range list[:min(len(list), maxGroups)] {
		if f.Chat.ID == "" || chat.ID == want {
			f.Chat = chat
		}
		f.Groups = append(f.Groups, choice{Value: string(chat.ID), Title: bot.CleanName(chat.Name)})
	}
	for i := range f.Groups {
		f.Groups[i].Here = f.Groups[i].Value == string(f.Chat.ID)
	}
	f.Group = string(f.Chat.ID)
	settings, day, err := c.Bot.Here(s, f.Chat.ID)
	f.zone, f.day = settings.Location(), day
	return err
}

// query is what a view is asked on this page.
func (f *frame) query(limit int) bot.Query {
	return bot.Query{Chat: f.Chat.ID, Now: f.now, Day: f.day, Zone: f.zone, Lang: f.Lang, Limit: limit}
}

// GroupName is what the group that is looked at is called.
func (f frame) GroupName() string { return bot.CleanName(f.Chat.Name) }

// OtherLang is the language that can be switched to.
func (t tongue) OtherLang() string {
	if t.Lang == bot.EN {
		return string(bot.ZH)
	}
	return string(bot.EN)
}

func (f *frame) clock(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	if t = t.In(f.zone); t.Format(time.DateOnly) == f.now.In(f.zone).Format(time.DateOnly) {
		return t.Format("15:04")
	}
	return t.Format("01-02 15:04")
}

// show answers with a page, or with why not.
func (c *console) show(w http.ResponseWriter, name string, page any, err error) {
	if err != nil {
		c.fail(w, err)
		return
	}
	c.draw(w, name, page, http.StatusOK)
}

func (c *console) fail(w http.ResponseWriter, err error) {
	c.Log.Error("a page of the console cannot be read", zap.Error(err))
	http.Error(w, "the state cannot be read just now", http.StatusServiceUnavailable)
}

// draw writes a page whole or not at all.
func (c *console) draw(w http.ResponseWriter, name string, page any, status int) {
	var b bytes.Buffer
	if err := c.pages.ExecuteTemplate(&b, name, page); err != nil {
		c.Log.Error("a page of the console cannot be drawn", zap.String("page", name), zap.Error(err))
		http.Error(w, "the page cannot be drawn", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	data := b.Bytes()
	if !secret(page) {
		data = squeezed(w, data)
	}
	w.WriteHeader(status)
	_, _ = w.Write(data) // the reader is gone, nothing to do
}

func functions() template.FuncMap {
	return template.FuncMap{
		"add":  func(a, b int) int { return a + b },
		"last": func(i, n int) bool { return i == n-1 },
		"dict": func(pairs ...any) (map[string]any, error) {
			m := map[string]any{}
			for i := 0; i+1 < len(pairs); i += 2 {
				key, ok := pairs[i].(string)
				if !ok {
					return nil, fmt.Errorf("dict: %v is no name", pairs[i])
				}
				m[key] = pairs[i+1]
			}
			return m, nil
		},
	}
}
