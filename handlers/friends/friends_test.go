package friends_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"sixtwenty/bot"
	"sixtwenty/bot/bottest"
	"sixtwenty/handlers/friends"
	"sixtwenty/store"
)

// boss makes whoever asks the owner.
func boss() bot.Feature {
	text := bot.Text{ZH: "x", EN: "x"}
	return bot.Feature{Name: "boss", Summary: text, Commands: []bot.Command{{
		Name: "boss", Summary: text, Examples: []bot.Example{{Say: "/boss"}},
		Run: func(_ context.Context, c *bot.Call) error { return c.Grant(c.Event.From.Person, "", bot.Owner) },
	}}}
}

func run(t *testing.T, s friends.Settings, fail func(bot.Effect) error, play func(w *bottest.World)) {
	bottest.Run(t, bottest.Options{
		Features: []bot.Feature{friends.Feature(), boss()}, Settings: map[string]any{"friends": s}, Fail: fail,
	}, func(w *bottest.World) {
		w.Private("群主", "/boss")
		play(w)
	})
}

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

func wind(w *bottest.World, d time.Duration) { w.Wind(d); w.Heard() }

// The rule accepts whose hello holds a word, after a while, at its hours; the new friend is greeted.
func TestTheRule(t *testing.T) {
	s := friends.Settings{Accept: true, Words: []string{"读书", "早起"}, Cap: 5, Hours: "8:00-22:00", Delay: time.Minute, Hello: "你好 {名字}！"}
	run(t, s, nil, func(w *bottest.World) {
		expect(t, w.Asks("远山", "我想一起 读 书"))
		wind(w, 59*time.Second)
		expect(t, w.HeardBy("远山"))
		wind(w, time.Second)
		expect(t, w.HeardBy("远山"), "你好 远山！")
		expect(t, w.HeardBy("群主"))
		expect(t, w.Asks("广告", "免费领资料"))
		expect(t, w.HeardBy("群主"), "广告 想加好友：「免费领资料」。发「/好友 通过 2」…")
		w.Until("21:59:30")
		w.Asks("夜猫", "早起")
		w.Restart()
		w.Until("07:59:00")
		expect(t, w.HeardBy("夜猫"))
		wind(w, time.Minute)
		expect(t, w.HeardBy("夜猫"), "你好 夜猫！")
	})
}

// Whoever is to be accepted while the account is cut off is accepted when it is back, so many a day all the same.
func TestTheRuleInAnOutage(t *testing.T) {
	s := friends.Settings{Accept: true, Cap: 2, Hours: "8:00-22:00", Delay: time.Minute, Hello: "你好 {名字}！"}
	bottest.Run(t, bottest.Options{
		Features: []bot.Feature{friends.Feature(), boss()}, Settings: map[string]any{"friends": s}, Tells: true,
	}, func(w *bottest.World) {
		w.Wind(time.Minute)
		w.Private("群主", "/boss")
		names := []string{"甲", "乙", "丙", "丁", "戊"}
		greeted := func() (n int) {
			for _, name := range names {
				n += len(w.HeardBy(name))
			}
			return n
		}
		for _, name := range names {
			w.Asks(name, "读书")
		}
		w.Cut(true)
		w.Wind(46 * time.Hour) // two days of two
		w.Cut(false)
		for day, want := range []int{2, 2, 1, 0} {
			w.Wind(12 * time.Hour)
			if n := greeted(); n != want {
				t.Errorf("on day %d %d were greeted, expected %d", day, n, want)
			}
			w.Wind(12 * time.Hour)
		}
		expect(t, w.HeardBy("群主"))
	})
}

// So many a day and no more: the rest is accepted on the days that follow.
func TestTheCap(t *testing.T) {
	s := friends.Settings{Accept: true, Cap: 2, Hours: "8:00-22:00", Hello: "好 {名字}"}
	run(t, s, nil, func(w *bottest.World) {
		friendsBy := func(day string, want int) {
			t.Helper()
			n := 0
			for i := range 5 {
				n += len(w.HeardBy(fmt.Sprint("友", i)))
			}
			if n != want {
				t.Errorf("%s: %d were greeted, expected %d", day, n, want)
			}
		}
		for i := range 5 {
			w.Put(bot.Event{
				Kind: bot.FriendRequest, Chat: bot.Chat{ID: bot.ChatID("c-" + string(w.Person(fmt.Sprint("友", i))))},
				From: bot.Member{Person: w.Person(fmt.Sprint("友", i)), Nick: fmt.Sprint("友", i)}, Token: fmt.Sprint("友", i),
			})
		}
		wind(w, time.Minute)
		friendsBy("today", 2)
		w.Until("08:01:00")
		friendsBy("tomorrow", 2)
		w.Until("08:01:00")
		friendsBy("the day after", 1)
	})
}

