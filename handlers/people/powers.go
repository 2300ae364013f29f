package people

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"sixtwenty/bot"
)

func powers() []bot.Command {
	return []bot.Command{
		{
			Name: "任命", Aliases: []string{"appoint"}, Args: "[群主]", Who: bot.Host, Where: bot.InGroup,
			Summary:  bot.Text{ZH: "出一个管理员码（加「群主」是群主码），只显示在终端和控制台", EN: "make a manager's code (with 群主 or host, a group owner's), shown in the terminal and the console only"},
			Examples: []bot.Example{{Say: "/任命", Reply: "…终端和控制台…"}, {Say: "/任命 群主", Reply: "…终端和控制台…"}},
			Run:      appoint,
		},
		{
			Name: "管理员", Aliases: []string{"manager"}, Args: "<管理员码>", Where: bot.InPrivate, Secret: true,
			Summary:  bot.Text{ZH: "用管理员码或群主码成为一个群的管理员或群主", EN: "become a group's manager or owner with a code"},
			Examples: []bot.Example{{Say: "/管理员 00000000", Reply: "…不对…"}},
			Run:      become,
			Exposed:  exposedCode,
		},
		{
			Name: "拉黑", Aliases: []string{"block"}, Args: "<谁>", Who: bot.Manager, Where: bot.InGroup,
			Summary:  bot.Text{ZH: "不再理会这个人在这个群里说的话", EN: "hear nothing of what this person writes here"},
			Examples: []bot.Example{{Say: "/拉黑 @苏苏", Reply: "…苏苏…"}},
			Run:      block,
		},
		{
			Name: "解除", Aliases: []string{"unblock"}, Args: "<谁>", Who: bot.Manager, Where: bot.InGroup,
			Summary:  bot.Text{ZH: "解除拉黑或撤销管理员", EN: "lift a block, or take a manager's role"},
			Examples: []bot.Example{{Say: "/解除 @苏苏", Reply: "…苏苏…"}},
			Run:      lift,
		},
		{
			Name: "合并", Aliases: []string{"merge"}, Args: "<谁> <也是谁> [理由...]", Who: bot.Owner, Where: bot.InGroup,
			Summary:  bot.Text{ZH: "两个名字其实是一个人", EN: "two names are one person"},
			Examples: []bot.Example{{Say: "/合并 @小明 @苏苏 换号了", Reply: "…/拆开 1…"}},
			Run:      merge,
		},
		{
			Name: "拆开", Aliases: []string{"unmerge"}, Args: "<编号>", Who: bot.Owner,
			Summary:  bot.Text{ZH: "收回一次合并", EN: "take a merge back"},
			Examples: []bot.Example{{Say: "/拆开 7", Reply: "…没有…"}},
			Run:      unmerge,
		},
		{
			Name: "审计", Aliases: []string{"audit"}, Who: bot.Owner,
			Summary:  bot.Text{ZH: "谁在什么时候用了什么权力", EN: "who used which power, when"},
			Examples: []bot.Example{{Say: "/审计", Reply: "…"}},
			Run:      audit,
		},
	}
}

