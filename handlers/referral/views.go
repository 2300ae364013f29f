package referral

import (
	"strconv"
	"strings"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// The columns that several views have.
var (
	columnName    = bot.Text{ZH: "名字", EN: "Name"}
	columnBy      = bot.Text{ZH: "邀请人", EN: "Brought by"}
	columnState   = bot.Text{ZH: "状态", EN: "State"}
	columnJoined  = bot.Text{ZH: "进群", EN: "Joined"}
	columnTotal   = bot.Text{ZH: "合计", EN: "Total"}
	columnValid   = bot.Text{ZH: "有效", EN: "Valid"}
	columnPending = bot.Text{ZH: "待定", EN: "Pending"}
	columnLeft    = bot.Text{ZH: "退群", EN: "Left"}
	columnBack    = bot.Text{ZH: "回来", EN: "Returned"}
	columnBonus   = bot.Text{ZH: "奖励", EN: "Bonus"}
	columnKept    = bot.Text{ZH: "两周后还在打卡", EN: "Check in after two weeks"}
	columnReason  = bot.Text{ZH: "为什么等", EN: "Why it waits"}
	columnSource  = bot.Text{ZH: "来源", EN: "Source"}
	columnAged    = bot.Text{ZH: "满两周", EN: "Two weeks ago"}
	columnStayed  = bot.Text{ZH: "还在", EN: "Still here"}
	columnShare   = bot.Text{ZH: "留存", EN: "Share"}
	columnDepth   = bot.Text{ZH: "层", EN: "Degree"}
	columnDirect  = bot.Text{ZH: "直接邀请", EN: "Brought"}
	columnReach   = bot.Text{ZH: "三度影响", EN: "Within three degrees"}
	columnFrom    = bot.Text{ZH: "开始", EN: "From"}
	columnTo      = bot.Text{ZH: "结束", EN: "To"}
	columnGoal    = bot.Text{ZH: "目标", EN: "Goal"}
	columnReward  = bot.Text{ZH: "奖励", EN: "Reward"}
	columnWon     = bot.Text{ZH: "达成", EN: "Reached"}
	columnCodes   = bot.Text{ZH: "剩余兑换码", EN: "Codes left"}
	columnRank    = bot.Text{ZH: "名次", EN: "#"}
)

// views are what the console and others may read. Their names and columns are a promise.
func views() []bot.View {
	list := []bot.View{
		{
			Name: "board", Title: bot.Text{ZH: "邀请榜", EN: "Who brought whom"}, Rows: boardRows,
			Columns: []bot.Text{columnRank, columnName, columnTotal, columnValid, columnPending, columnBack, columnBonus, columnLeft, columnKept},
		},
		{
			Name: "held", Title: bot.Text{ZH: "要定的邀请", EN: "Credits to decide"}, Show: showHeld, Waits: bot.Everything,
			Columns: []bot.Text{columnName, columnJoined, columnBy, columnReason},
		},
		{
			Name: "sources", Title: bot.Text{ZH: "来源", EN: "Sources"}, Rows: sourceRows,
			Columns: []bot.Text{columnSource, columnTotal, columnValid, columnLeft, columnAged, columnStayed, columnShare, columnKept},
		},
		{
			Name: "campaigns", Title: bot.Text{ZH: "邀请活动", EN: "Campaigns"}, Rows: campaignRows,
			Columns: []bot.Text{columnFrom, columnTo, columnState, columnGoal, columnReward, columnWon, columnCodes},
		},
		{
			Name: "race", Title: bot.Text{ZH: "最近一次活动的进度", EN: "Progress of the last campaign"}, Rows: raceRows,
			Columns: []bot.Text{columnRank, columnName, columnValid, columnPending},
		},
		{
			Name: "tree", Title: bot.Text{ZH: "邀请树", EN: "Invite tree"}, Rows: treeRows,
			Columns: []bot.Text{columnDepth, columnName, columnState, columnDirect, columnReach},
		},
	}
	for i := range list {
		list[i].Page = bot.OnReferrals
	}
	return list
}

func boardRows(r store.Reader, q bot.Query) (out [][]string, err error) {
	list, err := top(r, q.Chat, always, q.Limit)
	if err != nil {
		return nil, err
	}
	for i, p := range list {
		name, err := bot.NameIn(r, q.Chat, p.who)
		if err != nil {
			return nil, err
		}
		out = append(out, append([]string{strconv.Itoa(i + 1), name}, numbers(p.total(), p.Valid, p.Pending, p.Returned, p.Bonus, p.Left, p.Kept)...))
	}
	return out, nil
}

func numbers(list ...int) (out []string) {
	for _, n := range list {
		out = append(out, strconv.Itoa(n))
	}
	return out
}

func showHeld(r store.Reader, q bot.Query) (shown bot.Shown, err error) {
	list, err := waiting(r, q.Chat, q.Limit)
	if err != nil {
		return shown, err
	}
	s := scribe{r: r, chat: q.Chat, say: speak(q.Lang)}
	for _, cr := range list {
		by := ""
		if cr.named() != "" {
			by = s.name(cr.named())
		}
		head, err := bot.HeadOf(r, cr.id)
		if err != nil {
			return shown, err
		}
		shown.Rows = append(shown.Rows, bot.Row{
			Cells: []string{s.name(cr.id), cr.Day.String(), by, s.trouble(cr)}, Who: head, Acts: heldActs(cr),
		})
	}
	return shown, s.err
}

// heldActs settle a credit: it is the one who was named, somebody else, or nobody.
func heldActs(cr found) (list []bot.Act) {
	why := bot.Param{Name: "why", Title: columnReason}
	rule := "/判邀请 #" + string(cr.id)
	if by := cr.named(); by != "" {
		list = append(list, bot.Act{Title: textIsSo, Say: rule + " #" + string(by) + " {why}", Asks: []bot.Param{why}})
	}
	return append(list,
		bot.Act{Title: textAnother, Say: rule + " {who} {why}", Asks: []bot.Param{{Name: "who", Title: columnBy}, why}},
		bot.Act{Title: textVoid, Say: rule + " 无 {why}", Asks: []bot.Param{why}},
	)
}

var (
	textIsSo    = bot.Text{ZH: "就是 TA", EN: "It is so"}
	textAnother = bot.Text{ZH: "是别人", EN: "Somebody else"}
	textVoid    = bot.Text{ZH: "不算数", EN: "Nobody"}
)

func sourceRows(r store.Reader, q bot.Query) (out [][]string, err error) {
	list, err := sourcesOf(r, q.Chat, always, speak(q.Lang))
	if err != nil {
		return nil, err
	}
	for _, l := range list[:min(len(list), q.Limit)] {
		row := append([]string{l.name}, numbers(l.Joined, l.Valid, l.Left, l.Aged, l.Stayed)...)
		out = append(out, append(row, strconv.Itoa(l.share())+"%", strconv.Itoa(l.Kept)))
	}
	return out, nil
}

var (
	textRuns  = bot.Text{ZH: "进行中", EN: "running"}
	textComes = bot.Text{ZH: "还没开始", EN: "to come"}
	textEnded = bot.Text{ZH: "已结束", EN: "over"}
)

// campaignRows are the goals of the latest campaigns, the newest first.
func campaignRows(r store.Reader, q bot.Query) (out [][]string, err error) {
	rg := store.Under(q.Chat)
	rg.Limit, rg.Reverse = max(1, q.Limit), true
	say := speak(q.Lang)
	for row, err := range campaigns.Scan(r, rg) {
		if err != nil {
			return nil, err
		}
		var n uint64
		if err := store.Split(row.Key, nil, &n); err != nil {
			return nil, err
		}
		k, state := row.Value, say(textEnded)
		switch {
		case k.runs(q.Now):
			state = say(textRuns)
		case k.From.After(q.Now):
			state = say(textComes)
		}
		for _, s := range k.Steps {
			won, err := winnerCount(r, q.Chat, n, s.Goal)
			if err != nil {
				return nil, err
			}
			left, err := codesLeft(r, q.Chat, s.Goal)
			if err != nil {
				return nil, err
			}
			out = append(out, []string{
				k.First.String(), k.Last.String(), state, strconv.Itoa(s.Goal), s.Reward, strconv.Itoa(won), strconv.Itoa(left),
			})
		}
	}
	return out[:min(len(out), max(1, q.Limit))], nil
}

func winnerCount(r store.Reader, chat bot.ChatID, n uint64, goal int) (count int, err error) {
	rg := store.Under(chat, n, goal)
	rg.Limit = bot.MaxMembers
	for _, err := range winners.Scan(r, rg) {
		if err != nil {
			return 0, err
		}
		count++
	}
	return count, nil
}

// raceRows is the board of the latest campaign.
func raceRows(r store.Reader, q bot.Query) (out [][]string, err error) {
	n, _, err := lastCampaign(r, q.Chat)
	if err != nil || n == 0 {
		return nil, err
	}
	list, err := top(r, q.Chat, campaignOf(n), q.Limit)
	if err != nil {
		return nil, err
	}
	for i, p := range list {
		name, err := bot.NameIn(r, q.Chat, p.who)
		if err != nil {
			return nil, err
		}
		out = append(out, append([]string{strconv.Itoa(i + 1), name}, numbers(p.Valid+p.Returned, p.Pending)...))
	}
	return out, nil
}

// treeRows are the largest trees of a group, each person after who brought them.
func treeRows(r store.Reader, q bot.Query) (out [][]string, err error) {
	roots, err := rootsOf(r, q.Chat, forestRoots)
	if err != nil {
		return nil, err
	}
	s := scribe{r: r, chat: q.Chat, say: speak(q.Lang)}
	for _, root := range roots {
		if len(out) >= q.Limit {
			break
		}
		n, err := grow(r, q.Chat, root.Person)
		if err != nil {
			return nil, err
		}
		if out, err = s.rows(out, n, 0); err != nil {
			return nil, err
		}
	}
	return out[:min(len(out), q.Limit)], s.err
}

// rows adds a node of a tree and those below it.
func (s *scribe) rows(out [][]string, n *node, depth int) ([][]string, error) {
	p, err := bot.PersonOf(s.r, n.id)
	if err != nil {
		return nil, err
	}
	reach, err := reachOf(s.r, s.chat, p)
	if err != nil {
		return nil, err
	}
	state := ""
	if n.is != "" {
		state = s.say(n.is.text())
	}
	name := strings.Repeat("　", depth) + s.name(n.id)
	out = append(out, append([]string{strconv.Itoa(depth), name, state}, numbers(reach.All[0], reach.sum())...))
	for _, ch := range n.children {
		if out, err = s.rows(out, ch, depth+1); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// A scribe writes about people from a reader; the first fault stays with it.
type scribe struct {
	r    store.Reader
	chat bot.ChatID
	say  speaker
	err  error
}

func (s *scribe) name(who bot.PersonID) string {
	name, err := bot.NameIn(s.r, s.chat, who)
	if s.err == nil {
		s.err = err
	}
	return name
}

// nameOr is a name, or the word for nobody.
func (s *scribe) nameOr(who bot.PersonID) string {
	if who == "" {
		return s.say(textNone)
	}
	return s.name(who)
}
