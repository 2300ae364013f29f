package wechatbox

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
	"testing/synctest"
	"time"

	"github.com/eatmoreapple/openwechat"
)

// post is a call with a BaseRequest, and its answer.
func (c *client) post(path string, fields map[string]any) map[string]any {
	c.t.Helper()
	body := map[string]any{"BaseRequest": c.request}
	for k, v := range fields {
		body[k] = v
	}
	data, err := json.Marshal(body)
	ok(c.t, err)
	_, text := raw(c.t, c.caller.Client.HTTPClient().Transport, "POST", "https://wx.qq.com"+cgi+path, string(data))
	out := map[string]any{}
	ok(c.t, json.Unmarshal([]byte(text), &out))
	return out
}

func retIn(out map[string]any) int {
	base, _ := out["BaseResponse"].(map[string]any)
	n, _ := base["Ret"].(float64)
	return int(n)
}

func (c *client) sendMsg(path, from, to, content string, more map[string]any) map[string]any {
	msg := map[string]any{"Type": 1, "Content": content, "FromUserName": from, "ToUserName": to, "LocalID": 17000000000001, "ClientMsgId": 17000000000001}
	for k, v := range more {
		msg[k] = v
	}
	return c.post(path, map[string]any{"Msg": msg, "Scene": 0})
}

func TestSendsAreChecked(t *testing.T) {
	b := demo(t, Options{AutoScan: true})
	c := signedIn(t, b)
	me, room := c.init.User.UserName, c.group()
	for name, out := range map[string]map[string]any{
		"foreign From":   c.sendMsg("webwxsendmsg", room, room, "x", nil),
		"unknown To":     c.sendMsg("webwxsendmsg", me, "@@"+strings.Repeat("0", 64), "x", nil),
		"empty text":     c.sendMsg("webwxsendmsg", me, room, "", nil),
		"unknown media":  c.sendMsg("webwxsendmsgimg", me, room, "", map[string]any{"MediaId": "@crypt_1_2"}),
		"torn app":       c.sendMsg("webwxsendappmsg", me, room, "<appmsg", nil),
		"empty emoticon": c.sendMsg("webwxsendemoticon", me, room, "", nil),
	} {
		if retIn(out) != retParam {
			t.Errorf("%s: %v", name, out)
		}
	}
	if len(b.Sent()) != 0 {
		t.Fatalf("sent %+v", b.Sent())
	}
}

func TestIdsOfSendsAreStringsAndRepeatsAreListed(t *testing.T) {
	b := demo(t, Options{AutoScan: true})
	c := signedIn(t, b)
	for range 2 { // numbers, and twice the same, as wechat4u sends within one millisecond
		out := c.sendMsg("webwxsendmsg", c.init.User.UserName, c.group(), "x", nil)
		if _, isString := out["MsgID"].(string); !isString || out["LocalID"] != "17000000000001" {
			t.Fatalf("got %v", out)
		}
	}
	all := b.Sent()
	if len(all) != 2 || all[0].ClientID != all[1].ClientID || all[0].ID == all[1].ID || all[1].Fault != "" {
		t.Fatalf("sent %+v", all)
	}
}

func TestAllKindsCanBeSent(t *testing.T) {
	b := demo(t, Options{AutoScan: true})
	c := signedIn(t, b)
	me, room := c.init.User.UserName, c.group()
	opt := openwechat.CallerUploadMediaCommonOptions{FromUserName: me, ToUserName: room, BaseRequest: c.request, LoginInfo: c.info}
	app := openwechat.CallerWebWxSendAppMsgOptions(opt)
	_, err := c.caller.WebWxSendVideoMsg(c.ctx, strings.NewReader("\x00\x00\x00\x18ftypmp42 video"), &app)
	ok(t, err)
	_, err = c.caller.WebWxSendEmoticon(c.ctx, "", bytes.NewReader(drawAvatar("e")), &app)
	ok(t, err)
	_, err = c.caller.WebWxSendEmoticon(c.ctx, "44e8e2b7a0b1", nil, &app)
	ok(t, err)
	link := `<appmsg appid='' sdkver=''><title>每日一读</title><des>第三章</des><type>5</type><url>https://example.com/3</url></appmsg>`
	if out := c.sendMsg("webwxsendappmsg", me, room, link, nil); retIn(out) != 0 {
		t.Fatal(out)
	}
	_, err = c.say(fileHelper, "备忘")
	ok(t, err)
	var kinds []Kind
	for _, s := range b.Sent() {
		kinds = append(kinds, s.Kind)
	}
	if got := fmt.Sprint(kinds); got != "[video emoticon emoticon link text]" {
		t.Fatalf("sent %s", got)
	}
	if got := last(t, b, "susu", "dushuhui"); got.Name != "每日一读" || got.URL != "https://example.com/3" {
		t.Fatalf("the link: %+v", got)
	}
	if got := last(t, b, "xiaoliu", "xiaoliu"); got.Text != "备忘" {
		t.Fatalf("the notebook: %+v", got)
	}
}