var (
	textCode       = bot.Text{ZH: "%s码已经显示在终端和控制台里，一小时内有效。请当面交给那个人，让他私聊我发：/管理员 码", EN: "The code for a %s is shown in the terminal and the console, good for an hour. Hand it over yourself; they send me in private: /manager CODE"}
	textAppoint    = bot.Text{ZH: "这样写：/任命，或 /任命 群主", EN: "Write /appoint, or /appoint host."}
	textNotHost    = bot.Text{ZH: "只有机主能任命群主。", EN: "Only the bot's owner appoints a group's owner."}
	textBecame     = bot.Text{ZH: "好的，您现在是%s了。重新扫码登录后需要新的码。", EN: "You are a %s now. After a new sign-in you need a new code."}
	textExposed    = bot.Text{ZH: "码请私聊发给我。这个码大家都看到了，已经作废；新的在终端和控制台里。", EN: "Send codes to me in private. Everybody has seen this one, so it is void; there is a new one in the terminal and the console."}
	textWrong      = bot.Text{ZH: "这个码不对，或者过期了。", EN: "That code is wrong, or too old."}
	textShut       = bot.Text{ZH: "错的次数太多了，请一小时后再试。", EN: "Too many wrong codes. Try again in an hour."}
	textAlarm      = bot.Text{ZH: "有人在猜认领码：一小时内错了十次，已经关门一小时。", EN: "Somebody is guessing codes: ten wrong ones within the hour. The door is shut for an hour."}
	textBlocked    = bot.Text{ZH: "好的，不再理会 %s 在这里说的话。发 /解除 @%s 恢复。", EN: "What %s writes here is no longer heard. Send /unblock @%s to lift it."}
	textLifted     = bot.Text{ZH: "好的，%s 现在是普通群友。", EN: "%s is a member like others now."}
	textNotThem    = bot.Text{ZH: "机主和管理员不能拉黑。", EN: "Owners and managers cannot be blocked."}
	textMerged     = bot.Text{ZH: "好的，%s 和 %s 是一个人了。如果弄错了，发 /拆开 %d。", EN: "%s and %s are one person now. If that is wrong, send /unmerge %d."}
	textCannot     = bot.Text{ZH: "没有合并：他们已经是一个人了，或者身份太多了。", EN: "Not merged: they are one person already, or have too many identities."}
	textApart      = bot.Text{ZH: "好的，第 %d 次合并收回了。", EN: "Merge %d is taken back."}
	textNoMerge    = bot.Text{ZH: "没有第 %s 次合并，或者已经收回了。", EN: "There is no merge %s, or it was taken back."}
	textNoAudit    = bot.Text{ZH: "还没有人用过权力。", EN: "No power was used yet."}
	textDenied     = bot.Text{ZH: "没有权限的尝试：", EN: "Tried without the right to:"}
	textDeniedLine = bot.Text{ZH: "%s %s /%s，共 %d 次", EN: "%s %s /%s, %d times"}
	textAudit      = bot.Text{ZH: "%s %s /%s（凭%s，%s）", EN: "%s %s /%s (by %s, %s)"}
)

func appoint(_ context.Context, c *bot.Call) error {
	role := bot.Manager
	switch what := strings.ToLower(c.Arg("群主")); {
	case what == "":
	case what != "群主" && what != "host":
		return bot.Refuse(textAppoint)
	case c.Role < bot.Owner:
		return bot.Refuse(textNotHost)
	default:
		role = bot.Host
	}
	c.Reply(textCode, c.T(bot.RoleName(role)))
	return c.NewCode(role, c.Event.Chat.ID)
}

// become takes a code. A wrong one is answered, not refused, because the count of wrong ones must be kept.
func become(_ context.Context, c *bot.Call) error {
	shut, err := c.DoorShut()
	if err != nil {
		return err
	}
	if shut {
		return bot.Refuse(textShut)
	}
	code, good, err := c.UseCode(c.Arg("管理员码"))
	if err != nil {
		return err
	}
	if good {
		c.Reply(textBecame, c.T(bot.RoleName(code.Role)))
		return nil
	}
	return wrongCode(c)
}

// exposedCode voids a manager's code that others read.
func exposedCode(_ context.Context, c *bot.Call) error {
	good, err := c.ExposedCode(c.Arg("管理员码"))
	if err != nil {
		return err
	}
	if !good {
		return bot.Refuse(textInPrivate)
	}
	c.Reply(textExposed)
	return nil
}

func block(_ context.Context, c *bot.Call) error {
	m, err := c.One(c.Arg("谁"))
	if err != nil {
		return err
	}
	role, err := standing(c, m.Person)
	if err != nil {
		return err
	}
	if role > bot.Everyone {
		return bot.Refuse(textNotThem)
	}
	c.Reply(textBlocked, m.Shown(), m.Shown())
	return c.Grant(m.Person, c.Event.Chat.ID, bot.Blocked)
}

