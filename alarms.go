package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"sixtwenty/alarm"
	"sixtwenty/bot"
	"sixtwenty/bot/wechat"
)

// A lookout puts what happens to the account into words for the owner who is not at WeChat. Its methods are called by the
// account, one at a time.
type lookout struct {
	alarm   *alarm.Alarm
	lang    bot.Lang
	console string // its address
	real    bool   // the account is one of the real WeChat
}

var (
	textScanTitle = bot.Text{ZH: "六点二十：要用微信扫码", EN: "Sixtwenty: a code must be scanned"}
	textScan      = bot.Text{
		ZH: "机器人等着登录。把这个网址做成二维码，用机器人的微信扫：\n%s\n大约五分钟内有效，过期了会换新的。\n机器人的页面：%s",
		EN: "The bot waits to sign in. Make this address a QR code and scan it with the bot's WeChat:\n%s\nIt lasts about five minutes; then there is a new one.\nThe bot's page: %s",
	}
	textPicture      = bot.Text{ZH: "\n二维码图片：%s", EN: "\nThe code as a picture: %s"}
	textConfirmTitle = bot.Text{ZH: "六点二十：请在手机上点一下登录", EN: "Sixtwenty: please confirm on the phone"}
	textConfirm      = bot.Text{
		ZH: "机器人等着登录。打开机器人的手机微信，点「登录」，不用扫码。五分钟没有点，就会换成二维码。\n机器人的页面：%s",
		EN: "The bot waits to sign in. Open WeChat on the bot's phone and confirm; no scan is needed. After five minutes it will be a QR code.\nThe bot's page: %s",
	}
	textAwayTitle = bot.Text{ZH: "六点二十：掉线超过五分钟了", EN: "Sixtwenty: offline for more than five minutes"}
	textOutTitle  = bot.Text{ZH: "六点二十：账号被微信退出，机器人停下了", EN: "Sixtwenty: WeChat threw the account out, the bot has stopped"}
	textOutHelp   = bot.Text{
		ZH: "\n请在手机上看看账号是否正常，最好等一天，再运行：sixtwenty run --sign-in-again",
		EN: "\nSee on the phone whether the account is well, better wait a day, then run: sixtwenty run --sign-in-again",
	}
	textBackTitle = bot.Text{ZH: "六点二十：回来了", EN: "Sixtwenty: back online"}
	textIs        = bot.Text{ZH: "账号%s\n机器人的页面：%s", EN: "The account is %s\nThe bot's page: %s"}
	textDoorTitle = bot.Text{ZH: "六点二十：有人在猜认领码", EN: "Sixtwenty: somebody is guessing codes"}
	textDoor      = bot.Text{
		ZH: "一小时内错了十次，已经关门一小时，谁的码都不收。群里发 /审计 看看是谁。\n机器人的页面：%s",
		EN: "Ten wrong ones within an hour; for an hour no code is taken. /audit tells who it was.\nThe bot's page: %s",
	}
	textTestTitle = bot.Text{ZH: "六点二十：试一下", EN: "Sixtwenty: a test"}
	textTest      = bot.Text{ZH: "这里能收到机器人的提醒。", EN: "The bot's alarms arrive here."}
)

// state tells of a new state. While a person is needed, the code says so, not the state.
func (l *lookout) state(s bot.AccountState) {
	m := alarm.Message{Text: fmt.Sprintf(textIs.In(l.lang), s.In(l.lang), l.console)}
	switch {
	case s.Final:
		m.Title = textOutTitle.In(l.lang)
		m.Text += textOutHelp.In(l.lang)
		l.alarm.Is(alarm.Out, m)
	case s.Reached:
		m.Title = textBackTitle.In(l.lang)
		l.alarm.Is(alarm.Well, m)
	default:
		m.Title = textAwayTitle.In(l.lang)
		l.alarm.Is(alarm.Away, m)
	}
}

// code tells of a new code to scan.
func (l *lookout) code(q wechat.QR) {
	text := fmt.Sprintf(textScan.In(l.lang), q.URL, l.console)
	if l.real {
		text += fmt.Sprintf(textPicture.In(l.lang), q.Page)
	}
	l.alarm.Is(alarm.Scan, alarm.Message{Title: textScanTitle.In(l.lang), Text: text})
}

// push tells that the phone asks its owner.
func (l *lookout) push() {
	l.alarm.Is(alarm.Confirm, alarm.Message{
		Title: textConfirmTitle.In(l.lang), Text: fmt.Sprintf(textConfirm.In(l.lang), l.console),
	})
}

// door tells that somebody guesses codes. The bot sees to it that this is once an hour at most.
func (l *lookout) door() {
	l.alarm.Note(alarm.Message{Title: textDoorTitle.In(l.lang), Text: fmt.Sprintf(textDoor.In(l.lang), l.console)})
}

// newLookout makes the alarm. What was sent is kept beside the database, so that a process that is started again and again
// sends no more than one that runs on.
func (h *house) newLookout() *lookout {
	return &lookout{
		alarm: alarm.New(alarm.Options{Settings: h.Alarm, File: filepath.Join(h.Data, "alarms.json"), Log: h.log.Named("alarm")}),
		lang:  h.language(), real: h.Account.Kind == kindWeChat && h.Account.Endpoint == "",
	}
}

// alarmCommands are about the alarms outside WeChat.
type alarmCommands struct {
	Test alarmTestCommand `cmd:"" help:"给每个提醒地址发一条试试。Send a test to every address."`
}

type alarmTestCommand struct{}

// Run sends and says, for each address, whether it went.
func (alarmTestCommand) Run(ctx context.Context, p program, f *flags) error {
	s, err := f.settings(p)
	if err != nil {
		return err
	}
	if len(s.Alarm.URLs) == 0 {
		return errors.New("config.yaml 的 alarm.urls 里还没有地址 / there is no address in alarm.urls of config.yaml")
	}
	lang := s.language()
	errs := alarm.Test(ctx, s.Alarm, alarm.Message{Title: textTestTitle.In(lang), Text: textTest.In(lang)})
	bad := 0
	for i, err := range errs {
		if err == nil {
			fmt.Fprintf(p.stdout, "  第 %d 个地址 / address %d: 好的 / fine\n", i+1, i+1)
			continue
		}
		bad++
		fmt.Fprintf(p.stdout, "  第 %d 个地址 / address %d: %v\n", i+1, i+1, err)
	}
	if bad > 0 {
		return fmt.Errorf("%d 个地址没有发到 / %d of %d addresses failed", bad, bad, len(errs))
	}
	return nil
}