func TestOneMediaIdServesManyTargets(t *testing.T) {
	b := demo(t, Options{AutoScan: true})
	ok(t, b.SaveGroup("xiaoliu", must(b.AddGroup("two", "二群", "linlaoshi", "xiaoliu")).ID, true))
	c := signedIn(t, b)
	me := c.init.User.UserName
	path := filepath.Join(t.TempDir(), "a.png")
	ok(t, os.WriteFile(path, drawAvatar("a"), 0o600))
	file, err := os.Open(path)
	ok(t, err)
	defer file.Close()
	up, err := c.caller.UploadMedia(c.ctx, file, &openwechat.CallerUploadMediaOptions{FromUserName: me, ToUserName: fileHelper, BaseRequest: c.request, LoginInfo: c.info})
	ok(t, err)
	list, err := c.caller.WebWxGetContact(c.ctx, c.info)
	ok(t, err)
	for _, g := range list.Groups() {
		if out := c.sendMsg("webwxsendmsgimg", me, g.UserName, "", map[string]any{"MediaId": up.MediaId}); retIn(out) != 0 {
			t.Fatal(out)
		}
	}
	if all := b.Sent(); len(all) != 2 || all[0].Media != all[1].Media || all[0].To == all[1].To {
		t.Fatalf("sent %+v", all)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestDownloads(t *testing.T) {
	b := demo(t, Options{AutoScan: true})
	c := signedIn(t, b)
	picture, voice := drawAvatar("p"), bytes.Repeat([]byte("mp3 "), 1000)
	_, err := b.SendImage("susu", "dushuhui", "p.png", picture)
	ok(t, err)
	_, err = b.SendVoice("susu", "dushuhui", voice, 3200*time.Millisecond)
	ok(t, err)
	_, err = b.SendFile("susu", "dushuhui", "计划 1.txt", []byte("计划"))
	ok(t, err)
	_, err = b.Send("susu", "dushuhui", Content{Kind: Video, Name: "v.mp4", Duration: 9 * time.Second}, []byte("video"))
	ok(t, err)
	msgs := c.fetch().AddMsgList
	get := func(resp *http.Response, err error) (*http.Response, string) {
		t.Helper()
		ok(t, err)
		defer resp.Body.Close()
		return resp, string(must(io.ReadAll(resp.Body)))
	}
	if _, body := get(c.caller.Client.WebWxGetMsgImg(c.ctx, msgs[0], c.info)); body != string(picture) || msgs[0].ImgHeight == 0 {
		t.Error("the picture")
	}
	resp, body := get(c.caller.Client.WebWxGetVoice(c.ctx, msgs[1], c.info))
	if resp.StatusCode != http.StatusPartialContent || resp.Header.Get("Content-Type") != "audio/mp3" || body != string(voice) || msgs[1].VoiceLength != 3200 {
		t.Errorf("the voice: %d %v", resp.StatusCode, resp.Header)
	}
	if resp, body := get(c.caller.Client.WebWxGetMedia(c.ctx, msgs[2], c.info)); body != "计划" || msgs[2].FileName != "计划 1.txt" || msgs[2].FileSize != "6" {
		t.Errorf("the file: %d %q %+v", resp.StatusCode, body, msgs[2])
	}
	if resp, body := get(c.caller.Client.WebWxGetVideo(c.ctx, msgs[3], c.info)); body != "video" || resp.StatusCode != http.StatusPartialContent || msgs[3].PlayLength != 9 {
		t.Errorf("the video: %d %q", resp.StatusCode, body)
	}
	if resp, _ := raw(t, b.Transport(), "GET", "https://wx.qq.com"+cgi+"webwxgetvoice?msgid="+msgs[1].MsgId+"&skey=x", ""); resp.StatusCode != 404 {
		t.Error("a stranger heard the voice")
	}
	if resp, _ := raw(t, b.Transport(), "GET", "https://file.wx.qq.com"+cgi+"webwxgetmedia?mediaid="+url.QueryEscape(msgs[2].MediaId), ""); resp.StatusCode != 404 {
		t.Error("a stranger without a ticket got the file")
	}
	list, err := c.caller.WebWxGetContact(c.ctx, c.info)
	ok(t, err)
	for _, u := range list {
		if resp, body := get(c.caller.Client.WebWxGetHeadImg(c.ctx, u)); resp.ContentLength <= 0 || int(resp.ContentLength) != len(body) {
			t.Errorf("the picture of %s: %d bytes", u.NickName, resp.ContentLength)
		}
	}
}

func TestMessageKindsParseInOpenwechat(t *testing.T) {
	b := demo(t, Options{AutoScan: true})
	c := signedIn(t, b)
	for _, x := range []Content{
		{Kind: Link, Name: "标题 <&>", Text: "说明", URL: "https://example.com/?a=1&b=2"},
		{Kind: Card, Person: "小红"},
		{Kind: Location, Text: "西湖区 1 号", Name: "西湖"},
		{Kind: Emoticon, MD5: "abc"},
	} {
		_, err := b.Send("linlaoshi", "xiaoliu", x, nil)
		ok(t, err)
	}
	var link, card, place *openwechat.Message
	for _, m := range c.fetch().AddMsgList {
		m.Content = unescaped(m.Content)
		switch {
		case m.IsMedia():
			link = m
		case m.IsCard():
			card = m
		case m.IsLocation():
			place = m
		}
	}
	data, err := link.MediaData()
	ok(t, err)
	if data.AppMsg.Title != "标题 <&>" || data.AppMsg.URL != "https://example.com/?a=1&b=2" || !link.IsArticle() {
		t.Errorf("link %+v", data.AppMsg)
	}
	who, err := card.Card()
	ok(t, err)
	if who.NickName != "小红" || place == nil {
		t.Errorf("card %+v, place %v", who, place)
	}
}

func unescaped(s string) string {
	return strings.NewReplacer("<br/>", "\n", "&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(s)
}

func TestRecallReachesTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := demo(t, Options{AutoScan: true})
		c := signedIn(t, b)
		c.ctx = t.Context()
		m := must(b.Say("susu", "dushuhui", "说错了"))
		ok(t, b.Recall("susu", m.ID))
		list := c.fetch().AddMsgList
		r := list[1]
		sender, text, _ := strings.Cut(r.Content, ":<br/>")
		r.Content = unescaped(text)
		got, err := r.RevokeMsg()
		ok(t, err)
		if !strings.HasPrefix(sender, "@") || fmt.Sprint(got.RevokeMsg.MsgId) != m.ID || got.RevokeMsg.ReplaceMsg != `"苏苏" 撤回了一条消息` {
			t.Fatalf("recall %+v", got)
		}
		if v := last(t, b, "susu", "dushuhui"); v.Kind != Recall || v.Text != "你撤回了一条消息" {
			t.Fatalf("her phone shows %+v", v)
		}
		sent, err := c.say(c.group(), "我也说错了")
		ok(t, err)
		ok(t, c.caller.WebWxRevokeMsg(c.ctx, sent, c.request))
		if v := last(t, b, "susu", "dushuhui"); v.Kind != Recall || v.Text != `"小六" 撤回了一条消息` {
			t.Fatalf("her phone shows %+v", v)
		}
		late, err := c.say(c.group(), "太晚了")
		ok(t, err)
		time.Sleep(recallWithin + time.Second)
		if err := c.caller.WebWxRevokeMsg(c.ctx, late, c.request); err == nil {
			t.Fatal("recalled after two minutes")
		}
	})
}

