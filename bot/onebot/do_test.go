package onebot

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"sixtwenty/bot"
	"sixtwenty/bot/onebot/onebottest"
	"sixtwenty/store"
)

// keep keeps a blob and gives its name.
func (r *rig) keep(data string) string {
	r.t.Helper()
	blob, err := store.Blobs{DB: r.db}.Put(r.t.Context(), strings.NewReader(data), 1<<20)
	if err != nil {
		r.t.Fatal(err)
	}
	return blob.Sum
}

const (
	ming = bot.PersonID("qq:10002")
	home = bot.ChatID("qq:private:10002")
)

// A toDo is an effect, and what the implementation is to do for it.
type toDo struct {
	effect bot.Effect
	want   onebottest.Sent
}

func doings(media string) []toDo {
	return []toDo{
		{
			bot.Effect{Kind: bot.Say, Text: "@小明\u2005打卡成功 [CQ:at,qq=all]", Mentions: []bot.Mention{{Person: ming, Name: "小明"}}},
			onebottest.Sent{Action: "send_group_msg", Text: "@小明 打卡成功 [CQ:at,qq=all]", At: []int64{10002}},
		},
		{bot.Effect{Kind: bot.Say, Text: "@小明\u2005好"}, onebottest.Sent{Action: "send_group_msg", Text: "@小明\u2005好"}},
		{bot.Effect{Kind: bot.Say, Chat: home, Text: "好"}, onebottest.Sent{Action: "send_private_msg", User: 10002, Text: "好"}},
		{bot.Effect{Kind: bot.SendImage, Media: media}, onebottest.Sent{Action: "send_group_msg", Kind: "image", File: []byte("bytes")}},
		{bot.Effect{Kind: bot.SendVoice, Media: media}, onebottest.Sent{Action: "send_group_msg", Kind: "record", File: []byte("bytes")}},
		{
			bot.Effect{Kind: bot.SendFile, Media: media, Name: "a.pdf"},
			onebottest.Sent{Action: "upload_group_file", Kind: "file", Name: "a.pdf", File: []byte("bytes")},
		},
		{
			bot.Effect{Kind: bot.SendFile, Media: media, Name: "a.pdf", Chat: home},
			onebottest.Sent{Action: "upload_private_file", User: 10002, Kind: "file", Name: "a.pdf", File: []byte("bytes")},
		},
		{bot.Effect{Kind: bot.Recall, Of: "1001"}, onebottest.Sent{Action: "delete_msg", ID: 1001}},
		{bot.Effect{Kind: bot.Essence, Of: "qq:group:600000@10000#1001"}, onebottest.Sent{Action: "set_essence_msg", ID: 1001}},
		{bot.Effect{Kind: bot.Mute, Who: ming, For: time.Minute}, onebottest.Sent{Action: "set_group_ban", User: 10002}},
		{bot.Effect{Kind: bot.SetCard, Who: ming, Text: "早起的小明"}, onebottest.Sent{Action: "set_group_card", User: 10002, Text: "早起的小明"}},
		{bot.Effect{Kind: bot.SetName, Text: "六点二十·二群"}, onebottest.Sent{Action: "set_group_name", Text: "六点二十·二群"}},
		{bot.Effect{Kind: bot.Remove, Who: ming}, onebottest.Sent{Action: "set_group_kick", User: 10002}},
		{bot.Effect{Kind: bot.Accept, Chat: home, Of: "friend:f1"}, onebottest.Sent{Action: "set_friend_add_request", Text: "f1"}},
		{bot.Effect{Kind: bot.Accept, Of: "add:f:2"}, onebottest.Sent{Action: "set_group_add_request", Text: "f:2"}},
	}
}

