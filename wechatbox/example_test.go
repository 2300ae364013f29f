package wechatbox_test

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/eatmoreapple/openwechat"

	"sixtwenty/wechatbox"
)

// A test of an openwechat bot: somebody speaks, the bot answers, and the group sees it.
func Example() {
	box, err := wechatbox.New(wechatbox.Options{AutoScan: true})
	if err != nil {
		panic(err)
	}
	defer box.Close()
	if err := wechatbox.Demo(box); err != nil {
		panic(err)
	}

	bot := openwechat.DefaultBot(openwechat.Desktop)
	bot.Caller.Client.HTTPClient().Transport = box.Transport() // the only line that knows of the box
	bot.UUIDCallback, bot.ScanCallBack, bot.LoginCallBack, bot.SyncCheckCallback = func(string) {}, nil, nil, nil
	bot.MessageHandler = func(m *openwechat.Message) {
		if m.IsText() && strings.HasPrefix(m.Content, "打卡") {
			m.ReplyText("打卡成功！")
		}
	}
	if err := bot.Login(); err != nil {
		panic(err)
	}

	if _, err := box.Say("小明", "六点二十读书会", "打卡"); err != nil {
		panic(err)
	}
	sent, err := box.WaitSent(context.Background(), 0)
	if err != nil {
		panic(err)
	}
	fmt.Println(sent[0].ToName, sent[0].Text)
	// Output: 六点二十读书会 打卡成功！
}

// Winding the clock: whoever lives by it is waited for.
func ExampleClock_Wind() {
	box, err := wechatbox.New(wechatbox.Options{})
	if err != nil {
		panic(err)
	}
	defer box.Close()
	clock := box.Clock()
	alarm, rang := clock.Now().Add(24*time.Hour), make(chan bool, 1)
	clock.Wake("sleeper") // it exists from now on, and is waited for
	go func() {
		ctx := context.Background()
		clock.Wait(ctx, "sleeper", alarm) // ends at once: it was woken
		clock.Wait(ctx, "sleeper", alarm)
		rang <- clock.Now().Equal(alarm)
		clock.Leave("sleeper")
	}()
	wound, err := clock.Wind(context.Background(), alarm.Add(time.Hour))
	fmt.Println(wound.Stops, <-rang, err)
	// Output: 1 true <nil>
}
