// Package points shows the ledger of points, lets managers write to it with a reason, and gives points for what members
// write. Check-ins and invitations are given theirs by their own features, in the transaction that counts them.
package points

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/width"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// Settings of the feature.
type Settings struct {
	Speech    int           `yaml:"speech" help:"说一句话得几分；0 不给|points for a message; 0 is none"`
	SpeechGap time.Duration `yaml:"speech_gap" help:"两次得分之间至少隔多久|the least time between two messages that earn"`
	SpeechCap int           `yaml:"speech_cap" help:"说话一天最多得几分|the most points a day for messages"`
	SpeechMin int           `yaml:"speech_min" help:"至少几个字才算一句话|the least number of characters of a message that earns"`
}

var (
	textNotNumber = bot.Text{ZH: "%d 不行，要写 0 到 %d 的数", EN: "%d is not a number from 0 to %d"}
	textNotGap    = bot.Text{ZH: "%v 不行，要在 0s 和 24h 之间", EN: "%v is not from 0s to 24h"}
)

// Check says what is wrong with the settings.
func (s Settings) Check() error {
	switch {
	case s.Speech < 0 || s.Speech > 1000:
		return bot.BadSetting("speech", textNotNumber, s.Speech, 1000)
	case s.SpeechGap < 0 || s.SpeechGap > 24*time.Hour:
		return bot.BadSetting("speech_gap", textNotGap, s.SpeechGap)
	case s.SpeechCap < 0 || s.SpeechCap > 100_000:
		return bot.BadSetting("speech_cap", textNotNumber, s.SpeechCap, 100_000)
	case s.SpeechMin < 0 || s.SpeechMin > 1000:
		return bot.BadSetting("speech_min", textNotNumber, s.SpeechMin, 1000)
	}
	return nil
}

// A speaker is what somebody earned by writing, on one day.
type speaker struct {
	Day  bot.Day   `json:"day"`
	Last time.Time `json:"last"`
	Sum  int       `json:"sum"`
}

const (
	speakers   = store.Table[speaker]("points/speakers") // chat, identity
	boardSize  = 20
	ledgerSize = 15
	maxReason  = 100 // characters
	maxByHand  = 100_000
)

// Feature declares it.
func Feature() bot.Feature {
	return bot.Feature{
		Name:     "points",
		Summary:  bot.Text{ZH: "积分", EN: "points"},
		Settings: Settings{SpeechGap: time.Minute, SpeechCap: 10, SpeechMin: 5},
		Commands: commands(),
		Watches: []bot.Watch{{
			On: bot.Message, Summary: bot.Text{ZH: "说话得分", EN: "points for messages"}, Run: spoke,
		}},
		Views:  views(),
		About:  about,
		Why:    why,
		Forget: forget,
	}
}

func commands() []bot.Command {
	return []bot.Command{
		{
			Name: "积分", Aliases: []string{"points"}, Args: "[谁]", Where: bot.InGroup,
			Summary:  bot.Text{ZH: "自己或别人有多少积分", EN: "your points, or somebody's"},
			Examples: []bot.Example{{Say: "/积分", Reply: "…0 分…"}, {Say: "/积分 @阿杰", Reply: "…阿杰…0 分…"}},
			Run:      balance,
		},
		{
			Name: "积分榜", Aliases: []string{"pointsboard"}, Where: bot.InGroup,
			Summary:  bot.Text{ZH: "谁的积分最多", EN: "who has the most points"},
			Examples: []bot.Example{{Say: "/积分榜", Reply: "…还没有人…"}},
			Run:      board,
		},
		{
			Name: "积分明细", Aliases: []string{"ledger"}, Where: bot.InGroup,
			Summary:  bot.Text{ZH: "自己的积分是怎么来的", EN: "where your points come from"},
			Examples: []bot.Example{{Say: "/积分明细", Reply: "…还没有…"}},
			Run:      ledger,
		},
		{
			Name: "加分", Aliases: []string{"award"}, Args: "<谁> <分数> <理由...>", Who: bot.Manager, Where: bot.InGroup,
			Summary:  bot.Text{ZH: "给一位群友加分，负数是扣分，要写理由", EN: "give somebody points, or take some with a minus, with a reason"},
			Examples: []bot.Example{{Say: "/加分 @小明 5 帮新人", Reply: "…小明 +5 分…现在 5 分…"}, {Say: "/加分 @小明 很多 帮新人", Reply: "…整数…"}},
			Run:      byHand,
		},
	}
}

