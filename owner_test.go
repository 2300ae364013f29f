package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/xuri/excelize/v2"
)

// box plays somebody in the box.
func (v *visitor) box(base, what string, body map[string]any) {
	v.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		v.Fatal(err)
	}
	resp, err := http.Post(base+"/box/"+what, "application/json", bytes.NewReader(data))
	if err != nil {
		v.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		answer, _ := io.ReadAll(resp.Body)
		v.Fatalf("POST /box/%s: %s %s", what, resp.Status, answer)
	}
}

// on opens a page of the console and waits for it.
func (v *visitor) on(base, path string) {
	v.Helper()
	u, err := url.Parse(path)
	if err != nil {
		v.Fatal(err)
	}
	v.sees(fmt.Sprintf(`(location.href = %q, true)`, base+path))
	v.sees(fmt.Sprintf(`location.pathname === %q && document.readyState === 'complete'`, u.Path))
}

// fills writes into a field and submits its form.
func (v *visitor) fills(field, value string) {
	v.Helper()
	v.sees(fmt.Sprintf(`(() => { const f = document.querySelector(%q); if (!f) return false; f.value = %q; f.form.requestSubmit(); return true })()`, field, value))
}

func (v *visitor) answered(text string) {
	v.Helper()
	v.sees(fmt.Sprintf(`(document.querySelector('.said')?.textContent ?? '').includes(%q)`, text))
}

// fetched gets a file as the page would, with its session.
func (v *visitor) fetched(path string) []byte {
	v.Helper()
	list, err := chromedp.Run(v.ctx, chromedp.Evaluate[[]int](fmt.Sprintf(
		`(async () => [...new Uint8Array(await (await fetch(%q)).arrayBuffer())])()`, path), chromedp.EvalAsValue, chromedp.EvalAwaitPromise))
	if err != nil {
		v.Fatal(err)
	}
	data := make([]byte, len(list))
	for i, b := range list {
		data[i] = byte(b)
	}
	return data
}

// TestTheOwnersStory is a day of an owner in the console: sign in, let the bot in, set a welcome, see a check-in arrive, bring a voice,
// rehearse, merge two people, and take the table along.
func TestTheOwnersStory(t *testing.T) {
	r := start(t, []string{"LANG=C"}, "run", "--data", t.TempDir())
	base := r.out.find(t, address)
	v := visit(t, base+"/console")
	v.sees(`location.pathname === '/console/enter'`)
	v.shot("console-0-door")
	v.enter(r.out.find(t, entranceLink))
	v.sees(`location.hash === ''`)
	v.do(chromedp.Navigate(base + "/console/account"))
	v.sees(`document.querySelector('svg.qr path') !== null`)
	v.shot("console-1-scan")
	v.box(base, "scan", map[string]any{})
	v.sees(`document.querySelector('svg.qr') === null && document.querySelector('h1.state:not(.bad)') !== null`)

	v.on(base, "/console/settings")
	v.sees(`(() => { const f = [...document.querySelectorAll('.settings form')].find((f) => f.say.value.startsWith('/设置 onboarding.welcome ')); if (!f) return false; f.elements['f.value'].value = '{名字} 来啦！请先看群规。'; f.requestSubmit(); return true })()`)
	v.answered("来啦")

	v.on(base, "/console")
	v.box(base, "say", map[string]any{"chat": "dushuhui", "from": "xiaoming", "text": "打卡"})
	v.sees(`document.querySelector('#checkin-today')?.textContent.includes('小明')`)
	v.box(base, "say", map[string]any{"chat": "dushuhui", "from": "susu", "text": "打卡"})
	v.sees(`document.querySelector('#checkin-today')?.textContent.includes('苏苏')`)
	v.shot("console-2-today")

	v.on(base, "/console/schedule")
	v.sees(`document.querySelector('#broadcast-queue') !== null`)
	voice := filepath.Join(t.TempDir(), "早安.mp3")
	data, err := os.ReadFile("handlers/broadcast/sample.mp3")
	check(t, err)
	check(t, os.WriteFile(voice, data, 0o600))
	v.sees(`(document.querySelector('#broadcast-queue details.act').open = true)`)
	v.do(chromedp.SetUploadFiles(chromedp.CSS(`#broadcast-queue input[type=file]`), []string{voice}))
	v.sees(`(document.querySelector('#broadcast-queue input[type=file]').form.requestSubmit(), true)`)
	v.sees(`document.querySelector('#broadcast-queue audio') !== null`)
	v.sees(`(() => { const a = document.querySelector('#broadcast-queue audio'); a.preload = 'auto'; return a.readyState > 0 && a.duration > 1 })()`)
	v.sees(`document.querySelector('#schedule-rehearsal') !== null`)
	v.shot("console-3-schedule")

	v.on(base, "/console/people?q=xiaoming")
	v.sees(`document.querySelector('.found a') !== null`)
	v.sees(`(document.querySelector('.found a').click(), true)`)
	v.sees(`document.querySelector('h1')?.textContent === '小明'`)
	v.shot("console-4-person")
	v.fills(`input[name=q]`, "susu")
	v.sees(`document.querySelector('.found a.button') !== null`)
	v.sees(`(document.querySelector('.found a.button').click(), true)`)
	v.sees(`location.pathname === '/console/merge'`)
	v.shot("console-5-merge")
	v.fills(`input[name="f.why"]`, "换号")
	v.answered("一个人了")

	v.on(base, "/console/view/checkin/today")
	v.sees(`document.querySelector('a[href*=".xlsx"]') !== null`)
	link, err := chromedp.Run(v.ctx, chromedp.Evaluate[string](`document.querySelector('a[href*=".xlsx"]').getAttribute('href')`))
	check(t, err)
	book, err := excelize.OpenReader(bytes.NewReader(v.fetched(link)))
	check(t, err)
	rows, err := book.GetRows(book.GetSheetName(0))
	check(t, err)
	if text := fmt.Sprint(rows); !strings.Contains(text, "小明") || len(rows) < 2 {
		t.Errorf("the workbook holds %s", text)
	}
	v.looksRight(base)
}

// looksRight takes every page at desk and phone width, in both languages, and asks what can be asked without eyes.
func (v *visitor) looksRight(base string) {
	v.Helper()
	script, err := os.ReadFile("testdata/axe.js")
	check(v.T, err)
	for _, size := range []struct {
		name          string
		width, height int64
	}{{"desk", 1280, 900}, {"phone", 390, 844}} {
		v.do(chromedp.EmulateViewport(size.width, size.height))
		for _, page := range []string{"", "/groups", "/settings", "/people", "/referrals", "/schedule", "/account", "/log"} {
			v.on(base, "/console"+page)
			v.shot("console-" + size.name + strings.ReplaceAll(page, "/", "-"))
			found, err := chromedp.Run(v.ctx, chromedp.Evaluate[[]string](string(script)))
			check(v.T, err)
			for _, fault := range found {
				v.Errorf("%s, %s: %s", page, size.name, fault)
			}
		}
	}
}
