package onboarding

import (
	"context"
	"slices"
	"strings"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

const (
	// gates are the newcomers who have not answered the group's question, acks those who have not acknowledged its rules; the
	// value is when they were asked.
	gates = store.Table[time.Time]("onboarding/gates") // chat, person
	acks  = store.Table[time.Time]("onboarding/acks")  // chat, person

	listed = 20
	empty  = " " // sets a text to nothing: without a value SetFor goes back to what config.yaml says
)

var (
	textAsk      = bot.Text{ZH: "%s，%s", EN: "%s, %s"}
	textAskAck   = bot.Text{ZH: "%s，群规在这里，看完回复「%s」就好～\n%s", EN: "%s, here are the rules; reply “%s” when you have read them.\n%s"}
	textAskBoth  = bot.Text{ZH: "%s，群规在这里，看完回复「%s」就好～\n%s\n再请教一句：%s", EN: "%s, here are the rules; reply “%s” when you have read them.\n%s\nAnd one question: %s"}
	textAnswered = bot.Text{ZH: "%s收到，谢谢！", EN: "%sThank you!"}

	textNoRules    = bot.Text{ZH: "这个群还没有写群规。管理员发「/群规 内容」就写上了。", EN: "This group has no rules yet. A manager writes them with /rules TEXT."}
	textRules      = bot.Text{ZH: "群规：\n%s", EN: "The rules:\n%s"}
	textRulesSet   = bot.Text{ZH: "好的，群规写好了：\n%s", EN: "Done. The rules are:\n%s"}
	textRulesOff   = bot.Text{ZH: "好的，群规去掉了。", EN: "There are no rules now."}
	textOnlyBy     = bot.Text{ZH: "群规只有管理员能改哦。", EN: "Only managers change the rules."}
	textAckNone    = bot.Text{ZH: "新人不用确认群规。发「/群规确认 已读」，新人看完群规就要回复「已读」。", EN: "Nobody has to acknowledge the rules. With “/acknowledge WORD” newcomers reply that word."}
	textAckIs      = bot.Text{ZH: "新人看完群规要回复「%s」。写「关」就不用了。", EN: "Newcomers acknowledge the rules with “%s”; off ends that."}
	textAckSet     = bot.Text{ZH: "好的，以后新人进群会看到群规，要回复「%s」。没回复的发 /未答 看。", EN: "Newcomers will see the rules and reply “%s”. /unanswered lists who did not."}
	textAckOff     = bot.Text{ZH: "好的，新人不用确认群规了。", EN: "Nobody has to acknowledge the rules now."}
	textAckRules   = bot.Text{ZH: "请先写群规：/群规 内容", EN: "First write the rules: /rules TEXT"}
	textNoQuestion = bot.Text{ZH: "现在不问新人问题。发「/入群问题 您从哪里知道我们的？」就会问。", EN: "Newcomers are asked nothing. “/question TEXT” begins."}
	textQuestion   = bot.Text{ZH: "现在问新人：%s\n没回答的发 /未答 看；写「关」就不问了。", EN: "Newcomers are asked: %s\n/unanswered lists who did not answer; off ends it."}
	textAsks       = bot.Text{ZH: "好的，以后会问新人：%s\n没回答的发 /未答 看。", EN: "Newcomers will be asked: %s\n/unanswered lists who did not answer."}
	textAskNone    = bot.Text{ZH: "好的，不问了。", EN: "Newcomers are asked nothing now."}

	textAllDone   = bot.Text{ZH: "没有还没回答的新人。", EN: "Every newcomer has answered."}
	textOpen      = bot.Text{ZH: "还没回答的新人（网页微信不能移人，需要的话请在手机上处理；他们离开后名单会自己变短，不等了发 /未答 免 @谁）：", EN: "Newcomers who have not answered (web WeChat cannot remove people; do it on the phone, and the list shortens by itself; to wait no more: /unanswered excuse @WHO):"}
	textOpenPower = bot.Text{ZH: "还没回答的新人（他们离开后名单会自己变短，不等了发 /未答 免 @谁）：", EN: "Newcomers who have not answered (the list shortens when they leave; to wait no more: /unanswered excuse @WHO):"}
	textOpenLine  = bot.Text{ZH: "\n%d. %s（%s 起，%s）", EN: "\n%d. %s (since %s, %s)"}
	textOpenMore  = bot.Text{ZH: "\n…后面还有", EN: "\n…and more"}
	textOpenAck   = bot.Text{ZH: "没确认群规", EN: "rules not acknowledged"}
	textOpenGate  = bot.Text{ZH: "没回答问题", EN: "question not answered"}
	textOpenBoth  = bot.Text{ZH: "群规和问题都没回", EN: "neither the rules nor the question"}
	textExcused   = bot.Text{ZH: "好的，不等 %s 回答了。", EN: "%s need not answer any more."}
	textNotOpen   = bot.Text{ZH: "%s 没有要回答的。", EN: "%s has nothing to answer."}
	textOpenForm  = bot.Text{ZH: "可以写：/未答，或者 /未答 免 @谁", EN: "Write /unanswered, or /unanswered excuse @WHO"}
)

// question asks those who were just greeted to acknowledge the rules and to answer, as far as the group wants that.
func question(c *bot.Call, people []bot.PersonID) error {
	s := bot.Settings[Settings](c)
	if len(people) == 0 {
		return nil
	}
	who, acknowledge := names(c, people), s.Acknowledge != "" && s.Rules != ""
	switch {
	case acknowledge && s.Question != "":
		c.Reply(textAskBoth, who, s.Acknowledge, s.Rules, s.Question)
	case acknowledge:
		c.Reply(textAskAck, who, s.Acknowledge, s.Rules)
	case s.Question != "":
		c.Reply(textAsk, who, s.Question)
	}
	if acknowledge {
		if err := open(c, acks, people); err != nil {
			return err
		}
	}
	if s.Question == "" {
		return nil
	}
	return open(c, gates, people)
}

func open(c *bot.Call, t store.Table[time.Time], people []bot.PersonID) error {
	for _, who := range people {
		if err := t.Put(c.Tx, c.Now, c.Event.Chat.ID, who); err != nil {
			return err
		}
	}
	return nil
}

// answered takes what a newcomer writes as their acknowledgement, or as their answer if it holds what is asked for. What comes
// too late is talk: by then a manager decides.
func answered(c *bot.Call) (bool, error) {
	s, text := bot.Settings[Settings](c), c.Event.Text
	acked := s.Acknowledge != "" && strings.Contains(strings.ToLower(text), strings.ToLower(s.Acknowledge))
	if acked {
		done, err := s.closeIn(c, acks)
		if err != nil || done {
			return done, err
		}
	}
	if s.Question == "" || !answers(s.Answers, text) {
		return false, nil
	}
	return s.closeIn(c, gates)
}

// closeIn ends the wait for the sender, under whichever of their identities they were asked in time.
func (s Settings) closeIn(c *bot.Call, t store.Table[time.Time]) (done bool, err error) {
	p, err := bot.PersonOf(c.Tx, c.Event.From.Person)
	if err != nil {
		return false, err
	}
	for _, id := range p.Identities {
		at, ok, err := t.Get(c.Tx, c.Event.Chat.ID, id)
		if err != nil {
			return false, err
		}
		if !ok || s.AnswerWithin > 0 && c.Event.At.Sub(at) > s.AnswerWithin {
			continue
		}
		if err := t.Delete(c.Tx, c.Event.Chat.ID, id); err != nil {
			return false, err
		}
		done = true
	}
	return done, nil
}

// closeAll ends the wait for everybody: what is not asked any more need not be answered.
func closeAll(c *bot.Call, t store.Table[time.Time]) error {
	var keys []string
	for row, err := range t.Scan(c.Tx, store.Under(c.Event.Chat.ID)) {
		if err != nil {
			return err
		}
		keys = append(keys, row.Key)
	}
	for _, key := range keys {
		if err := c.Tx.Delete(string(t), key); err != nil {
			return err
		}
	}
	return nil
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

func isOff(text string) bool {
	return slices.Contains([]string{"关", "off", "无", "none"}, strings.ToLower(text))
}

func rules(_ context.Context, c *bot.Call) error {
	switch text := strings.TrimSpace(c.Arg("新的群规")); {
	case text != "" && !c.Power(bot.Manager):
		return bot.Refuse(textOnlyBy)
	case isOff(text):
		c.Reply(textRulesOff)
		return c.SetFor("onboarding", "rules", empty)
	case text != "":
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

// acknowledge is /群规确认.
func acknowledge(_ context.Context, c *bot.Call) error {
	s := bot.Settings[Settings](c)
	switch word := c.Arg("词"); {
	case word == "" && s.Acknowledge == "":
		c.Reply(textAckNone)
	case word == "":
		c.Reply(textAckIs, s.Acknowledge)
	case isOff(word):
		c.Reply(textAckOff)
		if err := closeAll(c, acks); err != nil {
			return err
		}
		return c.SetFor("onboarding", "acknowledge", empty)
	case s.Rules == "":
		return bot.Refuse(textAckRules)
	default:
		c.Reply(textAckSet, word)
		return c.SetFor("onboarding", "acknowledge", word)
	}
	return nil
}

// ask is /入群问题.
func ask(_ context.Context, c *bot.Call) error {
	now := bot.Settings[Settings](c).Question
	switch text := strings.TrimSpace(c.Arg("问题")); {
	case text == "" && now == "":
		c.Reply(textNoQuestion)
	case text == "":
		c.Reply(textQuestion, now)
	case isOff(text):
		c.Reply(textAskNone)
		if err := closeAll(c, gates); err != nil {
			return err
		}
		return c.SetFor("onboarding", "question", empty)
	default:
		c.Reply(textAsks, text)
		return c.SetFor("onboarding", "question", text)
	}
	return nil
}

// A pending is a newcomer of whom something is still wanted.
type pending struct {
	who   bot.PersonID
	since time.Time
	what  bot.Text
}

// openIn lists of whom something is still wanted in a group, who waits longest first, at most limit of them.
func openIn(r store.Reader, chat bot.ChatID, limit int) ([]pending, error) {
	found := map[bot.PersonID]pending{}
	for _, t := range []struct {
		table store.Table[time.Time]
		what  bot.Text
	}{{acks, textOpenAck}, {gates, textOpenGate}} {
		rg := store.Under(chat)
		rg.Limit = limit
		for row, err := range t.table.Scan(r, rg) {
			if err != nil {
				return nil, err
			}
			p := pending{since: row.Value, what: t.what}
			if err := store.Split(row.Key, nil, &p.who); err != nil {
				return nil, err
			}
			if _, both := found[p.who]; both {
				p.what = textOpenBoth
			}
			found[p.who] = p
		}
	}
	list := make([]pending, 0, len(found))
	for _, p := range found {
		list = append(list, p)
	}
	slices.SortFunc(list, func(a, b pending) int {
		if n := a.since.Compare(b.since); n != 0 {
			return n
		}
		return strings.Compare(string(a.who), string(b.who))
	})
	return list[:min(limit, len(list))], nil
}

// unanswered is /未答.
func unanswered(_ context.Context, c *bot.Call) error {
	if verb := c.Arg("免"); verb != "" {
		if !slices.Contains([]string{"免", "excuse"}, verb) || c.Arg("谁") == "" {
			return bot.Refuse(textOpenForm)
		}
		return excuse(c)
	}
	list, err := openIn(c.Tx, c.Event.Chat.ID, listed+1)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		c.Reply(textAllDone)
		return nil
	}
	text := c.T(textOpen)
	if c.Powers().Remove {
		text = c.T(textOpenPower)
	}
	for n, p := range list[:min(listed, len(list))] {
		text += c.T(textOpenLine, n+1, c.Name(p.who), p.since.In(c.Zone()).Format("01-02 15:04"), c.T(p.what))
	}
	if len(list) > listed {
		text += c.T(textOpenMore)
	}
	c.Say(text)
	return nil
}

// excuse ends the wait for somebody's answer.
func excuse(c *bot.Call) error {
	m, err := c.One(c.Arg("谁"))
	if err != nil {
		return err
	}
	p, err := bot.PersonOf(c.Tx, m.Person)
	if err != nil {
		return err
	}
	found := false
	for _, id := range p.Identities {
		for _, t := range []store.Table[time.Time]{gates, acks} {
			has, err := t.Has(c.Tx, c.Event.Chat.ID, id)
			if err != nil {
				return err
			}
			found = found || has
			if err := t.Delete(c.Tx, c.Event.Chat.ID, id); err != nil {
				return err
			}
		}
	}
	if !found {
		return bot.Refuse(textNotOpen, m.Shown())
	}
	c.Reply(textExcused, m.Shown())
	return nil
}
