package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// A visitor is somebody at the pages, in a real browser.
type visitor struct {
	*testing.T
	ctx   context.Context
	shots string
}

// shotsEnv names a folder to keep the screenshots in, to look at them.
const shotsEnv = "SHOTS"

func visit(t *testing.T, url string) *visitor {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("there is no Chromium")
		}
		t.Skip("there is no Chromium")
	}
	alloc, stop := chromedp.NewExecAllocator(t.Context(),
		chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir()), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.NoFirstRun, chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true),
	)
	t.Cleanup(stop)
	ctx, leave := chromedp.NewContext(alloc)
	t.Cleanup(leave)
	v := &visitor{T: t, ctx: ctx, shots: os.Getenv(shotsEnv)}
	if v.shots == "" {
		v.shots = t.TempDir()
	}
	v.do(chromedp.EmulateViewport(1440, 900), chromedp.Navigate(url))
	return v
}

func (v *visitor) do(actions ...chromedp.Action[chromedp.Void]) {
	v.Helper()
	if err := chromedp.Do(v.ctx, actions...); err != nil {
		v.Fatal(err)
	}
}

// gone is what Chromium says of a page that was left while it was asked.
var gone = regexp.MustCompile(`navigated|Not attached|context was destroyed|Cannot find context`)

func (v *visitor) sees(expression string) {
	v.Helper()
	for range 20 { // whatever is asked while a page goes away is asked the next one
		_, err := chromedp.Run(v.ctx, chromedp.Poll[bool](expression, chromedp.WithPollingTimeout(time.Minute)))
		if err == nil {
			return
		}
		if !gone.MatchString(err.Error()) {
			v.shot("failed")
			v.Fatalf("%s: %v", expression, err)
		}
	}
	v.Fatalf("%s: the page goes away again and again", expression)
}

// enter opens the console by a link of the terminal, as a click on it does.
func (v *visitor) enter(link string) {
	v.Helper()
	v.sees(fmt.Sprintf(`(location.href = %q, true)`, link))
	v.sees(`location.pathname.startsWith('/console') && document.querySelector('nav [aria-current]') !== null`)
}

// reads waits until a phone shows a text.
func (v *visitor) reads(who, text string) {
	v.Helper()
	v.sees(fmt.Sprintf(`document.querySelector('.phone[data-who=%q] .screen')?.textContent.includes(%q)`, who, text))
}

func phoneOf(who, selector string) chromedp.CSS {
	return chromedp.CSS(fmt.Sprintf(".phone[data-who=%q] %s", who, selector))
}

// click waits for a thing on a phone and clicks it, in one step of the page: live pages replace their nodes.
func (v *visitor) click(who, selector string) {
	v.Helper()
	v.sees(fmt.Sprintf(`(() => { const e = document.querySelector(%q); e?.click(); return !!e })()`, string(phoneOf(who, selector))))
}

func (v *visitor) says(who, text string) {
	v.Helper()
	v.do(chromedp.SendKeys(phoneOf(who, "textarea"), text+kb.Enter))
}

func (v *visitor) shot(name string) {
	v.Helper()
	png, err := chromedp.Run(v.ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(filepath.Join(v.shots, name+".png"), png, 0o600)
	}
	if err != nil {
		v.Error(err)
	}
}

// entranceLink is the one-time link to the console, as the terminal shows it.
var entranceLink = regexp.MustCompile(`(http://127\.0\.0\.1:\d+/console/enter#\w+)`)

// TestTheStoryOnThePage is what a newcomer does in the first ten minutes, on the page, with the program killed in between.
func TestTheStoryOnThePage(t *testing.T) {
	data := t.TempDir()
	r := start(t, nil, "run", "--data", data)
	base := r.out.find(t, address)
	v := visit(t, base+"/")

	v.click("xiaoliu", `.urgent button.primary`)
	v.sees(`document.querySelector('.signin.is-in') !== null`)

	v.says("xiaoming", "打卡")
	v.reads("xiaoming", "打卡成功！今天第 1 个，连续第 1 天")
	v.says("xiaoming", "打卡")
	v.reads("linlaoshi", "已经打过卡啦")
	v.shot("1-checked-in")

	v.click("linlaoshi", ".more")
	v.click("linlaoshi", `[data-go="invite/dushuhui"]`)
	v.click("linlaoshi", `input[value="xiaohong"]`)
	v.click("linlaoshi", ".foot button")
	v.reads("xiaoming", `"林老师"邀请"小红"加入了群聊`)
	v.reads("xiaoming", "欢迎 小红 加入「六点二十读书会」")
	v.shot("2-welcomed")
	v.says("xiaoming", "/邀请榜")
	v.reads("xiaoming", "1. 林老师 邀请了 1 人")
	v.says("xiaoming", "/帮助")
	v.reads("xiaoming", "您在这里可以用：")

	v.do(chromedp.Click(chromedp.CSS(`.winds form:nth-child(4) button`)))
	v.sees(`document.querySelector('#hms').textContent.startsWith('06:19:5')`)
	v.do(chromedp.Click(chromedp.CSS(`.winds form:nth-child(5) button`)))
	v.reads("xiaoming", "早安！今天的 6:20 来了")
	v.sees(`document.querySelector('.phone[data-who="xiaoming"] .doc audio') !== null`)
	v.sees(`(() => { const a = document.querySelector('.phone[data-who="xiaoming"] .doc audio'); a.preload = 'auto'; return a.readyState > 0 && a.duration > 10 })()`)
	v.shot("3-six-twenty")

	v.enter(r.out.find(t, entranceLink))
	v.sees(`location.pathname === '/console' && document.body.textContent.includes('六点二十读书会')`)
	v.shot("4-console")

	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	r = start(t, nil, "run", "--data", data)
	base = r.out.find(t, address)
	v.do(chromedp.Navigate(base + "/"))
	v.sees(`document.querySelector('.signin.is-in') !== null`)
	v.says("xiaoming", "打卡")
	v.reads("xiaoming", "今天第 1 个，连续第 2 天")
	v.shot("5-after-restart")
	v.do(chromedp.EmulateViewport(390, 844), chromedp.Navigate(base+"/"))
	v.sees(`document.querySelectorAll('.phone').length > 0`)
	v.shot("6-phone-width")
}
