package schedule

import (
	"context"
	"strconv"
	"strings"

	"sixtwenty/bot"
)

const (
	maxDays  = 31
	maxShown = 60 // lines of one rehearsal
)

var (
	textDays   = bot.Text{ZH: "请写 1 到 %d 天，如 /预演 7天；要图写 /预演 7天 图", EN: "Write 1 to %d days, as /rehearse 7; for a picture /rehearse 7 图"}
	textComing = bot.Text{ZH: "接下来 %d 天（%s）：", EN: "The coming %d days (%s):"}
	textKind   = bot.Text{ZH: "（%s）", EN: " (%s)"}
	textScene  = bot.Text{ZH: "\n  %s %s → %d 个群", EN: "\n  %s %s → groups: %d"}
	textRemark = bot.Text{ZH: "，%s", EN: ", %s"}
	textOff    = bot.Text{ZH: "\n  %s %s 放假，不发", EN: "\n  %s %s is left out: a holiday"}
	textNote   = bot.Text{ZH: "\n  注意：%s", EN: "\n  Note: %s"}
	textIdle   = bot.Text{ZH: "\n没有要发的。", EN: "\nNothing is to be sent."}
	textCut    = bot.Text{ZH: "\n…还有 %d 条", EN: "\n… and %d more"}
)

// rehearse is /预演: the coming days by the rules that hold now, in words or as a picture.
func rehearse(_ context.Context, c *bot.Call) error {
	days, picture, ok := readDays(c.Arg("几天"), c.Arg("图"))
	if !ok {
		return bot.Refuse(textDays, maxDays)
	}
	f := forecastOf(c)
	scenes, err := f.scenes(c.Now.AddDate(0, 0, days))
	if err != nil {
		return err
	}
	if picture {
		return f.draw(c, days, scenes)
	}
	c.Say(f.script(days, scenes))
	return nil
}

func readDays(first, second string) (days int, picture, ok bool) {
	isPicture := func(s string) bool { return s == "图" || s == "picture" }
	if picture = isPicture(first) || isPicture(second); isPicture(first) {
		first = second
	}
	if first = strings.TrimSuffix(first, "天"); first == "" || isPicture(first) {
		return 7, picture, true
	}
	days, err := strconv.Atoi(first)
	return days, picture, err == nil && days >= 1 && days <= maxDays && (second == "" || picture)
}

// script writes the scenes day by day, with what will not go as one might think.
func (f forecast) script(days int, scenes []scene) string {
	var text strings.Builder
	text.WriteString(f.t(textComing, days, f.zone))
	if len(scenes) == 0 {
		text.WriteString(f.t(textIdle))
	}
	shown, more := 0, 0
	for _, d := range f.days(scenes) {
		lines := d.folded(f.quiet)
		if shown == maxShown {
			more += len(lines)
			continue
		}
		text.WriteString("\n" + f.dayName(d.date))
		if kind := f.kind(d.date); kind != "" {
			text.WriteString(f.t(textKind, kind))
		}
		here := min(len(lines), maxShown-shown)
		for _, s := range lines[:here] {
			text.WriteString(f.line(s))
		}
		shown, more = shown+here, more+len(lines)-here
		if over := f.over(d); over != "" {
			text.WriteString(f.t(textNote, over))
		}
	}
	if more > 0 {
		text.WriteString(f.t(textCut, more))
	}
	return text.String()
}

func (f forecast) line(s scene) string {
	clock := s.at.In(f.zone).Format("15:04")
	if s.off {
		return f.t(textOff, clock, s.what)
	}
	text := f.t(textScene, clock, s.what, s.groups)
	remarks, _ := f.remarks(s)
	for _, r := range remarks {
		text += f.t(textRemark, r)
	}
	return text
}
