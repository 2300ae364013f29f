package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/pprof"
	"net/url"
	"os"
	"strings"

	"golang.org/x/term"

	"sixtwenty/console"
	"sixtwenty/console/door"
	"sixtwenty/console/vitals"
	"sixtwenty/control"
)

// Console says who reaches the owner's page, and how.
type Console struct {
	Password string `yaml:"password"`
	Local    bool   `yaml:"local"`
	URL      string `yaml:"url"`
	Cert     string `yaml:"tls_cert"`
	Key      string `yaml:"tls_key"`
	Pprof    bool   `yaml:"pprof"`
}

// Check says what is wrong with the settings.
func (c Console) Check() error {
	if c.URL != "" {
		if u, err := url.Parse(c.URL); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.Path != "" {
			return fmt.Errorf("url: found %q, expected https://HOST", c.URL)
		}
	}
	if (c.Cert == "") != (c.Key == "") {
		return errors.New("tls_cert: a certificate needs its key (tls_key), and a key its certificate")
	}
	return nil
}

// near says whether the page is reached from this machine alone.
func (s settings) near() bool {
	host, _, err := net.SplitHostPort(s.Listen)
	ip := net.ParseIP(host)
	return s.Console.URL == "" && (s.Console.Local || err == nil && (host == "localhost" || ip != nil && ip.IsLoopback()))
}

// encrypted says whether browsers come over TLS: the bot's own, or a proxy's.
func (c Console) encrypted() bool { return c.Cert != "" || strings.HasPrefix(c.URL, "https://") }

func (s settings) gate() gate {
	g := gate{near: s.near()}
	if u, err := url.Parse(s.Console.URL); err == nil {
		g.public = u.Hostname()
	}
	return g
}

var errNoPassword = errors.New("控制台要给别的机器用，却还没有密码。先运行：sixtwenty password / " +
	"the console is for other machines, and there is no password yet; run first: sixtwenty password")

// openConsole makes the owner's page and its door.
func (h *house) openConsole(ctx context.Context) error {
	hash, err := os.ReadFile(h.Console.Password)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("console.password: %w", err)
	}
	if len(hash) == 0 && !h.near() {
		return errNoPassword
	}
	_, port, _ := net.SplitHostPort(h.Listen)
	h.owners, err = door.New(ctx, door.Options{
		DB: h.db, Log: h.log.Named("door"), Link: h.near(), Hash: strings.TrimSpace(string(hash)),
		TLS: h.Console.encrypted(), Name: "sixtwenty-" + port,
	})
	if err != nil {
		return err
	}
	h.ops = newOps(h)
	pages, err := console.New(console.Options{
		Bot: h.bot, DB: h.db, Door: h.owners, House: h.ops, Log: h.log.Named("console"), Exposed: !h.near() && !h.Console.encrypted(),
	})
	if err != nil {
		return err
	}
	h.mux.Handle("/console", pages)
	h.mux.Handle("/console/", pages)
	h.vitals.Watch(h.bot)
	h.mux.Handle("GET /healthz", vitals.Health(h.db))
	h.mux.Handle("GET /readyz", vitals.Ready(h.bot))
	h.mux.Handle("GET /metrics", h.vitals.Handler())
	if h.Console.Pprof {
		h.profiles()
	}
	return nil
}

// profiles serves what go tool pprof reads, to this machine alone.
func (h *house) profiles() {
	for path, serve := range map[string]http.HandlerFunc{
		"/debug/pprof/": pprof.Index, "/debug/pprof/cmdline": pprof.Cmdline, "/debug/pprof/profile": pprof.Profile,
		"/debug/pprof/symbol": pprof.Symbol, "/debug/pprof/trace": pprof.Trace,
	} {
		h.mux.Handle(path, nearOnly(serve))
	}
}

// entrance is the address that opens the console: with a new one-time link where links open.
func (h *house) entrance() string {
	base := h.pageBase()
	if token := h.owners.Link(); token != "" {
		return base + "/console/enter#" + token
	}
	return base + "/console"
}

// pageBase is how browsers reach the pages.
func (h *house) pageBase() string {
	switch {
	case h.Console.URL != "":
		return h.Console.URL
	case h.Console.Cert != "":
		return "https://" + h.addr
	}
	return "http://" + h.addr
}

// linkCommand asks the running bot for another one-time link.
type linkCommand struct{}

// Run asks and prints.
func (linkCommand) Run(ctx context.Context, p program, f *flags) error {
	s, err := f.settings(p)
	if err != nil {
		return err
	}
	var link string
	err = control.Call(ctx, controlOf(s.Data), "link", &link, nil)
	if errors.Is(err, control.ErrNobody) {
		return fmt.Errorf("没有机器人在运行 / no bot is running: %s", s.Data)
	}
	if err == nil {
		fmt.Fprintln(p.stdout, link)
	}
	return err
}

// passwordCommand sets the console's password.
type passwordCommand struct{}

// Run reads the password twice from a terminal, or once from a pipe, and keeps its hash.
func (passwordCommand) Run(_ context.Context, p program, f *flags) error {
	s, err := f.settings(p)
	if err != nil {
		return err
	}
	password, err := readPassword(p)
	if err != nil {
		return err
	}
	hash, err := door.Hash(password)
	if errors.Is(err, door.ErrShort) {
		return fmt.Errorf("密码要 %d 个字以上 / %w", door.MinPassword, err)
	}
	if err != nil {
		return err
	}
	if err := os.MkdirAll(s.Data, 0o700); err != nil {
		return fmt.Errorf("the data folder cannot be made: %w", err)
	}
	if err := os.WriteFile(s.Console.Password, []byte(hash+"\n"), 0o600); err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "好了，下次启动生效。/ Done; it holds from the next start: %s\n", s.Console.Password)
	return nil
}

var errTwice = errors.New("两次输入的不一样 / the two are not the same")

func readPassword(p program) (string, error) {
	in, typed := p.terminal.(*os.File)
	if !typed {
		from := p.terminal
		if from == nil { // a pipe
			from = os.Stdin
		}
		line, err := bufio.NewReader(io.LimitReader(from, 4<<10)).ReadString('\n')
		if errors.Is(err, io.EOF) {
			err = nil
		}
		return strings.TrimRight(line, "\r\n"), err
	}
	var both [2]string
	for i, ask := range []string{"密码 / password: ", "再一次 / again: "} {
		fmt.Fprint(p.stdout, ask)
		b, err := term.ReadPassword(int(in.Fd()))
		fmt.Fprintln(p.stdout)
		if err != nil {
			return "", err
		}
		both[i] = string(b)
	}
	if both[0] != both[1] {
		return "", errTwice
	}
	return both[0], nil
}
