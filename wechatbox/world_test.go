package wechatbox

import (
	"errors"
	"testing"
)

func demo(t testing.TB, o Options) *Box {
	t.Helper()
	b, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	if err := Demo(b); err != nil {
		t.Fatal(err)
	}
	return b
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// last is the last line of a chat as somebody sees it.
func last(t *testing.T, b *Box, of, chat string) Message {
	t.Helper()
	list, err := b.History(of, chat, "", 1)
	ok(t, err)
	if len(list) == 0 {
		t.Fatalf("%s sees nothing in %s", of, chat)
	}
	return list[0]
}

func TestEveryoneReadsTheirOwnWording(t *testing.T) {
	b := demo(t, Options{})
	ok(t, b.SetRemark("linlaoshi", "xiaoming", "明明"))
	ok(t, b.SetCard("xiaoming", "dushuhui", "小明🌟"))
	ok(t, b.Invite("小明", "六点二十读书会", "小红", "小芳"))
	for viewer, want := range map[string]string{
		"xiaoming":  `你邀请"小红、小芳"加入了群聊  `,
		"linlaoshi": `"明明"邀请"小红、小芳"加入了群聊`,
		"xiaoliu":   `"小明🌟"邀请"小红、小芳"加入了群聊`,
		"xiaohong":  `"小明🌟"邀请你和"小芳"加入了群聊`,
	} {
		if got := last(t, b, viewer, "dushuhui").Text; got != want {
			t.Errorf("%s reads %q, want %q", viewer, got, want)
		}
	}
	ok(t, b.JoinByQR("dawei", "dushuhui", "xiaohong"))
	if got, want := last(t, b, "xiaoliu", "dushuhui").Text, `" 大伟"通过扫描"小红"分享的二维码加入群聊`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	ok(t, b.RenameGroup("linlaoshi", "dushuhui", "新群名"))
	if got, want := last(t, b, "xiaoliu", "dushuhui").Text, `"林老师"修改群名为“新群名”`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestUnknownNamesCarryTheNearest(t *testing.T) {
	b := demo(t, Options{})
	_, err := b.Say("xiaomin", "dushuhui", "早")
	var unknown *UnknownError
	if !errors.As(err, &unknown) || unknown.Nearest != "xiaoming" {
		t.Fatalf("got %v", err)
	}
}
