package onboarding

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"sixtwenty/bot"
)

// A step is something that is said to all newcomers of a day who need it. Its day and its text are settings of the group.
type step struct {
	name  string
	title bot.Text
	field string // of the settings: the text is "field", the day "field_day"
	needs func(c *bot.Call, who bot.Person, b beginning) (bool, error)
	say   func(c *bot.Call, list []bot.PersonID, all []beginning) error
}

func stepsOf() []step {
	return []step{
		{
			"intro",
			bot.Text{ZH: "介绍", EN: "intro"},
			"intro",
			func(c *bot.Call, who bot.Person, _ beginning) (bool, error) {
				text, err := cardOf(c.Tx, c.Event.Chat.ID, who)
				return text == "", err
			}, prompt,
		},
		{
			"nudge",
			bot.Text{ZH: "提醒", EN: "nudge"},
			"nudge",
			func(_ *bot.Call, _ bot.Person, b beginning) (bool, error) { return !b.Checked, nil }, nudge,
		},
		{
			"week",
			bot.Text{ZH: "新人榜", EN: "week"},
			"week",
			func(*bot.Call, bot.Person, beginning) (bool, error) { return true, nil }, present,
		},
	}
}

// day is the day after the join on which the step is taken; 0 is never.
func (st step) day(s Settings) int {
	return map[string]int{"intro": s.IntroDay, "nudge": s.NudgeDay, "week": s.WeekDay}[st.field]
}

func (st step) text(s Settings) string {
	return map[string]string{"intro": s.Intro, "nudge": s.Nudge, "week": s.Week}[st.field]
}

func (st step) known() []placeholder {
	if st.field == "week" {
		return ofWeek()
	}
	return ofStep()
}

// saying fills in the text of a step, the group's own or else ours.
func saying(c *bot.Call, own string, ours bot.Text, known []placeholder, values map[string]string) (string, error) {
	values["群名"] = c.ChatName(c.Event.Chat.ID)
	value := func(name string) string { return values[name] }
	if own != "" {
		if text, err := fill(own, known, value); err == nil {
			return text, nil
		}
	}
	return fill(c.T(ours), known, value)
}

// prompt asks people to introduce themselves; what they write next in that way becomes their card.
func prompt(c *bot.Call, list []bot.PersonID, _ []beginning) error {
	for _, who := range list {
		if err := asked.Put(c.Tx, c.Now, c.Event.Chat.ID, who); err != nil {
			return err
		}
	}
	text, err := saying(c, bot.Settings[Settings](c).Intro, textIntro, ofStep(), map[string]string{"名字": names(c, list)})
	c.Say(text)
	return err
}

func nudge(c *bot.Call, list []bot.PersonID, _ []beginning) error {
	text, err := saying(c, bot.Settings[Settings](c).Nudge, textNudge, ofStep(), map[string]string{"名字": names(c, list)})
	c.Say(text)
	return err
}

// present names the newcomers of a week, and thanks those who brought them.
func present(c *bot.Call, list []bot.PersonID, all []beginning) error {
	newcomers, by := thanked(c, list, all)
	ours, thanks := textWeek, c.T(textEverybody)
	if len(by) == 0 {
		ours = textWeekAlone
	} else {
		thanks = names(c, by)
	}
	text, err := saying(c, bot.Settings[Settings](c).Week, ours, ofWeek(), map[string]string{"新人": newcomers, "邀请人": thanks})
	c.Say(text)
	return err
}

var (
	textPlan     = bot.Text{ZH: "新人的头一周：\n· 进群就欢迎（/欢迎语）", EN: "The first week:\n· greeted at once (/welcome)"}
	textPlanStep = bot.Text{ZH: "\n· %s：第 %d 天 — %s", EN: "\n· %s: day %d — %s"}
	textPlanOff  = bot.Text{ZH: "\n· %s：不做", EN: "\n· %s: off"}
	textPlanWhen = bot.Text{ZH: "\n时间：%s。改：/头一周 提醒 5（换一天）、/头一周 提醒 关、/头一周 提醒 想说的话；写「默认」回到原来的话", EN: "\nWhen: %s. Change: /firstweek nudge 5 (the day), /firstweek nudge off, /firstweek nudge TEXT; default goes back to the built-in text"}
	textPlanNone = bot.Text{ZH: "（都不做）", EN: "(never)"}
	textNoStep   = bot.Text{ZH: "没有「%s」这一步，有：介绍、提醒、新人榜。", EN: "There is no step %s; there are intro, nudge and week."}
	textStepDay  = bot.Text{ZH: "好的，「%s」改到第 %d 天。", EN: "“%s” is on day %d now."}
	textStepOff  = bot.Text{ZH: "好的，「%s」不做了。", EN: "“%s” is off now."}
	textStepText = bot.Text{ZH: "好的，「%s」以后这样说：\n%s", EN: "“%s” will say:\n%s"}
	textBadDay   = bot.Text{ZH: "天数要在 1 到 %d 之间。", EN: "The day is between 1 and %d."}
)

// firstWeek is /头一周: show the steps, move one, reword it, switch it off.
func firstWeek(_ context.Context, c *bot.Call) error {
	name, how := strings.ToLower(c.Arg("哪一步")), strings.TrimSpace(c.Arg("怎样"))
	if name == "" {
		showPlan(c)
		return nil
	}
	all := stepsOf()
	n := slices.IndexFunc(all, func(st step) bool { return st.title.ZH == name || st.title.EN == name })
	if n < 0 {
		return bot.Refuse(textNoStep, bot.CleanName(name))
	}
	st := all[n]
	switch day, err := strconv.Atoi(how); {
	case how == "":
		showPlan(c)
		return nil
	case isOff(how):
		c.Reply(textStepOff, c.T(st.title))
		return c.SetFor("onboarding", st.field+"_day", "0")
	case err == nil && (day < 1 || day > maxDay):
		return bot.Refuse(textBadDay, maxDay)
	case err == nil:
		c.Reply(textStepDay, c.T(st.title), day)
		return c.SetFor("onboarding", st.field+"_day", how)
	}
	return st.reword(c, how)
}

// reword gives a step a text of the group's own.
func (st step) reword(c *bot.Call, text string) error {
	if text == "默认" || text == "default" {
		c.Reply(textStepText, c.T(st.title), c.T(st.ours()))
		return c.SetFor("onboarding", st.field, empty)
	}
	if err := checkTemplate(text, st.known()); err != nil {
		if t, ok := errors.AsType[*templateError](err); ok {
			return bot.Refuse(textWelcomeBad, t.In(c.Group().Language))
		}
		return err
	}
	c.Reply(textStepText, c.T(st.title), text)
	return c.SetFor("onboarding", st.field, text)
}

func (st step) ours() bot.Text {
	return map[string]bot.Text{"intro": textIntro, "nudge": textNudge, "week": textWeek}[st.field]
}

func showPlan(c *bot.Call) {
	s := bot.Settings[Settings](c)
	text := c.T(textPlan)
	for _, st := range stepsOf() {
		day, says := st.day(s), st.text(s)
		if says == "" {
			says = c.T(st.ours())
		}
		if day == 0 {
			text += c.T(textPlanOff, c.T(st.title))
			continue
		}
		text += c.T(textPlanStep, c.T(st.title), day, says)
	}
	at := s.Steps
	if at == "" {
		at = c.T(textPlanNone)
	}
	c.Say(text + c.T(textPlanWhen, at))
}
