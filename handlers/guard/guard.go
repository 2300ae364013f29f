// Package guard watches for adverts by the rules of the owner and makes a list of them, with the evidence. It removes nobody:
// the web cannot, and the texts say so. The list closes itself when the member list shows that somebody is gone; what they
// did is remembered should they come back.
package guard

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// Settings of the feature.
type Settings struct {
	Words     []string `yaml:"words" help:"广告词：谁说了都记下来；留空没有|words of adverts, noted whoever writes them; empty is none"`
	Links     bool     `yaml:"links" help:"新人发链接、卡片就记下来|note links and cards that newcomers send"`
	FirstDays int      `yaml:"first_days" help:"进群几天之内算新人|days for which somebody is a newcomer"`
	Allow     []string `yaml:"allow" help:"这些网站的链接不算，如 weixin.qq.com|sites whose links are welcome, such as weixin.qq.com"`
}

const (
	maxDays  = 60
	maxWords = 200
)

// Check says what is wrong with the settings.
func (s Settings) Check() error {
	switch {
	case s.FirstDays < 0 || s.FirstDays > maxDays:
		return fmt.Errorf("first_days: %d is not between 0 and %d", s.FirstDays, maxDays)
	case len(s.Words) > maxWords:
		return fmt.Errorf("words: %d are more than %d", len(s.Words), maxWords)
	case len(s.Allow) > maxWords:
		return fmt.Errorf("allow: %d are more than %d", len(s.Allow), maxWords)
	}
	if slices.ContainsFunc(s.Words, func(w string) bool { return fold(w) == "" }) {
		return fmt.Errorf("words: one of them shows nothing")
	}
	return nil
}

// A reason is the rule that was broken.
type reason string

const (
	byWord reason = "word"
	byLink reason = "link"
)

// A record is what one identity did in one group.
type record struct {
	Strikes int       `json:"strikes"`
	Last    time.Time `json:"last"`
	Why     reason    `json:"why"`
	Proof   string    `json:"proof"` // the word, or the site
}

const (
	records = store.Table[record]("guard/records")  // chat, person
	open    = store.Table[struct{}]("guard/open")   // chat, person: to be looked at
	joins   = store.Table[time.Time]("guard/joins") // chat, person: newcomers
	told    = store.Table[bot.Day]("guard/told")    // chat, person: the day on which the owner heard of them

	listed   = 20
	maxText  = 4000 // bytes of a message that are looked at
	maxProof = 40   // characters
)

// Feature declares it.
func Feature() bot.Feature {
	return bot.Feature{
		Name:     "guard",
		Summary:  bot.Text{ZH: "广告记下来，等人来处理", EN: "notes adverts for somebody to deal with"},
		Settings: Settings{Links: true, FirstDays: 3},
		Watches: []bot.Watch{
			{On: bot.Message, Summary: bot.Text{ZH: "看有没有广告", EN: "looks for adverts"}, Run: heard},
			{On: bot.Joined, Summary: bot.Text{ZH: "记下新人，认出有前科的", EN: "notes newcomers, and who was noted before"}, Run: joined},
			{On: bot.Left, Summary: bot.Text{ZH: "走了的人从名单里消失", EN: "closes the list for who left"}, Run: gone},
		},
		Commands: []bot.Command{
			{
				Name: "违规", Aliases: []string{"offences"}, Where: bot.InGroup, Who: bot.Manager,
				Summary:  bot.Text{ZH: "等您处理的广告，附上证据", EN: "adverts to be dealt with, with the evidence"},
				Examples: []bot.Example{{Say: "/违规", Reply: "没有要处理的…"}},
				Run:      list,
			},
			{
				Name: "放过", Aliases: []string{"pardon"}, Args: "<谁> [理由...]", Where: bot.InGroup, Who: bot.Manager,
				Summary:  bot.Text{ZH: "这不是广告，不再记着", EN: "that was no advert: forget it"},
				Examples: []bot.Example{{Say: "/放过 @小明", Reply: "…没有 小明 的违规…"}},
				Run:      pardon,
			},
		},
		Forget: forget,
	}
}

