package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"go.uber.org/zap"
	"golang.org/x/sync/errgroup"

	"sixtwenty/bot"
	"sixtwenty/console/door"
	"sixtwenty/console/vitals"
	"sixtwenty/control"
	"sixtwenty/handlers"
	"sixtwenty/store"
	"sixtwenty/store/bolt"
	"sixtwenty/wechatbox"
	"sixtwenty/wechatbox/phone"
)

type runCommand struct {
	SignInAgain   bool `help:"被微信退出而停下以后，再登录一次。Sign in again after WeChat threw the account out and the bot stopped."`
	IKnowTheRisks bool `name:"i-know-the-risks" help:"已经知道用真微信登录的风险。The risks of signing in to the real WeChat are known."`
}

// Run is the bot, until it is interrupted.
func (c *runCommand) Run(ctx context.Context, p program, f *flags) (err error) {
	s, err := f.settings(p)
	if err != nil {
		return err
	}
	log, err := newLog(p.stderr, s.Log.Level)
	if err != nil {
		return err
	}
	if err := p.consent(ctx, s, c.IKnowTheRisks); err != nil {
		return err
	}
	h := &house{program: p, settings: s, log: log, signInAgain: c.SignInAgain}
	defer func() { err = errors.Join(err, h.close()) }()
	if err := h.open(); err != nil {
		return err
	}
	return h.run(ctx)
}

// settings reads the configuration as the flags say.
func (f *flags) settings(p program) (settings, error) {
	s, err := readConfig(f.configFile(), handlers.All(""), p.env)
	if err != nil {
		return s, err
	}
	return s, s.resolve(f.Data)
}

// A house is one running bot with all that belongs to it.
type house struct {
	program
	settings
	log         *zap.Logger
	signInAgain bool // the owner says so
	file        *bolt.DB
	db          store.DB       // the account's part of it
	box         *wechatbox.Box // nil where the account is elsewhere
	clock       bot.Clock
	bot         *bot.Bot
	lookout     *lookout
	code        string
	door        *control.Door // nil where none could be made
	backups     *backups
	owners      *door.Door // to the console
	ops         *ops
	vitals      *vitals.Vitals
	addr        string // where the pages are served
	mux         *http.ServeMux
	closes      []func() error // in the order of opening
}

func (h *house) close() error {
	var errs []error
	for i := len(h.closes) - 1; i >= 0; i-- {
		errs = append(errs, h.closes[i]())
	}
	return errors.Join(errs...)
}

// accountName prefixes the tables, so that one database can serve several accounts.
const accountName = "main"

func (h *house) open() error {
	if err := os.MkdirAll(h.Data, 0o700); err != nil {
		return fmt.Errorf("the data folder cannot be made: %w", err)
	}
	old, err := h.openState()
	if err != nil {
		return err
	}
	if h.code, err = claimCode(); err != nil {
		return err
	}
	h.mux, h.clock = http.NewServeMux(), bot.WallClock()
	account, err := h.openAccount()
	if err != nil {
		return err
	}
	days, err := workingDays(h.Data)
	if err != nil {
		return err
	}
	h.vitals = vitals.New()
	h.bot, err = bot.New(bot.Options{
		Account: account, DB: h.db, Clock: h.clock, Log: h.log.Named("bot"), Features: handlers.All(h.code),
		Meter: h.vitals, Settings: h.features, Groups: h.Groups, Pace: h.Pace, Days: days, Codes: h.showCodes, DoorShut: h.showDoor,
	})
	if err != nil {
		return err
	}
	h.backups = &backups{Backup: h.Backup, file: h.file, clock: h.clock, zone: h.zone(), log: h.log.Named("backup"), old: old}
	h.backups.expect()
	return h.openConsole(context.Background())
}

// openState opens the database, and the door through which others ask for it. old says that it was there before.
func (h *house) openState() (old bool, err error) {
	file := databaseOf(h.Data)
	_, err = os.Stat(file)
	old = err == nil
	if h.file, err = bolt.Open(file, schema()); err != nil {
		return old, sayOpening(err)
	}
	h.closes = append(h.closes, h.file.Close)
	h.db = store.Prefixed(h.file, accountName+"/")
	if h.door, err = control.Open(controlOf(h.Data)); err != nil { // the community comes first
		h.log.Error("no control socket: backup, export and status work only while the bot is stopped", zap.Error(err))
		return old, nil
	}
	h.closes = append(h.closes, h.door.Close)
	return old, nil
}

