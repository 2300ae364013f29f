package referral

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"time"

	"sixtwenty/bot"
	"sixtwenty/sheets"
	"sixtwenty/store"
)

// This file writes all that is known of invitations for people who count elsewhere, outside the loop and page by page.

const (
	workExport  = "export"
	exportPage  = 2000   // rows read in one go, so that no reading is long
	exportMost  = 50_000 // newcomers in a file
	exportBoard = 1000
	maxFile     = 20 << 20
)

var (
	textExporting = bot.Text{ZH: "好的，做好了私聊发给您。", EN: "It comes to you in private."}
	textNoHome    = bot.Text{ZH: "文件要私聊发给您：请先私聊我说一句话，再来一次。", EN: "The file comes in private: write to me there first, then ask again."}
	textNoFile    = bot.Text{ZH: "导出没有做成，请再试一次。", EN: "The export failed. Please try again."}
	textFormat    = bot.Text{ZH: "可以写：/导出邀请（Excel）、/导出邀请 csv", EN: "Write: /exportinvites (Excel) or /exportinvites csv"}
	textFileName  = bot.Text{ZH: "邀请", EN: "invites"}
	sheetPeople   = bot.Text{ZH: "新人", EN: "Newcomers"}
	sheetBoard    = bot.Text{ZH: "邀请榜", EN: "Board"}
	sheetSources  = bot.Text{ZH: "来源", EN: "Sources"}
	columnHow     = bot.Text{ZH: "凭据", EN: "Evidence"}
	columnGone    = bot.Text{ZH: "离开", EN: "Left on"}
	columnFirst   = bot.Text{ZH: "第一次打卡", EN: "First check-in"}
	columnFlags   = bot.Text{ZH: "疑点", EN: "Doubts"}
)

func exportCommand() bot.Command {
	return bot.Command{
		Name: "导出邀请", Aliases: []string{"exportinvites"}, Args: "[格式]", Who: bot.Manager, Where: bot.InGroup,
		Summary:  bot.Text{ZH: "把邀请记录做成 Excel 或 CSV，私聊发给您", EN: "all credits as Excel or CSV, in private"},
		Examples: []bot.Example{{Say: "/导出邀请", Reply: "…"}, {Say: "/导出邀请 pdf", Reply: "…csv…"}},
		Run:      askExport,
	}
}

// An exporting is what the work is asked for.
type exporting struct {
	Chat bot.ChatID `json:"chat"`
	Home bot.ChatID `json:"home"`
	CSV  bool       `json:"csv,omitempty"`
	Lang bot.Lang   `json:"lang"`
	Zone string     `json:"zone"`
	Now  time.Time  `json:"now"`
}

func askExport(_ context.Context, c *bot.Call) error {
	format := strings.ToLower(c.Arg("格式"))
	switch format {
	case "", "xlsx", "excel", "csv":
	default:
		return bot.Refuse(textFormat)
	}
	p, err := bot.PersonOf(c.Tx, c.Event.From.Person)
	if err != nil {
		return err
	}
	home, err := homeOf(c.Tx, p)
	if err != nil {
		return err
	}
	if home == "" {
		return bot.Refuse(textNoHome)
	}
	c.Reply(textExporting)
	return c.Work(workExport, c.Event.ID, exporting{
		Chat: c.Event.Chat.ID, Home: home, CSV: format == "csv", Lang: c.Group().Language, Zone: c.Group().Zone, Now: c.Now,
	})
}

// export makes the file.
func export(ctx context.Context, w bot.Work) (any, error) {
	var ask exporting
	if err := json.Unmarshal(w.Data, &ask); err != nil {
		return nil, bot.Permanent(err)
	}
	zone, err := time.LoadLocation(ask.Zone)
	if err != nil {
		return nil, bot.Permanent(err)
	}
	e := exporter{ask, zone, speak(ask.Lang)}
	people, err := e.people(ctx, w)
	if err != nil {
		return nil, err
	}
	var file bytes.Buffer
	if ask.CSV {
		err = sheets.CSV(&file, people)
	} else {
		var more []sheets.Table
		if more, err = e.summaries(ctx, w); err == nil {
			err = sheets.XLSX(&file, append([]sheets.Table{people}, more...)...)
		}
	}
	if err != nil {
		return nil, err
	}
	return w.Keep(ctx, &file, maxFile)
}

