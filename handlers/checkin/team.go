package checkin

import (
	"context"
	"errors"
	"strings"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// A team is two to five people who keep each other going: the day counts for the team when all were there.
type team struct {
	Members []bot.PersonID `json:"members"`         // identities, the founder first
	Yes     []bool         `json:"yes"`             // who has agreed; the team begins when all have
	Asked   bot.Day        `json:"asked,omitempty"` // an invitation holds for the day: nobody is bound by one they leave alone
	Since   bot.Day        `json:"since,omitempty"`
	Habit   habit          `json:"habit,omitzero"`
}

const (
	teams     = store.Table[team]("checkin/teams") // chat, number
	mates     = store.Table[int]("checkin/mates")  // identity, chat: the number of their team
	teamLast  = store.Table[int]("checkin/team")   // chat: the last number given
	teamLeast = 2
	teamMost  = 5
)

func teamCommand() bot.Command {
	return bot.Command{
		Name: "结伴", Aliases: []string{"team"}, Args: "[谁...]", Where: bot.InGroup,
		Summary: bot.Text{
			ZH: "两到五人结伴打卡，大家都打了才算：/结伴 @阿杰；同意、退出；不写就看看",
			EN: "two to five people check in together, the day counts when all did: /team @Jie; yes, leave; alone it shows the team",
		},
		Examples: []bot.Example{
			{Say: "/结伴", Reply: "…还没有结伴…"},
			{Say: "/结伴 @阿杰", Reply: "…邀请阿杰一起结伴…"},
			{Say: "/结伴 同意", Reply: "…没有人邀请您…"},
			{Say: "/结伴 @无名", Reply: "…没有叫「无名」…"},
		},
		Run: teamUp,
	}
}

var (
	textNoTeam    = bot.Text{ZH: "%s还没有结伴。发「/结伴 @谁」邀请一到四位群友，大家都打了卡，那天才算。", EN: "%sYou are in no team. Invite one to four people with /team @whom; a day counts when all were there."}
	textAsked     = bot.Text{ZH: "%s邀请%s一起结伴打卡！今天都发「/结伴 同意」就开始。", EN: "%sinvites %s to check in together! It begins once all send /team yes today."}
	textAgreed    = bot.Text{ZH: "%s同意啦，还等：%s", EN: "%sagreed. Still waiting for: %s"}
	textBegun     = bot.Text{ZH: "🤝 %s 结伴成功，从今天起一起打卡！", EN: "🤝 %s are a team; it begins today!"}
	textTeamDay   = bot.Text{ZH: "🤝 %s 今天都到齐了，结伴连续第 %d 天！", EN: "🤝 %s are all here: day %d of the team!"}
	textTeam      = bot.Text{ZH: "🤝 %s：一起连续 %d 天，最长 %d 天，共 %d 天。", EN: "🤝 %s: %d days in a row together, longest %d, %d in all."}
	textTeamWaits = bot.Text{ZH: "今天还等：%s", EN: "Waiting today for: %s"}
	textNoInvite  = bot.Text{ZH: "现在没有人邀请您结伴。", EN: "Nobody has invited you."}
	textInTeam    = bot.Text{ZH: "%s 已经在结伴了，先发「/结伴 退出」才能换。", EN: "%s is in a team already; /team leave ends that."}
	textTeamSize  = bot.Text{ZH: "结伴是 %d 到 %d 个人，不能重复。", EN: "A team is %d to %d different people."}
	textLeft      = bot.Text{ZH: "好的，%s的结伴结束了，一起走过 %d 天。", EN: "The team of %s has ended after %d days together."}
)

func teamUp(_ context.Context, c *bot.Call) error {
	if c.Event.From.Person == "" {
		return bot.Refuse(textNobody)
	}
	b, err := theBook(c, "")
	if err != nil {
		return err
	}
	switch word := c.Arg("谁"); strings.ToLower(word) {
	case "":
		return showTeam(c, b)
	case "同意", "yes":
		return agree(c, b)
	case "退出", "leave":
		return leaveTeam(c, b)
	default:
		return invite(c, b, word)
	}
}

func invite(c *bot.Call, b *book, words string) error {
	chat := c.Event.Chat.ID
	t := team{Members: []bot.PersonID{c.Event.From.Person}, Yes: []bool{true}, Asked: b.today}
	heads := map[bot.PersonID]bool{}
	for _, name := range splitNames(words) {
		m, err := c.One(name)
		if err != nil {
			return err
		}
		t.Members, t.Yes = append(t.Members, m.Person), append(t.Yes, false)
	}
	for _, id := range t.Members {
		head, err := bot.HeadOf(c.Tx, id)
		if err != nil {
			return err
		}
		heads[head] = true
		if n, _, err := b.teamNow(c.Tx, id); err != nil {
			return err
		} else if n != 0 {
			return bot.Refuse(textInTeam, c.Name(id))
		}
	}
	if len(heads) != len(t.Members) || len(heads) < teamLeast || len(heads) > teamMost {
		return bot.Refuse(textTeamSize, teamLeast, teamMost)
	}
	n, _, err := teamLast.Get(c.Tx, chat)
	if err != nil {
		return err
	}
	n++
	err = errors.Join(teamLast.Put(c.Tx, n, chat), teams.Put(c.Tx, t, chat, n))
	for _, id := range t.Members {
		err = errors.Join(err, mates.Put(c.Tx, n, id, chat))
	}
	c.Reply(textAsked, c.At(), names(c, t.Members[1:]))
	return err
}

// splitNames takes mentions and words apart; a mention may hold blanks.
func splitNames(words string) (list []string) {
	for words = strings.TrimSpace(words); words != ""; words = strings.TrimSpace(words) {
		end := strings.IndexAny(words, " \u2005、,，")
		if at := strings.Index(words, "\u2005"); strings.HasPrefix(words, "@") && at > 0 {
			end = at
		}
		if end < 0 {
			end = len(words)
		}
		if end > 0 {
			list = append(list, words[:end])
		}
		words = strings.TrimLeft(words[end:], " \u2005、,，")
	}
	return list
}

func names(c *bot.Call, list []bot.PersonID) string {
	var text []string
	for _, id := range list {
		text = append(text, c.Name(id))
	}
	return strings.Join(text, c.T(textComma))
}

func agree(c *bot.Call, b *book) error {
	chat := c.Event.Chat.ID
	n, t, err := b.teamNow(c.Tx, c.Event.From.Person)
	if err != nil {
		return err
	}
	if n == 0 || t.Since != 0 {
		return bot.Refuse(textNoInvite)
	}
	head, err := c.Who()
	if err != nil {
		return err
	}
	var waits []bot.PersonID
	for i, id := range t.Members {
		h, err := bot.HeadOf(c.Tx, id)
		if err != nil {
			return err
		}
		if h == head {
			t.Yes[i] = true
		} else if !t.Yes[i] {
			waits = append(waits, id)
		}
	}
	if len(waits) > 0 {
		c.Reply(textAgreed, c.At(), names(c, waits))
		return teams.Put(c.Tx, t, chat, n)
	}
	t.Since = b.today
	c.Reply(textBegun, names(c, t.Members))
	if _, err := b.advanceTeam(c.Tx, &t); err != nil {
		return err
	}
	return teams.Put(c.Tx, t, chat, n)
}

func leaveTeam(c *bot.Call, b *book) error {
	chat := c.Event.Chat.ID
	n, t, err := b.teamNow(c.Tx, c.Event.From.Person)
	if err != nil {
		return err
	}
	if n == 0 {
		c.Reply(textNoTeam, c.At())
		return nil
	}
	c.Reply(textLeft, names(c, t.Members), t.Habit.Total)
	return endTeam(c.Tx, chat, n, t)
}

func endTeam(tx store.Tx, chat bot.ChatID, n int, t team) error {
	for _, id := range t.Members {
		if err := mates.Delete(tx, id, chat); err != nil {
			return err
		}
	}
	return teams.Delete(tx, chat, n)
}

func showTeam(c *bot.Call, b *book) error {
	n, t, err := b.teamNow(c.Tx, c.Event.From.Person)
	if err != nil {
		return err
	}
	if n == 0 {
		c.Reply(textNoTeam, c.At())
		return nil
	}
	if t.Since == 0 {
		c.Reply(textAsked, "@"+c.Name(t.Members[0])+" ", names(c, t.Members[1:]))
		return nil
	}
	if err := b.refoldTeam(c.Tx, &t); err != nil {
		return err
	}
	text := c.T(textTeam, names(c, t.Members), t.Habit.Streak, t.Habit.Best, t.Habit.Total)
	_, waits, err := b.allThere(c.Tx, t, b.today)
	if err != nil {
		return err
	}
	if len(waits) > 0 {
		text += c.T(textTeamWaits, names(c, waits))
	}
	c.Say(text)
	return nil
}