var (
	textBalance = bot.Text{ZH: "%s现在 %d 分。发 /积分明细 看看怎么来的。", EN: "%s%d points now. /ledger shows where they come from."}
	textOf      = bot.Text{ZH: "%s ", EN: "%s: "}
	textEmpty   = bot.Text{ZH: "还没有人有积分，打卡就有。", EN: "Nobody has points yet; a check-in brings some."}
	textBoard   = bot.Text{ZH: "积分榜：", EN: "Points:"}
	textRow     = bot.Text{ZH: "\n%d. %s %d 分", EN: "\n%d. %s, %d"}
	textNoRows  = bot.Text{ZH: "%s还没有积分记录，打卡就有。", EN: "%sNo points yet; a check-in brings some."}
	textLedger  = bot.Text{ZH: "%s现在 %d 分，最近的记录：", EN: "%s%d points; the latest entries:"}
	textEntry   = bot.Text{ZH: "\n%s %+d %s", EN: "\n%s %+d %s"}
	textByHand  = bot.Text{ZH: "好的，%s %+d 分（%s），现在 %d 分。", EN: "Done: %s %+d (%s), %d now."}
	textNumber  = bot.Text{ZH: "分数要写 -%[1]d 到 %[1]d 的整数，不能是 0。", EN: "The points are a whole number from -%[1]d to %[1]d, and not 0."}
	textOfWhat  = bot.Text{ZH: "%s「%s」", EN: "%s (%s)"}
	textPoints  = bot.Text{ZH: "积分", EN: "points"}
	textCheckIn = bot.Text{ZH: "打卡", EN: "check-in"}
	textInvite  = bot.Text{ZH: "邀请", EN: "invitation"}
	textSpeech  = bot.Text{ZH: "发言", EN: "message"}
	textHistory = bot.Text{ZH: "以前的积分", EN: "from before"}
	textCorrect = bot.Text{ZH: "打卡修改", EN: "correction"}
)

func balance(_ context.Context, c *bot.Call) error {
	who, name := c.Event.From.Person, c.At()
	if arg := c.Arg("谁"); arg != "" {
		m, err := c.One(arg)
		if err != nil {
			return err
		}
		who, name = m.Person, c.T(textOf, m.Shown())
	}
	n, err := bot.Balance(c.Tx, c.Event.Chat.ID, who)
	if err != nil {
		return err
	}
	c.Reply(textBalance, name, n)
	return nil
}

// A place is one row of the board.
type place struct {
	who    bot.PersonID
	name   string
	points int
}

func top(r store.Reader, chat bot.ChatID, limit int) (list []place, err error) {
	heads, err := bot.Richest(r, chat, limit)
	if err != nil {
		return nil, err
	}
	for _, head := range heads {
		n, err := bot.Balance(r, chat, head)
		if err != nil {
			return nil, err
		}
		name, err := bot.NameIn(r, chat, head)
		if err != nil {
			return nil, err
		}
		list = append(list, place{head, name, n})
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
		text += c.T(textRow, i+1, p.name, p.points)
	}
	c.Say(text)
	return nil
}

// latest gives the newest entries of a person's ledger, of all their identities together.
func latest(r store.Reader, chat bot.ChatID, who bot.PersonID, limit int) ([]bot.PointsRow, error) {
	list, err := bot.Ledger(r, chat, who, limit)
	slices.SortStableFunc(list, func(a, b bot.PointsRow) int { return b.At.Compare(a.At) })
	return list[:min(limit, len(list))], err
}

func ledger(_ context.Context, c *bot.Call) error {
	chat, who := c.Event.Chat.ID, c.Event.From.Person
	list, err := latest(c.Tx, chat, who, ledgerSize)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		c.Reply(textNoRows, c.At())
		return nil
	}
	n, err := bot.Balance(c.Tx, chat, who)
	if err != nil {
		return err
	}
	text := c.T(textLedger, c.At(), n)
	for _, row := range list {
		text += c.T(textEntry, row.At.In(c.Zone()).Format("01-02 15:04"), row.Points, reason(c.Group().Language, row))
	}
	c.Say(text)
	return nil
}