func TestEffects(t *testing.T) {
	both(t, func(r *rig) {
		t := r.t
		r.server.SetRole(r.group, onebottest.Account, "admin")
		r.settle()
		for _, c := range doings(r.keep("bytes")) {
			was := len(r.server.Sent())
			receipt, err := r.do(c.effect)
			list := r.server.Sent()[was:]
			if err != nil || len(list) != 1 || receipt.At.IsZero() {
				t.Errorf("%s: %v, sent %+v", c.effect.Kind, err, list)
				continue
			}
			got := list[0]
			if strings.HasPrefix(got.Action, "send_") && receipt.Sent != fmt.Sprint(got.ID) {
				t.Errorf("%s: the receipt says %q of message %d", c.effect.Kind, receipt.Sent, got.ID)
			}
			if got.Action != c.want.Action || got.User != c.want.User || got.Text != c.want.Text || !slices.Equal(got.At, c.want.At) ||
				got.Kind != c.want.Kind || got.Name != c.want.Name || string(got.File) != string(c.want.File) || c.want.ID != 0 && got.ID != c.want.ID {
				t.Errorf("%s: sent %+v, expected %+v", c.effect.Kind, got, c.want)
			}
		}
		if members := r.server.Members(r.group); slices.Contains(members, r.ming) {
			t.Error("he is still there")
		}
		for _, e := range []bot.Effect{
			{Kind: "fly"},
			{Kind: bot.Recall},
			{Kind: bot.Remove, Who: "wx:1"},
			{Kind: bot.Remove, Who: ming, Chat: home},
			{Kind: bot.Accept, Of: "x"},
			{Kind: bot.Say, Chat: "g-1", Text: "x"},
			{Kind: bot.Say, Chat: "wx:group:1", Text: "x"},
			{Kind: bot.Remove, Who: "qq:10001"},
		} {
			if _, err := r.do(e); !bot.IsPermanent(err) {
				t.Errorf("%+v: %v, expected a failure for good", e, err)
			}
		}
	})
}

// What cannot be sent as what it is goes as a file.
func TestPowersAreAsked(t *testing.T) {
	play(t, false, onebottest.Options{NoVoice: true, NoImage: true}, Options{}, func(r *rig) {
		t := r.t
		if ps := r.account.Powers(); ps.Voice || !ps.Mention || !ps.LastingIDs || !ps.Leaves || ps.Remove {
			t.Errorf("the powers are %+v", ps)
		}
		media := r.keep("bytes")
		for _, kind := range []bot.EffectKind{bot.SendVoice, bot.SendImage} {
			if _, err := r.do(bot.Effect{Kind: kind, Media: media, Name: "a"}); err != nil {
				t.Error(err)
			}
			if list := r.server.Sent(); list[len(list)-1].Action != "upload_group_file" {
				t.Errorf("%s: sent %+v", kind, list[len(list)-1])
			}
		}
		if r.account.PowersIn(r.chat()).Remove {
			t.Error("a mere member can remove people")
		}
		r.server.SetRole(r.group, onebottest.Account, "admin")
		r.settle()
		if ps := r.account.PowersIn(r.chat()); !ps.Remove || !ps.Mute || !ps.Card || !ps.Rename || !ps.Essence || ps.Voice {
			t.Errorf("an administrator's powers are %+v", ps)
		}
		if r.account.PowersIn("qq:group:1").Remove {
			t.Error("an administrator here is one everywhere")
		}
		r.server.Fail("set_group_kick", 1, 1404, "no such action")
		if _, err := r.do(bot.Effect{Kind: bot.Remove, Who: "qq:10002"}); !bot.IsPermanent(err) {
			t.Errorf("no such action: %v", err)
		}
		if ps := r.account.PowersIn(r.chat()); ps.Remove || !ps.Mute {
			t.Errorf("after 1404 the powers are %+v", ps)
		}
		r.server.SetRole(r.group, onebottest.Account, "member")
		r.settle()
		if r.account.PowersIn(r.chat()).Mute {
			t.Error("the role is gone, the power is not")
		}
	})
}

// The role is asked at the sign-in too, and by the list.
func TestTheRoleIsAskedAtTheSignIn(t *testing.T) {
	play(t, true, onebottest.Options{}, Options{}, func(r *rig) {
		t := r.t
		r.server.SetRole(r.group, onebottest.Account, "admin")
		r.account.roles.Clear()
		r.server.Drop()
		r.wait(time.Minute)
		if !r.account.PowersIn(r.chat()).Remove {
			t.Error("an administrator without powers")
		}
	})
}

