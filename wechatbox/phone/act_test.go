package phone

import (
	"bytes"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"sixtwenty/wechatbox"
)

// each runs every test at a desk of its own.
func each(t0 *testing.T, tests map[string]func(t *table)) {
	for name, test := range tests {
		t0.Run(name, func(t0 *testing.T) { test(lay(t0)) })
	}
}

func TestWhatIsSaidReachesTheBox(t0 *testing.T) {
	each(t0, map[string]func(t *table){
		"say": func(t *table) {
			t.does("say", "who", "xiaoming", "chat", club, "text", "早\r\n打卡 \n")
			if got := t.last("linlaoshi", club).Text; got != "早\n打卡" {
				t.Errorf("got %q", got)
			}
		},
		"read": func(t *table) {
			_, err := t.box.Say("xiaoming", club, "早")
			t.ok(err)
			t.contains(t.view(place{Who: "susu", View: "chats"}), `aria-label="未读 1"`)
			t.does("read", "who", "susu", "chat", club)
			if body := t.view(place{Who: "susu", View: "chats"}); strings.Contains(body, "未读") {
				t.Error("the mark is still there")
			}
		},
		"recall": func(t *table) {
			m, err := t.box.Say("xiaoming", club, "写错了")
			t.ok(err)
			t.contains(t.chat("xiaoming"), "撤回")
			t.does("recall", "who", "xiaoming", "id", m.ID)
			t.contains(t.chat("susu"), "&#34;小明&#34; 撤回了一条消息")
		},
		"tickle": func(t *table) {
			t.does("tickle", "who", "susu", "chat", club, "target", "ajie")
			t.contains(t.chat("laozhou"), "&#34;苏苏&#34; 拍了拍 &#34;阿杰&#34;")
		},
	})
}

func TestWhoIsInAGroupChanges(t0 *testing.T) {
	each(t0, map[string]func(t *table){
		"invite": func(t *table) {
			r := t.does("invite", "who", "xiaoming", "chat", club, "target", "xiaohong")
			if r.Go != "chat/"+club || !t.inClub("xiaohong") {
				t.Errorf("got %+v", r)
			}
			t.contains(t.chat("linlaoshi"), "&#34;小明&#34;邀请&#34;小红&#34;加入了群聊")
		},
		"join": func(t *table) {
			t.contains(t.view(place{Who: "dawei", View: "scan"}), `data-go="scan/dushuhui"`)
			t.contains(t.view(place{Who: "dawei", View: "scan", ID: club}), `name="sharer" value="susu"`)
			t.does("join", "who", "dawei", "chat", club, "sharer", "susu")
			t.contains(t.chat("ajie"), "通过扫描&#34;苏苏&#34;分享的二维码加入群聊")
		},
		"leave": func(t *table) {
			t.does("leave", "who", "ajie", "chat", club)
			if t.inClub("ajie") {
				t.Error("still there")
			}
			t.contains(t.chat("ajie"), "你已不在这个群里")
		},
		"remove": func(t *table) {
			t.does("remove", "who", "linlaoshi", "chat", club, "target", "ajie", "target", "susu")
			if t.inClub("ajie") || t.inClub("susu") {
				t.Error("still there")
			}
		},
	})
}

func TestHowAGroupIsKeptChanges(t0 *testing.T) {
	each(t0, map[string]func(t *table){
		"title": func(t *table) {
			t.does("title", "who", "linlaoshi", "chat", club, "name", " 六点二十\n夜读会 ")
			if g, _ := t.box.Group(club); g.Name != "六点二十 夜读会" {
				t.Errorf("got %q", g.Name)
			}
		},
		"card": func(t *table) {
			t.does("card", "who", "xiaoming", "chat", club, "name", "小明🌟")
			t.does("say", "who", "xiaoming", "chat", club, "text", "早")
			t.contains(t.chat("susu"), "小明🌟")
			t.does("card", "who", "xiaoming", "chat", club, "name", "")
			if body := t.chat("susu"); strings.Contains(body, "小明🌟") {
				t.Error("the name was not taken away")
			}
		},
		"save": func(t *table) {
			t.does("save", "who", "susu", "chat", club, "on", "1")
			t.contains(t.view(place{Who: "susu", View: "contacts"}), "六点二十读书会")
			t.does("save", "who", "susu", "chat", club)
			if body := t.view(place{Who: "susu", View: "contacts"}); strings.Contains(body, "六点二十读书会") {
				t.Error("the group is still saved")
			}
		},
	})
}

