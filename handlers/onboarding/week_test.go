package onboarding_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"sixtwenty/bot"
	"sixtwenty/bot/bottest"
	"sixtwenty/handlers/onboarding"
	"sixtwenty/store"
)

func weekOf(s onboarding.Settings) onboarding.Settings {
	s.Steps, s.IntroDay, s.NudgeDay, s.WeekDay = "每天 19:30", 1, 3, 7
	return s
}

// evening is what the group hears in the next one.
func evening(w *bottest.World) []string { return w.Until("19:31:00") }

// What somebody writes of themselves after the prompt is their card; the command is not needed.
func TestTheirOwnWords(t *testing.T) {
	bottest.Run(t, options(weekOf(onboarding.Settings{})), func(w *bottest.World) {
		w.Invite("小明", "小红", "小芳")
		expect(t, w.Says("小红", "大家好，我是小红，在杭州教书")) // not asked yet
		evening(w)
		holds(t, evening(w), "小红、小芳 来群里一天啦")
		expect(t, w.Says("小红", "今天的语音真好"))
		expect(t, w.Says("小红", "大家好！我是小红，在杭州教书"), "@小红\u2005很高兴认识您！这段话记成您的名片啦，想改就发「自我介绍 …」。")
		expect(t, w.Says("小红", "我是想说，今天的书很好"))
		w.Wind(25 * time.Hour)
		w.Heard()
		expect(t, w.Says("小芳", "我是小芳，喜欢跑步")) // a day later it is talk
		holds(t, w.Says("小六", "/名片 小红"), "【是谁】大家好！我是小红，在杭州教书", "【从哪来】2026-11-21 进群", "【如今】来了 2 天；最近 11-22 露面")
		holds(t, w.Says("小六", "/名片 小芳"), "【是谁】还没写自我介绍")
	})
}

// Each step can be moved, reworded and switched off for a group.
func TestTheWeekOfAGroup(t *testing.T) {
	bottest.Run(t, options(weekOf(onboarding.Settings{})), func(w *bottest.World) {
		holds(t, w.Says("小六", "/头一周"), "· 介绍：第 1 天", "· 提醒：第 3 天", "· 新人榜：第 7 天", "每天 19:30")
		expect(t, w.Says("小六", "/头一周 介绍 关"), "好的，「介绍」不做了。")
		expect(t, w.Says("小六", "/头一周 提醒 2"), "好的，「提醒」改到第 2 天。")
		expect(t, w.Says("小六", "/头一周 提醒 {名字}，早起吗？"), "好的，「提醒」以后这样说：\n{名字}，早起吗？")
		expect(t, w.Says("小六", "/头一周 新人榜 {新人}来啦，{邀请人}辛苦"), "好的，「新人榜」以后这样说：\n{新人}来啦，{邀请人}辛苦")
		expect(t, w.Says("小六", "/头一周 新人榜 {名字}"), "@小六\u2005没有改：第 1 个字的 {名字} 不认识，可用的有 {新人} {邀请人} {群名}")
		expect(t, w.Says("小六", "/头一周 提醒 31"), "@小六\u2005天数要在 1 到 30 之间。")
		expect(t, w.Says("小六", "/头一周 散步"), "@小六\u2005没有「散步」这一步，有：介绍、提醒、新人榜。")
		w.JoinByQR("小红", "")
		expect(t, evening(w))
		expect(t, evening(w))
		expect(t, evening(w), "小红，早起吗？")
		for range 4 {
			expect(t, evening(w))
		}
		expect(t, evening(w), "小红来啦，大家辛苦")
		expect(t, w.Says("小六", "/头一周 提醒 默认"), "好的，「提醒」以后这样说：\n{名字}，今天发「打卡」就是您的第一天，一起来吧！不想被提醒就发 /别提醒我")
	})
}

// A person hears each step once, though they are two identities; what was done under one counts for the other; whoever said
// stop hears nothing.
func TestOncePerPerson(t *testing.T) {
	o := options(weekOf(onboarding.Settings{}))
	o.Features = append(o.Features, joiner(), quiet())
	bottest.Run(t, o, func(w *bottest.World) {
		w.Invite("小明", "小红")
		w.Invite("小明", "大伟")
		w.Private("大伟", "/quiet")
		evening(w)
		w.Invite("小明", "小红二") // the same person, found as somebody else
		w.Says("小六", "/join 小红 小红二")
		holds(t, evening(w), "小红 来群里一天啦")
		expect(t, evening(w))
		w.Says("小红二", "打卡")
		w.Heard()
		expect(t, evening(w))
		for range 3 {
			expect(t, evening(w))
		}
		got := evening(w)
		if len(got) != 1 || strings.Count(got[0], "小红") != 1 || strings.Contains(got[0], "大伟") {
			t.Errorf("heard %q", got)
		}
		expect(t, append(evening(w), evening(w)...))
	})
}

