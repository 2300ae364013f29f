package referral_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"sixtwenty/bot"
	"sixtwenty/bot/bottest"
	"sixtwenty/handlers/checkin"
	"sixtwenty/handlers/owner"
	"sixtwenty/handlers/referral"
	"sixtwenty/pictures"
	"sixtwenty/store"
)

func ask(t *testing.T, w *bottest.World, text string) []string {
	t.Helper()
	said, err := w.Bot().Ask(w.T.Context(), bot.Event{Chat: w.Group(), Text: text})
	if err != nil {
		t.Fatal(err)
	}
	return said
}

// Each goal of a campaign gives its own prize, once, in private where the winner ever wrote there; the newcomer gets a gift.
func TestGoalsGiftsAndPrivatePrizes(t *testing.T) {
	run(t, referral.Settings{}, func(w *bottest.World) {
		w.Says("小六", "/邀请活动 开 7 1 奶茶")
		expect(t, w.Says("小六", "/邀请活动 加 3 一本书"), "好的，邀请满 3 位，得：一本书")
		expect(t, w.Says("小六", "/邀请活动 新人 一张券"), "好的，邀请算数的时候，新人也得：一张券…")
		expect(t, w.Says("小六", "/邀请活动 私信 3 地址发给群主"), "好的，满 3 位的人会收到这段私信。")
		expect(t, w.Says("小六", "/邀请活动 私信 2 地址发给群主"), "…没有满 2 位这一档…")
		expect(t, w.Says("小六", "/邀请活动"), "…满 1 位得 奶茶、满 3 位得 一本书，新人得 一张券")
		expect(t, ask(t, w, "/兑换码 3位 B1"), "好的，现在有 1 个兑换码…")
		expect(t, ask(t, w, "/兑换码 新人 N1 N2"), "好的，现在有 2 个兑换码…")
		picture := bot.Media{Kind: bot.Image, Name: "书.jpg"}
		w.Private("群主", "/boss")
		w.Gives("群主", picture, []byte("a picture of a book"))
		expect(t, w.Says("群主", "/邀请活动 图 3"), "好的，正在存这张图…", "存好了，满 3 位的人会收到这张图。")

		w.Private("小明", "你好")
		expect(t, w.Invite("小明", "甲"), "新人 甲 由 小明 邀请，算数啦，新人礼：一张券（领取请私聊我发 /领奖）", "恭喜 小明 邀请满 1 位，得：奶茶！…")
		expect(t, w.HeardBy("小明"))
		w.Invite("小明", "乙")
		expect(t, w.Invite("小明", "丙"), "新人 丙…新人礼：一张券", "恭喜 小明 邀请满 3 位，得：一本书！…")
		expect(t, w.HeardBy("小明"), "您在「六点二十读书会」的邀请活动里得到：一本书，兑换码 B1\n地址发给群主", "[图片] prize.jpg")
		expect(t, w.Private("甲", "/领奖"), "您得到的：\n2026-11-21 一张券，兑换码 N1")
		expect(t, w.Private("小明", "/领奖"), "您得到的：\n2026-11-21 一本书，兑换码 B1\n地址发给群主\n2026-11-21 奶茶", "[图片] prize.jpg")
		w.Restart()
		expect(t, w.Wind(8*24*time.Hour), "邀请活动结束啦，一共带来 3 位新人。\n满 1 位（奶茶）：小明\n满 3 位（一本书）：小明")
	})
}

// Who earns a prize when the codes are out is told to the owner, so that nobody is forgotten.
func TestCodesThatRunOut(t *testing.T) {
	run(t, referral.Settings{}, func(w *bottest.World) {
		w.Says("小六", "/邀请活动 开 7 1 奶茶")
		ask(t, w, "/兑换码 A1")
		w.Private("群主", "/boss")
		w.Invite("小明", "甲")
		expect(t, w.Invite("阿杰", "乙"), "恭喜 阿杰 邀请满 1 位，得：奶茶！谢谢您把朋友带来～")
		expect(t, w.HeardBy("群主"), "「六点二十读书会」邀请活动的兑换码用完了，阿杰 得了奖没有拿到码…")
	})
}

