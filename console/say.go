package console

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"

	"sixtwenty/audio"
	"sixtwenty/bot"
	"sixtwenty/store"
)

// askWithin is how long the bot may take to answer.
const askWithin = 10 * time.Second

// An order is what the owner wants done: a command with its blanks filled in.
type order struct {
	chat  bot.ChatID
	back  string
	say   string            // with {name} and #person in it
	text  string            // or as it was typed, taken by the word
	fill  map[string]string // for {name}
	sure  bool
	grave bool
	media *bot.Media
}

func orderOf(form url.Values) order {
	o := order{
		chat: bot.ChatID(form.Get("chat")), back: ours(form.Get("back")), say: form.Get("say"), text: form.Get("text"),
		fill: map[string]string{}, sure: form.Get("sure") != "", grave: form.Get("grave") != "",
	}
	for name, list := range form {
		if key, ok := strings.CutPrefix(name, "f."); ok && len(list) > 0 {
			o.fill[key] = strings.TrimSpace(list[0])
		}
	}
	return o
}

// say does a command in the owner's name. What is grave is asked once more first.
func (c *console) say(w http.ResponseWriter, r *http.Request) {
	if !readForm(w, r) {
		return
	}
	o := orderOf(r.PostForm)
	if o.grave && !o.sure {
		c.confirm(w, r, o)
		return
	}
	c.do(w, r, o)
}

// A confirmation shows what would be said, and asks.
type confirmation struct {
	tongue
	Text string
	Back string
	Form []pair
}

func (c *console) confirm(w http.ResponseWriter, r *http.Request, o order) {
	page := confirmation{tongue: tongueOf(r), Back: o.back, Form: pairs(r.PostForm)}
	text, _, err := c.spell(r.Context(), o)
	if err != nil {
		c.fail(w, err)
		return
	}
	page.Text = text
	c.draw(w, "sure.html", page, http.StatusOK)
}

// do asks the bot and shows its answer on the page that the owner came from.
func (c *console) do(w http.ResponseWriter, r *http.Request, o order) {
	t := tongueOf(r)
	said, err := c.ask(r.Context(), o)
	switch {
	case err != nil && errors.Is(err, r.Context().Err()):
		return
	case err != nil:
		c.Log.Error("a command of the console was not answered", zap.Error(err))
		said = []string{fmt.Sprintf(t.T("stopped"), err)}
	case len(said) == 0:
		said = []string{t.T("done")}
	}
	c.back(w, r, o.back, said)
}

func (c *console) ask(ctx context.Context, o order) ([]string, error) {
	text, mentions, err := c.spell(ctx, o)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	return c.Bot.Ask(ctx, bot.Event{Chat: bot.Chat{ID: o.chat}, Text: text, Mentions: mentions, Media: o.media})
}

var blank = regexp.MustCompile(`\{([a-z][a-z0-9-]*)\}|#(\S+)`)

// maxText bounds what one command may hold.
const maxText = 16 << 10

// spell fills in the blanks of an order once: what the owner wrote is never read again for blanks or people.
func (c *console) spell(ctx context.Context, o order) (text string, mentions []bot.Mention, err error) {
	if o.text != "" {
		return clipped(o.text), nil, nil
	}
	var who []bot.PersonID
	for _, m := range blank.FindAllStringSubmatch(o.say, -1) {
		if m[2] != "" {
			who = append(who, bot.PersonID(m[2]))
		}
	}
	names := map[bot.PersonID]string{}
	err = c.DB.View(ctx, func(s store.Reader) error {
		taken := map[string]bool{}
		for _, p := range who {
			name, err := bot.NameIn(s, o.chat, p)
			if err != nil {
				return err
			}
			if taken[name] && names[p] != name {
				name = string(p)
			}
			names[p], taken[name] = name, true
		}
		return nil
	})
	if err != nil {
		return "", nil, err
	}
	for p, name := range names {
		mentions = append(mentions, bot.Mention{Person: p, Name: name})
	}
	text = blank.ReplaceAllStringFunc(o.say, func(found string) string {
		if p, ok := strings.CutPrefix(found, "#"); ok {
			return bot.Mention{Name: names[bot.PersonID(p)]}.String()
		}
		return o.fill[strings.Trim(found, "{}")]
	})
	return clipped(strings.TrimSpace(text)), mentions, nil
}

