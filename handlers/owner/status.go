package owner

import (
	"context"
	"strconv"
	"time"

	"sixtwenty/bot"
)

var (
	textState   = bot.Text{ZH: "%s（自 %s）\n", EN: "%s (since %s)\n"}
	textUp      = bot.Text{ZH: "启动于 %s\n服务 %d 个群，最近一次收到消息 %s", EN: "Up since %s\n%d groups, last heard something %s"}
	textOut     = bot.Text{ZH: "\n上次断线 %s：%s", EN: "\nlast out of touch %s: %s"}
	textMissed  = bot.Text{ZH: "，那时的消息没有收到", EN: "; what was said then never came in"}
	textQueue   = bot.Text{ZH: "\n待发 %d 条（回复 %d、主动说的 %d、定时和群发 %d），启动后已发 %d 条", EN: "\n%d waiting (%d answers, %d unasked, %d scheduled), %d sent since the start"}
	textNotSent = bot.Text{ZH: "\n24 小时里：失败 %d，不确定 %d，过期 %d，可能发了两次 %d", EN: "\nIn 24 hours: %d failed, %d unknown, %d expired, %d perhaps twice"}
	textMore    = bot.Text{ZH: "，还不止这些", EN: ", and more"}
	textList    = bot.Text{ZH: "（/待查 看是哪些）", EN: " (/trouble lists them)"}
	textBudget  = bot.Text{ZH: "\n这一小时发了 %d 条（最多 %s），24 小时 %d 条（最多 %s），现在还能发 %s 条", EN: "\n%d sent this hour (of %s), %d in 24 hours (of %s), %s left now"}
	textWarm    = bot.Text{ZH: "\n刚登录，慢慢来：额度每天长一点，%s 起全额", EN: "\nA new sign-in is careful: the budgets grow until %s"}
	textSlowed  = bot.Text{ZH: "\n微信说发得太快了，现在每条之间等 %v", EN: "\nWeChat says: too often; %v between sends for now"}
	textNight   = bot.Text{ZH: "\n安静时间 %s", EN: "\nQuiet hours %s"}
	textNow     = bot.Text{ZH: "，现在就是：没人问的话等天亮再说", EN: ", which is now: what nobody asked for waits"}
	textNoNight = bot.Text{ZH: "\n没有安静时间", EN: "\nNo quiet hours"}
	textNoLimit = bot.Text{ZH: "不限", EN: "no limit"}
	textFault   = bot.Text{ZH: "\n⚠ 数据暂时存不进去：%v", EN: "\n⚠ nothing can be kept just now: %v"}
	textSilence = bot.Text{ZH: "\n（已静音，发 /恢复 结束）", EN: "\n(silenced; /resume ends it)"}
)

// status is /状态.
func status(_ context.Context, c *bot.Call) error {
	s := c.Status()
	text := c.T(textUp, when(c, s.Started), s.Groups, when(c, s.LastIn))
	if a := s.Account; a.Name != "" {
		text = c.T(textState, a.In(c.Group().Language), when(c, a.Since)) + text
	}
	for _, part := range []func(*bot.Call, bot.Status) (string, error){lastOut, queue, notSent, pace, silence} {
		line, err := part(c, s)
		if err != nil {
			return err
		}
		text += line
	}
	c.Say(text)
	return nil
}

func when(c *bot.Call, t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.In(c.Zone()).Format("01-02 15:04:05")
}

// lastOut tells of the last time, within a week, in which nothing came in.
func lastOut(c *bot.Call, _ bot.Status) (string, error) {
	list, err := c.Outages(c.Now.AddDate(0, 0, -7), c.Now)
	if err != nil || len(list) == 0 {
		return "", err
	}
	last := list[len(list)-1]
	text := c.T(textOut, last.Span(c.Zone()), last.Reason.In(c.Group().Language))
	if last.Lost {
		text += c.T(textMissed)
	}
	return text, nil
}

func queue(c *bot.Call, s bot.Status) (string, error) {
	q := s.Queue
	return c.T(textQueue, s.Waiting, q[bot.Answer], q[bot.Unasked], q[bot.Broadcast], s.Counts[bot.Sent]), nil
}

// notSent counts by the record, which outlives a restart.
func notSent(c *bot.Call, _ bot.Status) (string, error) {
	n, err := bot.CountTrouble(c.Tx, c.Now.Add(-24*time.Hour))
	if err != nil {
		return "", err
	}
	text := c.T(textNotSent, n.Failed, n.Lost, n.Expired, n.Twice)
	if n.More {
		text += c.T(textMore)
	}
	if n != (bot.TroubleCount{}) {
		text += c.T(textList)
	}
	return text, nil
}

func pace(c *bot.Call, s bot.Status) (string, error) {
	b := s.Budget
	left := c.T(textNoLimit)
	if n := b.Left(); n >= 0 {
		left = strconv.Itoa(n)
	}
	text := c.T(textBudget, b.Hour, limit(c, b.PerHour), b.Day, limit(c, b.PerDay), left)
	if !b.Warm.IsZero() {
		text += c.T(textWarm, b.Warm.In(c.Zone()).Format("01-02 15:04"))
	}
	if b.Slowed > 0 {
		text += c.T(textSlowed, b.Slowed)
	}
	if s.Quiet == "" {
		return text + c.T(textNoNight), nil
	}
	text += c.T(textNight, s.Quiet)
	if c.Quiet(c.Now) {
		text += c.T(textNow)
	}
	return text, nil
}

func limit(c *bot.Call, n int) string {
	if n == 0 {
		return c.T(textNoLimit)
	}
	return strconv.Itoa(n)
}

// silence tells what keeps the bot from speaking.
func silence(c *bot.Call, s bot.Status) (text string, err error) {
	if s.Fault != nil {
		text = c.T(textFault, s.Fault)
	}
	silenced, err := c.Silenced()
	if silenced {
		text += c.T(textSilence)
	}
	return text, err
}