// Points come with a credit that counts, and go with it; a merge of newcomers pays once, its end twice again.
func TestPointsFollowTheCredit(t *testing.T) {
	run(t, referral.Settings{Points: 5}, func(w *bottest.World) {
		points := func(want int) {
			t.Helper()
			var got int
			err := w.DB().View(t.Context(), func(r store.Reader) (err error) {
				got, err = bot.Balance(r, w.Group().ID, w.Person("小明"))
				return err
			})
			if err != nil || got != want {
				t.Errorf("%d points, %v; expected %d", got, err, want)
			}
		}
		w.Invite("小明", "甲", "乙")
		points(10)
		w.Leave("甲")
		points(5)
		w.Invite("阿杰", "甲")
		points(10)
		w.Says("小六", "/判邀请 乙 阿杰 问过")
		points(5)
		w.Says("小六", "/撤销判定 1")
		points(10)
		w.Says("小六", "/合并 @甲 @乙")
		w.Wind(24 * time.Hour) // what is due is given with the next event of the group, or at night
		points(5)
		w.Says("小六", "/拆开 1")
		w.Wind(24 * time.Hour)
		points(10)
		expect(t, w.Says("小明", "/邀请榜"), "邀请榜：\n1. 小明 邀请了 2 人")
	})
}

// Where newcomers came from: by their word in the group, in a friend request, by whose code they scanned, by a manager.
func TestSources(t *testing.T) {
	run(t, referral.Settings{Days: 1}, func(w *bottest.World) {
		expect(t, w.Says("小明", "/来源"), "…只有管理员能用哦。")
		expect(t, w.Says("小六", "/来源"), "还没有新人进群…")
		expect(t, w.Says("小六", "/来源 加 微博 微博620 WB"), "好的，新人在群里说「微博620、WB」…")
		expect(t, w.Says("小六", "/来源 加 公众号 wb"), "…「wb」已经是「微博」的暗号了…")
		expect(t, w.Says("小六", "/来源 加 公众号"), "好的，新人在群里说「公众号」…")
		expect(t, w.Says("小六", "/来源 加 线下 x"), "…暗号要 2 到 20 个字。")
		expect(t, w.Says("小六", "/来源 加 线下"), "好的…")
		expect(t, w.Says("小六", "/来源 码 线下 苏苏"), "好的，苏苏 分享的群二维码或邀请带来的，都算从「线下」来的。")
		expect(t, w.Says("小六", "/来源 码 线下 我"), "好的，我 分享的群二维码…")

		w.JoinByQR("甲", "")
		expect(t, w.Says("甲", "ｗｂ。"), "@甲\u2005记下了，您是从「微博」来的，欢迎～")
		expect(t, w.Says("甲", "公众号"))
		expect(t, w.Says("小明", "微博620"))
		w.Put(bot.Event{Kind: bot.FriendRequest, From: bot.Member{Person: w.Person("乙"), Nick: "乙"}, Text: "我是乙，从公众号来的"})
		w.Invite("小明", "乙")
		w.JoinByQR("丙", "苏苏")
		w.JoinByQR("丁", "阿杰")
		w.Invite("小六", "戊")
		w.Private("己", "微博620")
		w.JoinByQR("己", "")
		w.JoinByQR("庚", "")
		expect(t, w.Says("小六", "/来源 改 庚 线下"), "好的，庚 算从「线下」来的。")
		w.Leave("丙")
		w.Wind(25 * time.Hour)
		expect(t, w.Says("小六", "/来源 周"), "新人从哪里来（本周）：\n线下：来了 3 位，有效 2\n微博：来了 2 位，有效 2\n"+
			"公众号：来了 1 位，有效 1\n群友邀请：来了 1 位，有效 1\n暗号：…")
		w.Wind(14 * 24 * time.Hour)
		expect(t, w.Says("小六", "/来源"), "新人从哪里来：\n线下：来了 3 位，有效 2，满两周的 3 位还在 2（66%），还在打卡 0\n微博：来了 2 位，有效 2，满两周的 2 位还在 2（100%），还在打卡 0…")
		expect(t, w.Says("甲", "/为什么 来源"), "来源：微博")
		expect(t, w.Says("小六", "/来源 删 微博"), "好的，「微博」不再记了…")
		expect(t, w.Says("小六", "/来源 月"), "还没有新人进群…") // December
	})
}