// exported sends the file to who asked for it.
func exported(_ context.Context, c *bot.Call) error {
	var done bot.Done
	if err := c.Decode(&done); err != nil {
		return err
	}
	var ask exporting
	if err := json.Unmarshal(done.Asked, &ask); err != nil {
		return err
	}
	end := c.Now.Add(10 * time.Minute)
	if done.Error != "" {
		c.Send(bot.Effect{Kind: bot.Say, Chat: ask.Home, Text: c.T(textNoFile), Class: bot.Answer, Expires: end})
		return nil
	}
	var sum string
	if err := done.Into(&sum); err != nil {
		return err
	}
	name := textFileName.In(ask.Lang) + ask.Now.In(c.Zone()).Format("-2006-01-02")
	if ask.CSV {
		name += ".csv"
	} else {
		name += ".xlsx"
	}
	c.Send(bot.Effect{Kind: bot.SendFile, Chat: ask.Home, Media: sum, Name: name, Class: bot.Answer, Expires: end})
	return nil
}

type exporter struct {
	exporting
	zone *time.Location
	say  speaker
}

// people is every newcomer, one a row.
func (e exporter) people(ctx context.Context, w bot.Work) (sheets.Table, error) {
	t := sheets.Table{Name: e.say(sheetPeople)}
	for _, col := range []bot.Text{
		columnName, columnJoined, columnBy, columnState, columnHow, columnSource, columnFirst, columnGone, columnFlags,
	} {
		t.Columns = append(t.Columns, e.say(col))
	}
	for after := ""; len(t.Rows) < exportMost; {
		var page [][]string
		last := ""
		err := w.View(ctx, func(r store.Reader) (err error) {
			page, last, err = e.page(r, after)
			return err
		})
		if err != nil {
			return t, err
		}
		if t.Rows = append(t.Rows, page...); len(page) < exportPage {
			break
		}
		after = last
	}
	return t, nil
}

// page reads the newcomers after a key.
func (e exporter) page(r store.Reader, after string) (rows [][]string, last string, err error) {
	rg := store.Under(e.Chat)
	rg.Limit = exportPage
	if after != "" {
		rg.From = after + "\x00"
	}
	s := scribe{r: r, chat: e.Chat, say: e.say}
	for row, err := range credits.Scan(r, rg) {
		if err != nil {
			return nil, "", err
		}
		var who bot.PersonID
		if err := store.Split(row.Key, nil, &who); err != nil {
			return nil, "", err
		}
		cells, err := e.row(&s, who, row.Value)
		if err != nil {
			return nil, "", err
		}
		rows, last = append(rows, cells), row.Key
	}
	return rows, last, s.err
}

func (e exporter) row(s *scribe, who bot.PersonID, cr credit) ([]string, error) {
	day := func(t time.Time) string {
		if t.IsZero() || t.Unix() == 0 {
			return ""
		}
		return t.In(e.zone).Format(time.DateOnly)
	}
	by, state := "", ""
	ed, ok, err := edges.Get(s.r, e.Chat, who)
	if err != nil {
		return nil, err
	}
	if ok {
		by, state = s.name(ed.By), e.say(ed.Is.text())
	}
	source := ""
	a, ok, err := arrivals.Get(s.r, e.Chat, who)
	if err != nil {
		return nil, err
	}
	if ok {
		if source, err = a.From.name(s.r, e.Chat, e.say); err != nil {
			return nil, err
		}
	}
	var flags []string
	for _, f := range cr.Flags {
		flags = append(flags, e.say(f.text()))
	}
	return []string{
		s.name(who), day(cr.At), by, state, cr.evidence(e.say), source, day(cr.First), day(cr.Gone), strings.Join(flags, e.say(textComma)),
	}, nil
}

// summaries are the board and the sources, for a workbook.
func (e exporter) summaries(ctx context.Context, w bot.Work) (list []sheets.Table, err error) {
	q := bot.Query{Chat: e.Chat, Now: e.Now, Lang: e.Lang, Limit: exportBoard}
	err = w.View(ctx, func(r store.Reader) error {
		list = nil
		for _, v := range views() {
			title, wanted := map[string]bot.Text{"board": sheetBoard, "sources": sheetSources}[v.Name]
			if !wanted {
				continue
			}
			t := sheets.Table{Name: e.say(title)}
			for _, col := range v.Columns {
				t.Columns = append(t.Columns, e.say(col))
			}
			if t.Rows, err = v.Rows(r, q); err != nil {
				return err
			}
			list = append(list, t)
		}
		return nil
	})
	return list, err
}
