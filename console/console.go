// Package console is the owner's web page: how the bot is, what its features show, and what the owner does about it.
//
// It decides nothing. What it shows comes from the bot (look.go there) and from the features' Views, so that a new feature brings
// its own part of the pages; what the owner does becomes a command and goes through bot.Ask: the same checks, the same audit
// and the same undo as in a chat. What lies outside the bot (backups, alarms, the code to scan) is the House's.
//
// Pages are whole without a script. The one small script of ours brings them up to date while they are open, lets rows be
// dragged, and takes the link of the terminal out of the address.
package console

import (
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"time"

	"go.uber.org/zap"

	"sixtwenty/bot"
	"sixtwenty/console/door"
	"sixtwenty/store"
)

//go:embed pages/*.html console.css console.js
var files embed.FS

// Options are what a console is made of.
type Options struct {
	Bot   *bot.Bot
	DB    store.DB
	Door  *door.Door // nil lets everybody in: for tests alone
	House House      // nil where there is none
	Log   *zap.Logger
	// Exposed says that others than this machine reach the console, and not over TLS: the pages warn of it.
	Exposed bool
}

type console struct {
	Options
	pages  *template.Template
	views  []bot.FeatureView
	said   replies
	people directory
	open   chan struct{} // one for each stream to a page
}

// New makes the pages. They may be served from any goroutine.
func New(o Options) (http.Handler, error) {
	if o.Log == nil {
		o.Log = zap.NewNop()
	}
	if o.House == nil {
		o.House = nobody{}
	}
	pages, err := template.New("").Funcs(functions()).ParseFS(files, "pages/*.html")
	if err != nil {
		return nil, fmt.Errorf("the console's pages: %w", err)
	}
	c := &console{Options: o, pages: pages, views: o.Bot.Views(), open: make(chan struct{}, maxStreams)}
	return c.guard(c.routes()), nil
}

func (c *console) routes() http.Handler {
	mux := http.NewServeMux()
	for path, show := range map[string]http.HandlerFunc{
		"GET /console":                                c.today,
		"GET /console/{$}":                            http.RedirectHandler("/console", http.StatusPermanentRedirect).ServeHTTP,
		"GET /console/groups":                         c.groups,
		"GET /console/settings":                       c.setting,
		"GET /console/people":                         c.find,
		"GET /console/people/{who}":                   c.person,
		"GET /console/merge":                          c.merge,
		"GET /console/referrals":                      c.plain(bot.OnReferrals),
		"GET /console/schedule":                       c.plain(bot.OnSchedule),
		"GET /console/account":                        c.account,
		"GET /console/log":                            c.log,
		"GET /console/view/{feature}/{view}":          c.view,
		"GET /console/export/{feature}/{view}/{file}": c.export,
		"GET /console/workbook/{page}/{file}":         c.workbook,
		"GET /console/play/{sum}":                     c.play,
		"GET /console/live":                           c.stream,
		"GET /console/enter":                          c.entrance,
		"POST /console/enter":                         c.enter,
		"POST /console/leave":                         c.leave,
		"POST /console/language":                      c.language,
		"POST /console/say":                           c.say,
		"POST /console/bring":                         c.bring,
		"POST /console/backup":                        c.makeBackup,
		"GET /console/backup/{name}":                  c.getBackup,
		"GET /console/compare/{name}":                 c.compare,
		"POST /console/alarm":                         c.tryAlarm,
		"GET /console/console.css":                    file("console.css", "text/css; charset=utf-8"),
		"GET /console/console.js":                     file("console.js", "text/javascript; charset=utf-8"),
	} {
		mux.HandleFunc(path, show)
	}
	return mux
}

func file(name, kind string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-cache")
		data, err := files.ReadFile(name)
		if err != nil {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", kind)
		_, _ = w.Write(squeezed(w, data))
	}
}

// limits of what one request may bring and take.
const (
	maxForm    = 128 << 10
	maxUpload  = 20 << 20
	readWithin = 20 * time.Second
	bringTime  = 5 * time.Minute
)
