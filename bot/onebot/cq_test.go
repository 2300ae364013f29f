package onebot

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"sixtwenty/bot/onebot/onebottest"
)

func TestCQ(t *testing.T) {
	for _, c := range []struct{ message, want string }{
		{"", ""},
		{"你好", "text:你好"},
		{"[CQ:at,qq=10001] 你好", "at:10001 text: 你好"},
		{"a&#91;CQ:at,qq=1&#93;&amp;#44;", "text:a[CQ:at,qq=1]&#44;"},
		{"[CQ:face,id=1][CQ:image,file=a&#44;b.jpg,url=http://x/?a=1&amp;b=2]", "face: image:a,b.jpg http://x/?a=1&b=2"},
		{"[CQ:at,qq=1", "text:[CQ:at,qq=1"},
		{"[CQ:]x", "text:[CQ: text:]x"},
		{"[CQ:at][CQ:at,qq][CQ:at,=1,,qq=2]", "at: at: at:2"},
		{"[cq:at,qq=1]", "text:[cq:at,qq=1]"},
		{"[[CQ:at,qq=1]]", "text:[ at:1 text:]"},
	} {
		var list []string
		for _, seg := range parseCQ(c.message) {
			d := seg.Data
			list = append(list, seg.Type+":"+strings.TrimSuffix(string(d.Text+d.QQ+d.File+" "+d.URL), " "))
		}
		if got := strings.Join(list, " "); got != c.want {
			t.Errorf("%q: %q, expected %q", c.message, got, c.want)
		}
	}
}

// FuzzMessage: whatever comes as a message is read or refused, and what is said as text comes as text in both formats.
func FuzzMessage(f *testing.F) {
	for _, s := range []string{
		"打卡", "[CQ:at,qq=10000] 打卡", "&#91;", "a,b]", `[{"type":"text","data":{"text":"x"}}]`, `{"type":"at","data":{"qq":7}}`, "@all\u2005",
		`[{"type":"json","data":{"data":"{\"meta\":{\"a\":1}}"}}]`, "[CQ:", "\xff\u2005",
	} {
		f.Add(s)
	}
	a := New(Options{})
	nobody := func(wireID) string { return "" }
	f.Fuzz(func(t *testing.T, s string) {
		text := strings.ToValidUTF8(s, "")
		quoted, err := json.Marshal(text)
		if err != nil {
			t.Skip()
		}
		for _, raw := range []json.RawMessage{json.RawMessage(s), quoted} {
			list, err := segmentsOf(raw)
			if err != nil {
				continue
			}
			c := a.read(list, "10000", "1", nobody)
			if !utf8.ValidString(c.text) || len(c.media) > maxMedia || len(c.mentions) > maxMention {
				t.Errorf("%q is read as %+v", raw, c)
			}
		}
		said := []onebottest.Segment{onebottest.At(10000), onebottest.Text(text)}
		list, err := json.Marshal(said)
		if err != nil {
			t.Skip()
		}
		code, err := json.Marshal(onebottest.CQ(said))
		if err != nil {
			t.Skip()
		}
		for _, raw := range [][]byte{list, code} {
			segs, err := segmentsOf(raw)
			if err != nil {
				t.Fatalf("%s: %v", raw, err)
			}
			if c := a.read(segs, "10000", "1", nobody); c.text != strings.TrimSpace(text) || !c.atMe {
				t.Errorf("%q is read as %+v from %s", text, c, raw)
			}
		}
	})
}

// FuzzFrame: no frame makes the reader fail in any way but with an error.
func FuzzFrame(f *testing.F) {
	f.Add([]byte(`{"post_type":"message","message_id":-7,"user_id":"x","time":1,"sender":{"nickname":7,"card":null},"message":"a"}`))
	f.Add([]byte(`{"echo":"1","status":{"online":true},"retcode":0,"data":[]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var fr frame
		if json.Unmarshal(raw, &fr) != nil {
			return
		}
		for _, id := range []wireID{fr.UserID, fr.GroupID, fr.MessageID} {
			if len(id) > maxWire {
				t.Errorf("an id of %d bytes", len(id))
			}
			if back, err := json.Marshal(id); err != nil || !json.Valid(back) {
				t.Errorf("%q cannot be sent back: %v", id, err)
			}
		}
	})
}