var (
	textNone   = bot.Text{ZH: "没有要处理的违规，真好。", EN: "There is nothing to deal with. Good."}
	textList   = bot.Text{ZH: "等您处理的（网页微信不能移人，请在手机上操作；他们离开后名单会自己变短，不是广告就发 /放过）：", EN: "To be dealt with (web WeChat cannot remove people, do it on the phone; the list shortens when they leave; for no advert send /pardon):"}
	textItem   = bot.Text{ZH: "\n%d. %s 第 %d 次，%s %s「%s」", EN: "\n%d. %s, %d in all, %s %s “%s”"}
	textMore   = bot.Text{ZH: "\n…后面还有", EN: "\n…and more"}
	textWord   = bot.Text{ZH: "说了", EN: "wrote"}
	textLink   = bot.Text{ZH: "新人发链接", EN: "a newcomer's link"}
	textTell   = bot.Text{ZH: "「%s」里 %s 可能在发广告（第 %d 次）：%s「%s」。在群里发 /违规 看名单；要移出请在手机上操作。", EN: "In “%s” %s may be advertising (%d in all): %s “%s”. See /offences there; to remove them use the phone."}
	textBack   = bot.Text{ZH: "「%s」：%s 又进群了，以前记过 %d 次违规。", EN: "“%s”: %s joined again, noted %d times before."}
	textPardon = bot.Text{ZH: "好的，%s 的违规不再记着。", EN: "What was noted of %s is gone."}
	textClean  = bot.Text{ZH: "没有 %s 的违规。", EN: "Nothing is noted of %s."}
	textWho    = bot.Text{ZH: "群里没有叫「%s」的人。", EN: "Nobody here goes by “%s”."}
	textWhich  = bot.Text{ZH: "群里有 %[2]d 位「%[1]s」，请让其中一位先改个群昵称再试。", EN: "%[2]d people here go by “%[1]s”. Let one of them change their name in the group first."}
)

func (w reason) text() bot.Text {
	if w == byLink {
		return textLink
	}
	return textWord
}

// fold makes ways of hiding a word equal: blanks, full width, invisible characters and case.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Mn) {
			return -1
		}
		if r >= '！' && r <= '～' {
			r -= '！' - '!'
		}
		return unicode.ToLower(r)
	}, s)
}

var link = regexp.MustCompile(`(?i)(?:https?://|www\.)([a-z0-9.-]+)`)

// site finds the host of what looks like a link.
func site(text string) string {
	m := link.FindStringSubmatch(text)
	if m == nil {
		return ""
	}
	return strings.Trim(strings.ToLower(m[1]), ".")
}

func (s Settings) welcome(host string) bool {
	return slices.ContainsFunc(s.Allow, func(a string) bool {
		a = strings.ToLower(a)
		return host == a || strings.HasSuffix(host, "."+a)
	})
}

// judge says which rule a message breaks, "" for none.
func (s Settings) judge(text string, m *bot.Media, isNew bool) (reason, string) {
	folded := fold(text)
	for _, w := range s.Words {
		if strings.Contains(folded, fold(w)) {
			return byWord, w
		}
	}
	if !s.Links || !isNew {
		return "", ""
	}
	url := text
	if m != nil && m.Kind == bot.Link {
		url = m.URL
	}
	host := site(url)
	switch {
	case host != "" && !s.welcome(host):
		return byLink, host
	case host == "" && m != nil && m.Kind == bot.Link: // a card
		return byLink, m.Name
	}
	return "", ""
}

func heard(_ context.Context, c *bot.Call) error {
	e := &c.Event
	if !e.Chat.Group || e.Self || e.From.Person == "" || c.Role > bot.Everyone {
		return nil
	}
	s := bot.Settings[Settings](c)
	since, ok, err := joins.Get(c.Tx, e.Chat.ID, e.From.Person)
	if err != nil {
		return err
	}
	isNew := ok && e.At.Sub(since) < time.Duration(s.FirstDays)*24*time.Hour
	text := strings.ToValidUTF8(e.Text[:min(len(e.Text), maxText)], "")
	why, proof := s.judge(text, e.Media, isNew)
	if why == "" {
		return nil
	}
	return strike(c, why, short(proof))
}

func short(s string) string {
	if r := []rune(bot.CleanName(s)); len(r) > maxProof {
		return string(r[:maxProof])
	}
	return bot.CleanName(s)
}