func clipped(s string) string {
	if len(s) > maxText {
		return strings.ToValidUTF8(s[:maxText], "")
	}
	return s
}

// back shows answers on a page of the console.
func (c *console) back(w http.ResponseWriter, r *http.Request, to string, said []string) {
	u, err := url.Parse(ours(to))
	if err != nil {
		u = &url.URL{Path: "/console"}
	}
	q := u.Query()
	q.Set("said", c.said.keep(said))
	u.RawQuery = q.Encode()
	http.Redirect(w, r, u.String(), http.StatusSeeOther)
}

// bring does a command that a file comes along with.
func (c *console) bring(w http.ResponseWriter, r *http.Request) {
	t := tongueOf(r)
	form, name, data, err := readParts(r)
	switch {
	case errors.Is(err, errTooLarge):
		c.back(w, r, form.Get("back"), []string{t.T("toolarge")})
		return
	case err != nil:
		http.Error(w, "the form cannot be read", http.StatusBadRequest)
		return
	case len(data) == 0 && name != "":
		c.back(w, r, form.Get("back"), []string{t.T("emptyfile")})
		return
	case len(data) == 0:
		c.back(w, r, form.Get("back"), []string{t.T("nofile")})
		return
	}
	kind, ext, ok := contentOf(data)
	if !ok {
		c.back(w, r, form.Get("back"), []string{t.T("notaudio")})
		return
	}
	o := orderOf(form)
	media, err := c.Bot.Take(r.Context(), kind, plainName(name)+ext, bytes.NewReader(data), maxUpload)
	if err != nil {
		c.fail(w, err)
		return
	}
	o.media = &media
	c.do(w, r, o)
}

// contentOf says what a file is by what is in it: its name and what the browser says of it prove nothing.
func contentOf(data []byte) (kind bot.MediaKind, ext string, ok bool) {
	if info, err := audio.Probe(data); err == nil {
		return bot.File, "." + string(info.Format), true
	}
	switch http.DetectContentType(data) {
	case "image/png":
		return bot.Image, ".png", true
	case "image/jpeg":
		return bot.Image, ".jpg", true
	}
	return "", "", false
}

// plainName is the stem of a file's name, to be shown: it is a path nowhere.
func plainName(name string) string {
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	if i := strings.LastIndexByte(name, '.'); i > 0 {
		name = name[:i]
	}
	return bot.CleanName(name)
}

var errTooLarge = errors.New("the file is too large")

const (
	maxFields = 32
	maxField  = 16 << 10
)

// readParts reads a form with one file, all of it bounded, and nothing of it on the disk.
func readParts(r *http.Request) (form url.Values, name string, data []byte, err error) {
	form = url.Values{}
	parts, err := r.MultipartReader()
	if err != nil {
		return form, "", nil, err
	}
	for range maxFields {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return form, name, data, nil
		}
		if err != nil {
			return form, "", nil, tooLarge(err)
		}
		value, err := readPart(part)
		if err != nil {
			return form, "", nil, err
		}
		if part.FileName() != "" || part.FormName() == "file" {
			name, data = part.FileName(), value
		} else {
			form.Set(part.FormName(), string(value))
		}
	}
	return form, "", nil, errors.New("a form of too many parts")
}

func readPart(part *multipart.Part) ([]byte, error) {
	most := int64(maxField)
	if part.FileName() != "" {
		most = maxUpload
	}
	data, err := io.ReadAll(io.LimitReader(part, most+1))
	if err != nil {
		return nil, tooLarge(err)
	}
	if int64(len(data)) > most {
		return nil, errTooLarge
	}
	return data, nil
}

func tooLarge(err error) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return errTooLarge
	}
	return err
}

// replies keeps what the bot answered until the page that shows it is drawn.
type replies struct {
	mu   sync.Mutex
	by   map[string][]string
	line []string // in the order they came
}

const maxReplies = 64

func (k *replies) keep(said []string) (id string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.by == nil {
		k.by = map[string][]string{}
	}
	id = rand.Text()
	k.by[id], k.line = said, append(k.line, id)
	for len(k.line) > maxReplies {
		delete(k.by, k.line[0])
		k.line = k.line[1:]
	}
	return id
}

func (k *replies) take(id string) []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.by[id]
}
