package referral

import (
	"cmp"
	"slices"
	"strings"

	"sixtwenty/bot"
	"sixtwenty/store"
)

var (
	textSources     = bot.Text{ZH: "新人从哪里来%s：", EN: "Where newcomers came from%s:"}
	textSourceLine  = bot.Text{ZH: "\n%s：来了 %d 位，有效 %d", EN: "\n%s: %d came, %d valid"}
	textSourceAged  = bot.Text{ZH: "，满两周的 %d 位还在 %d（%d%%），还在打卡 %d", EN: "; of %d after two weeks %d are here (%d%%), %d check in"}
	textSourceWords = bot.Text{ZH: "\n暗号：%s", EN: "\nWords: %s"}
	textSourceWord  = bot.Text{ZH: "%s（%s）", EN: "%s (%s)"}
	textNobodyCame  = bot.Text{ZH: "还没有新人进群。发 /来源 加 微博 暗号，就能知道谁从微博来。", EN: "Nobody joined yet. With /sources add NAME WORD you learn who comes from where."}
	textByFriend    = bot.Text{ZH: "群友邀请", EN: "brought by members"}
	textByAccount   = bot.Text{ZH: "机器人邀请", EN: "brought by the account"}
	textByNobody    = bot.Text{ZH: "不清楚", EN: "not known"}
)

// A sourced is one line of /来源.
type sourced struct {
	name string
	flow
}

// sourcesOf reads where the newcomers of a period came from, those with most who stayed first.
func sourcesOf(r store.Reader, chat bot.ChatID, per period, say speaker) (list []sourced, err error) {
	rg := store.Under(chat, per)
	rg.Limit = 10 * maxChannels // those that were dropped among them
	for row, err := range flows.Scan(r, rg) {
		if err != nil {
			return nil, err
		}
		var from origin
		if err := store.Split(row.Key, nil, nil, &from); err != nil {
			return nil, err
		}
		name, err := from.name(r, chat, say)
		if err != nil {
			return nil, err
		}
		list = append(list, sourced{name, row.Value})
	}
	slices.SortStableFunc(list, func(a, b sourced) int {
		return cmp.Or(b.Stayed-a.Stayed, b.Valid-a.Valid, b.Joined-a.Joined, strings.Compare(a.name, b.name))
	})
	return list, nil
}

func (o origin) isChannel() bool { return strings.HasPrefix(string(o), byChannel) }

// name is what an origin is called.
func (o origin) name(r store.Reader, chat bot.ChatID, say speaker) (string, error) {
	switch o {
	case byFriend:
		return say(textByFriend), nil
	case byAccount:
		return say(textByAccount), nil
	case byNobody:
		return say(textByNobody), nil
	}
	folded := strings.TrimPrefix(string(o), byChannel)
	k, ok, err := channels.Get(r, chat, folded)
	if !ok {
		return bot.CleanName(folded), err
	}
	return k.Name, err
}

// share is how many of those who came two weeks ago or more are still here, in hundredths.
func (f flow) share() int { return 100 * f.Stayed / max(1, f.Aged) }

func showSources(c *bot.Call, per period, s scope) error {
	list, err := sourcesOf(c.Tx, c.Event.Chat.ID, per, c.T)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		c.Reply(textNobodyCame)
		return nil
	}
	title := ""
	if per != always {
		title = c.T(s.title)
	}
	text := c.T(textSources, title)
	for _, l := range list[:min(len(list), maxChannels)] {
		text += c.T(textSourceLine, l.name, l.Joined, l.Valid)
		if l.Aged > 0 {
			text += c.T(textSourceAged, l.Aged, l.Stayed, l.share(), l.Kept)
		}
	}
	known, err := channelsOf(c.Tx, c.Event.Chat.ID)
	if err != nil {
		return err
	}
	var said []string
	for _, k := range known {
		said = append(said, c.T(textSourceWord, k.Name, strings.Join(k.Words, c.T(textComma))))
	}
	if len(said) > 0 {
		text += c.T(textSourceWords, strings.Join(said, c.T(textComma)))
	}
	c.Say(text)
	return nil
}