func TestRetcodes(t *testing.T) {
	play(t, false, onebottest.Options{}, Options{}, func(r *rig) {
		t := r.t
		say := bot.Effect{Kind: bot.Say, Text: "好"}
		for _, c := range []struct {
			code    int64
			wording string
			is      func(error) bool
		}{
			{100, "bad", bot.IsPermanent},
			{102, "bad", bot.IsPermanent},
			{103, "bad", bot.IsPermanent},
			{1400, "bad", bot.IsPermanent},
			{1401, "bad", bot.IsPermanent},
			{1403, "bad", bot.IsPermanent},
			{1404, "bad", bot.IsPermanent},
			{104, "stale", again},
			{201, "not ready", again},
			{1200, "EventChecker Failed", again},
			{-7, "", again},
			{1, "async", unknown},
			{1200, "Timeout: NTEvent serviceAndMethod:NodeIKernelMsgService/sendMsg", unknown},
			{100, "请求超时", unknown},
			{1200, "操作过于频繁", func(err error) bool { return errors.Is(err, bot.ErrTooOften) }},
		} {
			r.server.Fail("send_group_msg", 1, c.code, c.wording)
			if _, err := r.do(say); err == nil || !c.is(err) {
				t.Errorf("%d %s: %v", c.code, c.wording, err)
			}
		}
		r.server.Fail("send_group_msg", 1, 1200, strings.Repeat("字\xff", 5000))
		if _, err := r.do(say); err == nil || len(err.Error()) > 300 {
			t.Errorf("a long wording is kept whole: %d bytes", len(fmt.Sprint(err)))
		}
		if _, err := r.do(say); err != nil {
			t.Error(err)
		}
	})
}

func unknown(err error) bool { return errors.Is(err, bot.ErrUnknown) }

func again(err error) bool {
	return !bot.IsPermanent(err) && !unknown(err) && !errors.Is(err, bot.ErrOffline) && !errors.Is(err, bot.ErrTooOften)
}

// A text whose answer is lost is perhaps there; what changes the group is safe to do again.
func TestLostAnswers(t *testing.T) {
	play(t, false, onebottest.Options{}, Options{}, func(r *rig) {
		t := r.t
		r.server.SetRole(r.group, onebottest.Account, "admin")
		r.settle()
		r.server.Lose("send_group_msg", 1)
		began := time.Now()
		if _, err := r.do(bot.Effect{Kind: bot.Say, Text: "好"}); !unknown(err) {
			t.Errorf("the answer was lost: %v", err)
		}
		if took := time.Since(began); took != callLimit {
			t.Errorf("waited %v", took)
		}
		r.server.Lose("set_group_ban", 1)
		if _, err := r.do(bot.Effect{Kind: bot.Mute, Who: "qq:10002"}); err == nil || !again(err) {
			t.Errorf("to silence again does no harm: %v", err)
		}
		r.server.Lose("send_group_msg", 1)
		done := make(chan error)
		go func() { _, err := r.do(bot.Effect{Kind: bot.Say, Text: "好"}); done <- err }()
		r.wait(time.Second)
		r.server.Drop()
		if err := <-done; !unknown(err) {
			t.Errorf("the connection ended: %v", err)
		}
		r.settle()
		if _, err := r.do(bot.Effect{Kind: bot.Say, Text: "好"}); !errors.Is(err, bot.ErrOffline) {
			t.Errorf("nobody is there: %v", err)
		}
	})
}

func TestFetch(t *testing.T) {
	play(t, false, onebottest.Options{}, Options{}, func(r *rig) {
		t := r.t
		for _, ref := range []string{"", "{", `{"t":"record","f":"/etc/passwd"}`, `{"t":"image","f":"file:///etc/passwd"}`} {
			if body, err := r.account.Fetch(t.Context(), bot.Media{Ref: ref}); err == nil {
				body.Close()
				t.Errorf("%s can be fetched", ref)
			}
		}
		r.in.take()
		record := onebottest.Segment{Type: "record", Data: map[string]any{"file": "a.amr", "url": r.server.AddMedia([]byte("voice"))}}
		r.server.Tell(r.ming, record)
		body, err := r.account.Fetch(t.Context(), *r.one().Media)
		if err != nil {
			t.Fatal(err)
		}
		defer body.Close()
		if data, err := io.ReadAll(body); err != nil || string(data) != "voice" {
			t.Errorf("fetched %q, %v", data, err)
		}
	})
}
