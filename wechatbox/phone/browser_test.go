package phone

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"sixtwenty/wechatbox"
)

const patience = time.Minute // for a slow machine; what is waited for comes within a second

// chromium is the browser's path; without one the test is skipped, but not where CI promises it.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("CI") != "" {
		t.Fatal("there is no Chromium")
	}
	t.Skip("there is no Chromium")
	return ""
}

// hand is somebody at the page.
type hand struct {
	*table
	ctx    context.Context
	shots  string
	faults chan string // what the browser complained of
}

func open(t0 *testing.T) *hand {
	t0.Helper()
	path := chromium(t0)
	h := &hand{table: lay(t0), shots: t0.TempDir(), faults: make(chan string, 100)}
	alloc, stop := chromedp.NewExecAllocator(t0.Context(),
		chromedp.ExecPath(path), chromedp.UserDataDir(t0.TempDir()), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("use-fake-device-for-media-stream", true), chromedp.Flag("use-fake-ui-for-media-stream", true),
	)
	t0.Cleanup(stop)
	ctx, leave := chromedp.NewContext(alloc)
	t0.Cleanup(leave)
	h.ctx = ctx
	h.do(chromedp.EmulateViewport(1440, 900))
	messages := chromedp.Console(ctx)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			if m.IsException() || m.Type == chromedp.ConsoleError {
				h.faults <- m.Text + " " + m.URL
			}
		}
	}()
	h.do(chromedp.Navigate(h.srv.URL))
	return h
}

func (h *hand) do(actions ...chromedp.Action[chromedp.Void]) {
	h.Helper()
	h.ok(chromedp.Do(h.ctx, actions...))
}

// sees waits until an expression is true on the page.
func (h *hand) sees(expression string) {
	h.Helper()
	if _, err := chromedp.Run(h.ctx, chromedp.Poll[bool](expression, chromedp.WithPollingTimeout(patience))); err != nil {
		h.shot("failed")
		h.Fatalf("%s: %v", expression, err)
	}
}

// reads waits until a phone shows a text.
func (h *hand) reads(who, text string) {
	h.Helper()
	h.sees(fmt.Sprintf(`document.querySelector('.phone[data-who=%q] .screen')?.textContent.includes(%q)`, who, text))
}

func on(who, selector string) chromedp.CSS {
	return chromedp.CSS(fmt.Sprintf(".phone[data-who=%q] %s", who, selector))
}

func (h *hand) click(who, selector string) {
	h.Helper()
	h.do(chromedp.Click(on(who, selector)))
}

func (h *hand) types(who, text string) {
	h.Helper()
	h.do(chromedp.SendKeys(on(who, "textarea"), text))
}

func (h *hand) shot(name string) {
	h.Helper()
	png, err := chromedp.Run(h.ctx, chromedp.CaptureScreenshot())
	h.ok(err)
	h.ok(os.WriteFile(filepath.Join(h.shots, name+".png"), png, 0o600))
}

func TestTheDeskInABrowser(t0 *testing.T) {
	h := open(t0)
	h.sees(`document.querySelectorAll('.phone').length === 3`)

	h.types("xiaoming", "打卡 <b>第一天</b>"+kb.Enter)
	h.reads("linlaoshi", "打卡 <b>第一天</b>")
	h.sees(`document.querySelector('.phone[data-who="xiaoliu"] .tabs .badge')?.textContent === '1'`)

	h.click("xiaoming", ".more")
	h.click("xiaoming", `[data-go="invite/dushuhui"]`)
	h.click("xiaoming", `input[value="xiaohong"]`)
	h.click("xiaoming", ".foot button")
	h.reads("linlaoshi", `"小明"邀请"小红"加入了群聊`)
	h.reads("xiaoming", `你邀请"小红"加入了群聊`)
	h.shot("invited")

	h.do(chromedp.Click(chromedp.CSS(`.winds form:last-child button`)))
	h.sees(`document.querySelector('#hms').textContent.startsWith('06:20:0')`)
	h.sees(`document.querySelector('#notice').textContent.includes('11-22 06:20:0')`)
	h.reads("xiaoming", "昨天 20:31")

	// A voice is recorded, and plays on another phone.
	h.click("linlaoshi", "[data-mic]")
	h.sees(`document.querySelector('.recording').textContent.includes('● 1″')`)
	h.click("linlaoshi", "[data-mic]")
	h.sees(`document.querySelector('.phone[data-who="xiaoming"] .voice') !== null`)
	h.click("xiaoming", ".voice")
	h.sees(`document.querySelector('.phone[data-who="xiaoming"] .voice audio').currentTime > 0.1`)
	if m := h.last("susu", club); m.Kind != wechatbox.Voice || m.Duration < time.Second {
		h.Errorf("got %+v", m.Content)
	}

	// A lost stream comes back by itself, and with it what was missed.
	h.srv.CloseClientConnections()
	h.does("say", "who", "ajie", "chat", club, "text", "断线时说的")
	h.reads("linlaoshi", "断线时说的")

	h.narrow()
	h.quiet()
}

// narrow looks at the page at the width of a phone.
func (h *hand) narrow() {
	h.Helper()
	h.do(chromedp.EmulateViewport(390, 844))
	h.sees(`document.documentElement.scrollWidth <= 390`)
	h.sees(`[...document.querySelectorAll('.phone')].filter((p) => p.offsetParent).length === 1`)
	h.do(chromedp.Click(chromedp.CSS(`#rack button:nth-child(3)`)))
	h.sees(`document.querySelector('.phone.on').dataset.who === 'xiaoliu' && document.querySelector('.phone.on').offsetWidth === 390`)
	h.shot("narrow")
}

// quiet fails if the browser had anything to complain of, but for the connections that the test cut.
func (h *hand) quiet() {
	h.Helper()
	for {
		select {
		case fault := <-h.faults:
			if !isCut(fault) {
				h.Errorf("the browser says: %s", fault)
			}
		default:
			return
		}
	}
}

func isCut(fault string) bool { return strings.Contains(fault, "net::ERR_") }
