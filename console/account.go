package console

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

type accountPage struct {
	frame
	State   string
	Bad     bool
	Code    *qr
	Figures []figure
	Risks   []string
	States  []bot.Line
	Drops   []drop
	Days    part
	Alarms  int
}

// A qr is a code as one path.
type qr struct {
	Size int
	Path string
}

type drop struct{ Span, Cause, Messages string }

const (
	dropDays   = 180
	shownDrops = 20
)

func (c *console) account(w http.ResponseWriter, r *http.Request) {
	var p accountPage
	f, err := c.read(r, bot.OnAccount, func(ctx context.Context, s store.Reader, f *frame) (err error) {
		p = accountPage{}
		status := c.Bot.Status()
		p.State, p.Bad = stateOf(f, status)
		p.Figures = figures(f, status)
		drops, err := bot.Outages(s, f.now.AddDate(0, 0, -dropDays), f.now)
		if err != nil {
			return err
		}
		p.Drops, p.Days = dropsOf(f, drops), dropCalendar(f, drops)
		p.Risks = risks(f, status, drops)
		f.Parts, err = c.parts(ctx, s, f, c.wanted(bot.OnAccount, bot.OfAccount), "")
		return err
	})
	p.frame = f
	p.Code, p.Alarms = path(c.House.Code()), c.House.Alarms()
	for _, s := range c.House.States() {
		p.States = append(p.States, bot.Line{Name: f.clock(s.Since), Value: s.In(f.Lang)})
	}
	c.show(w, "account.html", p, err)
}

const quiet = 4 // modules around a code, which scanners need

func path(code [][]bool) *qr {
	if len(code) == 0 {
		return nil
	}
	q := &qr{Size: len(code) + 2*quiet}
	for y, line := range code {
		for x, dark := range line {
			if dark {
				q.Path += fmt.Sprintf("M%d %dh1v1h-1z", x+quiet, y+quiet)
			}
		}
	}
	return q
}

func dropsOf(f *frame, list []bot.Outage) (shown []drop) {
	for _, o := range slices.Backward(list[max(0, len(list)-shownDrops):]) {
		what := "caught"
		if o.Lost {
			what = "lost"
		}
		shown = append(shown, drop{o.Span(f.zone), o.Reason.In(f.Lang), f.T(what)})
	}
	return shown
}

// dropCalendar counts the minutes of each day in which the account was away.
func dropCalendar(f *frame, list []bot.Outage) part {
	minutes := map[string]int{}
	for _, o := range list {
		for at := o.From; at.Before(o.To); {
			day := at.In(f.zone)
			end := time.Date(day.Year(), day.Month(), day.Day()+1, 0, 0, 0, 0, f.zone)
			if o.To.Before(end) {
				end = o.To
			}
			minutes[day.Format(time.DateOnly)] += max(1, int(end.Sub(at).Minutes()))
			at = end
		}
	}
	p := part{tongue: f.tongue, ID: "drops", Title: f.T("dropdays"), Shape: bot.AsDays, Columns: []string{f.T("day"), f.T("minutes")}}
	for day := f.now.In(f.zone).AddDate(0, 0, -dropDays); !day.After(f.now.In(f.zone)); day = day.AddDate(0, 0, 1) {
		key := day.Format(time.DateOnly)
		p.Rows = append(p.Rows, row{Cells: []string{key, strconv.Itoa(minutes[key])}})
	}
	p.drawn(f)
	p.Rows = slices.DeleteFunc(p.Rows, func(r row) bool { return r.Cells[1] == "0" })
	return p
}

// The signs that the account may be in danger, in the owner's words.
var (
	riskOffline = bot.Text{ZH: "账号不在线：收不到消息，也发不出去。", EN: "The account is not online: nothing comes in or goes out."}
	riskSuspect = bot.Text{ZH: "微信的回应不太正常，正在观察。", EN: "WeChat answers oddly; it is being watched."}
	riskOften   = bot.Text{ZH: "微信说发得太频繁了，每条之间已经自动放慢到 %s。", EN: "WeChat said “too often”; the pause between sends is now %s."}
	riskHour    = bot.Text{ZH: "这一小时的额度快用完了，多出来的会等到下一小时。", EN: "This hour's budget is nearly spent; the rest waits for the next."}
	riskDay     = bot.Text{ZH: "24 小时的额度快用完了。少设几个定时，或者减少随口的回复。", EN: "The budget of 24 hours is nearly spent. Schedule less, or answer less."}
	riskNew     = bot.Text{ZH: "刚扫码不久，额度还在慢慢放开；这几天尽量少发。", EN: "The sign-in is fresh and the budget still grows; send little these days."}
	riskDrops   = bot.Text{ZH: "七天里断线 %d 次：看看手机网络，手机微信别退出。", EN: "%d drops in seven days: see to the phone's network, and keep WeChat on it signed in."}
	riskLost    = bot.Text{ZH: "七天里被要求重新扫码 %d 次：这是账号被盯上的迹象，先少发一些。", EN: "A new scan was asked for %d times in seven days: a sign that the account is watched. Send less."}
)

const (
	nearly    = 90 // percent of a budget
	manyDrops = 3
)

func risks(f *frame, s bot.Status, drops []bot.Outage) (list []string) {
	say := func(t bot.Text, args ...any) { list = append(list, fmt.Sprintf(t.In(f.Lang), args...)) }
	switch s.Account.Name {
	case bot.Offline, bot.NeedsScan:
		say(riskOffline)
	case bot.Suspect:
		say(riskSuspect)
	}
	if s.Budget.Slowed > 0 {
		say(riskOften, s.Budget.Slowed)
	}
	if s.Budget.PerHour > 0 && 100*s.Budget.Hour >= nearly*s.Budget.PerHour {
		say(riskHour)
	}
	if s.Budget.PerDay > 0 && 100*s.Budget.Day >= nearly*s.Budget.PerDay {
		say(riskDay)
	}
	if !s.Budget.Warm.IsZero() {
		say(riskNew)
	}
	away, scans := 0, 0
	for _, o := range drops {
		if o.To.Before(s.Now.AddDate(0, 0, -7)) {
			continue
		}
		away++
		if o.Lost {
			scans++
		}
	}
	if away >= manyDrops {
		say(riskDrops, away)
	}
	if scans > 1 {
		say(riskLost, scans)
	}
	return list
}

// tryAlarm sends a test to every address and shows what became of it.
func (c *console) tryAlarm(w http.ResponseWriter, r *http.Request) {
	t := tongueOf(r)
	if c.House.Alarms() == 0 {
		c.back(w, r, "/console/account", []string{t.T("noalarm")})
		return
	}
	var said []string
	for i, err := range c.House.TryAlarms(r.Context(), t.Lang) {
		if err != nil {
			said = append(said, fmt.Sprintf(t.T("alarmbad"), i+1, err))
			continue
		}
		said = append(said, fmt.Sprintf(t.T("alarmok"), i+1))
	}
	c.back(w, r, "/console/account", said)
}