func TestHowPeopleKnowEachOtherChanges(t0 *testing.T) {
	each(t0, map[string]func(t *table){
		"nick": func(t *table) {
			t.does("nick", "who", "susu", "name", "苏苏不吃糖")
			if p, _ := t.box.Person("susu"); p.Nick != "苏苏不吃糖" {
				t.Errorf("got %q", p.Nick)
			}
		},
		"remark": func(t *table) {
			t.does("remark", "who", "linlaoshi", "target", "xiaoming", "name", "明明")
			t.contains(t.view(place{Who: "linlaoshi", View: "profile", Sub: "xiaoming"}), "明明")
		},
		"language": func(t *table) {
			t.does("language", "who", "susu", "speaks", "en")
			t.does("title", "who", "linlaoshi", "chat", club, "name", "Early")
			t.contains(t.chat("susu"), "changed the group name")
		},
		"befriend and accept": func(t *table) {
			t.does("befriend", "who", "dawei", "target", "susu", "hello", "我是大伟")
			t.contains(t.view(place{Who: "susu", View: "contacts"}), "我是大伟", "接受")
			t.does("accept", "who", "susu", "target", "dawei")
			t.does("say", "who", "dawei", "chat", "susu", "text", "你好")
		},
		"unfriend": func(t *table) {
			t.does("unfriend", "who", "linlaoshi", "target", "ajie")
			t.contains(t.view(place{Who: "linlaoshi", View: "chat", ID: "ajie"}), "你们还不是朋友")
		},
	})
}

func (t *table) inClub(who string) bool {
	g, err := t.box.Group(club)
	t.ok(err)
	return slices.ContainsFunc(g.Members, func(m wechatbox.Member) bool { return m.ID == who })
}

func TestWhatIsRefusedChangesNothingAndSaysSo(t0 *testing.T) {
	t := lay(t0)
	m, err := t.box.Say("xiaoming", club, "早")
	t.ok(err)
	if _, err := t.box.Clock().Wind(t.Context(), t.desk.now().Add(3*time.Minute)); err != nil {
		t.Fatal(err)
	}
	before := t.box.World()
	tests := []struct {
		action string
		form   []string
		want   string
	}{
		{"say", []string{"who", "xiaoming", "chat", club, "text", " \n "}, "空消息"},
		{"say", []string{"who", "dawei", "chat", club, "text", "嗨"}, "没发出去"},
		{"say", []string{"who", "xiaomin", "chat", club, "text", "嗨"}, "是不是「xiaoming」"},
		{"say", []string{"who", "xiaoming", "chat", club, "text", strings.Repeat("长", 10_000)}, "太长"},
		{"recall", []string{"who", "xiaoming", "id", m.ID}, "两分钟"},
		{"recall", []string{"who", "susu", "id", m.ID}, "两分钟"},
		{"invite", []string{"who", "linlaoshi", "chat", club}, "先选一个人"},
		{"invite", []string{"who", "linlaoshi", "chat", club, "target", "susu"}, "没能邀请"},
		{"join", []string{"who", "susu", "chat", club, "sharer", "ajie"}, "没能进群"},
		{"remove", []string{"who", "susu", "chat", club, "target", "ajie"}, "只有群主"},
		{"leave", []string{"who", "dawei", "chat", club}, "不在这个群"},
		{"title", []string{"who", "susu", "chat", club, "name", " "}, "不能是空的"},
		{"nick", []string{"who", "susu", "name", strings.Repeat("长", 200)}, "太长"},
		{"remark", []string{"who", "susu", "target", "ajie", "name", "阿杰杰"}, "只能给朋友"},
		{"language", []string{"who", "susu", "speaks", "xx"}, "看不懂"},
		{"scan", []string{"who", "xiaoliu"}, "没有可扫的二维码"},
		{"kick", []string{"who", "xiaoliu"}, "没有登录"},
		{"accept", []string{"who", "xiaoliu", "target", "dawei"}, "没能改通讯录"},
		{"send", []string{"who", "xiaoming", "chat", club, "kind", "file"}, "没有收到文件"},
	}
	for _, test := range tests {
		status, r := t.post("/phone/act/"+test.action, test.form...)
		if status < 400 || status >= 500 || !strings.Contains(r.Error, test.want) {
			t.Errorf("%s %v: %d %q, want %q", test.action, test.form, status, r.Error, test.want)
		}
	}
	if n := len(t.history("linlaoshi", club)); n != 1 {
		t.Errorf("%d messages are there, want 1", n)
	}
	if after := t.box.World(); len(after.Groups[0].Members) != len(before.Groups[0].Members) || after.Groups[0].Name != before.Groups[0].Name {
		t.Errorf("the group has changed: %+v", after.Groups[0])
	}
	if _, r := t.post("/phone/act/say?lang=en", "who", "xiaoming", "chat", club); !strings.Contains(r.Error, "empty") {
		t.Errorf("in English: %q", r.Error)
	}
}

