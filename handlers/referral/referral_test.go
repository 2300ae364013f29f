package referral_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"sixtwenty/bot"
	"sixtwenty/bot/bottest"
	"sixtwenty/handlers/checkin"
	"sixtwenty/handlers/people"
	"sixtwenty/handlers/referral"
	"sixtwenty/pictures"
	"sixtwenty/store"
)

func run(t *testing.T, s referral.Settings, play func(w *bottest.World)) {
	t.Helper()
	studio := pictures.Lazily(pictures.Options{})
	bottest.Run(t, bottest.Options{
		Features: []bot.Feature{referral.Feature(studio), checkin.Feature(studio), people.Feature(), boss()}, Settings: map[string]any{"referral": s},
	}, play)
}

// boss makes whoever asks the owner.
func boss() bot.Feature {
	text := bot.Text{ZH: "x", EN: "x"}
	return bot.Feature{Name: "boss", Summary: text, Commands: []bot.Command{{
		Name: "boss", Summary: text, Examples: []bot.Example{{Say: "/boss"}},
		Run: func(_ context.Context, c *bot.Call) error { return c.Grant(c.Event.From.Person, "", bot.Owner) },
	}}}
}

func feature() bot.Feature { return referral.Feature(pictures.Lazily(pictures.Options{})) }

func expect(t *testing.T, got []string, patterns ...string) {
	t.Helper()
	ok := len(got) == len(patterns)
	for i := 0; ok && i < len(got); i++ {
		ok = bottest.Matches(patterns[i], got[i])
	}
	if !ok {
		t.Errorf("heard %q, expected %q", got, patterns)
	}
}

// Who is doubtful is held with the reason, and counts when a manager says so.
func TestDoubtfulCreditsAreHeld(t *testing.T) {
	t.Run("burst", func(t *testing.T) {
		run(t, referral.Settings{Burst: 2}, func(w *bottest.World) {
			w.Invite("小明", "甲", "乙", "丙")
			expect(t, w.Says("小明", "/邀请榜"), "邀请榜：\n1. 小明 邀请了 2 人")
			expect(t, w.Says("小六", "/邀请待办"), "…1. 丙 11-21进群：小明 邀请的，一小时里邀请得太多")
			expect(t, w.Says("丙", "/查邀请 丙"), "丙 是 小明 邀请的…待核实（一小时里邀请得太多）。")
			w.Says("小六", "/判邀请 丙 小明 真的是")
			expect(t, w.Says("小明", "/邀请榜"), "邀请榜：\n1. 小明 邀请了 3 人")
			w.Wind(61 * time.Minute)
			w.Invite("小明", "丁")
			expect(t, w.Says("小明", "/邀请榜"), "邀请榜：\n1. 小明 邀请了 4 人")
		})
	})
	t.Run("circle", func(t *testing.T) {
		run(t, referral.Settings{}, func(w *bottest.World) {
			w.Invite("小明", "甲")
			w.Invite("甲", "乙")
			w.Leave("小明")
			w.Invite("乙", "小明")
			expect(t, w.Says("小六", "/邀请待办"), "…1. 小明 11-21进群：乙 邀请的，绕了一圈又邀请回来")
			expect(t, w.Says("乙", "/我的邀请"), "…邀请了 0 人：小明（待核实）…")
		})
	})
	t.Run("comes and goes", func(t *testing.T) {
		run(t, referral.Settings{}, func(w *bottest.World) {
			w.Invite("小明", "甲")
			for range 3 {
				w.Leave("甲")
				w.Wind(time.Hour)
				w.Invite("小明", "甲")
			}
			expect(t, w.Says("小六", "/邀请待办"), "…1. 甲 11-21进群：小明 邀请的，进进出出好几次")
		})
	})
	t.Run("many groups", func(t *testing.T) {
		run(t, referral.Settings{Groups: 3}, func(w *bottest.World) {
			for n := range 3 {
				group := bot.Chat{ID: bot.ChatID(fmt.Sprint("g", n)), Group: true, Name: fmt.Sprint("六点二十", n)}
				list := []bot.Member{{Person: "p-小明", Nick: "小明"}, {Person: "p-甲", Nick: "甲"}}
				w.Put(bot.Event{Kind: bot.Listed, Chat: group, Roster: list[:1]})
				w.Put(bot.Event{Kind: bot.Joined, Chat: group, Join: &bot.Join{InviterName: "小明", Names: "甲"}, Roster: list})
				said, err := w.Bot().Ask(w.T.Context(), bot.Event{Chat: group, Text: "/邀请待办"})
				if err != nil || strings.Contains(said[0], "进了很多个群") != (n == 2) {
					t.Errorf("group %d: %q, %v", n, said, err)
				}
			}
		})
	})
}

