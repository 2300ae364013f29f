package referral

import (
	"strconv"
	"strings"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

const (
	passings = store.Table[struct{}]("referral/passings") // chat, time, identity, whether they went

	newsSpan  = 24 * time.Hour
	newsMost  = 500 // passings of a day that are read
	newsNames = 8
	keepNews  = 40 * 24 * time.Hour
)

var (
	textNews     = bot.Text{ZH: "%s 进出", EN: "%s, in and out"}
	textNewsIn   = bot.Text{ZH: "进 %s 位：%s", EN: "%s joined: %s"}
	textNewsOut  = bot.Text{ZH: "走 %s 位：%s", EN: "%s left: %s"}
	textNewsBy   = bot.Text{ZH: "%s（%s）", EN: "%s (%s)"}
	textNewsMore = bot.Text{ZH: " 等", EN: " and others"}
	textAnd      = bot.Text{ZH: "；", EN: "; "}
	textNewsHeld = bot.Text{ZH: "%s 待定", EN: "%s, to decide"}
	textNewsTodo = bot.Text{ZH: "%s 位新人的邀请要您看，在群里发 /邀请待办", EN: "the inviters of %s newcomers: send /invitetodo in the group"}
)

// news tells, for the morning's report, who came through whom and who left since the day before, group by group.
func news(r store.Reader, q bot.Query) (lines []bot.Line, err error) {
	chats, err := bot.Chats(r)
	if err != nil {
		return nil, err
	}
	say := speak(q.Lang)
	for _, chat := range chats {
		if len(lines) >= max(1, q.Limit) {
			break
		}
		name := bot.CleanName(chat.Name)
		text, err := newsOf(r, chat.ID, q.Now.Add(-newsSpan), say)
		if err != nil {
			return nil, err
		}
		if text != "" {
			lines = append(lines, bot.Line{Name: say(textNews, name), Value: text})
		}
		list, err := waiting(r, chat.ID, todoSize+1)
		if err != nil {
			return nil, err
		}
		if len(list) > 0 {
			lines = append(lines, bot.Line{Name: say(textNewsHeld, name), Value: say(textNewsTodo, upTo(len(list), todoSize))})
		}
	}
	return lines, nil
}

// upTo writes a count that was not made further than a limit.
func upTo(n, limit int) string {
	if n > limit {
		return strconv.Itoa(limit) + "+"
	}
	return strconv.Itoa(n)
}

func newsOf(r store.Reader, chat bot.ChatID, from time.Time, say speaker) (string, error) {
	rg := store.Under(chat)
	rg.From, rg.Limit = store.Key(chat, moment(from)), newsMost+1
	var in, out []string
	came, went := 0, 0
	for row, err := range passings.Scan(r, rg) {
		if err != nil {
			return "", err
		}
		var who bot.PersonID
		var gone bool
		if err := store.Split(row.Key, nil, nil, &who, &gone); err != nil {
			return "", err
		}
		n, list := &came, &in
		if gone {
			n, list = &went, &out
		}
		if *n++; *n > newsNames {
			continue
		}
		name, err := withInviter(r, chat, who, say)
		if err != nil {
			return "", err
		}
		*list = append(*list, name)
	}
	var parts []string
	for _, part := range []struct {
		text  bot.Text
		n     int
		names []string
	}{{textNewsIn, came, in}, {textNewsOut, went, out}} {
		if part.n == 0 {
			continue
		}
		names := strings.Join(part.names, say(textComma))
		if part.n > newsNames {
			names += say(textNewsMore)
		}
		parts = append(parts, say(part.text, upTo(part.n, newsMost), names))
	}
	return strings.Join(parts, say(textAnd)), nil
}

// withInviter is the name of somebody, with where they came from.
func withInviter(r store.Reader, chat bot.ChatID, who bot.PersonID, say speaker) (string, error) {
	name, err := bot.NameIn(r, chat, who)
	if err != nil {
		return "", err
	}
	p, err := bot.PersonOf(r, who)
	if err != nil {
		return "", err
	}
	from, err := cameBy(r, chat, p, say)
	if err != nil || from == "" {
		return name, err
	}
	return say(textNewsBy, name, from), nil
}

// cameBy names the inviter of a person, or else the channel; "" where neither is known.
func cameBy(r store.Reader, chat bot.ChatID, p bot.Person, say speaker) (string, error) {
	_, e, err := edgeOf(r, chat, p)
	if err != nil {
		return "", err
	}
	if e.inTree() {
		return bot.NameIn(r, chat, e.By)
	}
	a, err := arrivalOf(r, chat, p)
	if err != nil || a.From == "" || a.From == byNobody {
		return "", err
	}
	return a.From.name(r, chat, say)
}

// arrivalOf is how a person came into a group, empty where they did not.
func arrivalOf(r store.Reader, chat bot.ChatID, p bot.Person) (arrival, error) {
	for _, id := range p.Identities {
		if a, ok, err := arrivals.Get(r, chat, id); err != nil || ok {
			return a, err
		}
	}
	return arrival{}, nil
}

// pass keeps that somebody came or went.
func pass(c *bot.Call, who bot.PersonID, gone bool) error {
	return passings.Put(c.Tx, struct{}{}, c.Event.Chat.ID, moment(c.Event.At), who, gone)
}

// oldNews forgets who came and went long ago: credits have what counts.
func oldNews(c *bot.Call) error {
	chat := c.Event.Chat.ID
	rg := store.Under(chat)
	rg.To, rg.Limit = store.Key(chat, moment(c.Now.Add(-keepNews))), 10*atOnce
	var keys []string
	for row, err := range passings.Scan(c.Tx, rg) {
		if err != nil {
			return err
		}
		keys = append(keys, row.Key)
	}
	for _, key := range keys {
		if err := c.Tx.Delete(string(passings), key); err != nil {
			return err
		}
	}
	return nil
}
