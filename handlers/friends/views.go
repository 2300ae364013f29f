package friends

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// This file is what the console and the morning report see of the requests.

var (
	columnNo      = bot.Text{ZH: "编号", EN: "No."}
	columnName    = bot.Text{ZH: "名字", EN: "Name"}
	columnHello   = bot.Text{ZH: "招呼", EN: "Hello"}
	columnWhen    = bot.Text{ZH: "什么时候", EN: "When"}
	columnState   = bot.Text{ZH: "怎样了", EN: "State"}
	columnChannel = bot.Text{ZH: "来源", EN: "Channel"}
	columnValue   = bot.Text{ZH: "内容", EN: "Value"}

	textWaits   = bot.Text{ZH: "等您处理", EN: "waits for you"}
	textQueued  = bot.Text{ZH: "%s 通过", EN: "accepted at %s"}
	textAccept  = bot.Text{ZH: "正在通过", EN: "being accepted"}
	textFriend  = bot.Text{ZH: "是好友了", EN: "a friend"}
	textIgnored = bot.Text{ZH: "不理会", EN: "ignored"}
	textUndone  = bot.Text{ZH: "没通过，请在手机上处理", EN: "not accepted, see to it on the phone"}

	textReport  = bot.Text{ZH: "好友申请", EN: "friend requests"}
	textToDo    = bot.Text{ZH: "%d 位等您处理，发 /好友 看", EN: "%d wait for you, see /friends"}
	textBecame  = bot.Text{ZH: "一天里新加 %d 位", EN: "%d became friends within a day"}
	textSemi    = bot.Text{ZH: "；", EN: "; "}
	textAccepts = bot.Text{ZH: "通过", EN: "Accept"}
	textIgnores = bot.Text{ZH: "忽略", EN: "Ignore"}
)

func views() []bot.View {
	value := []bot.Param{{Name: "value", Title: columnValue}}
	return []bot.View{{
		Name: "requests", Title: bot.Text{ZH: "好友申请", EN: "Friend requests"}, Page: bot.OnPeople, Of: bot.OfAccount,
		Waits:   func(r bot.Row) bool { return len(r.Acts) > 0 },
		Columns: []bot.Text{columnNo, columnName, columnHello, columnWhen, columnState, columnChannel}, Show: rows,
		Acts: []bot.Act{
			{Title: bot.Text{ZH: "自动通过", EN: "Accept by yourself"}, Say: "/好友 开"},
			{Title: bot.Text{ZH: "不自动通过", EN: "Ask me"}, Say: "/好友 关"},
			{Title: bot.Text{ZH: "招呼里要有的词", EN: "Words of the hello"}, Say: "/好友 词 {value}", Asks: value},
			{Title: bot.Text{ZH: "一天几位", EN: "How many a day"}, Say: "/好友 上限 {value}", Asks: value},
			{Title: bot.Text{ZH: "通过的时间", EN: "Hours"}, Say: "/好友 时间 {value}", Asks: value},
			{Title: bot.Text{ZH: "通过以后说的话", EN: "What a new friend is told"}, Say: "/好友 招呼 {value}", Asks: value},
			{Title: bot.Text{ZH: "来源的词", EN: "Words of channels"}, Say: "/好友 来源 {value}", Asks: value},
		},
	}}
}

func (r request) stateText(q bot.Query, zone *time.Location) string {
	switch r.State {
	case queued:
		return fmt.Sprintf(textQueued.In(q.Lang), r.Due.In(zone).Format("01-02 15:04"))
	case accepted:
		return textAccept.In(q.Lang)
	case befriend:
		return textFriend.In(q.Lang)
	case ignored:
		return textIgnored.In(q.Lang)
	case failed:
		return textUndone.In(q.Lang)
	}
	return textWaits.In(q.Lang)
}

func rows(r store.Reader, q bot.Query) (shown bot.Shown, err error) {
	zone := q.Zone
	if zone == nil {
		zone = time.UTC
	}
	list, err := latest(r, q.Limit, q.From)
	if err != nil {
		return shown, err
	}
	for _, e := range list {
		row := bot.Row{
			Cells: []string{strconv.FormatUint(e.No, 10), e.Nick, e.Hello, e.At.In(zone).Format("01-02 15:04"), e.stateText(q, zone), e.Channel},
			Who:   e.who,
		}
		if e.State == waits || e.State == queued {
			no := strconv.FormatUint(e.No, 10)
			row.Acts = []bot.Act{{Title: textAccepts, Say: "/好友 通过 " + no}, {Title: textIgnores, Say: "/好友 忽略 " + no}}
		}
		shown.Rows = append(shown.Rows, row)
	}
	if len(list) == q.Limit && q.Limit > 0 {
		shown.Next = store.Key(list[len(list)-1].No)
	}
	return shown, nil
}

// report tells the owner who waits and how many friends a day brought.
func report(r store.Reader, q bot.Query) ([]bot.Line, error) {
	list, err := latest(r, maxRequests, "")
	if err != nil {
		return nil, err
	}
	wait, fresh := 0, 0
	for _, e := range list {
		switch {
		case e.State == waits:
			wait++
		case e.State == befriend && q.Now.Sub(e.At) < 24*time.Hour:
			fresh++
		}
	}
	var parts []string
	if wait > 0 {
		parts = append(parts, fmt.Sprintf(textToDo.In(q.Lang), wait))
	}
	if fresh > 0 {
		parts = append(parts, fmt.Sprintf(textBecame.In(q.Lang), fresh))
	}
	if len(parts) == 0 {
		return nil, nil
	}
	return []bot.Line{{Name: textReport.In(q.Lang), Value: strings.Join(parts, textSemi.In(q.Lang))}}, nil
}
