package checkin

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/width"

	"sixtwenty/bot"
	"sixtwenty/schedules"
)

// Settings of the feature. The defaults need no setting at all.
type Settings struct {
	Answers   string        `yaml:"answers" help:"怎么回应打卡：each 每人一句，card 攒成一张卡，auto 看群大小|how check-ins are answered: each, card, or auto by the group's size"`
	Small     int           `yaml:"small" help:"auto 时，不超过这么多人的群每人都回|with auto, groups of up to so many people are answered one by one"`
	CardEvery time.Duration `yaml:"card_every" help:"一张卡攒多久|how long a card gathers check-ins before it is shown"`
	First     bool          `yaml:"first" help:"攒卡时，每天第一个打卡的也单独回一句|with cards, the first of the day gets a reply of their own"`
	Private   bool          `yaml:"private" help:"私聊机器人打卡也算|check-ins sent in private count too"`
	Words     []string      `yaml:"words" help:"除了 打卡、签到，还有哪些词算打卡|words that check in besides 打卡 and 签到"`
	Window    string        `yaml:"window" help:"几点到几点打卡算数，如 05:00-08:00；空是全天|time of day that counts, such as 05:00-08:00; empty is all day"`
	Kind      string        `yaml:"kind" help:"打卡要带什么：any 不限、text、picture、voice 或 link|what must come along: any, text, picture, voice or link"`
	MinLength int           `yaml:"min_length" help:"打卡内容至少几个字|the least number of characters written beside it"`
	Unit      string        `yaml:"unit" help:"打卡内容里的数字按什么单位累计，如 页、分钟、公里|unit of the numbers to add up, such as 页 or km"`

	FreezeEvery int `yaml:"freeze_every" help:"连续多少天送一张冻结卡（缺卡自动用掉）；0 不送|days in a row that earn a freeze, which spends itself; 0 is never"`
	FreezeMost  int `yaml:"freeze_most" help:"手里最多几张冻结卡|most freezes in hand"`
	MakeUpDays  int `yaml:"makeup_days" help:"可以补最近几天的卡；0 不能补|how many days back can be made up; 0 is none"`
	MakeUpMost  int `yaml:"makeup_most" help:"每月最多补几次|make-ups in a month"`

	WeekendsOff bool     `yaml:"weekends_off" help:"周末不打卡也不断|weekends are nobody's miss"`
	HolidaysOff bool     `yaml:"holidays_off" help:"法定节假日不打卡也不断|public holidays are nobody's miss"`
	DaysOff     []string `yaml:"days_off" help:"另外哪些日子不打卡也不断，如 2026-12-31|further days that are nobody's miss, such as 2026-12-31"`

	Milestones []string `yaml:"milestones" help:"连续多少天时祝贺|days in a row that are celebrated"`
	Milestone  string   `yaml:"milestone" help:"祝贺的话，可用 {名字} {天}|words of the celebration, with {名字} and {天}"`
	Points     int      `yaml:"points" help:"打一次卡得几分；0 不给|points for a check-in; 0 is none"`
	Pictures   bool     `yaml:"pictures" help:"画打卡日历、榜单和证书的图|draw calendars, boards and certificates"`
	Remind     string   `yaml:"remind" help:"几点提醒快断的人，如 每天 21:00；空是不提醒|when to remind those whose streak is about to end; empty is never"`
}

const (
	answerEach = "each"
	answerCard = "card"
	answerAuto = "auto"
)

// Defaults is what holds where nothing is set.
func Defaults() Settings {
	return Settings{
		Answers: answerAuto, Small: 30, CardEvery: 30 * time.Second, First: true, Private: true, Words: []string{"早"}, Kind: "any",
		FreezeEvery: 7, FreezeMost: 2, MakeUpDays: 3, MakeUpMost: 2,
		DaysOff: []string{}, Milestones: []string{"7", "21", "50", "100", "200", "365", "500", "1000"},
		Milestone: "🎉 {名字} 连续打卡 {天} 天，了不起！", Points: 1, Pictures: true,
	}
}

const maxWords = 20

var (
	textNotAnswers = bot.Text{ZH: "「%s」不行，要写 each、card 或 auto", EN: "“%s” is none of each, card and auto"}
	textNotKind    = bot.Text{ZH: "「%s」不行，要写 any、text、picture、voice 或 link", EN: "“%s” is none of any, text, picture, voice and link"}
	textNotNumber  = bot.Text{ZH: "%d 不行，要写 0 到 %d 的数", EN: "%d is not a number from 0 to %d"}
	textNotEvery   = bot.Text{ZH: "%v 不行，要在 5s 和 1h 之间", EN: "%v is not from 5s to 1h"}
	textNotWindow  = bot.Text{ZH: "「%s」看不懂，要写成 05:00-08:00", EN: "“%s” is no time of day; write 05:00-08:00"}
	textNotWords   = bot.Text{ZH: "有 %d 个，最多 %d 个", EN: "found %d, at most %d"}
	textNotUnit    = bot.Text{ZH: "「%s」太长，最多 8 个字", EN: "“%s” is longer than 8 characters"}
	textNotDay     = bot.Text{ZH: "「%s」不是日期，要写成 2026-12-31", EN: "“%s” is no date like 2026-12-31"}
	textNotDays    = bot.Text{ZH: "「%s」不是天数", EN: "“%s” is no number of days"}
)

