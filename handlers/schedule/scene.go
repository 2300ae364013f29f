package schedule

import (
	"fmt"
	"slices"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// A scene is one thing that is sent at one moment, to so many groups.
type scene struct {
	at     time.Time
	what   string
	entry  uint64 // whose it is, 0 for a job
	groups int
	sends  int  // messages to each
	lacks  bool // nothing is there to send yet
	off    bool // a holiday keeps it from being sent
	seldom bool // perhaps nothing is sent

	// What the pace makes of it.
	last  time.Time // when the last group has it
	late  bool      // it waits for what came before
	stale bool      // the last groups do not get it in time

	// Where it stands for all of its kind on a day.
	times int       // 0 is once
	end   time.Time // the last of them
	hush  bool      // one of them is within quiet hours
}

const (
	maxScenes = 20_000
	perEntry  = 750 // scenes of one entry: the hours of a month
	// worth is how long a message by the clock is worth sending, as bot.Broadcast has it.
	worth = 30 * time.Minute
)

// A forecast looks ahead for one reader, in their language and zone.
type forecast struct {
	r    store.Reader
	o    bot.Outlook
	lang bot.Lang
	zone *time.Location
}

func forecastOf(c *bot.Call) forecast {
	return forecast{c.Tx, c.Outlook(), c.Group().Language, c.Zone()}
}

func (f forecast) t(t bot.Text, args ...any) string {
	if len(args) == 0 {
		return t.In(f.lang)
	}
	return fmt.Sprintf(t.In(f.lang), args...)
}

// scenes gathers what jobs and entries will send, the same to many groups at one moment as one, and paces it.
func (f forecast) scenes(until time.Time) ([]scene, error) {
	planned, _, err := f.o.Upcoming(until, maxScenes)
	if err != nil {
		return nil, err
	}
	var list []scene
	for _, p := range planned {
		what := f.t(p.Summary)
		if n := len(list); n > 0 && list[n-1].at.Equal(p.At) && list[n-1].what == what {
			list[n-1].groups++
			list[n-1].lacks = list[n-1].lacks || p.Lacks
			continue
		}
		list = append(list, scene{at: p.At, what: what, groups: 1, sends: p.Sends, lacks: p.Lacks, seldom: p.Seldom})
	}
	all, err := readAll(f.r)
	if err != nil {
		return nil, err
	}
	for _, e := range all {
		more, err := f.entryScenes(e, until)
		if err != nil {
			return nil, err
		}
		list = append(list, more...)
	}
	slices.SortStableFunc(list, func(a, b scene) int { return a.at.Compare(b.at) })
	f.pace(list)
	return list, nil
}

// scenesIn are the scenes of one group.
func (f forecast) scenesIn(chat bot.ChatID, until time.Time) ([]scene, error) {
	planned, err := f.o.UpcomingIn(bot.Chat{ID: chat, Group: true}, until, maxScenes)
	if err != nil {
		return nil, err
	}
	var list []scene
	for _, p := range planned {
		list = append(list, scene{at: p.At, what: f.t(p.Summary), groups: 1, sends: p.Sends, lacks: p.Lacks, seldom: p.Seldom})
	}
	all, err := readAll(f.r)
	if err != nil {
		return nil, err
	}
	for _, e := range all {
		reaches, err := e.reaches(f.r, chat)
		if err != nil {
			return nil, err
		}
		if !reaches {
			continue
		}
		e.All, e.To, e.Tags = false, []bot.ChatID{chat}, nil
		more, err := f.entryScenes(e, until)
		if err != nil {
			return nil, err
		}
		list = append(list, more...)
	}
	slices.SortStableFunc(list, func(a, b scene) int { return a.at.Compare(b.at) })
	f.pace(list)
	return list, nil
}

func (f forecast) entryScenes(e entry, until time.Time) (list []scene, err error) {
	spec, err := f.o.Days().Parse(e.Spec)
	if err != nil || e.Paused {
		return nil, nil // fire tells of one that cannot be read
	}
	to, err := e.targets(f.r)
	if err != nil {
		return nil, err
	}
	group, err := f.o.Group(e.Chat.ID)
	if err != nil {
		return nil, err
	}
	zone, what := group.Location(), fmt.Sprintf("%d. %s", e.ID, e.What.say(f.lang))
	moments := e.comingUp(spec, f.o.Now, until, zone, perEntry)
	for _, at := range moments {
		list = append(list, scene{at: at, what: what, entry: e.ID, groups: len(to), sends: 1})
	}
	if next := e.next(spec, f.o.Now, zone); spec.NeedsDays() && !next.IsZero() {
		list = append(list, f.holidays(what, next.In(zone), moments, until)...)
	}
	return list, nil
}

// holidays are the weekdays on which an entry that fires at a time of day is silent because China rests.
func (f forecast) holidays(what string, clock time.Time, moments []time.Time, until time.Time) (list []scene) {
	zone := clock.Location()
	for day := f.o.Now.In(zone); ; day = day.AddDate(0, 0, 1) {
		at := time.Date(day.Year(), day.Month(), day.Day(), clock.Hour(), clock.Minute(), 0, 0, zone)
		if at.After(until) {
			return list
		}
		weekend := at.Weekday() == time.Saturday || at.Weekday() == time.Sunday
		_, fires := slices.BinarySearchFunc(moments, at, time.Time.Compare)
		if at.After(f.o.Now) && !weekend && !fires && f.o.Days().Holiday(at) {
			list = append(list, scene{at: at, what: what, off: true})
		}
	}
}

// pace works out when the last group has what, one scene after the other.
func (f forecast) pace(list []scene) {
	var busy time.Time // until all groups have what came before
	for i := range list {
		s := &list[i]
		if s.off || s.seldom {
			s.last = s.at
			continue
		}
		begin := later(busy, s.at)
		s.late = begin.After(s.at)
		s.last = begin.Add(f.o.SendTime(begin, s.groups*s.sends))
		s.stale = s.last.Sub(s.at) > worth
		busy = s.last
	}
}

// A day is a date with what is sent on it.
type day struct {
	date   time.Time
	scenes []scene
	sends  int
}

func (f forecast) days(list []scene) (days []day) {
	for _, s := range list {
		local := s.at.In(f.zone)
		date := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, f.zone)
		if n := len(days); n == 0 || !days[n-1].date.Equal(date) {
			days = append(days, day{date: date})
		}
		d := &days[len(days)-1]
		if d.scenes = append(d.scenes, s); !s.seldom {
			d.sends += s.groups * s.sends
		}
	}
	return days
}