// openEndpoint opens the built-in box where that is what the account signs in to.
func (h *house) openEndpoint() (http.RoundTripper, string, error) {
	if h.Account.Endpoint != boxEndpoint {
		h.toConsole()
		return nil, h.Account.Endpoint, h.followClock()
	}
	box, err := openBox(filepath.Join(h.Data, "box.world"), wechatbox.Options{Logger: h.log.Named("box")})
	if err != nil {
		return nil, "", err
	}
	h.closes = append(h.closes, box.Close)
	h.box, h.clock = box, box.Clock()
	h.mux.Handle("/box/", box.API())
	desk := phone.New(box, phone.Options{
		Links: []phone.Link{{Name: "机器人 · bot", Href: "/console"}}, Logger: h.log.Named("phone"),
	})
	h.closes = append(h.closes, desk.Close)
	h.mux.Handle("/", desk)
	return box.Transport(), "", nil
}

// toConsole leads whoever asks for nothing to the bot's own page.
func (h *house) toConsole() { h.mux.Handle("/{$}", http.RedirectHandler("/console", http.StatusFound)) }

// boxAnswers is how long a server may take to say that it is a box.
const boxAnswers = 2 * time.Second

// followClock lets the bot live by the clock of a box that is served elsewhere. Other servers have no clock of their own.
func (h *house) followClock() error {
	if h.Account.Endpoint == "" {
		return nil
	}
	probe := http.Client{Timeout: boxAnswers}
	resp, err := probe.Get(h.Account.Endpoint + "/box/clock")
	if err != nil {
		return nil // not up yet, or not a box: the account will say what is wrong
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil
	}
	clock, err := wechatbox.FollowClock(context.Background(), h.Account.Endpoint, nil)
	if err != nil {
		return err
	}
	h.clock = clock
	h.closes = append(h.closes, clock.Close)
	return nil
}

// openBox opens a world file, and sets the scene where the world is new.
func openBox(file string, o wechatbox.Options) (*wechatbox.Box, error) {
	o.File = file
	if _, err := os.Stat(file); err != nil {
		o.Clock = wechatbox.NewClock(evening(time.Now()))
	}
	box, err := wechatbox.New(o)
	if err != nil {
		return nil, fmt.Errorf("WeChat in a box %s: %w", file, err)
	}
	if len(box.World().People) > 0 {
		return box, nil
	}
	if err := wechatbox.Demo(box); err != nil {
		return nil, errors.Join(err, box.Close())
	}
	return box, nil
}

// evening is when a new world begins, whatever the hour of the newcomer: people are awake, and the next 6:20 is tomorrow's.
func evening(now time.Time) time.Time {
	zone := bot.DefaultGroupSettings().Location()
	y, m, d := now.In(zone).Date()
	return time.Date(y, m, d, 20, 30, 0, 0, zone)
}

func claimCode() (string, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%06d", n), nil
}

func (h *house) run(ctx context.Context) error {
	ln, taken, err := listen(h.Listen)
	if err != nil {
		return err
	}
	h.addr = ln.Addr().String()
	h.lookout.console = h.pageBase() + "/console"
	h.welcome(ln.Addr().String(), taken)
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return serve(ctx, ln, h.gate().handler(h.mux), h.Console, h.log) })
	g.Go(func() error { return h.backups.run(ctx) })
	g.Go(func() error { h.lookout.alarm.Run(ctx); return nil })
	g.Go(func() error { return h.watchVoices(ctx) })
	if h.door != nil {
		g.Go(func() error { return h.door.Serve(ctx, h.answers()) })
	}
	g.Go(func() error {
		err := h.bot.Run(ctx)
		if err == nil && ctx.Err() == nil {
			err = errors.New("the bot ended")
		}
		return err
	})
	return g.Wait()
}
