package schedule

import (
	"strings"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

const maxComing = 8 // of the coming day, in the morning report

var (
	textToday   = bot.Text{ZH: "接下来", EN: "coming"}
	textMorrow  = bot.Text{ZH: "明天 ", EN: "tomorrow "}
	textTable   = bot.Text{ZH: "放假安排", EN: "working days"}
	textLacking = bot.Text{ZH: "还不知道 %d 年的，1 月起「工作日」只按周一到周五算；请把它写进数据文件夹的 holidays.txt", EN: "those of %d are not known: from January Monday to Friday count, unless holidays.txt in the data folder says them"}
)

// comingLines say what the next day sends, what it lacks, and that the table of working days ends.
func comingLines(r store.Reader, q bot.Query) (lines []bot.Line, err error) {
	f, err := ahead(r, q)
	if err != nil {
		return nil, err
	}
	scenes, err := f.scenes(q.Now.Add(24 * time.Hour))
	if err != nil {
		return nil, err
	}
	var list []string
	tomorrow := false // is said of the first
	var shown []scene
	for _, d := range f.days(scenes) {
		shown = append(shown, d.folded(f.quiet)...)
	}
	for _, s := range shown {
		if s.off || len(list) == maxComing {
			continue
		}
		local := s.at.In(f.zone)
		text := local.Format("15:04 ") + s.what
		if local.YearDay() != q.Now.In(f.zone).YearDay() && !tomorrow {
			text, tomorrow = f.t(textMorrow)+text, true
		}
		remarks, troubled := f.remarks(s)
		if troubled || s.times > 0 {
			text += f.t(textKind, strings.Join(remarks, "，"))
		}
		list = append(list, text)
	}
	if len(list) > 0 {
		lines = append(lines, bot.Line{Name: f.t(textToday), Value: strings.Join(list, "；")})
	}
	missing, err := f.yearMissing()
	if missing > 0 {
		lines = append(lines, bot.Line{Name: f.t(textTable), Value: f.t(textLacking, missing)})
	}
	return lines, err
}

// yearMissing is the year to come whose working days somebody counts on and nobody knows; 0 where all is well. The government
// publishes it in November.
func (f forecast) yearMissing() (int, error) {
	year := f.o.Now.In(f.zone).AddDate(0, 2, 0).Year()
	if f.o.Days().Knows(year) {
		return 0, nil
	}
	needed, err := f.o.NeedsDays()
	if err != nil {
		return 0, err
	}
	all, err := readAll(f.r)
	for _, e := range all {
		spec, bad := f.o.Days().Parse(e.Spec)
		needed = needed || bad == nil && spec.NeedsDays()
	}
	if needed {
		return year, err
	}
	return 0, err
}