// A step that is due while nobody could hear it is taken when they can.
func TestAStepWaitsForTheConnection(t *testing.T) {
	o := options(weekOf(onboarding.Settings{}))
	o.Tells = true
	bottest.Run(t, o, func(w *bottest.World) {
		w.Wind(time.Minute)
		w.Invite("小明", "小红")
		expect(t, evening(w))
		w.Until("19:00:00")
		w.Cut(true)
		w.Wind(5 * time.Hour)
		w.Cut(false)
		expect(t, w.Heard())
		holds(t, w.Wind(10*time.Minute), "小红 来群里一天啦")
		expect(t, evening(w))
		holds(t, evening(w), "小红，今天发「打卡」就是您的第一天")
	})
}

// So does a greeting, with the question that newcomers are to answer.
func TestAGreetingWaitsForTheConnection(t *testing.T) {
	o := options(onboarding.Settings{Welcome: "欢迎 {名字}！", Window: 20 * time.Second, Question: "您好？"})
	o.Tells = true
	bottest.Run(t, o, func(w *bottest.World) {
		w.Wind(time.Minute)
		w.Invite("小明", "小红")
		w.Cut(true)
		w.Wind(3 * time.Hour)
		expect(t, w.Says("小六", "/未答"))
		w.Cut(false)
		expect(t, w.Heard(), "没有还没回答的新人。")
		expect(t, w.Wind(10*time.Minute), "欢迎 小红！", "小红，您好？")
	})
}

// joiner merges two people, the second into the first.
func joiner() bot.Feature {
	text := bot.Text{ZH: "x", EN: "x"}
	return bot.Feature{Name: "joiner", Summary: text, Commands: []bot.Command{{
		Name: "join", Args: "<a> <b>", Summary: text, Where: bot.InGroup, Examples: []bot.Example{{Say: "/join 小明 苏苏"}},
		Run: func(_ context.Context, c *bot.Call) error {
			a, err := c.Find(c.Arg("a"))
			if err != nil {
				return err
			}
			b, err := c.Find(c.Arg("b"))
			if err != nil {
				return err
			}
			_, err = c.Merge(a[0].Person, b[0].Person, "test")
			return err
		},
	}}}
}

// quiet lets whoever asks be reminded of nothing.
func quiet() bot.Feature {
	text := bot.Text{ZH: "x", EN: "x"}
	return bot.Feature{Name: "quiet", Summary: text, Commands: []bot.Command{{
		Name: "quiet", Summary: text, Examples: []bot.Example{{Say: "/quiet"}},
		Run: func(_ context.Context, c *bot.Call) error { return c.SetRemind(false) },
	}}}
}

// What the console and the morning report show.
func TestViews(t *testing.T) {
	s := weekOf(onboarding.Settings{Welcome: "欢迎 {名字}", Question: "您好？"})
	bottest.Run(t, options(s), func(w *bottest.World) {
		w.Invite("小明", "小红")
		w.JoinByQR("小芳", "")
		w.Says("小红", "你好")
		w.Says("小红", "自我介绍 喜欢早起")
		w.Says("小红", "打卡")
		w.Wind(24 * time.Hour)
		views := map[string][][]string{}
		err := w.DB().View(context.Background(), func(r store.Reader) error {
			day, err := w.Bot().Today(r, w.Group().ID)
			if err != nil {
				return err
			}
			q := bot.Query{Chat: w.Group().ID, Now: time.Now(), Day: day, Lang: bot.ZH, Limit: 50}
			for _, v := range w.Bot().Views() {
				if v.Feature != "onboarding" {
					continue
				}
				shown, err := v.Read(r, q)
				if err != nil {
					return err
				}
				for _, row := range shown.Rows {
					views[v.Name] = append(views[v.Name], row.Cells)
				}
			}
			lines, err := onboarding.Feature().Report(r, q)
			if len(lines) != 1 || lines[0].Value != "昨天来了 2 位；1 位还没回答，发 /未答 看" {
				t.Errorf("the report says %v", lines)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for name, want := range map[string][][]string{
			"newcomers":  {{"小芳", "2026-11-21", "扫码", "", "", "没回答问题"}, {"小红", "2026-11-21", "小明", "喜欢早起", "是", ""}},
			"unanswered": {{"小芳", "11-21 04:00", "没回答问题"}},
			"welcomes":   {{"1", "欢迎 {名字}"}},
			"silent":     {{"一周没说话", "5", "全群的 83%"}, {"一个月没说话", "5", "全群的 83%"}, {"还没听过", "5", "全群的 83%"}},
		} {
			got := views[name]
			if name == "newcomers" {
				slices.SortFunc(got, func(a, b []string) int { return -strings.Compare(a[2], b[2]) })
			}
			if !slices.EqualFunc(got, want, slices.Equal) {
				t.Errorf("%s shows %q, expected %q", name, got, want)
			}
		}
	})
}
