package history_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"sixtwenty/bot"
	"sixtwenty/bot/bottest"
	"sixtwenty/handlers/checkin"
	"sixtwenty/handlers/history"
	"sixtwenty/handlers/people"
	"sixtwenty/handlers/points"
	"sixtwenty/handlers/referral"
	"sixtwenty/pictures"
)

// boss makes whoever asks the owner.
func boss() bot.Feature {
	text := bot.Text{ZH: "x", EN: "x"}
	return bot.Feature{Name: "boss", Summary: text, Commands: []bot.Command{{
		Name: "boss", Summary: text, Examples: []bot.Example{{Say: "/boss"}},
		Run: func(_ context.Context, c *bot.Call) error { return c.Grant(c.Event.From.Person, "", bot.Owner) },
	}}}
}

func run(t *testing.T, play func(w *bottest.World)) {
	t.Helper()
	bottest.Run(t, bottest.Options{Features: []bot.Feature{
		history.Feature(), checkin.Feature(pictures.Lazily(pictures.Options{})), referral.Feature(pictures.Lazily(pictures.Options{})), points.Feature(), people.Feature(), boss(),
	}}, func(w *bottest.World) {
		w.Private("群主", "/boss")
		play(w)
	})
}

func send(w *bottest.World, csv string) []string {
	w.T.Helper()
	return w.Gives("群主", bot.Media{Kind: bot.File, Name: "成员.csv"}, []byte(csv))
}

func has(t *testing.T, heard []string, parts ...string) {
	t.Helper()
	all := strings.Join(heard, "\n")
	for _, p := range parts {
		if !strings.Contains(all, p) {
			t.Errorf("heard %q, expected %q in it", all, p)
		}
	}
}

const records = "昵称,积分,连续天数,累计,邀请人,进群日期,来源\n" +
	"小明,120,41,300,,2026-01-02,\n" +
	"阿杰,30,0,12,小明,2026/3/1,\n" +
	"苏苏,,5,5,张三,,微博\n" +
	"张三,7,1,1,小明,,\n" +
	"小明,1,1,1,,,\n" +
	"群主,abc,,,,,\n"

// A first day with history: sent, tried, read, confirmed; and the same file again changes nothing.
func TestAFirstDayWithHistory(t *testing.T) {
	run(t, func(w *bottest.World) {
		trial := send(w, records)
		has(t, trial, "「成员.csv」→「六点二十读书会」试算（还没有写进去）：\n6 行里认出 3 位", "积分：2 位，共 150 分", "打卡：3 位", "邀请人：1 位",
			"第 2 行 小明 → 小明", "第 5 行 群里没有叫「张三」的人", "第 6 行 和第 2 行是同一位", "第 7 行 积分「abc」：要写整数", "/导入 确定", "[文件] 导入试算.csv")
		has(t, w.Says("小明", "/积分"), "现在 0 分")
		for range 2 {
			has(t, w.Private("群主", "/导入 确定"), "写好了：「六点二十读书会」3 位，积分 2 位", "打卡记下 3 位")
			has(t, w.Says("小明", "/积分"), "现在 120 分")
			has(t, w.Says("小明", "/我的邀请"), "邀请了 1 人：阿杰。\n有效 1")
			has(t, w.Says("苏苏", "/查邀请 阿杰"), "阿杰 是 小明 邀请的（从以前的记录导入），2026-03-01进群：有效")
			has(t, w.Says("小明", "/邀请榜 周"), "还没有邀请记录")
			send(w, records)
		}
		has(t, w.Says("小明", "打卡"), "第 42 天")
		has(t, w.Says("小明", "/我的打卡"), "301")
		has(t, w.Says("阿杰", "打卡"), "第 1 天")
		has(t, w.Private("群主", "/导入 确定"), "写好了")
		has(t, w.Says("小明", "/我的打卡"), "连续 42 天", "301")
		w.Wind(24 * time.Hour)
		has(t, w.Says("小明", "打卡"), "第 43 天")
		w.Wind(5 * 24 * time.Hour)
		has(t, w.Says("小明", "打卡"), "第 1 天")
		has(t, w.Says("小明", "/我的打卡"), "303")
	})
}

// What the bot saw itself stands.
func TestWhatTheBotSawStands(t *testing.T) {
	run(t, func(w *bottest.World) {
		w.Invite("苏苏", "小红")
		send(w, "name;inviter\n小红;小明\n")
		has(t, w.Private("群主", "/导入 确定"), "邀请人记下 0 位", "有 1 位原来就记着邀请人，没有改")
		has(t, w.Says("小红", "/查邀请 小红"), "小红 是 苏苏 邀请的")
	})
}