// often is from how many firings a day one line tells them all: what comes every hour must not hide the rest.
const often = 4

// folded are the scenes of a day as they are shown.
func (d day) folded(quiet func(time.Time) bool) (list []scene) {
	type kind struct {
		what   string
		groups int
		off    bool
	}
	of := func(s scene) kind { return kind{s.what, s.groups, s.off} }
	times, place := map[kind]int{}, map[kind]int{}
	for _, s := range d.scenes {
		times[of(s)]++
	}
	for _, s := range d.scenes {
		n := times[of(s)]
		if n < often {
			list = append(list, s)
			continue
		}
		i, seen := place[of(s)]
		if !seen {
			i, place[of(s)] = len(list), len(list)
			s.times = n
			list = append(list, s)
		}
		one := &list[i]
		one.end, one.last = s.at, one.at
		one.hush = one.hush || quiet(s.at)
		one.late, one.stale, one.lacks = one.late || s.late, one.stale || s.stale, one.lacks || s.lacks
	}
	return list
}

var (
	textTimes   = bot.Text{ZH: "到 %s 共 %d 次", EN: "%[2]d times until %[1]s"}
	textHoliday = bot.Text{ZH: "放假", EN: "holiday"}
	textShifted = bot.Text{ZH: "调休上班", EN: "a working day"}
	textLast    = bot.Text{ZH: "最后一个群约 %s", EN: "the last group at about %s"}
	textLacks   = bot.Text{ZH: "没有新语音", EN: "nothing new to send"}
	textSeldom  = bot.Text{ZH: "有需要才发", EN: "only if there is something to say"}
	textClash   = bot.Text{ZH: "上一条还没发完，要等", EN: "waits for the one before"}
	textStale   = bot.Text{ZH: "30 分钟内发不完，后面的群收不到", EN: "takes over 30 minutes, the last groups do not get it"}
	textHush    = bot.Text{ZH: "在安静时段", EN: "within quiet hours"}
	textOverDay = bot.Text{ZH: "这天要发 %d 条，一天最多 %d 条", EN: "%d sends on this day, %d is the most"}
)

func (f forecast) quiet(at time.Time) bool { return f.o.Quiet(at.In(f.zone)) }

// kind says what is odd about a day: "" where it is what the week says.
func (f forecast) kind(date time.Time) string {
	weekend := date.Weekday() == time.Saturday || date.Weekday() == time.Sunday
	switch days := f.o.Days(); {
	case days.Works(date) && weekend:
		return f.t(textShifted)
	case days.Holiday(date):
		return f.t(textHoliday)
	}
	return ""
}

// remarks say what will not go as one might think; troubled is whether the owner should do something about it.
func (f forecast) remarks(s scene) (list []string, troubled bool) {
	if s.last.After(s.at) && s.groups > 1 {
		list = append(list, f.t(textLast, s.last.In(f.zone).Format("15:04:05")))
	}
	if s.times > 0 {
		list = append(list, f.t(textTimes, s.end.In(f.zone).Format("15:04"), s.times))
	}
	if s.seldom {
		list = append(list, f.t(textSeldom))
	}
	for _, r := range []struct {
		is   bool
		text bot.Text
	}{{s.lacks, textLacks}, {s.late, textClash}, {s.stale, textStale}, {(s.hush || f.quiet(s.at)) && !s.off, textHush}} {
		if r.is {
			list, troubled = append(list, f.t(r.text)), true
		}
	}
	return list, troubled
}

// over says that a day sends more than the account may; "" where it does not.
func (f forecast) over(d day) string {
	if _, most := f.o.Most(d.date.AddDate(0, 0, 1)); most > 0 && d.sends > most {
		return f.t(textOverDay, d.sends, most)
	}
	return ""
}

// dayName is a date as people say it.
func (f forecast) dayName(date time.Time) string {
	if f.lang == bot.EN {
		return date.Format("Mon 2 January")
	}
	return fmt.Sprintf("%d月%d日 %s", date.Month(), date.Day(), bot.Weekday(bot.ZH, date.Weekday()))
}