// A first check-in that a manager enters, or that is made up, makes a credit valid; taken back, it is pending again, points and all.
func TestCorrectedCheckIns(t *testing.T) {
	run(t, referral.Settings{Days: 1, Checkin: true, Points: 5}, func(w *bottest.World) {
		w.Says("苏苏", "打卡") // the group begins to check in
		w.Invite("小明", "甲", "乙", "丙")
		w.Wind(48 * time.Hour)
		points := func() []bot.PointsRow {
			var list []bot.PointsRow
			err := w.DB().View(t.Context(), func(r store.Reader) (err error) {
				list, err = bot.Ledger(r, w.Group().ID, w.Person("小明"), 9)
				return err
			})
			if err != nil {
				t.Error(err)
			}
			return list
		}
		w.Says("小六", "/改打卡 甲 昨天 有 手机坏了")
		expect(t, w.Says("甲", "/查邀请 甲"), "甲 是 小明 邀请的…：有效。")
		if got := points(); len(got) != 1 || got[0].Points != 5 {
			t.Errorf("the ledger says %+v", got)
		}
		w.Says("小六", "/撤销 1")
		expect(t, w.Says("甲", "/查邀请 甲"), "甲 是 小明 邀请的…：待定，还差第一次打卡。")
		if got := points(); len(got) != 2 {
			t.Errorf("the ledger says %+v", got)
		}
		w.Says("乙", "/补卡 昨天")
		expect(t, w.Says("乙", "/查邀请 乙"), "乙 是 小明 邀请的…：有效。")
		w.Says("丙", "/补卡 昨天")
		w.Says("丙", "打卡")
		w.Says("小六", "/改打卡 丙 今天 无 代打的")
		expect(t, w.Says("丙", "/查邀请 丙"), "丙 是 小明 邀请的…：有效。") // a day is left
		w.Says("小六", "/改打卡 丙 昨天 无 代打的")
		expect(t, w.Says("丙", "/查邀请 丙"), "丙 是 小明 邀请的…：待定，还差第一次打卡。")
	})
}

