// Package referral remembers who brought whom. The first inviter of a person in a group keeps the credit for good; a join
// whose inviter is not known for sure is kept as unknown and credited to nobody.
package referral

import (
	"context"
	"strconv"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// A credit is how one person came into one group.
type credit struct {
	Inviter bot.PersonID `json:"inviter,omitempty"` // "" is unknown
	At      time.Time    `json:"at"`
	ByQR    bool         `json:"qr,omitempty"`
}

const (
	credits = store.Table[credit]("referral/credits")    // chat, newcomer
	brought = store.Table[struct{}]("referral/brought")  // chat, inviter, time, newcomer
	counts  = store.Table[int]("referral/counts")        // chat, inviter
	rank    = store.Table[bot.PersonID]("referral/rank") // chat, -count, inviter
)

const (
	boardSize = 10
	mineSize  = 20
)

// Feature declares it.
func Feature() bot.Feature {
	return bot.Feature{
		Name:    "referral",
		Summary: bot.Text{ZH: "谁带来了谁", EN: "who brought whom"},
		Commands: []bot.Command{
			{
				Name: "邀请榜", Aliases: []string{"invites"}, Where: bot.InGroup,
				Summary:  bot.Text{ZH: "谁邀请的人最多", EN: "who brought the most people"},
				Examples: []bot.Example{{Say: "/邀请榜", Reply: "…还没有…"}},
				Run:      board,
			},
			{
				Name: "我的邀请", Aliases: []string{"myinvites"}, Where: bot.InGroup,
				Summary:  bot.Text{ZH: "自己邀请了谁、是谁邀请的", EN: "whom you brought, and who brought you"},
				Examples: []bot.Example{{Say: "/我的邀请", Reply: "…还没有邀请过…"}},
				Run:      mine,
			},
		},
		Watches: []bot.Watch{{
			On: bot.Joined, Summary: bot.Text{ZH: "记下新人是谁带来的", EN: "remembers who brought a newcomer"}, Run: joined,
		}},
		Views: []bot.View{{
			Name: "board", Title: bot.Text{ZH: "邀请榜", EN: "Who brought whom"},
			Columns: []bot.Text{{ZH: "名次", EN: "#"}, {ZH: "名字", EN: "Name"}, {ZH: "邀请", EN: "Invited"}},
			Rows:    rows,
		}},
	}
}

var (
	textEmpty  = bot.Text{ZH: "还没有邀请记录，邀请朋友进群就会记在这里。", EN: "No invitations yet. Bring a friend and it shows here."}
	textBoard  = bot.Text{ZH: "邀请榜：", EN: "Who brought the most:"}
	textLine   = bot.Text{ZH: "\n%d. %s 邀请了 %d 人", EN: "\n%d. %s brought %d"}
	textMine   = bot.Text{ZH: "%s邀请了 %d 人：%s", EN: "%sYou brought %d: %s"}
	textNobody = bot.Text{ZH: "%s还没有邀请过朋友。", EN: "%sYou have not brought anybody yet."}
	textBy     = bot.Text{ZH: " 您是 %s 邀请来的。", EN: " You came through %s."}
	textComma  = bot.Text{ZH: "、", EN: ", "}
)

func joined(_ context.Context, c *bot.Call) error {
	for _, who := range c.Event.Join.People {
		if err := note(c, who); err != nil {
			return err
		}
	}
	return nil
}

func note(c *bot.Call, who bot.PersonID) error {
	chat := c.Event.Chat.ID
	was, known, err := credits.Get(c.Tx, chat, who)
	if err != nil || known && was.Inviter != "" {
		return err
	}
	cr := credit{Inviter: c.Event.Join.Inviter, At: c.Event.At, ByQR: c.Event.Join.ByQR}
	if cr.Inviter == who {
		cr.Inviter = ""
	}
	if err := credits.Put(c.Tx, cr, chat, who); err != nil || cr.Inviter == "" {
		return err
	}
	if err := brought.Put(c.Tx, struct{}{}, chat, cr.Inviter, cr.At, who); err != nil {
		return err
	}
	return raise(c.Tx, chat, cr.Inviter)
}

// raise counts one more for an inviter and moves them in the ranking.
func raise(tx store.Tx, chat bot.ChatID, inviter bot.PersonID) error {
	n, _, err := counts.Get(tx, chat, inviter)
	if err != nil {
		return err
	}
	if err := rank.Delete(tx, chat, -n, inviter); err != nil {
		return err
	}
	if err := counts.Put(tx, n+1, chat, inviter); err != nil {
		return err
	}
	return rank.Put(tx, inviter, chat, -(n + 1), inviter)
}

type ranked struct {
	name  string
	count int
}

func top(r store.Reader, chat bot.ChatID, limit int) ([]ranked, error) {
	rg := store.Under(chat)
	rg.Limit = limit
	var list []ranked
	for row, err := range rank.Scan(r, rg) {
		if err != nil {
			return nil, err
		}
		name, err := bot.NameIn(r, chat, row.Value)
		if err != nil {
			return nil, err
		}
		n, _, err := counts.Get(r, chat, row.Value)
		if err != nil {
			return nil, err
		}
		list = append(list, ranked{name, n})
	}
	return list, nil
}

func board(_ context.Context, c *bot.Call) error {
	list, err := top(c.Tx, c.Event.Chat.ID, boardSize)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		c.Reply(textEmpty)
		return nil
	}
	text := c.T(textBoard)
	for i, p := range list {
		text += c.T(textLine, i+1, p.name, p.count)
	}
	c.Say(text)
	return nil
}

func mine(_ context.Context, c *bot.Call) error {
	chat, who := c.Event.Chat.ID, c.Event.From.Person
	n, _, err := counts.Get(c.Tx, chat, who)
	if err != nil {
		return err
	}
	text := c.T(textNobody, c.At())
	if n > 0 {
		names, err := broughtBy(c, who)
		if err != nil {
			return err
		}
		text = c.T(textMine, c.At(), n, names)
	}
	cr, _, err := credits.Get(c.Tx, chat, who)
	if err != nil {
		return err
	}
	if cr.Inviter != "" {
		text += c.T(textBy, c.Name(cr.Inviter))
	}
	c.Say(text)
	return nil
}

// broughtBy names the latest people that somebody brought.
func broughtBy(c *bot.Call, who bot.PersonID) (string, error) {
	rg := store.Under(c.Event.Chat.ID, who)
	rg.Limit, rg.Reverse = mineSize, true
	names := ""
	for row, err := range brought.Scan(c.Tx, rg) {
		if err != nil {
			return "", err
		}
		var chat bot.ChatID
		var inviter, newcomer bot.PersonID
		var at time.Time
		if err := store.Split(row.Key, &chat, &inviter, &at, &newcomer); err != nil {
			return "", err
		}
		if names != "" {
			names += c.T(textComma)
		}
		names += c.Name(newcomer)
	}
	return names, nil
}

func rows(r store.Reader, q bot.Query) ([][]string, error) {
	list, err := top(r, q.Chat, q.Limit)
	var out [][]string
	for i, p := range list {
		out = append(out, []string{strconv.Itoa(i + 1), p.name, strconv.Itoa(p.count)})
	}
	return out, err
}
