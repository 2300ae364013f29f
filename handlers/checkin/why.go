package checkin

import (
	"slices"
	"strings"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// This file explains days from the record.

var (
	textWhyDone   = bot.Text{ZH: "%s 发的，那天第 %d 个", EN: "sent at %s, number %d of the day"}
	textWhyMade   = bot.Text{ZH: "%s 补的卡", EN: "made up at %s"}
	textWhyPut    = bot.Text{ZH: "%s 由管理员补记", EN: "entered by a manager at %s"}
	textWhyVoid   = bot.Text{ZH: "被管理员撤下了", EN: "taken back by a manager"}
	textWhyReason = bot.Text{ZH: "（%s）", EN: " (%s)"}
	textWhyFrozen = bot.Text{ZH: "没打卡，用掉一张冻结卡，连续不断", EN: "missed; a freeze kept the run"}
	textWhyRest   = bot.Text{ZH: "休息日，不打卡也不断", EN: "a day off, nobody's miss"}
	textWhyOutage = bot.Text{ZH: "我掉线了，不算缺卡", EN: "I was offline, nobody's miss"}
	textWhyPause  = bot.Text{ZH: "那时我不在群里服务，或者打卡关着，不算缺卡", EN: "I did not work in the group then, or check-ins were off; nobody's miss"}
	textWhyZone   = bot.Text{ZH: "换时区跳过了这一天，不算缺卡", EN: "jumped over by a change of zone, nobody's miss"}
	textWhyMissed = bot.Text{ZH: "没有收到打卡", EN: "no check-in came"}
	textWhyInTime = bot.Text{ZH: "%s 里没有收到打卡", EN: "no check-in came within %s"}
	textWhyToday  = bot.Text{ZH: "今天还没有打卡", EN: "not checked in yet today"}
	textWhyFuture = bot.Text{ZH: "还没到", EN: "it is still to come"}
	textWhyEarly  = bot.Text{ZH: "那时这里还没开始打卡", EN: "there were no check-ins here yet"}
	textWhyDay    = bot.Text{ZH: "%s %s", EN: "%s %s"}
)

const (
	whyDays     = 7 // that are explained where no day is named
	whyPlanDays = 2 // of each named check-in, where none is named
	whyChanges  = 50
)

// concerns says whether what somebody asks about may be a check-in.
func concerns(topic string) bool {
	return topic == "" || slices.ContainsFunc([]string{"卡", "签", "连续", "没算", "check", "streak"}, func(word string) bool {
		return strings.Contains(strings.ToLower(topic), word)
	})
}

// A matter is what is to be explained: a person's days in one book.
type matter struct {
	r    store.Reader
	q    bot.Question
	who  bot.Person
	cal  calendar
	plan plan
	id   bookID
	row  bookRow
}

// why explains the latest days of a person, or the day that they name, in the check-ins that they name.
func why(r store.Reader, q bot.Question) (lines []bot.Line, err error) {
	list, err := plansOf(r, q.Chat)
	if err != nil {
		return nil, err
	}
	cal, ok, err := calendars.Get(r, q.Chat)
	if err != nil || !ok {
		return nil, err
	}
	who, err := bot.PersonOf(r, q.Who)
	if err != nil {
		return nil, err
	}
	today := cal.day(q.Now)
	day, named, about := askedAbout(q.Topic, list, today)
	if !about {
		return nil, nil
	}
	for _, p := range append([]plan{{}}, list...) {
		if named != "" && p.Name != named {
			continue
		}
		k := matter{r: r, q: q, who: who, cal: cal, plan: p, id: bookOf(q.Chat, p.Name)}
		if k.row, ok, err = books.Get(r, k.id); err != nil || !ok {
			if err != nil {
				return nil, err
			}
			continue
		}
		from, to := today-whyDays+1, today
		switch {
		case day != 0:
			from, to = day, day
		case p.Name != "" && named == "":
			from = today - whyPlanDays + 1
		}
		more, err := k.explain(from, to, today, named != "", q.Limit-len(lines))
		if err != nil {
			return nil, err
		}
		lines = append(lines, more...)
	}
	return lines, nil
}

// askedAbout reads the day and the named check-in out of a question; about says whether it concerns check-ins at all.
func askedAbout(topic string, list []plan, today bot.Day) (day bot.Day, named string, about bool) {
	about = concerns(topic)
	for _, word := range strings.Fields(topic) {
		if d, ok := parseDay(word, today); ok {
			day, about = d, true
		}
	}
	for _, p := range list {
		if strings.Contains(foldName(topic), foldName(p.Name)) {
			named, about = p.Name, true
		}
	}
	return day, named, about
}

// explain gives a line for each day, the latest first.
func (k matter) explain(from, to, today bot.Day, named bool, most int) (lines []bot.Line, err error) {
	for d := to; d >= from && len(lines) < most; d-- {
		if d < k.row.Opened && from != to {
			break
		}
		text, err := k.day(d)
		if err != nil {
			return nil, err
		}
		if text == "" {
			text = k.missing(d, today)
		}
		if from != to && !named && text == format(k.q.Lang, textWhyRest) && k.plan.Name != "" {
			continue // that a plan has no such day is of no interest unless it is asked about
		}
		title := format(k.q.Lang, textDaily)
		if k.plan.Name != "" {
			title = k.plan.Name
		}
		lines = append(lines, bot.Line{Name: format(k.q.Lang, textWhyDay, title, dayText(k.q.Lang, d)), Value: text})
	}
	return lines, nil
}

// missing says why there is nothing of a day.
func (k matter) missing(d, today bot.Day) string {
	l := k.q.Lang
	switch {
	case d > today:
		return format(l, textWhyFuture)
	case !k.plan.on(d):
		return format(l, textWhyRest)
	case d == today:
		return format(l, textWhyToday)
	case d < k.row.Opened:
		return format(l, textWhyEarly)
	case k.plan.Window != (window{}):
		return format(l, textWhyInTime, k.plan.Window)
	}
	return format(l, textWhyMissed)
}

// day says what the record has of a day, or nothing.
func (k matter) day(d bot.Day) (string, error) {
	void, l := bot.PersonID(""), k.q.Lang
	for _, p := range k.who.Identities {
		m, ok, err := marks.Get(k.r, k.id, p, int(d))
		if err != nil {
			return "", err
		}
		if ok && m.Void {
			void = p
		}
		if !ok || m.Void {
			continue
		}
		at := m.At.In(k.cal.zone(m.At)).Format("01-02 " + time.TimeOnly)
		switch {
		case m.By:
			reason, err := k.reason(p, d)
			return format(l, textWhyPut, at) + reason, err
		case m.Made:
			return format(l, textWhyMade, at), nil
		}
		return format(l, textWhyDone, at, m.Rank), nil
	}
	if void != "" {
		reason, err := k.reason(void, d)
		return format(l, textWhyVoid) + reason, err
	}
	if spent, err := frozen.Has(k.r, k.id, k.who.Head, int(d)); err != nil || spent {
		return format(l, textWhyFrozen), err
	}
	o, ok, err := offs.Get(k.r, k.id, int(d))
	if err != nil || !ok {
		return "", err
	}
	return format(l, map[string]bot.Text{offRest: textWhyRest, offOutage: textWhyOutage, offPause: textWhyPause, offZone: textWhyZone}[o.Why]), nil
}

// reason is what was written with the correction of a day that stands.
func (k matter) reason(who bot.PersonID, d bot.Day) (string, error) {
	rg := store.Under(who, k.q.Chat)
	rg.Limit, rg.Reverse = whyChanges, true
	for row, err := range changesOf.Scan(k.r, rg) {
		if err != nil {
			return "", err
		}
		var n int
		if err := store.Split(row.Key, nil, nil, &n); err != nil {
			return "", err
		}
		ch, _, err := changes.Get(k.r, k.q.Chat, n)
		if err != nil {
			return "", err
		}
		if ch.Day == d && ch.Plan == k.plan.Name && ch.Undone == nil {
			return format(k.q.Lang, textWhyReason, bot.CleanName(ch.Why)), nil
		}
	}
	return "", nil
}