// Two who share a name are not guessed, and the file of a Chinese Excel is read.
func TestWhoIsNotGuessed(t *testing.T) {
	run(t, func(w *bottest.World) {
		w.Put(bot.Event{Kind: bot.Listed, Chat: w.Group(), Roster: []bot.Member{
			{Person: "1", Nick: "老王"}, {Person: "2", Nick: "王五", Card: "老王"}, {Person: "3", Nick: "李四", Card: "四哥"}, {Person: "p-群主", Nick: "群主"},
		}})
		gb, err := simplifiedchinese.GB18030.NewEncoder().String("群昵称,积分\n老王,5\n李四,6\n")
		if err != nil {
			t.Fatal(err)
		}
		has(t, send(w, gb), "2 行里认出 1 位", "第 2 行 群里有 2 位「老王」", "李四 → 四哥（微信名 李四）")
	})
}

func TestFilesThatDoNotRead(t *testing.T) {
	run(t, func(w *bottest.World) {
		has(t, send(w, ""), "文件里没有人")
		has(t, send(w, "谁,积分\n小明,1\n"), "第一行要有「名字」一列；这里有：谁、积分")
		has(t, send(w, "名字\n"+strings.Repeat("小明\n", 1001)), "文件太大了")
		has(t, send(w, "名字,最近打卡\n小明,上周\n"), "第 2 行 最近打卡「上周」：日期要写成 2026-11-21")
		has(t, w.Private("群主", "/导入 别的群"), "没有叫「别的群」的群。有：六点二十读书会")
		w.Wind(25 * time.Hour)
		w.HeardBy("群主")
		has(t, w.Private("群主", "/导入 确定"), "没有等着导入的文件")
		if heard := w.Gives("小明", bot.Media{Kind: bot.File, Name: "成员.csv"}, []byte(records)); len(heard) != 0 {
			t.Errorf("a member's file was answered: %q", heard)
		}
	})
}

// With several groups the owner says which, and one whose members nobody read yet is not guessed at.
func TestSeveralGroups(t *testing.T) {
	run(t, func(w *bottest.World) {
		other := bot.Chat{ID: "g-2", Group: true, Name: "六点二十 二群"}
		w.Put(bot.Event{Kind: bot.Message, Chat: other, From: bot.Member{Person: w.Person("小明"), Nick: "小明"}, Text: "早"})
		has(t, send(w, records), "收到「成员.csv」，6 行。要导入哪个群？发 /导入 群名。有：六点二十读书会、六点二十 二群")
		has(t, w.Private("群主", "/导入 确定"), "没有叫「确定」的群")
		has(t, w.Private("群主", "/导入 六点二十二群"), "我还没有「六点二十 二群」的成员名单")
		has(t, w.Private("群主", "/导入 六点二十读书会"), "6 行里认出 3 位")
		has(t, w.Private("群主", "/导入 确定"), "写好了")
	})
}

// What two identities of one person had before adds up, and comes apart again.
func TestAMergeMovesThePast(t *testing.T) {
	run(t, func(w *bottest.World) {
		send(w, "名字,连续,累计\n小明,41,300\n阿杰,3,12\n")
		w.Private("群主", "/导入 确定")
		has(t, w.Says("群主", "/合并 @小明 @阿杰 一个人"), "")
		has(t, w.Says("小明", "打卡"), "第 42 天")
		has(t, w.Says("小明", "/我的打卡"), "313")
		w.Says("群主", "/拆开 1")
		has(t, w.Says("小明", "/我的打卡"), "301")
		has(t, w.Says("阿杰", "/我的打卡"), "连续 3 天", "12")
	})
}

// A large group's file is taken in one go.
func TestAWholeGroup(t *testing.T) {
	run(t, func(w *bottest.World) {
		var roster []bot.Member
		var csv strings.Builder
		csv.WriteString("名字,积分,连续,累计,邀请人\n")
		for n := range 500 {
			name := fmt.Sprintf("群友%03d", n)
			roster = append(roster, bot.Member{Person: bot.PersonID(name), Nick: name})
			fmt.Fprintf(&csv, "%s,%d,%d,%d,群友%03d\n", name, n, n, 2*n, max(0, n-1))
		}
		w.Put(bot.Event{Kind: bot.Listed, Chat: w.Group(), Roster: append(roster, bot.Member{Person: "p-群主", Nick: "群主"})})
		has(t, send(w, csv.String()), "500 行里认出 500 位", "邀请人：499 位")
		has(t, w.Private("群主", "/导入 确定"), "邀请人记下 499 位", "打卡记下 499 位")
	})
}
