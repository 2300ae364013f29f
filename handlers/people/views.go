package people

import (
	"strconv"
	"strings"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// This file is what the console shows of people: what was noted on them, what they may do, and what became of them.

var (
	columnGroup = bot.Text{ZH: "群", EN: "Group"}
	columnName  = bot.Text{ZH: "名字", EN: "Name"}
	columnNote  = bot.Text{ZH: "备注", EN: "Note"}
	columnWhen  = bot.Text{ZH: "什么时候", EN: "When"}
	columnRole  = bot.Text{ZH: "身份", EN: "Role"}
	titleNotes  = bot.Text{ZH: "备注和标签", EN: "Notes and tags"}
	titleDrop   = bot.Text{ZH: "删", EN: "Remove"}
	textAllTags = bot.Text{ZH: "全部", EN: "all"}
	textAnyone  = bot.Text{ZH: "所有群", EN: "everywhere"}
	textEarlier = bot.Text{ZH: "%s（上次登录时，要重新认领）", EN: "%s (in an earlier sign-in, to be claimed again)"}
	textNamed   = bot.Text{ZH: "名字是「%s」", EN: "goes by “%s”"}
	textIsNow   = bot.Text{ZH: "在%s是%s", EN: "in %s: %s"}
	textBlocks  = bot.Text{ZH: "拉黑的人", EN: "blocked"}
	textOnThem  = bot.Text{ZH: "备注：%s", EN: "note: %s"}
)

func views() []bot.View {
	return []bot.View{
		questions(),
		{
			Name: "noted", Title: titleNotes, Page: bot.OnPeople, Of: bot.OfAccount,
			Columns: []bot.Text{columnName, columnGroup, columnNote, columnWhen},
			Params:  []bot.Param{{Name: "tag", Title: bot.Text{ZH: "标签", EN: "Tag"}, Optional: true, Choices: tagChoices}},
			Show:    showNoted,
		},
		{
			Name: "notes", Title: titleNotes, Of: bot.OfPerson, Columns: []bot.Text{columnNote, columnGroup, columnWhen}, Show: showNotes,
			Acts: []bot.Act{{
				Title: bot.Text{ZH: "记一笔", EN: "Write one"}, Say: "/备注 #who {text}",
				Asks: []bot.Param{{Name: "text", Title: bot.Text{ZH: "内容，#开头的是标签", EN: "text; words with # are tags"}, Long: true}},
			}},
		},
		{
			Name: "roles", Title: bot.Text{ZH: "身份", EN: "Roles"}, Of: bot.OfPerson, Columns: []bot.Text{columnGroup, columnRole, columnWhen},
			Rows: roleRows,
			Acts: []bot.Act{
				{Title: bot.Text{ZH: "出一个管理员码", EN: "Make a manager's code"}, Say: "/任命"},
				{Title: bot.Text{ZH: "撤销管理员或拉黑", EN: "Take the role, lift the block"}, Say: "/解除 #who", Grave: true},
				{Title: bot.Text{ZH: "拉黑", EN: "Block"}, Say: "/拉黑 #who", Grave: true},
			},
		},
	}
}

// tagChoices are the tags that notes have, of the newest notes.
func tagChoices(r store.Reader, q bot.Query) ([]bot.Choice, error) {
	const most = 100
	list := []bot.Choice{{Value: "", Title: textAllTags.In(q.Lang)}}
	from := ""
	for len(list) < most {
		row, ok, err := tagged.First(r, store.Range{From: from})
		if err != nil || !ok {
			return list, err
		}
		var tag string
		if err := store.Split(row.Key, &tag, nil); err != nil {
			return nil, err
		}
		list = append(list, bot.Choice{Value: tag, Title: "#" + tag})
		from = store.Under(tag).To
	}
	return list, nil
}

// showNoted gives the newest notes, or those with a tag.
func showNoted(r store.Reader, q bot.Query) (shown bot.Shown, err error) {
	table, rg := noted, store.Range{}
	tag := q.Args["tag"]
	if tag != "" {
		table, rg = tagged, store.Under(tag)
	}
	rg.Reverse, rg.Limit = true, q.Limit
	if q.From != "" {
		rg.To = q.From
	}
	for row, err := range table.Scan(r, rg) {
		if err != nil {
			return shown, err
		}
		var seq uint64
		if tag == "" {
			err = store.Split(row.Key, &seq)
		} else {
			err = store.Split(row.Key, nil, &seq)
		}
		if err != nil {
			return shown, err
		}
		n, _, err := notes.Get(r, row.Value.Who, row.Value.Chat, seq)
		if err != nil {
			return shown, err
		}
		one, err := noteRow(r, q, kept{n, row.Value, seq})
		if err != nil {
			return shown, err
		}
		if shown.Rows = append(shown.Rows, one); len(shown.Rows) == q.Limit {
			shown.Next = row.Key
		}
	}
	return shown, nil
}

func noteRow(r store.Reader, q bot.Query, k kept) (row bot.Row, err error) {
	name, err := bot.NameIn(r, k.Chat, k.Who)
	if err != nil {
		return row, err
	}
	group, err := bot.ChatName(r, k.Chat)
	if err != nil {
		return row, err
	}
	head, err := bot.HeadOf(r, k.Who)
	return bot.Row{Cells: []string{name, group, k.Text, k.At.Format(time.RFC3339)}, Who: head, Acts: dropAct(k)}, err
}

func dropAct(k kept) []bot.Act {
	return []bot.Act{{Title: titleDrop, Say: "/备注 #" + string(k.Who) + " 删 " + strconv.FormatUint(k.seq, 10), Grave: true}}
}

func showNotes(r store.Reader, q bot.Query) (shown bot.Shown, err error) {
	p, err := bot.PersonOf(r, q.Who)
	if err != nil {
		return shown, err
	}
	list, err := notesOn(r, p)
	if err != nil {
		return shown, err
	}
	for _, k := range list[max(0, len(list)-q.Limit):] {
		group, err := bot.ChatName(r, k.Chat)
		if err != nil {
			return shown, err
		}
		shown.Rows = append(shown.Rows, bot.Row{Cells: []string{k.Text, group, k.At.Format(time.RFC3339)}, Acts: dropAct(k)})
	}
	return shown, nil
}

func roleRows(r store.Reader, q bot.Query) (rows [][]string, err error) {
	p, err := bot.PersonOf(r, q.Who)
	if err != nil {
		return nil, err
	}
	list, err := bot.RolesOf(r, p)
	if err != nil {
		return nil, err
	}
	for _, h := range list[:min(len(list), q.Limit)] {
		group, err := roleWhere(r, h, q.Lang)
		if err != nil {
			return nil, err
		}
		role := roleName(h.Role, q.Lang)
		if !h.Live {
			role = strings.Replace(textEarlier.In(q.Lang), "%s", role, 1)
		}
		rows = append(rows, []string{group, role, h.Since.Format(time.RFC3339)})
	}
	return rows, nil
}

func roleWhere(r store.Reader, h bot.Holding, l bot.Lang) (string, error) {
	if h.Chat == "" {
		return textAnyone.In(l), nil
	}
	return bot.ChatName(r, h.Chat)
}

func roleName(role bot.Role, l bot.Lang) string {
	if role == bot.Blocked {
		return textBlocks.In(l)
	}
	return bot.RoleName(role).In(l)
}