// Without a rule the owner decides; whom they ignore is not told of again.
func TestTheOwnerDecides(t *testing.T) {
	run(t, friends.Settings{Hello: "好", Channels: []string{"微博=新浪微博"}}, nil, func(w *bottest.World) {
		w.Asks("远山", "微博看到的\u202e")
		expect(t, w.HeardBy("群主"), "远山 想加好友：「微博看到的」。发「/好友 通过 1」，或者在手机上处理。")
		w.Asks("近水", "")
		expect(t, w.HeardBy("群主"), "近水 想加好友：「（没写招呼）」…")
		expect(t, w.Private("群主", "/好友"), "不自动通过…\n等您处理的：\n2. 近水：（没写招呼）\n1. 远山：微博看到的\n发…")
		expect(t, w.Private("群主", "/好友 忽略 2"), "好的，不理会 近水 的申请了。")
		expect(t, w.Asks("近水", "再来"))
		expect(t, w.HeardBy("群主"))
		expect(t, w.Private("群主", "/好友 通过 1"), "好的，正在通过 远山。")
		expect(t, w.HeardBy("远山"), "好")
		expect(t, w.Private("群主", "/好友 通过 1"), "远山 的申请已经处理过了。")
		expect(t, w.Private("群主", "/好友 通过 9"), "没有编号 9 的好友申请。")
		expect(t, w.Private("远山", "/好友"), "…只有机主能用哦。")
		err := w.DB().View(context.Background(), func(r store.Reader) error {
			lines, err := w.Bot().About(r, w.Person("远山"), bot.ZH)
			if len(lines) != 1 || lines[0].Card != "加好友 2026-11-21 新浪微博" {
				t.Errorf("their card says %v", lines)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// What the owner sets holds instead of config.yaml, over a restart, until they go back.
func TestTheOwnersRule(t *testing.T) {
	run(t, friends.Settings{Cap: 20}, nil, func(w *bottest.World) {
		for say, want := range map[string]string{
			"/好友 上限 201": "没有改：cap: …", "/好友 时间 22:00-8:00": "没有改：hours: …", "/好友 来源 微博": "没有改：channels: …", "/好友 跳舞": "可以写：…", "/好友 词": "可以写：…",
		} {
			expect(t, w.Private("群主", say), want)
		}
		expect(t, w.Private("群主", "/好友 开"), "好的。自动通过好友申请：招呼写什么都行，一天最多 20 位，全天。")
		expect(t, w.Private("群主", "/好友 词 读书 早起"), "好的。自动通过好友申请：招呼里有 「读书」 或 「早起」，一天最多 20 位，全天。")
		expect(t, w.Private("群主", "/好友 来源 微博=新浪微博 b站=B站"), "好的。自动通过…\n来源按招呼里的词：微博=新浪微博、b站=B站")
		expect(t, w.Private("群主", "/好友 上限 3"), "好的。…一天最多 3 位…")
		expect(t, w.Private("群主", "/好友 时间 8:00-22:00"), "好的。…8:00-22:00。…")
		expect(t, w.Private("群主", "/好友 招呼 欢迎 {名字}"), "好的。…")
		w.Restart()
		expect(t, w.Asks("远山", "读书"), "欢迎 远山")
		expect(t, w.Private("群主", "/好友 还原"), "好的。不自动通过…")
	})
}

// A service that does not accept is not believed: the owner hears of it.
func TestNotAccepted(t *testing.T) {
	fail := func(e bot.Effect) error {
		if e.Kind == bot.Accept {
			return bot.Permanent(errors.New("the request is too old"))
		}
		return nil
	}
	run(t, friends.Settings{Accept: true, Cap: 5, Hello: "好"}, fail, func(w *bottest.World) {
		w.Asks("远山", "读书")
		wind(w, 20*time.Minute)
		expect(t, w.HeardBy("远山"))
		expect(t, w.HeardBy("群主"), "没能通过 远山 的好友申请…请在手机上处理。")
	})
}

// Thousands of requests are bounded: in what is kept, and in what the owner hears.
func TestAFlood(t *testing.T) {
	run(t, friends.Settings{}, nil, func(w *bottest.World) {
		for i := range 320 {
			w.Asks(fmt.Sprint("机器", i), strings.Repeat("长", 500))
		}
		if n := len(w.HeardBy("群主")); n != 20 {
			t.Errorf("the owner heard %d times", n)
		}
		n := 0
		err := w.DB().View(context.Background(), func(r store.Reader) error {
			for _, err := range r.Scan("friends/requests", store.Range{}) {
				if err != nil {
					return err
				}
				n++
			}
			lines, err := friends.Feature().Report(r, bot.Query{Now: time.Now(), Limit: 10, Lang: bot.ZH})
			if len(lines) != 1 || !strings.HasPrefix(lines[0].Value, "300 位等您处理") {
				t.Errorf("the report says %v", lines)
			}
			return err
		})
		if err != nil || n != 300 {
			t.Errorf("%d are kept, %v", n, err)
		}
	})
}

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		s    friends.Settings
		want string
	}{
		{friends.Settings{}, ""},
		{friends.Settings{Hours: "8:00-22:00", Channels: []string{"a=b"}}, ""},
		{friends.Settings{Cap: -1}, "cap"},
		{friends.Settings{Hours: "8"}, "hours"},
		{friends.Settings{Hours: "22:00-8:00"}, "hours"},
		{friends.Settings{Delay: 2 * time.Hour}, "delay"},
		{friends.Settings{Channels: []string{"=b"}}, "channels"},
		{friends.Settings{Hello: strings.Repeat("a", 1001)}, "hello"},
	} {
		err := c.s.Check()
		if (err == nil) != (c.want == "") || err != nil && !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%+v: %v", c.s, err)
		}
	}
}