// A ruling on somebody who was there before the bot leaves nothing behind when it is taken back.
func TestAnUndoneRulingLeavesNothing(t *testing.T) {
	run(t, referral.Settings{}, func(w *bottest.World) {
		tables := func() string {
			text := ""
			err := w.DB().View(t.Context(), func(r store.Reader) error {
				for _, table := range []string{"credits", "edges", "brought", "reaches", "arrivals", "flows", "ripening", "open", "since", "tallies", "dues", "paid"} {
					for row, err := range r.Scan("referral/"+table, store.Range{}) {
						if err != nil {
							return err
						}
						text += table + " " + store.FormatKey(row.Key) + " " + string(row.Value) + "\n"
					}
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
			return text
		}
		w.Invite("小明", "甲")
		before := tables()
		w.Says("小六", "/判邀请 苏苏 阿杰 老朋友")
		w.Says("小六", "/判邀请 苏苏 甲 记错了")
		w.Wind(48 * time.Hour)
		w.Says("小六", "/撤销判定 1")
		expect(t, w.Says("苏苏", "/查邀请 苏苏"), "苏苏 是 甲 邀请的…")
		w.Says("小六", "/撤销判定 2")
		if after := tables(); after != before {
			t.Errorf("left is\n%s\nand was\n%s", after, before)
		}
		expect(t, w.Says("小六", "/邀请待办"), "没有要定的邀请，真好。")
	})
}

// What becomes valid while nobody could hear of it is thanked for when they can.
func TestThanksWaitForTheConnection(t *testing.T) {
	studio := pictures.Lazily(pictures.Options{})
	bottest.Run(t, bottest.Options{
		Features: []bot.Feature{referral.Feature(studio), checkin.Feature(studio)}, Tells: true,
		Settings: map[string]any{"referral": referral.Settings{Days: 1}},
	}, func(w *bottest.World) {
		w.Wind(time.Minute)
		w.Says("小六", "/邀请活动 开 7 1 一本书")
		w.Invite("小明", "甲")
		w.Wind(23 * time.Hour)
		w.Cut(true)
		w.Wind(18 * time.Hour) // past the nightly look too
		w.Cut(false)
		expect(t, w.Heard())
		expect(t, w.Wind(10*time.Minute), "恭喜 小明 邀请满 1 位，得：一本书！…")
		expect(t, w.Wind(24*time.Hour))
	})
}

// A question waits for the connection too.
func TestAQuestionWaitsForTheConnection(t *testing.T) {
	bottest.Run(t, bottest.Options{
		Features: []bot.Feature{feature(), checkin.Feature(pictures.Lazily(pictures.Options{}))}, Tells: true, Settings: map[string]any{"referral": referral.Settings{Ask: true}},
	}, func(w *bottest.World) {
		w.Wind(time.Minute)
		w.JoinByQR("甲", "")
		w.Cut(true)
		w.Wind(3 * time.Hour)
		w.Cut(false)
		expect(t, w.Heard())
		expect(t, w.Wind(10*time.Minute), "甲，是哪位朋友邀请您来的？…")
	})
}

// Whom nobody can tell is asked, once, and a crowd is not.
func TestWhoIsAsked(t *testing.T) {
	run(t, referral.Settings{Ask: true}, func(w *bottest.World) {
		w.JoinByQR("甲", "")
		expect(t, w.Wind(time.Minute), "甲，是哪位朋友邀请您来的？…")
		expect(t, w.Wind(24*time.Hour))
		w.JoinByQR("乙", "")
		w.Says("乙", "/邀请人 小明")
		expect(t, w.Wind(time.Minute))
		w.Invite("小六", "丙") // the account's own phone: nothing is unknown
		expect(t, w.Wind(time.Minute))
		for n := range 9 {
			w.JoinByQR(fmt.Sprint("新人", n), "")
		}
		expect(t, w.Wind(time.Minute))
		w.Wind(8 * 24 * time.Hour)
		expect(t, w.Says("甲", "/邀请人 小明"), "…进群超过七天啦…")
	})
}

// Newcomers answer in their own words, and what is no answer is none.
func TestAnswersInOnesOwnWords(t *testing.T) {
	for say, want := range map[string]string{
		"小明": "小明", "@小明\u2005": "小明", "我是小明邀请的": "小明", "小明拉我进来的～": "小明", "是 小明": "小明", "Invited by 小明": "小明", "没有": "nobody", "我自己来的": "nobody",
		"大家好": "", "老张邀请的": "refused", "小明 是哪位": "", "小六": "小六",
	} {
		run(t, referral.Settings{Ask: true}, func(w *bottest.World) {
			w.JoinByQR("甲", "")
			expect(t, w.Wind(time.Minute), "甲，是哪位朋友邀请您来的？回一句「XX邀请的」就好…")
			expect(t, w.Says("阿杰", say)) // was not asked
			switch heard := w.Says("甲", say); want {
			case "":
				expect(t, heard)
			case "refused":
				expect(t, heard, "…老张…")
			case "nobody":
				expect(t, heard, "@甲\u2005好的，记下了，欢迎～")
				expect(t, w.Says("小六", "/邀请待办"), "没有要定的邀请…")
			default:
				expect(t, heard, "@甲\u2005记下了，是 "+want+" 邀请您来的，谢谢！")
				expect(t, w.Says("甲", say))
			}
		})
	}
}

// A name that two share credits nobody.
func TestAmbiguous(t *testing.T) {
	run(t, referral.Settings{}, func(w *bottest.World) {
		roster := []bot.Member{{Person: "1", Nick: "老王"}, {Person: "2", Nick: "老王"}, {Person: "p-小六", Nick: "小六"}}
		w.Put(bot.Event{Kind: bot.Listed, Chat: w.Group(), Roster: roster})
		roster = append(roster, bot.Member{Person: "3", Nick: "甲"})
		w.Put(bot.Event{Kind: bot.Joined, Chat: w.Group(), Join: &bot.Join{InviterName: "老王", Names: "甲"}, Roster: roster})
		expect(t, w.Says("小六", "/邀请榜"), "还没有邀请记录…")
		expect(t, w.Says("小六", "/邀请待办"), "…1. 甲 11-21进群：邀请人的名字有好几位一样的")
		expect(t, w.Says("小六", "/判邀请 甲 老王 x"), "…群里有 2 位「老王」…")
	})
}

// Quality counts who is still here after two weeks and checks in.
func TestQuality(t *testing.T) {
	run(t, referral.Settings{}, func(w *bottest.World) {
		w.Invite("小明", "甲", "乙")
		w.Invite("阿杰", "丙")
		w.Wind(10 * 24 * time.Hour)
		for _, who := range []string{"甲", "丙"} {
			w.Says(who, "打卡")
		}
		expect(t, w.Says("小明", "/邀请榜 质量"), "还没有邀请记录…")
		w.Restart()
		w.Wind(5 * 24 * time.Hour)
		expect(t, w.Says("小明", "/邀请榜 质量"), "邀请榜（留下来的）：\n1. 阿杰 留下 1 人（满两周的有 1 人）\n2. 小明 留下 1 人（满两周的有 2 人）")
		w.Leave("丙")
		expect(t, w.Says("小明", "/邀请榜 质量"), "邀请榜（留下来的）：\n1. 小明 留下 1 人（满两周的有 2 人）")
		expect(t, w.Says("小明", "/邀请榜 月"), "还没有邀请记录…") // December
	})
}

// The picture comes where it can be drawn, and else the words: one of them.
func TestTheTreeAsAPicture(t *testing.T) {
	run(t, referral.Settings{}, func(w *bottest.World) {
		w.Invite("小明", "甲")
		w.Invite("甲", "乙")
		got := w.Says("阿杰", "/邀请树 小明 图")
		if len(got) != 1 || got[0] != "[图片] tree.png" && !strings.HasPrefix(got[0], "小明 的邀请树：直接 1 人，三度共 2 人") {
			t.Errorf("heard %q", got)
		}
		expect(t, w.Says("乙", "/邀请树"), "乙 还没有邀请过朋友。")
		expect(t, w.Says("阿杰", "/邀请树 甲"), "甲 的邀请树：直接 1 人，三度共 1 人，还在 1 人，最长的一条线 1 层\n来自 小明\n· 乙")
	})
}

// Codes of a campaign are taken from the console alone, each is given once, and told in private.
func TestCodes(t *testing.T) {
	run(t, referral.Settings{}, func(w *bottest.World) {
		w.Says("小六", "/邀请活动 开 7 1 奶茶")
		said, err := w.Bot().Ask(w.T.Context(), bot.Event{Chat: w.Group(), Text: "/兑换码 A1 A2"})
		if err != nil || len(said) != 1 || !strings.Contains(said[0], "2 个兑换码") {
			t.Fatalf("%q, %v", said, err)
		}
		for _, by := range []string{"小明", "阿杰", "苏苏"} {
			expect(t, w.Invite(by, by+"的朋友"), "恭喜 "+by+"…")
		}
		expect(t, w.Private("小明", "/领奖"), "…奶茶，兑换码 A1")
		expect(t, w.Private("阿杰", "/领奖"), "…奶茶，兑换码 A2")
		expect(t, w.Private("苏苏", "/领奖"), "…奶茶")
	})
}

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		s    referral.Settings
		want string
	}{
		{referral.Settings{}, ""},
		{referral.Settings{Days: 15}, "days"},
		{referral.Settings{Days: -1}, "days"},
		{referral.Settings{Burst: -1}, "burst"},
		{referral.Settings{Groups: 101}, "groups"},
	} {
		err := c.s.Check()
		if (err == nil) != (c.want == "") || err != nil && !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%+v: %v", c.s, err)
		}
	}
}
