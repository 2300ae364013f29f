package console

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"

	"sixtwenty/bot"
	"sixtwenty/sheets"
	"sixtwenty/store"
)

type logPage struct {
	frame
	Audits   []audit
	Faults   []fault
	Receipts []receipt
	Backups  []backupRow
	Fault    string // why the backups cannot be listed
}

// A fault is what went wrong, under the id that whoever asked was told.
type fault struct{ When, ID, Where, Feature, Error string }

type audit struct{ When, Who, Where, Command, Args, Evidence, Outcome string }

type receipt struct {
	ID, When, Where, What, Outcome, Error string
	Again                                 bool
}

type backupRow struct {
	Backup
	When, Size, Get, Compare string
}

const (
	shownAudits = 50
	shownBad    = 30
	shownFaults = 30
)

func (c *console) log(w http.ResponseWriter, r *http.Request) {
	var p logPage
	f, err := c.read(r, bot.OnLog, func(ctx context.Context, s store.Reader, f *frame) (err error) {
		p = logPage{}
		if p.Audits, err = audits(s, f, shownAudits); err != nil {
			return err
		}
		if p.Faults, err = c.faults(s, f, shownFaults); err != nil {
			return err
		}
		if p.Receipts, err = receipts(s, f, shownBad); err != nil {
			return err
		}
		f.Book = book(bot.OnLog, f)
		f.Parts, err = c.parts(ctx, s, f, c.wanted(bot.OnLog, bot.OfGroup, bot.OfAccount), "")
		return err
	})
	p.frame = f
	list, backupErr := c.House.Backups()
	if backupErr != nil {
		p.Fault = backupErr.Error()
	}
	for _, b := range list {
		p.Backups = append(p.Backups, backupRow{b, f.clock(b.Made), size(b.Size), "/console/backup/" + b.Name, "/console/compare/" + b.Name})
	}
	c.show(w, "log.html", p, err)
}

func audits(s store.Reader, f *frame, limit int) (list []audit, err error) {
	rows, err := bot.Audits(s, limit)
	for _, a := range rows {
		one := audit{
			When: f.clock(a.At), Command: "/" + a.Command, Args: a.Args, Evidence: f.T(a.Evidence), Outcome: f.T("out" + a.Outcome),
			Who: f.T("owner"),
		}
		if a.Who != "" {
			if one.Who, err = bot.NameIn(s, a.Chat, a.Who); err != nil {
				return nil, err
			}
		}
		if one.Where, err = chatName(s, a.Chat); err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	return list, err
}

func (c *console) faults(s store.Reader, f *frame, limit int) (list []fault, err error) {
	rows, err := bot.Faults(s, limit)
	for _, one := range rows {
		shown := fault{f.clock(one.At), one.ID, "", one.Feature, one.Error}
		if shown.Where, err = chatName(s, one.Chat); err != nil {
			return nil, err
		}
		list = append(list, shown)
	}
	return list, err
}

// logTables are the console's own tables of the log, for its workbook.
func (c *console) logTables(s store.Reader, f *frame) ([]sheets.Table, error) {
	used := sheets.Table{Name: f.T("audit"), Columns: []string{f.T("when"), f.T("who"), f.T("where"), f.T("command"), f.T("evidence"), f.T("outcome")}}
	list, err := audits(s, f, bookRows)
	if err != nil {
		return nil, err
	}
	for _, a := range list {
		used.Rows = append(used.Rows, []string{a.When, a.Who, a.Where, a.Command + " " + a.Args, a.Evidence, a.Outcome})
	}
	bad := sheets.Table{Name: f.T("receipts"), Columns: []string{f.T("when"), f.T("where"), f.T("content"), f.T("outcome"), f.T("cause")}}
	sends, err := receipts(s, f, bookRows)
	for _, r := range sends {
		bad.Rows = append(bad.Rows, []string{r.When, r.Where, r.What, r.Outcome, r.Error})
	}
	if err != nil {
		return nil, err
	}
	wrong := sheets.Table{Name: f.T("faults"), Columns: []string{f.T("when"), f.T("faultid"), f.T("where"), f.T("features"), f.T("cause")}}
	faults, err := c.faults(s, f, bookRows)
	for _, one := range faults {
		wrong.Rows = append(wrong.Rows, []string{one.When, one.ID, one.Where, one.Feature, one.Error})
	}
	return []sheets.Table{used, wrong, bad}, err
}

func chatName(s store.Reader, chat bot.ChatID) (string, error) {
	if chat == "" {
		return "–", nil
	}
	return bot.ChatName(s, chat)
}

func receipts(s store.Reader, f *frame, limit int) (list []receipt, err error) {
	rows, err := bot.Trouble(s, limit)
	for _, d := range rows {
		one := receipt{ID: d.Effect.ID, Again: d.State != bot.Sent, When: f.clock(d.At), What: d.Effect.Text, Outcome: d.Outcome().In(f.Lang), Error: d.Error}
		if one.What == "" {
			one.What = d.Effect.Name
		}
		if one.Where, err = chatName(s, d.Effect.Chat); err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	return list, err
}

func size(n int64) string {
	if n >= 1<<20 {
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%.1f kB", float64(n)/(1<<10))
}

func (c *console) makeBackup(w http.ResponseWriter, r *http.Request) {
	t := tongueOf(r)
	b, err := c.House.Backup(r.Context())
	if err != nil {
		c.back(w, r, "/console/log", []string{fmt.Sprintf(t.T("badbackup"), err)})
		return
	}
	c.back(w, r, "/console/log", []string{fmt.Sprintf(t.T("made"), b.Name)})
}

// getBackup gives a whole copy of the state. The House knows the names that are there; no other is a path.
func (c *console) getBackup(w http.ResponseWriter, r *http.Request) {
	file, b, err := c.House.OpenBackup(r.PathValue("name"))
	if errors.Is(err, ErrNoBackup) || errors.Is(err, os.ErrNotExist) {
		http.NotFound(w, r)
		return
	}
	if err != nil {
		c.fail(w, err)
		return
	}
	defer file.Close()
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Disposition", "attachment")
	http.ServeContent(w, r, "", b.Made, file)
}

type comparePage struct {
	frame
	Name        string
	Path        string
	Differences []Difference
}

// compare is a restore that changes nothing.
func (c *console) compare(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	list, err := c.House.CompareBackup(r.Context(), name)
	if errors.Is(err, ErrNoBackup) {
		http.NotFound(w, r)
		return
	}
	if err != nil {
		c.back(w, r, "/console/log", []string{err.Error()})
		return
	}
	f, err := c.read(r, bot.OnLog, func(_ context.Context, _ store.Reader, f *frame) error {
		f.Title = f.T("dryrun")
		return nil
	})
	c.show(w, "compare.html", comparePage{frame: f, Name: name, Path: pathOf(c.House, name), Differences: list}, err)
}

func pathOf(h House, name string) string {
	list, err := h.Backups()
	for _, b := range list {
		if err == nil && b.Name == name {
			return b.Path
		}
	}
	return name
}
