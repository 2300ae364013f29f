package schedule

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// A tag names some groups, so that a schedule or a broadcast can be for them: 给:#早读.

const (
	tags    = store.Table[struct{}]("schedule/tags") // tag, chat
	maxTags = 100                                    // different ones
	maxTag  = 12                                     // characters
	ofGroup = 10
)

var (
	textTags    = bot.Text{ZH: "「%s」的标签：%s", EN: "Tags of “%s”: %s"}
	textNoTags  = bot.Text{ZH: "这个群还没有标签。这样贴：/标签 早读 北京；去掉：/标签 无", EN: "This group has no tag. Set some: /tag morning london; remove them: /tag 无"}
	textAllTags = bot.Text{ZH: "群标签：", EN: "Tags:"}
	textTagLine = bot.Text{ZH: "\n#%s：%d 个群（%s）", EN: "\n#%s: %d groups (%s)"}
	textNoneYet = bot.Text{ZH: "还没有哪个群有标签。到群里发 /标签 早读，以后就能 /定时 … 给:#早读", EN: "No group has a tag. Send /tag morning in a group, and /schedule … to:#morning reaches it"}
	textBadTag  = bot.Text{ZH: "标签最多 %d 个字，一个群最多 %d 个，一共最多 %d 种。", EN: "A tag has %d characters at most, a group %d tags, and there are %d kinds at most."}
	textNoTag   = bot.Text{ZH: "没有群带「#%s」这个标签，发 /标签 看看有哪些。", EN: "No group has the tag “#%s”; send /tag for the list."}
)

// tag is /标签: in a group its tags, elsewhere all of them.
func tag(_ context.Context, c *bot.Call) error {
	list, err := readTags(c.Tx)
	if err != nil {
		return err
	}
	words := strings.FieldsFunc(c.Arg("标签"), func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("、,，", r) })
	switch {
	case !c.Event.Chat.Group:
		c.Say(allTags(c, list))
		return nil
	case len(words) > 0:
		if err := setTags(c, list, words); err != nil {
			return err
		}
		if list, err = readTags(c.Tx); err != nil {
			return err
		}
	}
	mine := list.of(c.Event.Chat.ID)
	if len(mine) == 0 {
		c.Reply(textNoTags)
		return nil
	}
	c.Reply(textTags, c.ChatName(c.Event.Chat.ID), "#"+strings.Join(mine, " #"))
	return nil
}

// setTags gives the group exactly these tags.
func setTags(c *bot.Call, list tagged, words []string) error {
	chat := c.Event.Chat.ID
	for _, t := range list.of(chat) {
		if err := tags.Delete(c.Tx, t, chat); err != nil {
			return err
		}
	}
	if len(words) == 1 && (words[0] == "无" || words[0] == "none") {
		return nil
	}
	kinds := map[string]bool{}
	for _, t := range list {
		kinds[t.name] = true
	}
	for _, w := range words {
		name := tagName(w)
		kinds[name] = true
		if name == "" || len([]rune(name)) > maxTag || len(words) > ofGroup || len(kinds) > maxTags {
			return bot.Refuse(textBadTag, maxTag, ofGroup, maxTags)
		}
		if err := tags.Put(c.Tx, struct{}{}, name, chat); err != nil {
			return err
		}
	}
	return nil
}

// tagName is a tag as it is kept: without the #, in one case.
func tagName(s string) string { return strings.ToLower(strings.Trim(s, "#＃ ")) }

type tagged []struct {
	name  string
	chats []bot.ChatID
}

func (list tagged) of(chat bot.ChatID) (names []string) {
	for _, t := range list {
		if slices.Contains(t.chats, chat) {
			names = append(names, t.name)
		}
	}
	return names
}

func readTags(r store.Reader) (list tagged, err error) {
	for row, err := range tags.Scan(r, store.Range{Limit: maxTags * maxGroups}) {
		if err != nil {
			return nil, err
		}
		var name string
		var chat bot.ChatID
		if err := store.Split(row.Key, &name, &chat); err != nil {
			return nil, err
		}
		if n := len(list); n == 0 || list[n-1].name != name {
			list = append(list, struct {
				name  string
				chats []bot.ChatID
			}{name: name})
		}
		last := &list[len(list)-1]
		last.chats = append(last.chats, chat)
	}
	return list, nil
}

// withTag are the groups of a tag.
func withTag(r store.Reader, name string) (chats []bot.ChatID, err error) {
	rg := store.Under(name)
	rg.Limit = maxGroups
	for row, err := range tags.Scan(r, rg) {
		if err != nil {
			return nil, err
		}
		var chat bot.ChatID
		if err := store.Split(row.Key, nil, &chat); err != nil {
			return nil, err
		}
		chats = append(chats, chat)
	}
	return chats, nil
}

func allTags(c *bot.Call, list tagged) string {
	if len(list) == 0 {
		return c.T(textNoneYet)
	}
	text := c.T(textAllTags)
	for _, t := range list {
		text += c.T(textTagLine, t.name, len(t.chats), named(c, t.chats))
	}
	return text
}

func tagRows(r store.Reader, q bot.Query) (rows [][]string, err error) {
	list, err := readTags(r)
	for _, name := range list.of(q.Chat) {
		if len(rows) < q.Limit {
			rows = append(rows, []string{"#" + name})
		}
	}
	return rows, err
}
