package wechat

import (
	"context"
	"fmt"
	"math/bits"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// A Report says what one sign-in made of those who were known before. It grows while groups are learnt.
type Report struct {
	Session string    `json:"session"`
	At      time.Time `json:"at"`
	// Matched were known before, OneSignal of them by one kind of evidence only, Unsure might have been, New were not.
	Matched   int `json:"matched"`
	OneSignal int `json:"one"`
	Unsure    int `json:"unsure"`
	New       int `json:"new"`
	// Groups were known before, ByName of them by nothing but the name; NewGroups were not.
	Groups    int `json:"groups"`
	ByName    int `json:"byname"`
	NewGroups int `json:"newgroups"`
}

// Text is the report in a sentence.
func (r Report) Text() bot.Text {
	return bot.Text{
		ZH: fmt.Sprintf("这次登录：认出 %d 人（其中 %d 人只凭一项线索），%d 人不敢确定，%d 人是新来的；认出 %d 个群，%d 个是新的",
			r.Matched, r.OneSignal, r.Unsure, r.New, r.Groups, r.NewGroups),
		EN: fmt.Sprintf("this sign-in: %d matched, %d by one signal only, %d unsure, %d new; %d groups matched, %d new",
			r.Matched, r.OneSignal, r.Unsure, r.New, r.Groups, r.NewGroups),
	}
}

// maxReports bounds the sign-ins that are remembered.
const maxReports = 50

const reportRows = store.Table[Report]("wechat/report") // session

// A Health is what the owner should know of the directory.
type Health struct {
	Report    Report
	Questions int        // that are open
	Unsaved   []bot.Chat // followed groups that are not saved to the contacts: after a scan they are unknown until somebody writes
	Unseen    []bot.Chat // followed groups of the last sign-ins in which nobody has written since this one
}

// Directory tells how the directory stands after the last sign-in. Any goroutine.
func (a *Account) Directory(ctx context.Context, follows func(bot.Chat) bool) (h Health, err error) {
	err = a.opts.DB.View(ctx, func(r store.Reader) (err error) {
		h, err = directoryHealth(r, follows)
		return err
	})
	return h, err
}

func directoryHealth(r store.Reader, follows func(bot.Chat) bool) (h Health, err error) {
	for row, err := range reportRows.Scan(r, store.Range{Limit: maxReports + 1}) {
		if err != nil {
			return h, err
		}
		if !row.Value.At.Before(h.Report.At) {
			h.Report = row.Value
		}
	}
	open, err := Questions(r)
	if err != nil {
		return h, err
	}
	h.Questions = len(open)
	return h, h.groups(r, follows)
}

// unseenFor is how long a group that no session shows any more is told of.
const unseenFor = 30 * 24 * time.Hour

// groups sorts out the followed groups that the next scan, or already this one, does not show.
func (h *Health) groups(r store.Reader, follows func(bot.Chat) bool) error {
	for row, err := range groupRows.Scan(r, store.Range{Limit: maxGroups}) {
		if err != nil {
			return err
		}
		var id bot.ChatID
		if err := store.Split(row.Key, &id); err != nil {
			return err
		}
		g := bot.Chat{ID: id, Group: true, Name: row.Value.Name}
		switch here := row.Value.Last == h.Report.Session; {
		case !follows(g):
		case here && !row.Value.Saved:
			h.Unsaved = append(h.Unsaved, g)
		case !here && h.Report.At.Sub(row.Value.Seen) < unseenFor:
			h.Unseen = append(h.Unseen, g)
		}
	}
	return nil
}

// record plans to write down what was found, and the questions that are open.
func (p *plan) record(r store.Reader, who *recall) error {
	if p.more == (Report{}) {
		return nil
	}
	questions := p.questions(who)
	p.more.Unsure = len(questions)
	p.more.New -= len(questions)
	row, _, err := reportRows.Get(r, p.names.session)
	if err != nil {
		return err
	}
	row.add(p.more)
	if row.Session == "" {
		row.Session, row.At = p.names.session, p.now
	}
	p.total = row
	p.put(func(tx store.Tx) error { return keepReport(tx, row) })
	if len(questions) > 0 {
		p.put(func(tx store.Tx) error { return keepQuestions(tx, questions) })
	}
	return nil
}

func (r *Report) add(more Report) {
	r.Matched += more.Matched
	r.OneSignal += more.OneSignal
	r.Unsure += more.Unsure
	r.New += more.New
	r.Groups += more.Groups
	r.ByName += more.ByName
	r.NewGroups += more.NewGroups
}

// keepReport writes a report, and forgets the oldest where there are too many.
func keepReport(tx store.Tx, row Report) error {
	if err := reportRows.Put(tx, row, row.Session); err != nil {
		return err
	}
	n, oldest := 0, row
	for other, err := range reportRows.Scan(tx, store.Range{Limit: maxReports + 1}) {
		if err != nil {
			return err
		}
		if n++; other.Value.At.Before(oldest.At) {
			oldest = other.Value
		}
	}
	if n <= maxReports {
		return nil
	}
	return reportRows.Delete(tx, oldest.Session)
}

// counted takes somebody who had no name in this session into the report.
func (r *Report) counted(f finding, found bool) {
	if !found {
		r.New++
		return
	}
	r.Matched++
	if bits.OnesCount16(uint16(f.by)) == 1 {
		r.OneSignal++
	}
}

func (r *Report) countedGroup(f finding, found bool) {
	switch {
	case !found:
		r.NewGroups++
	case f.by == byName:
		r.ByName++
		fallthrough
	default:
		r.Groups++
	}
}
