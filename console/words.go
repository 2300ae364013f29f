package console

import (
	"slices"
	"strconv"
	"time"

	"sixtwenty/bot"
)

type words struct{ Title, Empty, NoGroups, Fault, Other, OtherLang, Codes, Until string }

var (
	textTitle    = bot.Text{ZH: "六点二十 · 机器人", EN: "Sixtwenty · the bot"}
	textEmpty    = bot.Text{ZH: "还没有记录", EN: "Nothing yet"}
	textNoGroups = bot.Text{ZH: "还没有在任何群里工作。请先扫码登录，并看看 config.yaml 里的 groups。", EN: "Not at work in any group yet. Scan to sign in, and see groups in config.yaml."}
	textFault    = bot.Text{ZH: "数据暂时存不进去，机器人先不说话：", EN: "Nothing can be kept just now, so the bot stays silent:"}
	textOther    = bot.Text{ZH: "English", EN: "中文"}

	textSession    = bot.Text{ZH: "微信", EN: "WeChat"}
	textIn         = bot.Text{ZH: "已登录", EN: "signed in"}
	textOut        = bot.Text{ZH: "还没登录", EN: "not signed in yet"}
	textStateSince = bot.Text{ZH: "这个状态始于", EN: "Like this since"}
	textCodes      = bot.Text{ZH: "认领码", EN: "Codes"}
	textUntil      = bot.Text{ZH: "有效到", EN: "good until"}
	textOutages    = bot.Text{ZH: "断线记录", EN: "Out of touch"}
	textReason     = bot.Text{ZH: "原因", EN: "Why"}
	textSpan       = bot.Text{ZH: "时间", EN: "When"}
	textMissing    = bot.Text{ZH: "消息", EN: "Messages"}
	textLost       = bot.Text{ZH: "没有收到", EN: "never came in"}
	textCaught     = bot.Text{ZH: "事后补收了", EN: "came in later"}

	textSince   = bot.Text{ZH: "启动于", EN: "Up since"}
	textClock   = bot.Text{ZH: "现在", EN: "Now"}
	textHeard   = bot.Text{ZH: "最近收到消息", EN: "Last heard something"}
	textGroups  = bot.Text{ZH: "服务的群", EN: "Groups"}
	textWaiting = bot.Text{ZH: "待发", EN: "Waiting"}
	textSent    = bot.Text{ZH: "已发", EN: "Sent"}
	textTrouble = bot.Text{ZH: "失败 / 不确定 / 过期", EN: "Failed / unknown / expired"}
)

func wordsIn(l bot.Lang) words {
	other := "en"
	if l == bot.EN {
		other = "zh"
	}
	return words{
		Title: textTitle.In(l), Empty: textEmpty.In(l), NoGroups: textNoGroups.In(l), Fault: textFault.In(l),
		Other: textOther.In(l), OtherLang: other,
		Codes: textCodes.In(l), Until: textUntil.In(l),
	}
}

func facts(s bot.Status, l bot.Lang) []fact {
	session := textOut.In(l)
	switch {
	case s.Account.Name != "":
		session = s.Account.In(l)
	case s.Session != "":
		session = textIn.In(l)
	}
	trouble := strconv.Itoa(s.Counts[bot.Failed]) + " / " + strconv.Itoa(s.Counts[bot.Lost]) + " / " + strconv.Itoa(s.Counts[bot.Expired])
	return []fact{
		{textSession.In(l), session},
		{textStateSince.In(l), clock(s.Account.Since, s.Zone)},
		{textGroups.In(l), strconv.Itoa(s.Groups)},
		{textWaiting.In(l), strconv.Itoa(s.Waiting)},
		{textSent.In(l), strconv.Itoa(s.Counts[bot.Sent])},
		{textTrouble.In(l), trouble},
		{textHeard.In(l), clock(s.LastIn, s.Zone)},
		{textClock.In(l), clock(s.Now, s.Zone)},
		{textSince.In(l), clock(s.Started, s.Zone)},
	}
}

// outages is the table of the last times in which nothing came in, the newest first.
func outages(list []bot.Outage, zone *time.Location, l bot.Lang) view {
	v := view{Title: textOutages.In(l), Columns: []string{textSpan.In(l), textReason.In(l), textMissing.In(l)}}
	for _, o := range slices.Backward(list[max(0, len(list)-shownOutages):]) {
		what := textCaught
		if o.Lost {
			what = textLost
		}
		v.Rows = append(v.Rows, []string{o.Span(zone), o.Reason.In(l), what.In(l)})
	}
	return v
}

func clock(t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return "–"
	}
	return t.In(zone).Format("2006-01-02 15:04:05")
}
