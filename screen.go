package main

import (
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"rsc.io/qr"

	"sixtwenty/bot"
	"sixtwenty/bot/wechat"
)

// welcome tells the newcomer where to look.
func (h *house) welcome(addr, taken string) {
	say := func(format string, args ...any) { fmt.Fprintf(h.stdout, format+"\n", args...) }
	say("\n六点二十 · Sixtwenty %s", versionName())
	if taken != "" {
		say("  %s 被别的程序占用了，换成了 %s。/ %s is taken, using %s instead.", taken, addr, taken, addr)
	}
	if h.box != nil {
		say("  打开 / open     http://%s/          手机们在这里：扮演群主和群友 / the phones: play owner and members", addr)
	}
	say("  控制台 / console %s", h.entrance())
	if h.owners.Linked() {
		say("                  只能用一次；再要一个 / it works once; for another: sixtwenty link --data %s", h.Data)
	}
	if !h.near() && !h.Console.encrypted() {
		say("  ⚠ 控制台没有加密，别人在路上可能看到密码。/ The console is not encrypted: others can read the password on the way.")
	}
	say("  机主认领码      %s   私聊机器人发送 / send the bot in private:  /机主 %s", h.code, h.code)
	say("  数据 / data     %s\n", h.Data)
}

// showQR prints a code to scan. It is called from the account's goroutine.
func (h *house) showQR(code wechat.QR) {
	picture, err := terminalQR(code.URL)
	if err != nil {
		picture = code.URL
	}
	h.ops.scan(code.URL)
	h.lookout.code(code)
	fmt.Fprintf(h.stdout, "用微信扫码登录 / scan with WeChat:\n\n%s\n", picture)
	if h.box != nil {
		fmt.Fprintln(h.stdout, "（模拟微信：在网页里小六的手机上点一下「扫码登录」就行 / in the box: one click on the bot account's phone）")
	}
}

// showState prints how the account is connected, whenever that changes.
func (h *house) showState(s bot.AccountState) {
	h.ops.state(s)
	h.lookout.state(s)
	fmt.Fprintf(h.stdout, "%s: %s\n", h.Account.service(), s)
	if s.Final {
		fmt.Fprint(h.stdout, thrownOut)
	}
	if s.Name == bot.Online {
		time.AfterFunc(afterSignIn, debug.FreeOSMemory)
	}
}

// afterSignIn is when the members of all groups have been read: what that took is large and not needed again, and the runtime
// would give it back over many minutes.
const afterSignIn = 20 * time.Second

// showCodes prints new codes: the terminal is a place where only the owner looks.
func (h *house) showCodes(codes []bot.Code) {
	for _, c := range codes {
		word, role := "管理员", bot.RoleName(c.Role)
		if c.Role == bot.Owner {
			word = "机主"
		}
		fmt.Fprintf(h.stdout, "%s认领码 / code for the %s: %s（%s 前有效 / good until then；私聊机器人 / send in private: /%s %s）\n",
			role.ZH, role.EN, c.Code, c.Expires.In(h.zone()).Format("01-02 15:04"), word, c.Code)
	}
}

// showDoor tells that somebody guesses codes.
func (h *house) showDoor() {
	h.lookout.door()
	fmt.Fprintln(h.stdout, "⚠ 有人在猜认领码，关门一小时 / somebody is guessing codes; none is taken for an hour")
}

const thrownOut = `
  ⚠ 微信刚让这个号登录就把它退出了，再试只会更糟。所以机器人停了下来：不登录，不收也不发，重启也一样；数据都在。
    请先在手机上看看账号是否正常，最好等一天；然后停掉这个程序，运行一次：sixtwenty run --sign-in-again
  ⚠ WeChat ended the session right after the sign-in, and trying again would only make it worse. So the bot stands still: it does
    not sign in, hears and sends nothing, also after a restart; all data is kept. See on the phone whether the account is well,
    better wait a day; then stop this program and run once: sixtwenty run --sign-in-again

`

// terminalQR draws a code with half blocks, light on dark, with the quiet zone that scanners need.
func terminalQR(text string) (string, error) {
	code, err := qr.Encode(text, qr.L)
	if err != nil {
		return "", err
	}
	const quiet = 2
	light := func(x, y int) bool {
		return x < 0 || y < 0 || x >= code.Size || y >= code.Size || !code.Black(x, y)
	}
	var b strings.Builder
	for y := -quiet; y < code.Size+quiet; y += 2 {
		for x := -quiet; x < code.Size+quiet; x++ {
			switch top, bottom := light(x, y), light(x, y+1); {
			case top && bottom:
				b.WriteRune('█')
			case top:
				b.WriteRune('▀')
			case bottom:
				b.WriteRune('▄')
			default:
				b.WriteByte(' ')
			}
		}
		b.WriteByte('\n')
	}
	return b.String(), nil
}