// The morning's report names who came, through whom, and who left.
func TestTheNewsOfTheMorning(t *testing.T) {
	run(t, referral.Settings{}, func(w *bottest.World) {
		w.Invite("小明", "甲")
		w.Wind(time.Minute)
		w.JoinByQR("乙", "")
		w.Leave("甲")
		lines := func() (text string) {
			err := w.DB().View(t.Context(), func(r store.Reader) error {
				list, err := feature().Report(r, bot.Query{Now: time.Now(), Lang: bot.ZH, Limit: 20})
				for _, l := range list {
					text += l.Name + "：" + l.Value + "\n"
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return text
		}
		if got, want := lines(), "六点二十读书会 进出：进 2 位：甲（小明）、乙；走 1 位：甲（小明）\n六点二十读书会 待定：1 位新人的邀请要您看，在群里发 /邀请待办\n"; got != want {
			t.Errorf("%q, expected %q", got, want)
		}
		w.Wind(25 * time.Hour)
		if got := lines(); strings.Contains(got, "进出") {
			t.Errorf("a day later: %q", got)
		}
	})
}

// Every view answers, in both languages, with as many cells as columns and no more rows than asked for.
func TestViews(t *testing.T) {
	run(t, referral.Settings{Burst: 3}, func(w *bottest.World) {
		w.Says("小六", "/来源 加 微博")
		w.Says("小六", "/邀请活动 开 7 2 奶茶")
		w.Invite("小明", "甲", "乙", "丙", "丁")
		w.Invite("甲", "戊")
		w.Says("甲", "微博")
		rows := map[string]int{"board": 2, "held": 1, "sources": 2, "campaigns": 1, "race": 2, "tree": 5, "walk": 5}
		for _, v := range feature().Views {
			for _, limit := range []int{50, 1} {
				err := w.DB().View(t.Context(), func(r store.Reader) error {
					got, err := v.Read(r, bot.Query{Chat: w.Group().ID, Now: time.Now(), Lang: bot.EN, Limit: limit})
					if want := min(limit, rows[v.Name]); len(got.Rows) != want {
						t.Errorf("%s, at most %d: %d rows, expected %d: %v", v.Name, limit, len(got.Rows), want, got.Rows)
					}
					for _, row := range got.Rows {
						if len(row.Cells) != len(v.Columns) {
							t.Errorf("%s: %q under %d columns", v.Name, row.Cells, len(v.Columns))
						}
					}
					return err
				})
				if err != nil {
					t.Errorf("%s: %v", v.Name, err)
				}
			}
		}
	})
}

// TestTheTreeIsWalked: a row opens what is below it, and leads to its person.
func TestTheTreeIsWalked(t *testing.T) {
	run(t, referral.Settings{Burst: 3}, func(w *bottest.World) {
		w.Invite("小明", "甲", "乙")
		w.Invite("甲", "丙")
		at := func(who string) (names []string) {
			for _, v := range feature().Views {
				if v.Name != "walk" {
					continue
				}
				err := w.DB().View(t.Context(), func(r store.Reader) error {
					got, err := v.Read(r, bot.Query{Chat: w.Group().ID, Now: time.Now(), Limit: 50, Args: map[string]string{"who": who}})
					names = nil
					for _, row := range got.Rows {
						names = append(names, strings.Repeat("-", row.Depth)+row.Cells[0])
						if row.Args["who"] != string(row.Who) {
							t.Errorf("%s opens %q", row.Cells[0], row.Args)
						}
					}
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			return names
		}
		if got := at(""); !slices.Equal(got, []string{"小明", "-甲", "--丙", "-乙"}) {
			t.Errorf("from the roots: %q", got)
		}
		if got := at(string(w.Person("甲"))); !slices.Equal(got, []string{"甲", "-丙"}) {
			t.Errorf("from 甲: %q", got)
		}
	})
}

// Who asks to be forgotten leaves no prize, no word and no name behind; what they brought still counts, for nobody.
func TestForgetting(t *testing.T) {
	run(t, referral.Settings{}, func(w *bottest.World) {
		w.Says("小六", "/来源 加 微博")
		w.Says("小六", "/邀请活动 开 7 1 奶茶")
		w.Private("小明", "微博")
		w.Invite("小明", "甲")
		w.Says("小六", "/判邀请 甲 小明 秘密的理由")
		mine := func() (n int) {
			err := w.DB().View(t.Context(), func(r store.Reader) error {
				for _, table := range []string{"referral/prizes", "referral/channels/knocked", "referral/scores"} {
					for p, err := range r.Scan(table, store.Range{}) {
						if err != nil {
							return err
						}
						if strings.Contains(p.Key, "p-小明") {
							n++
						}
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		if mine() < 3 {
			t.Fatalf("only %d rows; the test is blind", mine())
		}
		w.Private("小明", "/忘记我")
		w.Private("小明", "/忘记我 确定")
		if n := mine(); n != 0 {
			t.Errorf("%d rows are left", n)
		}
		expect(t, w.Says("阿杰", "/邀请榜"), "还没有邀请记录…")
		expect(t, w.Says("阿杰", "/邀请树 全群"), "全群的邀请树：群友带来 1 人，还在 1 人…")
	})
}

// Who leaves stays in the tree with those they leave behind, and the whole group has its trees too.
func TestOrphansAndTheWholeGroup(t *testing.T) {
	run(t, referral.Settings{}, func(w *bottest.World) {
		w.Invite("小明", "甲")
		w.Invite("甲", "乙", "丙")
		w.Invite("阿杰", "丁")
		w.Leave("甲")
		got := w.Says("小明", "/邀请树")
		if len(got) != 1 || !strings.HasPrefix(got[0], "小明 的邀请树：直接 1 人，三度共 3 人，还在 2 人，最长的一条线 2 层\n· 甲（退群，留下 2 人）\n　· ") {
			t.Errorf("heard %q", got)
		}
		expect(t, w.Says("乙", "/我的邀请"), "…您是 甲 邀请来的（TA 已经不在群里了）。")
		expect(t, w.Says("乙", "/邀请树 全群"), "全群的邀请树：群友带来 4 人，还在 3 人，最长的一条线 2 层\n1. 小明 直接 1 人，三度共 3 人，还在 2 人\n2. 阿杰 直接 1 人，三度共 1 人，还在 1 人…")
		got = w.Says("乙", "/邀请榜 月 图")
		if len(got) != 1 || got[0] != "[图片] board.png" && !strings.HasPrefix(got[0], "邀请榜（本月）：\n1. ") {
			t.Errorf("heard %q", got)
		}
	})
}

// A campaign that ends while the bot is out of touch is reported when the joins of that time are read, or by the next one.
func TestACampaignThatEndsInAnOutage(t *testing.T) {
	for name, next := range map[string]string{"waits": "", "gives way": "/邀请活动 开 3 5 两本书"} {
		t.Run(name, func(t *testing.T) {
			studio := pictures.Lazily(pictures.Options{})
			o := bottest.Options{
				Features: []bot.Feature{referral.Feature(studio), checkin.Feature(studio)}, Tells: true,
				Settings: map[string]any{"referral": referral.Settings{}},
			}
			bottest.Run(t, o, func(w *bottest.World) {
				w.Wind(time.Minute)
				w.Says("小六", "/邀请活动 开 2 2 一本书")
				w.Invite("小明", "甲")
				w.Wind(47 * time.Hour)
				w.Heard()
				w.Cut(true)
				w.Wind(30 * time.Minute)
				w.Invite("小明", "乙")
				w.Wind(60 * time.Minute)
				w.Cut(false)
				expect(t, w.Heard(), "恭喜 小明 邀请满 2 位，得：一本书！…")
				report := "邀请活动结束啦，一共带来 2 位新人。\n满 2 位（一本书）：小明"
				if next != "" {
					expect(t, w.Says("小六", next), report, "邀请活动开始啦！…")
					expect(t, w.Wind(time.Hour))
					return
				}
				expect(t, w.Wind(15*time.Minute), report)
				expect(t, w.Wind(time.Hour))
			})
		})
	}
}

// A campaign may be planned from one day to another: joins count for it from the first day's beginning to the last day's end.
func TestACampaignOfDays(t *testing.T) {
	run(t, referral.Settings{}, func(w *bottest.World) {
		for _, text := range []string{"11-20至11-25", "11-25至11-22", "2027-06-01至2027-06-02", "11-22至2027-03-01"} {
			expect(t, w.Says("小六", "/邀请活动 开 "+text+" 1 一本书"), "…日子要从今天起…")
		}
		for _, text := range []string{"明天至后天", "11-22至", "13-01至13-02", "至", "11月22日"} {
			expect(t, w.Says("小六", "/邀请活动 开 "+text+" 1 一本书"), "…可以写：…")
		}
		expect(t, w.Says("小六", "/邀请活动 开 11月22日至11月23日 1 一本书"), "好的，邀请活动定在 11-22 04:00 到 11-24 04:00，邀请满 1 位新人（住满 0 天才算），就得：一本书。…")
		expect(t, w.Says("小六", "/邀请活动 开 3 1 两本书"), "…两个活动不能叠在一起…")
		expect(t, w.Says("小六", "/邀请活动 加 2 两本书"), "好的，邀请满 2 位，得：两本书")
		expect(t, w.Says("小明", "/邀请活动"), "邀请活动 11-22 04:00 开始，到 11-24 04:00：满 1 位得 一本书、满 2 位得 两本书")
		expect(t, w.Invite("小明", "甲")) // too early
		w.Restart()
		expect(t, w.Until("04:00:01"), "邀请活动开始啦！从现在到 11-24 04:00，邀请满 1 位新人（住满 0 天才算），就得：一本书")
		expect(t, w.Invite("小明", "乙"), "恭喜 小明 邀请满 1 位，得：一本书！…")
		w.Wind(24 * time.Hour)
		w.Until("03:59:00")
		expect(t, w.Invite("阿杰", "丙"), "恭喜 阿杰 邀请满 1 位，得：一本书！…")
		expect(t, w.Wind(2*time.Minute), "邀请活动结束啦，一共带来 2 位新人。\n满 1 位（一本书）：小明、阿杰")
		expect(t, w.Says("小六", "/邀请活动 开 12-01..12-07 1 一本书"), "好的，邀请活动定在 12-01 04:00 到 12-08 04:00…")
		expect(t, w.Says("小六", "/邀请活动 停"), "好的，还没开始的邀请活动不办了。")
		expect(t, w.Says("小六", "/邀请活动 停"), "…没有邀请活动…")
		expect(t, w.Says("小六", "/邀请活动 开 2026-11-24至2026-11-24 1 一本书"), "邀请活动开始啦！从现在到 11-25 04:00…")
		expect(t, w.Wind(10*24*time.Hour), "邀请活动结束啦，一共带来 0 位新人。")
	})
}

// The group hears of a campaign that the owner starts and stops in the console.
func TestACampaignFromTheConsole(t *testing.T) {
	run(t, referral.Settings{}, func(w *bottest.World) {
		expect(t, ask(t, w, "/邀请活动 开 7 3 一本书"), "邀请活动开始啦！…")
		expect(t, w.Wind(time.Second), "邀请活动开始啦！…")
		expect(t, ask(t, w, "/邀请活动"), "邀请活动到 11-28 12:00：满 3 位得 一本书")
		expect(t, w.Wind(time.Second))
		expect(t, ask(t, w, "/邀请活动 停"), "邀请活动结束啦，一共带来 0 位新人。")
		expect(t, w.Wind(time.Second), "邀请活动结束啦，一共带来 0 位新人。")
	})
}

// A campaign that ended while the bot was sent away is reported when it is back.
func TestACampaignThatEndsWhileTheBotIsAway(t *testing.T) {
	studio := pictures.Lazily(pictures.Options{})
	o := bottest.Options{
		Features: []bot.Feature{referral.Feature(studio), checkin.Feature(studio), owner.Feature("314159")},
		Settings: map[string]any{"referral": referral.Settings{}},
	}
	bottest.Run(t, o, func(w *bottest.World) {
		w.Says("小六", "/邀请活动 开 2 2 一本书")
		w.Says("小六", "/停用")
		w.Wind(4 * 24 * time.Hour)
		w.Says("小六", "/启用")
		expect(t, w.Wind(3*24*time.Hour), "邀请活动结束啦，…")
	})
}