// standing is the most that somebody may be here, under any of their identities, though they have yet to prove it in this sign-in:
// whoever proves theirs first must not put the others out, and a block is of the whole person.
func standing(c *bot.Call, p bot.PersonID) (best bot.Role, err error) {
	who, err := bot.PersonOf(c.Tx, p)
	for i, id := range who.Identities {
		role, err := c.Standing(id, c.Event.Chat.ID)
		if err != nil {
			return best, err
		}
		if i == 0 || role > best {
			best = role
		}
	}
	return best, err
}

func lift(_ context.Context, c *bot.Call) error {
	m, err := c.One(c.Arg("谁"))
	if err != nil {
		return err
	}
	role, err := standing(c, m.Person)
	if err != nil {
		return err
	}
	if role >= c.Role {
		return bot.Refuse(textNotThem)
	}
	c.Reply(textLifted, m.Shown())
	return c.Revoke(m.Person, c.Event.Chat.ID)
}

func merge(_ context.Context, c *bot.Call) error {
	a, err := c.One(c.Arg("谁"))
	if err != nil {
		return err
	}
	b, err := c.One(c.Arg("也是谁"))
	if err != nil {
		return err
	}
	n, err := c.Merge(a.Person, b.Person, c.Arg("理由"))
	if errors.Is(err, bot.ErrNotMerged) {
		return bot.Refuse(textCannot)
	}
	if err != nil {
		return err
	}
	c.Reply(textMerged, a.Shown(), b.Shown(), n)
	return nil
}

func unmerge(_ context.Context, c *bot.Call) error {
	n, err := strconv.ParseUint(c.Arg("编号"), 10, 64)
	if err != nil {
		return bot.Refuse(textNoMerge, bot.CleanName(c.Arg("编号")))
	}
	if err := c.Unmerge(n); errors.Is(err, bot.ErrNoMerge) {
		return bot.Refuse(textNoMerge, c.Arg("编号"))
	} else if err != nil {
		return err
	}
	c.Reply(textApart, n)
	return nil
}

func audit(_ context.Context, c *bot.Call) error {
	list, err := bot.Audits(c.Tx, auditLines)
	if err != nil {
		return err
	}
	denied, err := bot.Denials(c.Tx)
	if err != nil {
		return err
	}
	if len(list)+len(denied) == 0 {
		c.Reply(textNoAudit)
		return nil
	}
	var lines []string
	for _, a := range list {
		said := a.Command
		if a.Args != "" {
			said += " " + bot.CleanName(a.Args)
		}
		lines = append(lines, c.T(textAudit, when(c, a), actor(c, a), said,
			evidences.in(c, a.Evidence), outcomes.in(c, a.Outcome)))
	}
	if len(denied) > 0 {
		lines = append(lines, c.T(textDenied))
	}
	for _, a := range denied[:min(len(denied), deniedLines)] {
		lines = append(lines, c.T(textDeniedLine, when(c, a), actor(c, a), a.Command, a.Times))
	}
	c.Say(strings.Join(lines, "\n"))
	return nil
}

func when(c *bot.Call, a bot.AuditRow) string { return a.At.In(c.Zone()).Format("01-02 15:04") }

// The words of the audit, as people read them.
var (
	evidences = words{
		"phone": {ZH: "本机手机", EN: "the account's phone"}, "console": {ZH: "控制台", EN: "the console"},
		"code": {ZH: "码", EN: "a code"}, "order": {ZH: "定时", EN: "a schedule"},
	}
	outcomes = words{
		"done": {ZH: "完成", EN: "done"}, "refused": {ZH: "没有做", EN: "refused"}, "failed": {ZH: "出错", EN: "failed"},
	}
)

type words map[string]bot.Text

// in is the word in the chat's language; one that is not known stays as it is.
func (w words) in(c *bot.Call, word string) string {
	if t, ok := w[word]; ok {
		return c.T(t)
	}
	return word
}

func actor(c *bot.Call, a bot.AuditRow) string {
	if a.Who == "" {
		return evidences.in(c, a.Evidence)
	}
	return c.Name(a.Who)
}
