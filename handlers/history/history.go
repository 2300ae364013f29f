// Package history takes in what a community kept before it had the bot: people by name, with their points, streaks, inviters
// and where they came from, in a CSV that the owner sends in private.
//
// Nothing is written before the owner has seen what matches whom and said so. A name counts where exactly one member goes by
// it; whoever is not found, or shares a name, is listed with the line of the file. The same file may come again: points take
// the place of those taken before, and what the bot saw itself stands. Points are entered here; streaks and inviters are
// told as the fact "history.taken" to the features they belong to.
package history

import (
	"context"
	"path"
	"strings"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// A draft is a file that waits for the owner's word.
type draft struct {
	Name  string   `json:"name"`
	Table table    `json:"table"`
	Group bot.Chat `json:"group,omitzero"` // for which it was tried
}

const (
	drafts = store.Table[draft]("history/drafts") // the private chat

	workRead  = "read"
	workList  = "list"
	timerDrop = "drop"
	draftLife = 24 * time.Hour
)

// Feature declares it.
func Feature() bot.Feature {
	return bot.Feature{
		Name:    "history",
		Summary: bot.Text{ZH: "导入以前的记录", EN: "records from before the bot"},
		Commands: []bot.Command{{
			Name: "导入", Aliases: []string{"import"}, Args: "[群或确定...]", Who: bot.Owner, Where: bot.InPrivate,
			Summary:  bot.Text{ZH: "把 CSV 里以前的积分、打卡、邀请人导进来：先发文件，看过试算再确定", EN: "take in points, streaks and inviters from a CSV: send the file, read the trial, then confirm"},
			Examples: []bot.Example{{Say: "/导入", Reply: "…"}},
			Run:      command,
		}},
		Watches: []bot.Watch{
			{On: bot.Message, Summary: bot.Text{ZH: "收下机主私聊发来的 CSV", EN: "takes a CSV that the owner sends in private"}, Run: heard},
			{On: "history." + workRead, Summary: bot.Text{ZH: "试算读好的文件", EN: "tries a file that was read"}, Run: read},
			{On: "history." + workList, Summary: bot.Text{ZH: "发试算的明细", EN: "sends the trial line by line"}, Run: listed},
		},
		Timers: map[string]bot.Run{timerDrop: drop},
		Works:  map[string]func(context.Context, bot.Work) (any, error){workRead: readFile, workList: writeList},
		Keeps:  bot.BlobsOf(), // the list is sent and never again
	}
}

var (
	textHow = bot.Text{
		ZH: "把以前的记录存成 CSV 私聊发给我。第一行写列名：名字（群昵称或微信名）必须有，其余有什么写什么：积分、连续、累计、最长、最近打卡、邀请人、进群日期、来源。我先试算给您看，什么都不会马上写进去。",
		EN: "Send me a CSV of your records here. Its first row names the columns: name is needed, and of points, streak, total, best, last, inviter, joined, source whatever you have. I show you a trial first; nothing is written at once.",
	}
	textLost    = bot.Text{ZH: "这个文件没能取下来，请再发一次。", EN: "The file could not be fetched. Please send it again."}
	textNoDraft = bot.Text{ZH: "没有等着导入的文件，请先把 CSV 发给我。", EN: "There is no file to take in; send me the CSV first."}
	textWhich   = bot.Text{ZH: "收到「%s」，%d 行。要导入哪个群？发 /导入 群名。有：%s", EN: "Got %s, %d rows. For which group? Send /import GROUP. There are: %s"}
	textNoGroup = bot.Text{ZH: "没有叫「%s」的群。有：%s", EN: "There is no group %s. There are: %s"}
	textNone    = bot.Text{ZH: "我还没有在任何群里工作。", EN: "I am at work in no group yet."}
	textComma   = bot.Text{ZH: "、", EN: ", "}
	textSure    = bot.Text{ZH: "确定", EN: "yes"}
)

// heard takes the owner's file.
func heard(_ context.Context, c *bot.Call) error {
	m := c.Event.Media
	if m == nil || m.Kind != bot.File || c.Event.Chat.Group || c.Role < bot.Owner || !strings.EqualFold(path.Ext(m.Name), ".csv") {
		return nil
	}
	c.Power(bot.Owner)
	return c.Work(workRead, string(c.Event.Chat.ID), m)
}

// read keeps the draft and tries it, where the group is plain.
func read(ctx context.Context, c *bot.Call) error {
	var done bot.Done
	if err := c.Decode(&done); err != nil {
		return err
	}
	var got reading
	if done.Error != "" {
		c.Reply(textLost)
		return nil
	}
	if err := done.Into(&got); err != nil {
		return err
	}
	if got.Wrong != "" {
		c.Say(faults()[got.Wrong].say(c, got.Detail))
		return nil
	}
	d := draft{Name: bot.CleanName(got.Name), Table: got.Table}
	groups, err := bot.Chats(c.Tx)
	if err != nil {
		return err
	}
	switch len(groups) {
	case 0:
		return bot.Refuse(textNone)
	case 1:
		return try(ctx, c, d, groups[0])
	}
	c.Reply(textWhich, d.Name, len(d.Table.Rows)+len(d.Table.Faults), names(c, groups))
	return wait(c, d)
}

// wait keeps a draft for the owner's word, for a day.
func wait(c *bot.Call, d draft) error {
	if err := drafts.Put(c.Tx, d, c.Event.Chat.ID); err != nil {
		return err
	}
	return c.After(draftLife, timerDrop, "", nil)
}

// drop forgets a draft that nobody wanted.
func drop(_ context.Context, c *bot.Call) error { return drafts.Delete(c.Tx, c.Event.Chat.ID) }

func names(c *bot.Call, groups []bot.Chat) string {
	var list []string
	for _, g := range groups[:min(len(groups), 20)] {
		list = append(list, bot.CleanName(g.Name))
	}
	return strings.Join(list, c.T(textComma))
}

// command is /导入.
func command(ctx context.Context, c *bot.Call) error {
	what := strings.TrimSpace(c.Arg("群或确定"))
	if what == "" {
		c.Reply(textHow)
		return nil
	}
	d, ok, err := drafts.Get(c.Tx, c.Event.Chat.ID)
	if err != nil {
		return err
	}
	if !ok {
		return bot.Refuse(textNoDraft)
	}
	if (what == textSure.ZH || strings.EqualFold(what, textSure.EN)) && d.Group.ID != "" {
		return take(ctx, c, d)
	}
	groups, err := bot.Chats(c.Tx)
	if err != nil {
		return err
	}
	for _, g := range groups {
		if key(g.Name) == key(what) {
			return try(ctx, c, d, g)
		}
	}
	return bot.Refuse(textNoGroup, bot.CleanName(what), names(c, groups))
}
