package wechatbox

import (
	"bytes"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/eatmoreapple/openwechat"
)

// form posts one piece of a file with the fields of a request that is right but for what edit changes.
func (c *client) form(data []byte, edit func(fields map[string]string, req map[string]any)) map[string]any {
	c.t.Helper()
	req := map[string]any{
		"UploadType": 2, "BaseRequest": c.request, "ClientMediaId": 17000, "TotalLen": len(data), "StartPos": 0, "DataLen": len(data),
		"MediaType": 4, "FileMd5": md5Hex(data),
	}
	u, err := url.Parse("https://file.wx.qq.com" + cgi + "webwxuploadmedia?f=json")
	ok(c.t, err)
	fields := map[string]string{"id": "WU_FILE_0", "name": "a.bin", "mediatype": "doc"}
	for _, k := range c.caller.Client.Jar().Cookies(u) {
		fields[k.Name] = k.Value
	}
	edit(fields, req)
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	ok(c.t, w.WriteField("uploadmediarequest", string(must(json.Marshal(req)))))
	for k, v := range fields {
		ok(c.t, w.WriteField(k, v))
	}
	_, err = must(w.CreateFormFile("filename", "a.bin")).Write(data)
	ok(c.t, err)
	ok(c.t, w.Close())
	hr, err := http.NewRequestWithContext(c.ctx, "POST", u.String(), &body)
	ok(c.t, err)
	hr.Header.Set("Content-Type", w.FormDataContentType())
	resp, err := c.caller.Client.HTTPClient().Transport.RoundTrip(hr)
	ok(c.t, err)
	defer resp.Body.Close()
	out := map[string]any{}
	ok(c.t, json.NewDecoder(resp.Body).Decode(&out))
	return out
}

func TestUploadsAreChecked(t *testing.T) {
	b := demo(t, Options{AutoScan: true})
	c := signedIn(t, b)
	data := []byte("六点二十")
	if out := c.form(data, func(map[string]string, map[string]any) {}); retIn(out) != 0 || !strings.HasPrefix(out["MediaId"].(string), "@crypt_") {
		t.Fatalf("a right upload: %v", out)
	}
	if out := c.form(data, func(_ map[string]string, r map[string]any) { delete(r, "FileMd5") }); retIn(out) != 0 {
		t.Fatalf("an upload without an MD5, as wechat4u makes it: %v", out)
	}
	for name, edit := range map[string]func(map[string]string, map[string]any){
		"md5":       func(_ map[string]string, r map[string]any) { r["FileMd5"] = md5Hex(nil) },
		"too short": func(_ map[string]string, r map[string]any) { r["TotalLen"] = 100 },
		"too long":  func(_ map[string]string, r map[string]any) { r["TotalLen"] = 3 },
		"ticket":    func(f map[string]string, _ map[string]any) { f["webwx_data_ticket"] = "x" },
		"order":     func(f map[string]string, _ map[string]any) { f["chunks"], f["chunk"] = "3", "1" },
		"unsigned":  func(_ map[string]string, r map[string]any) { r["TotalLen"] = bigUpload + 1 },
	} {
		if out := c.form(data, edit); retIn(out) == 0 {
			t.Errorf("%s: %v", name, out)
		}
	}
}

func TestBigFilesAskFirst(t *testing.T) {
	if testing.Short() {
		t.Skip("26 MB through the race detector")
	}
	b := demo(t, Options{AutoScan: true})
	c := signedIn(t, b)
	path := filepath.Join(t.TempDir(), "big.bin")
	ok(t, os.WriteFile(path, bytes.Repeat([]byte("0123456789abcdef"), (bigUpload+16)/16), 0o600))
	upload := func() string {
		file, err := os.Open(path)
		ok(t, err)
		defer file.Close()
		up, err := c.caller.UploadMedia(c.ctx, file, &openwechat.CallerUploadMediaOptions{FromUserName: c.init.User.UserName, ToUserName: fileHelper, BaseRequest: c.request, LoginInfo: c.info})
		ok(t, err)
		return up.MediaId
	}
	first := upload()
	before := count(b, "webwxuploadmedia")
	if second := upload(); second != first {
		t.Fatal("the same file has two ids")
	}
	if count(b, "webwxuploadmedia") != before {
		t.Fatal("a file that is known was uploaded again")
	}
}

func count(b *Box, path string) int {
	for _, c := range b.Counts() {
		if strings.HasSuffix(c.Path, "/"+path) {
			return c.Count
		}
	}
	return 0
}