func TestPostsFromElsewhereAreRefused(t0 *testing.T) {
	t := lay(t0)
	paths := []string{"/phone/clock/wind", "/phone/clock/speed", "/phone/scene/storm"}
	for name := range allActions() {
		paths = append(paths, "/phone/act/"+name)
	}
	start := t.desk.now()
	for _, path := range paths {
		body := strings.NewReader("who=xiaoming&chat=" + club + "&text=x&add=24h&speed=60")
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, t.srv.URL+path, body)
		t.ok(err)
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Origin", "https://elsewhere.example")
		req.Header.Set("Sec-Fetch-Site", "cross-site")
		res, err := http.DefaultClient.Do(req)
		t.ok(err)
		res.Body.Close()
		if res.StatusCode != http.StatusForbidden {
			t.Errorf("%s: %s", path, res.Status)
		}
		if res, _ := t.get(path); res.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("GET %s: %s", path, res.Status)
		}
	}
	if name, _, _ := t.desk.stage.playing(); name != "" || t.desk.now().Sub(start) > time.Hour || len(t.history("susu", club)) > 0 {
		t.Error("something was done all the same")
	}
}

// sends posts a file.
func (t *table) sends(kind, name string, data []byte, seconds string) (int, reply) {
	t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for k, v := range map[string]string{"who": "xiaoming", "chat": club, "kind": kind, "seconds": seconds} {
		t.ok(m.WriteField(k, v))
	}
	part, err := m.CreateFormFile("file", name)
	t.ok(err)
	_, err = part.Write(data)
	t.ok(err)
	t.ok(m.Close())
	res, err := http.Post(t.srv.URL+"/phone/act/send", m.FormDataContentType(), &body)
	t.ok(err)
	return readReply(t, res)
}

func aPNG(t *table) []byte {
	var b bytes.Buffer
	t.ok(png.Encode(&b, image.NewGray(image.Rect(0, 0, 400, 100))))
	return b.Bytes()
}