func TestSentAfterGivesWhatIsNew(t *testing.T) {
	b := demo(t, Options{AutoScan: true})
	c := signedIn(t, b)
	for i := range maxSent + 3 {
		must(c.say(fileHelper, formatID(int64(i+1))))
	}
	for _, x := range []struct{ after, n, first int }{{0, maxSent, 4}, {3, maxSent, 4}, {4, maxSent - 1, 5}, {maxSent + 1, 2, maxSent + 2}, {maxSent + 3, 0, 0}, {1 << 30, 0, 0}} {
		got := b.SentAfter(x.after)
		if len(got) != x.n || x.n > 0 && (got[0].N != x.first || got[0].Text != formatID(int64(x.first))) {
			t.Errorf("after %d: %d sends", x.after, len(got))
		}
	}
}

func TestReadingOnTheWebIsReadingOnThePhone(t *testing.T) {
	b := demo(t, Options{AutoScan: true})
	c := signedIn(t, b)
	must(b.Say("susu", "dushuhui", "早"))
	must(b.Say("susu", "dushuhui", "都在吗"))
	unread := func() int { return must(b.Chats("xiaoliu"))[0].Unread }
	if n := unread(); n != 2 {
		t.Fatalf("%d unread", n)
	}
	m := c.fetch().AddMsgList[1]
	ok(t, c.caller.WebWxStatusAsRead(c.ctx, &openwechat.CallerWebWxStatusAsReadOptions{BaseRequest: c.request, LoginInfo: c.info, Message: m}))
	if n := unread(); n != 0 {
		t.Fatalf("%d unread after reading", n)
	}
	must(b.Say("susu", "dushuhui", "还有"))
	ok(t, b.MarkRead("小六", "六点二十读书会"))
	if n := unread(); n != 0 {
		t.Fatalf("%d unread after reading on the phone", n)
	}
}
