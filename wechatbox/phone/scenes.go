package phone

import (
	"context"
	"fmt"
	"time"

	"sixtwenty/wechatbox"
)

// scene is a story that plays by itself; its words are "scene.NAME" and "scene.NAME.about".
type scene struct {
	name string
	run  func(context.Context, *play)
}

func allScenes() []scene {
	return []scene{{"week", newcomerWeek}, {"storm", checkInStorm}, {"race", referralRace}, {"network", badNetwork}}
}

func freshNames() []string {
	return []string{
		"小雨", "阿宁", "晓峰", "若溪", "大鹏", "静静", "子涵", "老谢", "思远", "可可", "明月", "阿May", "一诺", "石头", "小满", "青青",
		"南风", "豆豆", "海波", "念念", "山野", "七七", "木木", "阿哲", "雨桐", "小鱼🐟", "十一", "春生", "米粒", "安然", "向阳🌻", "阿布",
	}
}

// newcomerWeek follows somebody new through seven mornings, one of them missed.
func newcomerWeek(ctx context.Context, p *play) {
	who := p.newcomer(ctx, p.owner)
	name := p.nick(who)
	p.caption(fmt.Sprintf("第 1 天：%s邀请%s进群", p.nick(p.owner), name))
	p.invite(ctx, p.owner, who)
	p.pass(ctx, 40*time.Second)
	p.say(ctx, who, "大家好，我是"+name+"，朋友推荐来的，请多关照～")
	p.pass(ctx, 20*time.Second)
	p.say(ctx, p.other(0), "欢迎欢迎！明天早上 6:20 一起读书")
	p.pass(ctx, 30*time.Second)
	mornings := []string{
		"打卡", "打卡 今天读了《小王子》第一章", "", "昨天睡过头了😭 今天补上", "打卡 读了 20 页，慢慢来", "打卡 周末也没偷懒",
	}
	for i, text := range mornings {
		p.until(ctx, "06:20:12")
		day := i + 2
		if text == "" {
			p.caption(fmt.Sprintf("第 %d 天：%s睡过头了", day, name))
			p.morning(ctx, day, 2)
			continue
		}
		p.caption(fmt.Sprintf("第 %d 天：%s来打卡", day, name))
		p.morning(ctx, day, 2)
		p.say(ctx, who, text)
		p.pass(ctx, 15*time.Second)
	}
	p.until(ctx, "21:00:00")
	p.caption("第 7 天：一周过去了")
	p.say(ctx, who, "第一周结束，谢谢大家陪我早起🌅")
	p.pass(ctx, 30*time.Second)
}

// morning lets n of the old members check in.
func (p *play) morning(ctx context.Context, day, n int) {
	for i := range n {
		p.say(ctx, p.other(day+i), "打卡")
		p.pass(ctx, 7*time.Second)
	}
}

const stormSize = 24 // people who check in at once

// checkInStorm fills the group and lets everybody check in within a minute of 6:20.
func checkInStorm(ctx context.Context, p *play) {
	if missing := stormSize - len(p.others); missing > 0 {
		p.caption("先请一车新朋友进群")
		people := p.newcomers(ctx, p.owner, missing)
		p.invite(ctx, p.owner, people...)
		p.others = append(p.others, people...)
		p.pass(ctx, time.Minute)
	}
	p.caption("等到 6:20……")
	p.until(ctx, "06:19:58")
	texts := []string{"打卡", "早安，打卡", "打卡", "打卡 6:20 不见不散", "打卡！", "签到", "打卡 昨晚读到一点……", "打卡"}
	p.caption(fmt.Sprintf("6:20！%d 个人同时打卡", stormSize))
	for i := range stormSize {
		p.say(ctx, p.other(i), texts[i%len(texts)])
		if i%4 == 3 {
			p.pass(ctx, 5*time.Second)
		}
	}
	p.pass(ctx, time.Minute)
	p.say(ctx, p.owner, "今天好热闹👏")
	p.beat(ctx)
}

// referralRace lets three members bring people, by invitation and QR code; one of the brought brings another, and one leaves.
func referralRace(ctx context.Context, p *play) {
	first, second, third := p.other(0), p.other(1), p.other(2)
	p.caption("发令枪响：看谁带来的朋友多")
	p.say(ctx, p.owner, "邀请赛开始！带朋友来读书，今晚看榜🏆")
	p.pass(ctx, time.Minute)
	var brought []string
	for round, racers := range [][]string{{first, second, third}, {first, second}, {first}} {
		p.caption(fmt.Sprintf("第 %d 轮", round+1))
		for _, by := range racers {
			who := p.newcomer(ctx, by)
			if round == 1 {
				p.joinByQR(ctx, who, by)
			} else {
				p.invite(ctx, by, who)
			}
			brought = append(brought, who)
			p.pass(ctx, 2*time.Minute)
		}
	}
	p.say(ctx, p.owner, "/邀请榜")
	p.pass(ctx, 30*time.Second)
	if p.err != nil {
		return
	}
	p.caption("新人又带来新人，也有人离开")
	p.invite(ctx, brought[0], p.newcomer(ctx, brought[0]))
	p.pass(ctx, time.Minute)
	p.leave(ctx, brought[len(brought)-1])
	p.pass(ctx, 10*time.Minute)
	p.say(ctx, p.owner, "/邀请榜")
	p.pass(ctx, 30*time.Second)
}

// badNetwork breaks the bot's lines in three ways while people check in, and mends what it broke however it ends. It winds
// nothing: a winding would wait for the bot at every stop.
func badNetwork(ctx context.Context, p *play) {
	p.trouble(ctx, "一半的请求断线", []wechatbox.Fault{
		{Path: "synccheck", Drop: true, Chance: 0.5},
		{Path: "webwxsync", Status: 502, Chance: 0.5},
	})
	p.trouble(ctx, "发出去了，回音却丢了", []wechatbox.Fault{{Path: "webwxsendmsg", After: true, Drop: true, Chance: 0.5}})
	p.throttled(ctx)
	p.caption("网络好了：欠下的都会补上")
	p.chatter(ctx, 2)
}

// trouble lets people talk while the faults last.
func (p *play) trouble(ctx context.Context, caption string, faults []wechatbox.Fault) {
	p.caption(caption)
	for _, f := range faults {
		p.step(ctx, func() error {
			id, err := p.d.box.Break(f)
			if err == nil {
				p.broken = append(p.broken, id)
			}
			return err
		})
	}
	p.chatter(ctx, 6)
	for _, id := range p.broken {
		p.d.box.Mend(id)
	}
	p.broken = nil
}

// throttled lets WeChat say "too often" for a while.
func (p *play) throttled(ctx context.Context) {
	var was wechatbox.Behaviour
	p.step(ctx, func() error {
		p.caption("微信嫌机器人说话太快")
		p.d.box.Behave(func(b *wechatbox.Behaviour) {
			was = *b
			b.SendLimit, b.SendWindow, b.SendPenalty = 2, 30*time.Second, 10*time.Second
		})
		defer p.d.box.Behave(func(b *wechatbox.Behaviour) {
			b.SendLimit, b.SendWindow, b.SendPenalty = was.SendLimit, was.SendWindow, was.SendPenalty
		})
		p.chatter(ctx, 6)
		return p.err
	})
}

func (p *play) chatter(ctx context.Context, n int) {
	texts := []string{"打卡", "有人在吗？", "打卡 地铁里信号好差", "/帮助", "今天读到哪儿了？", "打卡"}
	for i := range n {
		p.say(ctx, p.other(i), texts[i%len(texts)])
		p.beat(ctx)
		p.beat(ctx)
	}
}