// reason says in a language what an entry was for. What a manager wrote is said as they wrote it.
func reason(l bot.Lang, row bot.PointsRow) string {
	known := map[string]bot.Text{"checkin": textCheckIn, "invite": textInvite, "speech": textSpeech, "correction": textCorrect, "history": textHistory}
	what, of, _ := strings.Cut(row.Why, ":")
	t, ok := known[what]
	switch {
	case row.Feature == "points" && row.Why != "speech" || !ok: // what a manager wrote
		return oneLine(row.Why)
	case of != "":
		return fmt.Sprintf(textOfWhat.In(l), t.In(l), bot.CleanName(of))
	}
	return t.In(l)
}

// oneLine makes a text of somebody fit to be said within another.
func oneLine(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if utf8.RuneCountInString(s) > maxReason {
		return string([]rune(s)[:maxReason]) + "…"
	}
	return s
}

func byHand(_ context.Context, c *bot.Call) error {
	m, err := c.One(c.Arg("谁"))
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(strings.TrimPrefix(width.Fold.String(c.Arg("分数")), "+"))
	if err != nil || n == 0 || n < -maxByHand || n > maxByHand {
		return bot.Refuse(textNumber, maxByHand)
	}
	why := oneLine(c.Arg("理由"))
	if _, err := c.Award(m.Person, n, why, ""); err != nil {
		return err
	}
	now, err := bot.Balance(c.Tx, c.Event.Chat.ID, m.Person)
	if err != nil {
		return err
	}
	c.Reply(textByHand, m.Shown(), n, why, now)
	return nil
}

// spoke gives points for a message: no more often than the gap, no more than the cap a day.
func spoke(_ context.Context, c *bot.Call) error {
	s := bot.Settings[Settings](c)
	e := &c.Event
	if s.Speech == 0 || !e.Chat.Group || e.From.Person == "" || e.Media != nil || e.Self || utf8.RuneCountInString(strings.TrimSpace(e.Text)) < s.SpeechMin {
		return nil
	}
	k, _, err := speakers.Get(c.Tx, e.Chat.ID, e.From.Person)
	if err != nil || e.At.Sub(k.Last) < s.SpeechGap {
		return err
	}
	if day := c.Day(e.At); day != k.Day {
		k = speaker{Day: day}
	}
	n := min(s.Speech, s.SpeechCap-k.Sum)
	if n <= 0 {
		return nil
	}
	k.Sum, k.Last = k.Sum+n, e.At
	if err := speakers.Put(c.Tx, k, e.Chat.ID, e.From.Person); err != nil {
		return err
	}
	_, err = c.Award(e.From.Person, n, "speech", "")
	return err
}

func about(r store.Reader, who bot.Person, l bot.Lang) (lines []bot.Line, err error) {
	list, err := bot.EveryChat(r)
	if err != nil {
		return nil, err
	}
	for _, chat := range list {
		n, err := bot.Balance(r, chat.ID, who.Head)
		if err != nil {
			return nil, err
		}
		if n != 0 {
			points := textPoints.In(l)
			lines = append(lines, bot.Line{
				Name: bot.CleanName(chat.Name) + " " + points, Value: strconv.Itoa(n),
				Chat: chat.ID, Facet: bot.Become, Card: points + " " + strconv.Itoa(n),
			})
		}
	}
	return lines, nil
}

// why shows the latest entries, where points are asked about.
func why(r store.Reader, q bot.Question) (lines []bot.Line, err error) {
	if !strings.Contains(q.Topic, "分") && !strings.Contains(strings.ToLower(q.Topic), "point") {
		return nil, nil
	}
	list, err := latest(r, q.Chat, q.Who, q.Limit)
	for _, row := range list {
		lines = append(lines, bot.Line{
			Name: row.At.In(q.Zone).Format("01-02 15:04"), Value: fmt.Sprintf("%+d %s", row.Points, reason(q.Lang, row)),
		})
	}
	return lines, err
}

// forget drops when somebody last wrote. The ledger is the house's.
func forget(tx store.Tx, who bot.Person) error {
	list, err := bot.EveryChat(tx)
	if err != nil {
		return err
	}
	for _, chat := range list {
		for _, id := range who.Identities {
			if err := speakers.Delete(tx, chat.ID, id); err != nil {
				return err
			}
		}
	}
	return nil
}