// Check says what is wrong with the settings; its errors begin with the name of the field.
func (s Settings) Check() error {
	if !slices.Contains([]string{answerEach, answerCard, answerAuto}, s.Answers) {
		return bot.BadSetting("answers", textNotAnswers, s.Answers)
	}
	if _, ok := kinds()[s.Kind]; !ok {
		return bot.BadSetting("kind", textNotKind, s.Kind)
	}
	for _, n := range []struct {
		name        string
		value, most int
	}{
		{"small", s.Small, 500},
		{"min_length", s.MinLength, 500},
		{"freeze_every", s.FreezeEvery, 365},
		{"freeze_most", s.FreezeMost, 30},
		{"makeup_days", s.MakeUpDays, 30},
		{"makeup_most", s.MakeUpMost, 31},
		{"points", s.Points, 1000},
	} {
		if n.value < 0 || n.value > n.most {
			return bot.BadSetting(n.name, textNotNumber, n.value, n.most)
		}
	}
	if s.CardEvery < 5*time.Second || s.CardEvery > time.Hour {
		return bot.BadSetting("card_every", textNotEvery, s.CardEvery)
	}
	if s.Window != "" && !clockSpan.MatchString(width.Fold.String(s.Window)) || s.Window != "" && s.window() == (window{}) {
		return bot.BadSetting("window", textNotWindow, s.Window)
	}
	return s.checkLists()
}

func (s Settings) checkLists() error {
	if len(s.Words) > maxWords {
		return bot.BadSetting("words", textNotWords, len(s.Words), maxWords)
	}
	if len([]rune(s.Unit)) > 8 {
		return bot.BadSetting("unit", textNotUnit, s.Unit)
	}
	for _, d := range s.DaysOff {
		if _, err := bot.ParseDay(d); err != nil {
			return bot.BadSetting("days_off", textNotDay, d)
		}
	}
	for _, m := range s.Milestones {
		if n, err := strconv.Atoi(m); err != nil || n < 1 {
			return bot.BadSetting("milestones", textNotDays, m)
		}
	}
	if s.Remind != "" {
		if _, err := schedules.Parse(s.Remind); err != nil {
			return fmt.Errorf("remind: %w", err)
		}
	}
	return nil
}

// window is the time that counts. Check has seen it.
func (s Settings) window() window {
	if s.Window == "" {
		return window{}
	}
	var p plan
	if !p.read(width.Fold.String(s.Window)) {
		return window{}
	}
	return p.Window
}

// rests says whether a day is off. Where both weekends and holidays are, a weekend that is worked (调休) is not.
func (s Settings) rests(d bot.Day, days *schedules.Days) bool {
	date := d.Date()
	weekend := date.Weekday() == time.Saturday || date.Weekday() == time.Sunday
	switch {
	case slices.Contains(s.DaysOff, d.String()):
		return true
	case s.WeekendsOff && s.HolidaysOff:
		return !days.Works(date)
	case s.WeekendsOff:
		return weekend
	}
	return s.HolidaysOff && days.Holiday(date)
}

func (s Settings) freezes(from bot.Day) freezeRule {
	return freezeRule{From: from, Every: s.FreezeEvery, Most: s.FreezeMost}
}

// celebrates says whether a streak is a milestone.
func (s Settings) celebrates(streak int) bool {
	return slices.Contains(s.Milestones, strconv.Itoa(streak))
}

func (s Settings) celebration(name string, streak int) string {
	return strings.NewReplacer("{名字}", name, "{name}", name, "{天}", strconv.Itoa(streak), "{days}", strconv.Itoa(streak)).Replace(s.Milestone)
}

// isWord says whether a text's first word checks in. Of ours those are left that the router does not know with a mark behind them.
func (s Settings) isWord(word string) bool {
	return slices.Contains([]string{"打卡", "签到", "checkin"}, word) || slices.ContainsFunc(s.Words, func(w string) bool { return strings.EqualFold(w, word) })
}

// kinds are the values of Settings.Kind with the media they stand for.
func kinds() map[string]bot.MediaKind {
	return map[string]bot.MediaKind{"any": "", "text": "", "picture": bot.Image, "voice": bot.Voice, "link": bot.Link}
}