func TestPicturesVoicesAndFilesAreSent(t0 *testing.T) {
	t := lay(t0)
	mp3 := append([]byte("ID3\x04\x00\x00\x00\x00\x00\x00"), make([]byte, 500)...)
	webm := append([]byte("\x1a\x45\xdf\xa3"), make([]byte, 500)...)
	tests := []struct {
		kind, name, seconds string
		data                []byte
		want                wechatbox.Content
		shown               string
	}{
		{"image", "a.png", "", aPNG(t), wechatbox.Content{Kind: wechatbox.Image, Name: "a.png"}, `width="200" height="50"`},
		{"voice", "x.mp3", "7.4", mp3, wechatbox.Content{Kind: wechatbox.Voice, Name: "voice.mp3", Duration: 7400 * time.Millisecond}, "7″"},
		{"voice", "blob", "60.5", webm, wechatbox.Content{Kind: wechatbox.Voice, Name: "voice.webm", Duration: time.Minute}, "60″"},
		{"file", "早读.mp3", "", mp3, wechatbox.Content{Kind: wechatbox.File, Name: "早读.mp3"}, `<audio controls`},
		{"file", "表.csv", "", []byte("a,b\n"), wechatbox.Content{Kind: wechatbox.File, Name: "表.csv"}, "4 B"},
	}
	for _, test := range tests {
		if status, r := t.sends(test.kind, test.name, test.data, test.seconds); status != http.StatusOK {
			t.Fatalf("%s: %d %s", test.name, status, r.Error)
		}
		got := t.last("susu", club)
		if got.Kind != test.want.Kind || got.Name != test.want.Name || got.Duration != test.want.Duration {
			t.Errorf("%s: got %+v", test.name, got.Content)
		}
		m, err := t.box.Media(got.Media)
		t.ok(err)
		if !bytes.Equal(m.Data, test.data) {
			t.Errorf("%s arrived changed", test.name)
		}
		t.contains(t.chat("susu"), "/phone/media/"+got.Media, test.shown)
	}
}

func TestWhatCannotBeSentIsExplained(t0 *testing.T) {
	t := lay(t0)
	tests := []struct {
		kind, seconds string
		data          []byte
		status        int
		want          string
	}{
		{"image", "", []byte("<svg onload=alert(1)>"), 422, "不是图片"},
		{"voice", "3", []byte("text"), 422, "不是能放的声音"},
		{"voice", "", []byte("ID3\x04"), 422, "量不出"},
		{"voice", "NaN", []byte("ID3\x04"), 422, "量不出"},
		{"voice", "300", []byte("ID3\x04"), 422, "60 秒"},
		{"file", "", nil, 422, "空的"},
		{"nonsense", "", []byte("x"), 422, "看不懂"},
		{"file", "", make([]byte, maxFile+1), 422, "25 MB"},
		{"file", "", make([]byte, maxUpload+1), 413, "25 MB"},
	}
	for _, test := range tests {
		if status, r := t.sends(test.kind, "x", test.data, test.seconds); status != test.status || !strings.Contains(r.Error, test.want) {
			t.Errorf("%s %q: %d %q, want %d %q", test.kind, test.seconds, status, r.Error, test.status, test.want)
		}
	}
	if len(t.history("susu", club)) != 0 {
		t.Error("something was sent all the same")
	}
}

func TestMediaAreServedHarmlessly(t0 *testing.T) {
	t := lay(t0)
	tests := []struct {
		name string
		data []byte
		kind string
		show string
	}{
		{"a.png", aPNG(t), "image/png", "inline"},
		{"a.html", []byte("<html><script>alert(1)</script>"), "application/octet-stream", "attachment"},
		{"a.svg", []byte("<svg xmlns='http://www.w3.org/2000/svg'/>"), "application/octet-stream", "attachment"},
		{"a.mp3", []byte("\xff\xfb\x90\x00"), "audio/mpeg", "inline"},
		{"\"x\"\r\n.png.exe", []byte("MZ"), "application/octet-stream", "attachment"},
	}
	for _, test := range tests {
		m, err := t.box.SendFile("xiaoming", club, test.name, test.data)
		t.ok(err)
		res, body := t.get("/phone/media/" + m.Media)
		h := res.Header
		if h.Get("Content-Type") != test.kind || !strings.HasPrefix(h.Get("Content-Disposition"), test.show) || body != string(test.data) {
			t.Errorf("%q: %v", test.name, h)
		}
		if h.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(h.Get("Content-Security-Policy"), "sandbox") {
			t.Errorf("%q: %v", test.name, h)
		}
		if res, _ := t.get("/phone/media/" + m.Media + "?download=1"); !strings.HasPrefix(res.Header.Get("Content-Disposition"), "attachment") {
			t.Errorf("%q is not downloaded", test.name)
		}
	}
	if res, _ := t.get("/phone/media/nothing"); res.StatusCode != http.StatusNotFound {
		t.Errorf("unknown media: %s", res.Status)
	}
}
