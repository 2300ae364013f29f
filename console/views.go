package console

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"go.uber.org/zap"

	"sixtwenty/audio"
	"sixtwenty/bot"
	"sixtwenty/sheets"
	"sixtwenty/store"
)

// plain is a page that holds nothing but views.
func (c *console) plain(page bot.Page) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		f, err := c.read(r, page, func(ctx context.Context, s store.Reader, f *frame) (err error) {
			f.Book = book(page, f)
			f.Parts, err = c.parts(ctx, s, f, c.wanted(page, bot.OfGroup, bot.OfAccount), "")
			return err
		})
		c.show(w, "plain.html", f, err)
	}
}

func book(page bot.Page, f *frame) string {
	return address("/console/workbook/"+string(page)+"/"+string(page)+".xlsx", keepsOf(bot.Query{Chat: f.Chat.ID}))
}

// named finds the view that an address names.
func (c *console) named(r *http.Request) (bot.FeatureView, bool) {
	i := slices.IndexFunc(c.views, func(v bot.FeatureView) bool {
		return v.Feature == r.PathValue("feature") && v.Name == r.PathValue("view")
	})
	if i < 0 {
		return bot.FeatureView{}, false
	}
	return c.views[i], true
}

// maxValue bounds one parameter of an address.
const maxValue = 500

// wishes are what an address asks of a view: only parameters that it has, and of a bearable length.
func wishes(r *http.Request, v bot.FeatureView, q bot.Query) bot.Query {
	from := r.URL.Query()
	q.Args = map[string]string{}
	for _, p := range v.Params {
		if value := from.Get("a." + p.Name); from.Has("a."+p.Name) && len(value) <= maxValue {
			q.Args[p.Name] = value
		}
	}
	if place := from.Get("from"); len(place) <= maxValue {
		q.From = place
	}
	return q
}

// view is one view alone, page by page.
func (c *console) view(w http.ResponseWriter, r *http.Request) {
	v, ok := c.named(r)
	if !ok {
		http.NotFound(w, r)
		return
	}
	f, err := c.read(r, v.Where(), func(_ context.Context, s store.Reader, f *frame) error {
		p := c.part(s, f, v, wishes(r, v, f.scoped(f.query(most(v, rowsAlone)), v, bot.PersonID(r.URL.Query().Get("who")))))
		p.All = ""
		f.Title, f.Parts = p.Title, []part{p}
		return nil
	})
	c.show(w, "plain.html", f, err)
}

const (
	exportPage = 1000
	exportRows = 50_000
	bookRows   = 5000 // of each table of a workbook
)

// export gives the rows of one view as a file, with the same choices as on the page.
func (c *console) export(w http.ResponseWriter, r *http.Request) {
	v, ok := c.named(r)
	if !ok {
		http.NotFound(w, r)
		return
	}
	f, err := c.read(r, v.Where(), func(context.Context, store.Reader, *frame) error { return nil })
	if err != nil {
		c.fail(w, err)
		return
	}
	q := wishes(r, v, f.scoped(f.query(exportPage), v, bot.PersonID(r.URL.Query().Get("who"))))
	t, err := c.sheet(r.Context(), v, q, exportRows)
	c.send(w, r, err, t)
}

// workbook gives the tables of a page.
func (c *console) workbook(w http.ResponseWriter, r *http.Request) {
	page := bot.Page(r.PathValue("page"))
	var list []sheets.Table
	f, err := c.read(r, page, func(_ context.Context, s store.Reader, f *frame) (err error) {
		if list = nil; page == bot.OnLog {
			list, err = c.logTables(s, f)
		}
		return err
	})
	if err != nil {
		c.fail(w, err)
		return
	}
	for _, v := range c.wanted(page, bot.OfGroup, bot.OfAccount) {
		t, err := c.sheet(r.Context(), v, f.scoped(f.query(exportPage), v, ""), bookRows)
		if err != nil {
			c.fail(w, err)
			return
		}
		list = append(list, t)
	}
	if len(list) == 0 {
		http.NotFound(w, r)
		return
	}
	c.send(w, r, nil, list...)
}

// sheet reads a view page by page, each in a transaction of its own, up to a number of rows.
func (c *console) sheet(ctx context.Context, v bot.FeatureView, q bot.Query, most int) (sheets.Table, error) {
	t := sheets.Table{Name: v.Title.In(q.Lang)}
	for _, col := range v.Columns {
		t.Columns = append(t.Columns, col.In(q.Lang))
	}
	for len(t.Rows) < most {
		var shown bot.Shown
		err := c.DB.View(ctx, func(s store.Reader) (err error) {
			shown, err = v.Read(s, q)
			return err
		})
		if err != nil {
			return t, err
		}
		for _, r := range shown.Rows {
			t.Rows = append(t.Rows, told(r.Cells, func(at time.Time) string { return at.In(q.Zone).Format(time.DateTime) }))
		}
		if shown.Next == "" || shown.Next == q.From || len(shown.Rows) == 0 {
			break
		}
		q.From = shown.Next
	}
	t.Rows = t.Rows[:min(len(t.Rows), most)]
	return t, nil
}

// send gives tables as the file that the address names: its ending says which kind.
func (c *console) send(w http.ResponseWriter, r *http.Request, err error, list ...sheets.Table) {
	if err != nil {
		c.fail(w, err)
		return
	}
	var b bytes.Buffer
	kind := "text/csv; charset=utf-8"
	switch name := r.PathValue("file"); {
	case strings.HasSuffix(name, ".csv"):
		err = sheets.CSV(&b, list[0])
	case strings.HasSuffix(name, ".xlsx"):
		kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
		err = sheets.XLSX(&b, list...)
	default:
		http.NotFound(w, r)
		return
	}
	if err != nil {
		c.fail(w, err)
		return
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", "attachment") // the address names the file; nothing a person wrote does
	_, _ = w.Write(b.Bytes())
}

func isSum(s string) bool {
	raw, err := hex.DecodeString(s)
	return err == nil && len(raw) == 32 && s == strings.ToLower(s)
}

// play gives a recording, and nothing that is none, whatever its sum.
func (c *console) play(w http.ResponseWriter, r *http.Request) {
	sum := r.PathValue("sum")
	if !isSum(sum) {
		http.NotFound(w, r)
		return
	}
	body, err := c.Bot.Open(r.Context(), sum)
	if err != nil {
		if !errors.Is(err, store.ErrNoBlob) {
			c.Log.Error("a recording cannot be opened", zap.Error(err))
		}
		http.NotFound(w, r)
		return
	}
	defer body.Close()
	data, err := io.ReadAll(io.LimitReader(body, maxUpload+1))
	if err != nil {
		c.fail(w, err)
		return
	}
	info, err := audio.Probe(data)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", typeOf(info.Format))
	w.Header().Set("Cache-Control", "private, max-age=86400, immutable")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
}

func typeOf(f audio.Format) string {
	switch f {
	case audio.WAV:
		return "audio/wav"
	case audio.MP3:
		return "audio/mpeg"
	case audio.M4A:
		return "audio/mp4"
	}
	return "audio/" + string(f)
}
