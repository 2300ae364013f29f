package onboarding

import (
	"context"
	"strings"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// gates are the newcomers who have not answered the group's question; the value is when they were asked.
const gates = store.Table[time.Time]("onboarding/gates") // chat, person

const listed = 20

var (
	textAsk      = bot.Text{ZH: "%s，%s", EN: "%s, %s"}
	textAnswered = bot.Text{ZH: "%s收到，谢谢！", EN: "%sThank you!"}
	textNoRules  = bot.Text{ZH: "这个群还没有写群规。管理员发「/群规 内容」就写上了。", EN: "This group has no rules yet. A manager writes them with /rules TEXT."}
	textRules    = bot.Text{ZH: "群规：\n%s", EN: "The rules:\n%s"}
	textRulesSet = bot.Text{ZH: "好的，群规写好了：\n%s", EN: "Done. The rules are:\n%s"}
	textOnlyBy   = bot.Text{ZH: "群规只有管理员能改哦。", EN: "Only managers change the rules."}
	textAllDone  = bot.Text{ZH: "没有还没回答的新人。", EN: "Every newcomer has answered."}
	textOpen     = bot.Text{ZH: "还没回答的新人（网页微信不能移人，需要的话请在手机上处理；他们离开后名单会自己变短）：", EN: "Newcomers who have not answered (web WeChat cannot remove people; do it on the phone, and the list shortens by itself):"}
	textOpenLine = bot.Text{ZH: "\n%d. %s（%s进群）", EN: "\n%d. %s (joined %s)"}
	textOpenMore = bot.Text{ZH: "\n…后面还有", EN: "\n…and more"}
)

// question asks those who were just greeted, if the group has a question.
func question(c *bot.Call, people []bot.PersonID) error {
	q := bot.Settings[Settings](c).Question
	if q == "" || len(people) == 0 {
		return nil
	}
	for _, who := range people {
		if err := gates.Put(c.Tx, c.Now, c.Event.Chat.ID, who); err != nil {
			return err
		}
	}
	c.Reply(textAsk, names(c, people), q)
	return nil
}

// heard takes what a newcomer writes as their answer, if it holds what is asked for.
func heard(_ context.Context, c *bot.Call) error {
	if !c.Event.Chat.Group || c.Event.From.Person == "" || c.Event.Text == "" {
		return nil
	}
	open, err := gates.Has(c.Tx, c.Event.Chat.ID, c.Event.From.Person)
	if err != nil || !open || !answers(bot.Settings[Settings](c).Answers, c.Event.Text) {
		return err
	}
	c.Reply(textAnswered, c.At())
	return gates.Delete(c.Tx, c.Event.Chat.ID, c.Event.From.Person)
}

func answers(words []string, text string) bool {
	text = strings.ToLower(text)
	for _, w := range words {
		if strings.Contains(text, strings.ToLower(w)) {
			return true
		}
	}
	return len(words) == 0
}

func rules(_ context.Context, c *bot.Call) error {
	if text := strings.TrimSpace(c.Arg("新的群规")); text != "" {
		if c.Role < bot.Manager {
			return bot.Refuse(textOnlyBy)
		}
		c.Reply(textRulesSet, text)
		return c.SetFor("onboarding", "rules", text)
	}
	if text := bot.Settings[Settings](c).Rules; text != "" {
		c.Reply(textRules, text)
		return nil
	}
	c.Reply(textNoRules)
	return nil
}

// unanswered lists who did not answer, those who wait longest by name first.
func unanswered(_ context.Context, c *bot.Call) error {
	rg := store.Under(c.Event.Chat.ID)
	rg.Limit = listed + 1
	text, n := "", 0
	for row, err := range gates.Scan(c.Tx, rg) {
		if err != nil {
			return err
		}
		var who bot.PersonID
		if err := store.Split(row.Key, nil, &who); err != nil {
			return err
		}
		if n++; n > listed {
			text += c.T(textOpenMore)
			break
		}
		text += c.T(textOpenLine, n, c.Name(who), row.Value.In(c.Zone()).Format("01-02 15:04"))
	}
	if n == 0 {
		c.Reply(textAllDone)
		return nil
	}
	c.Say(c.T(textOpen) + text)
	return nil
}
