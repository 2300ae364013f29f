package phone

import (
	"bytes"
	"fmt"
	"image/png"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"sixtwenty/wechatbox"
)

// asks is what a client of the protocol is answered.
func (t *table) asks(url string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	t.ok(err)
	res, err := t.box.Transport().RoundTrip(req)
	t.ok(err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	t.ok(err)
	return string(body)
}

func (t *table) part(pattern, text string) string {
	t.Helper()
	m := regexp.MustCompile(pattern).FindStringSubmatch(text)
	if m == nil {
		t.Fatalf("%s is not in %s", pattern, text)
	}
	return m[1]
}

func TestTheBotIsScannedInAndPutOutAgain(t0 *testing.T) {
	t := lay(t0)
	login := place{Who: "xiaoliu", View: "login"}
	t.contains(t.view(login), "机器人还没来")
	uuid := t.part(`uuid = "([^"]+)"`, t.asks("https://login.wx.qq.com/jslogin?appid=wx782c26e4c19acffb&fun=new&lang=zh_CN"))

	t.contains(t.view(place{Who: "xiaoliu", View: "chats"}), "用这台手机扫码登录机器人", "/phone/qr/signin.png?v=", `action="/phone/act/scan"`)
	_, bar := t.get("/phone/bar")
	t.contains(bar, "机器人在等扫码", `data-summon="xiaoliu/login"`)
	if body := t.view(place{Who: "susu", View: "chats"}); strings.Contains(body, "扫码登录") {
		t.Error("somebody else’s phone shows the code")
	}
	res, body := t.get("/phone/qr/signin.png")
	if _, err := png.Decode(bytes.NewReader([]byte(body))); err != nil || res.Header.Get("Content-Type") != "image/png" {
		t.Errorf("the code: %v, %v", res.Header, err)
	}

	t.does("scan", "who", "xiaoliu")
	if code, _ := t.box.CurrentQR(); code.State != wechatbox.QRConfirmed || code.Person != "xiaoliu" {
		t.Errorf("got %+v", code)
	}
	t.contains(t.view(login), "已确认，正在登录")
	poll := "https://login.wx.qq.com/cgi-bin/mmwebwx-bin/login?loginicon=true&tip=0&uuid=" + uuid
	for range 2 { // the client is told of the scan first
		if answer := t.asks(poll); strings.Contains(answer, "redirect_uri") {
			t.asks(t.part(`redirect_uri="([^"]+)"`, answer) + "&fun=new&version=v2")
			break
		}
	}
	t.contains(t.view(login), "机器人已登录", "让它掉线")
	t.contains(t.view(place{Who: "xiaoliu", View: "chats"}), "机器人（网页微信）已登录")

	t.does("kick", "who", "xiaoliu")
	if s, _ := t.box.Session("xiaoliu"); s.SignedIn {
		t.Error("it is still signed in")
	}
}

func TestACodeCanBeMadeToExpire(t0 *testing.T) {
	t := lay(t0)
	t.asks("https://login.wx.qq.com/jslogin?appid=wx782c26e4c19acffb&fun=new&lang=zh_CN")
	t.does("expire", "who", "xiaoliu")
	t.contains(t.view(place{Who: "xiaoliu", View: "login"}), "二维码过期了")
	if status, r := t.post("/phone/act/scan", "who", "xiaoliu"); status != 422 || !strings.Contains(r.Error, "过期") {
		t.Errorf("%d %+v", status, r)
	}
}

func TestALongChatIsReadPieceByPiece(t0 *testing.T) {
	t := lay(t0)
	for i := range pageSize + 30 {
		_, err := t.box.Say("xiaoming", club, fmt.Sprintf("第%d条", i))
		t.ok(err)
	}
	newest := t.chat("susu")
	if n := strings.Count(newest, `class="said`); n != pageSize {
		t.Errorf("%d messages are shown", n)
	}
	t.contains(newest, "第30条", "第129条")
	older := t.part(`data-older="([^"]+)"`, newest)
	_, rest := t.get("/phone/view?p=susu%2Fchat%2F" + club + "&before=" + older)
	t.contains(rest, "第0条", "第29条")
	if n := strings.Count(rest, `class="said`); n != 30 || strings.Contains(rest, "data-older") {
		t.Errorf("%d older messages are shown", n)
	}
	t.contains(t.view(place{Who: "susu", View: "chats"}), `aria-label="未读 100">99+`)
}

func BenchmarkChat(b *testing.B) {
	box := demoBox(b)
	desk := New(box, Options{})
	defer desk.Close()
	for i := range pageSize {
		if _, err := box.Say("xiaoming", club, fmt.Sprintf("打卡 第%d天 <&>", i)); err != nil {
			b.Fatal(err)
		}
	}
	ws := desk.words[chinese]
	b.ReportAllocs()
	for b.Loop() {
		v := desk.phone(ws, place{Who: "susu", View: "chat", ID: club}, "")
		if err := desk.pages[chinese].ExecuteTemplate(io.Discard, "phone", v); err != nil {
			b.Fatal(err)
		}
	}
}