// strike notes an offence. The owner hears of the same person once a day.
func strike(c *bot.Call, why reason, proof string) error {
	chat, who := c.Event.Chat.ID, c.Event.From.Person
	r, _, err := records.Get(c.Tx, chat, who)
	if err != nil {
		return err
	}
	r = record{Strikes: r.Strikes + 1, Last: c.Event.At, Why: why, Proof: proof}
	if err := records.Put(c.Tx, r, chat, who); err != nil {
		return err
	}
	if err := open.Put(c.Tx, struct{}{}, chat, who); err != nil {
		return err
	}
	today := c.Day(c.Now)
	was, _, err := told.Get(c.Tx, chat, who)
	if err != nil || was == today {
		return err
	}
	if err := told.Put(c.Tx, today, chat, who); err != nil {
		return err
	}
	return c.TellOwners(textTell, bot.CleanName(c.Event.Chat.Name), c.Event.From.Shown(), r.Strikes, c.T(why.text()), proof)
}

// joined notes who is new, and tells the owner of those who were noted before.
func joined(_ context.Context, c *bot.Call) error {
	chat := c.Event.Chat.ID
	for _, who := range c.Event.Join.People {
		if err := joins.Put(c.Tx, c.Event.At, chat, who); err != nil {
			return err
		}
		r, known, err := records.Get(c.Tx, chat, who)
		if err != nil {
			return err
		}
		if !known {
			continue
		}
		if err := open.Put(c.Tx, struct{}{}, chat, who); err != nil {
			return err
		}
		if err := c.TellOwners(textBack, bot.CleanName(c.Event.Chat.Name), c.Name(who), r.Strikes); err != nil {
			return err
		}
	}
	return nil
}

// gone closes the list for who left. What they did stays.
func gone(_ context.Context, c *bot.Call) error {
	for _, who := range c.Event.People {
		if err := open.Delete(c.Tx, c.Event.Chat.ID, who); err != nil {
			return err
		}
		if err := joins.Delete(c.Tx, c.Event.Chat.ID, who); err != nil {
			return err
		}
	}
	return nil
}

func list(_ context.Context, c *bot.Call) error {
	rg := store.Under(c.Event.Chat.ID)
	rg.Limit = listed + 1
	text, n := "", 0
	for row, err := range open.Scan(c.Tx, rg) {
		if err != nil {
			return err
		}
		if n++; n > listed {
			text += c.T(textMore)
			break
		}
		var who bot.PersonID
		if err := store.Split(row.Key, nil, &who); err != nil {
			return err
		}
		r, _, err := records.Get(c.Tx, c.Event.Chat.ID, who)
		if err != nil {
			return err
		}
		text += c.T(textItem, n, c.Name(who), r.Strikes, r.Last.In(c.Zone()).Format("01-02 15:04"), c.T(r.Why.text()), r.Proof)
	}
	if n == 0 {
		c.Reply(textNone)
		return nil
	}
	c.Say(c.T(textList) + text)
	return nil
}

func pardon(_ context.Context, c *bot.Call) error {
	found, err := c.Find(c.Arg("谁"))
	if err != nil {
		return err
	}
	switch shown := bot.CleanName(strings.TrimPrefix(c.Arg("谁"), "@")); len(found) {
	case 1:
	case 0:
		return bot.Refuse(textWho, shown)
	default:
		return bot.Refuse(textWhich, shown, len(found))
	}
	chat, who := c.Event.Chat.ID, found[0].Person
	if has, err := records.Has(c.Tx, chat, who); err != nil {
		return err
	} else if !has {
		return bot.Refuse(textClean, found[0].Shown())
	}
	c.Reply(textPardon, found[0].Shown())
	return drop(c.Tx, chat, who)
}

// drop forgets what somebody did in a group.
func drop(tx store.Tx, chat bot.ChatID, who bot.PersonID) error {
	if err := records.Delete(tx, chat, who); err != nil {
		return err
	}
	if err := told.Delete(tx, chat, who); err != nil {
		return err
	}
	return open.Delete(tx, chat, who)
}

// forget removes when somebody joined, and what they did in groups they are no longer noted in: who is on a list of offences
// cannot leave it by asking to be forgotten.
func forget(tx store.Tx, who bot.Person) error {
	chats, err := bot.Chats(tx)
	if err != nil {
		return err
	}
	for _, chat := range chats {
		for _, id := range who.Identities {
			if err := joins.Delete(tx, chat.ID, id); err != nil {
				return err
			}
			if noted, err := open.Has(tx, chat.ID, id); err != nil {
				return err
			} else if noted {
				continue
			}
			if err := drop(tx, chat.ID, id); err != nil {
				return err
			}
		}
	}
	return nil
}
