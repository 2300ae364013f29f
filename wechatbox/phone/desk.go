package phone

import (
	"context"
	"embed"
	"html/template"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"sixtwenty/wechatbox"
)

// Link leads from the page to another one.
type Link struct{ Name, Href string }

// Options say how the page is. The zero value works.
type Options struct {
	Links  []Link        // to other pages of the same program, shown in the bar
	Beat   time.Duration // real time between two steps of a scene, so that one can follow it; 0: 500 ms
	Logger *zap.Logger   // ids only; nil is silent
}

// Desk is the page. Its methods are safe from any goroutine.
type Desk struct {
	box     *wechatbox.Box
	opts    Options
	mux     *http.ServeMux
	guarded http.Handler
	pages   map[lang]*template.Template
	words   map[lang]words
	assets  map[string]asset
	actions map[string]action
	scenes  []scene

	ctx    context.Context // of streams and scenes; done after Close
	stop   context.CancelFunc
	scened sync.WaitGroup
	stage  stage
	crank  crank
	seats  chan struct{} // one for each open stream
	failed atomic.Uint64 // numbers the errors, so that the page's line leads to the log's
}

var _ http.Handler = (*Desk)(nil)

//go:embed web
var web embed.FS

const (
	defaultBeat = 500 * time.Millisecond
	maxStreams  = 64
)

// New makes the page of a box. Close it when the server ends.
func New(box *wechatbox.Box, o Options) *Desk {
	if o.Beat == 0 {
		o.Beat = defaultBeat
	}
	if o.Logger == nil {
		o.Logger = zap.NewNop()
	}
	d := &Desk{box: box, opts: o, words: allWords(), scenes: allScenes(), seats: make(chan struct{}, maxStreams)}
	d.ctx, d.stop = context.WithCancel(context.Background())
	d.assets = loadAssets("app.js", "say.js", "parts.js", "sound.js", "style.css", "icon.svg")
	d.pages = map[lang]*template.Template{chinese: d.parse(chinese), english: d.parse(english)}
	d.actions = allActions()
	d.mux = d.routes()
	d.guarded = http.NewCrossOriginProtection().Handler(d.mux)
	return d
}

// Close ends every open stream and the scene that plays, and waits for the scene to clear up.
func (d *Desk) Close() error {
	d.stop()
	d.scened.Wait()
	return nil
}

func (d *Desk) parse(l lang) *template.Template {
	return template.Must(template.New("").Funcs(d.funcs(d.words[l])).ParseFS(web, "web/*.html"))
}

func (d *Desk) routes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", d.servePage)
	mux.HandleFunc("GET /phone/view", d.serveView)
	mux.HandleFunc("GET /phone/bar", d.serveBar)
	mux.HandleFunc("GET /phone/live", d.serveLive)
	mux.HandleFunc("GET /phone/asset/{name}", d.serveAsset)
	mux.HandleFunc("GET /phone/media/{id}", d.serveMedia)
	mux.HandleFunc("GET /phone/qr/signin.png", d.serveSignInQR)
	mux.HandleFunc("GET /phone/qr/group.png", d.serveGroupQR)
	mux.HandleFunc("POST /phone/act/{action}", d.serveAct)
	mux.HandleFunc("POST /phone/clock/wind", d.serveWind)
	mux.HandleFunc("POST /phone/clock/speed", d.serveSpeed)
	mux.HandleFunc("POST /phone/scene/{name}", d.serveScene)
	return mux
}

const policy = "default-src 'self'; img-src 'self' blob:; media-src 'self' blob:; object-src 'none'; base-uri 'none'; " +
	"form-action 'self'; frame-ancestors 'none'"

// ServeHTTP serves GET / and /phone/.
func (d *Desk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	d.guarded.ServeHTTP(w, r)
}
