package wechat

import (
	"bufio"
	"os"
	"strings"
	"testing"

	"sixtwenty/bot"
)

// A textRow is one line of testdata/join-texts.tsv, a collection of texts seen in the wild.
type textRow struct{ text, kind, inviter, invitees, lang string }

func textRows(t *testing.T) []textRow {
	t.Helper()
	f, err := os.Open("testdata/join-texts.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var rows []textRow
	sc := bufio.NewScanner(f)
	for sc.Scan() {
		c := strings.Split(sc.Text(), "\t")
		if len(c) != 5 {
			t.Fatalf("%d columns in %q", len(c), sc.Text())
		}
		rows = append(rows, textRow{c[0], c[1], c[2], c[3], c[4]})
	}
	if len(rows) < 70 {
		t.Fatalf("only %d rows", len(rows))
	}
	return rows[1:]
}

func TestReadNoticeKnownTexts(t *testing.T) {
	for _, row := range textRows(t) {
		for _, text := range spellings(row.text) {
			t.Run(text, func(t *testing.T) { checkRow(t, row, readNotice(text)) })
		}
	}
}

// spellings are ways in which other versions would write a text: blanks elsewhere, the other quotes.
func spellings(s string) []string {
	if strings.HasPrefix(s, "@") {
		return []string{s}
	}
	curly := s
	for strings.Count(curly, `"`) >= 2 && !strings.Contains(curly, "<span") {
		curly = strings.Replace(strings.Replace(curly, `"`, "“", 1), `"`, "”", 1)
	}
	return []string{s, strings.TrimSpace(s), " " + s + "\u00a0 ", curly}
}

func checkRow(t *testing.T, row textRow, n notice) {
	t.Helper()
	kind := string(n.kind)
	switch n.kind {
	case noticeJoin:
		if n.join.ByQR {
			kind = "join-qr"
		}
	case noticeTickle:
		kind = "notice"
	}
	if kind != row.kind {
		t.Fatalf("read as %s, want %s", kind, row.kind)
	}
	switch row.kind {
	case "join", "join-qr":
		checkJoin(t, row, n.join)
	case "rename":
		if want := strings.TrimPrefix(row.inviter, "<you>"); n.who != want || n.name != row.invitees {
			t.Errorf("%q renamed to %q, want %q to %q", n.who, n.name, want, row.invitees)
		}
	}
}

func checkJoin(t *testing.T, row textRow, j bot.Join) {
	t.Helper()
	if you := row.inviter == "<you>"; you != j.SelfInvited {
		t.Errorf("SelfInvited %v, want %v", j.SelfInvited, you)
	} else if !you && j.InviterName != plainName(row.inviter) {
		t.Errorf("inviter %q, want %q", j.InviterName, row.inviter)
	}
	var want []string
	self := false
	for _, name := range strings.Split(row.invitees, "|") {
		if name == "<you>" {
			self = true
			continue
		}
		want = append(want, plainName(name))
	}
	if self != j.Self {
		t.Errorf("Self %v, want %v", j.Self, self)
	}
	if j.Single && len(want) != 1 {
		t.Errorf("Single, but %d came", len(want))
	}
	if row.kind == "join-qr" && !j.Self && !j.Single {
		t.Error("a QR join is one person")
	}
	if !sameList(j.Names, want) {
		t.Errorf("names %q, want %q", j.Names, want)
	}
}

// sameList says whether text is the names with separators between them.
func sameList(text string, names []string) bool {
	text = strings.NewReplacer(`"`, "", "“", "", "”", "").Replace(text)
	for i, name := range names {
		if i > 0 {
			cut := false
			for _, sep := range []string{"、", ", ", ","} {
				if rest, ok := strings.CutPrefix(text, sep); ok {
					text, cut = rest, true
					break
				}
			}
			if !cut {
				return false
			}
		}
		rest, ok := strings.CutPrefix(text, name)
		if !ok {
			return false
		}
		text = rest
	}
	return text == ""
}

func TestReadNoticeHarderTexts(t *testing.T) {
	join := func(j bot.Join) notice { return notice{kind: noticeJoin, join: j} }
	tests := []struct {
		text string
		want notice
	}{
		{`"林老师"邀请"小"红""加入了群聊`, join(bot.Join{InviterName: "林老师", Names: `小"红"`})},
		{`"爱邀请的人"邀请"邀请"加入了群聊`, join(bot.Join{InviterName: "爱邀请的人", Names: "邀请"})},
		{`"林老师"邀请"你"加入了群聊`, join(bot.Join{InviterName: "林老师", Names: "你"})},
		{`"林老师"邀请"&lt;b&gt;&amp;"加入了群聊`, join(bot.Join{InviterName: "林老师", Names: "<b>&"})},
		{`" A, B、C"通过扫描"林老师"分享的二维码加入群聊`, join(bot.Join{ByQR: true, Single: true, InviterName: "林老师", Names: "A, B、C"})},
		{`"A, B" joined the group chat via the QR Code shared by "Mr. Lin".`, join(bot.Join{ByQR: true, Single: true, InviterName: "Mr. Lin", Names: "A, B"})},
		{`你邀请"小红"加入了群聊  <a href="weixin://revoke_invite">撤销</a>`, join(bot.Join{SelfInvited: true, Names: "小红"})},
		{`"林老師"邀請"小紅"加入了群組`, join(bot.Join{InviterName: "林老師", Names: "小紅"})},
		{`"小紅"透過掃描"林老師"分享的行動條碼加入群組`, join(bot.Join{ByQR: true, Single: true, InviterName: "林老師", Names: "小紅"})},
		{`"小红"加入了群聊`, join(bot.Join{Single: true, Names: "小红"})},
		{`"小红" joined the group chat`, join(bot.Join{Single: true, Names: "小红"})},
		{`你通过扫描二维码加入群聊，群聊参与人还有：甲、乙`, join(bot.Join{ByQR: true, Self: true})},
		{`You've joined the group chat via QR Code. Other participants are: A, B`, join(bot.Join{ByQR: true, Self: true})},
		{`Ann invited Bob, invited to the group chat`, join(bot.Join{InviterName: "Ann", Names: "Bob, invited"})},
		{`"A"  joined the group chat via the QR Code shared by  "B"  .`, join(bot.Join{ByQR: true, Single: true, InviterName: "B", Names: "A"})},
		{`" A"joined the group chat via the QR Code shared by"B".`, join(bot.Join{ByQR: true, Single: true, InviterName: "B", Names: "A"})},
		{`“A” joined this group chat by scanning the QR code shared by “B”`, join(bot.Join{ByQR: true, Single: true, InviterName: "B", Names: "A"})},
		{`A joined group chat via the QR code you shared`, join(bot.Join{ByQR: true, Single: true, SelfInvited: true, Names: "A"})},
		{`"A" joined the group chat via your QR code`, join(bot.Join{ByQR: true, Single: true, SelfInvited: true, Names: "A"})},
		{`A joined the group chat via the QR code shared by B. C.`, join(bot.Join{ByQR: true, Single: true, InviterName: "B. C", Names: "A"})},
		{`A joined the group chat via QR code`, join(bot.Join{ByQR: true, Single: true, Names: "A"})},
		{`A joined the group chat`, join(bot.Join{Single: true, Names: "A"})},
		{`"A" joined group chat`, join(bot.Join{Single: true, Names: "A"})},
		{`"A"invited"B, C"to the group chat`, join(bot.Join{InviterName: "A", Names: "B, C"})},
		{`"A" invited "B" to join the group chat`, join(bot.Join{InviterName: "A", Names: "B"})},
		{`"A" invited you to join the group chat`, join(bot.Join{Self: true, InviterName: "A"})},
		{`"A"invited you and"B"to the group chat`, join(bot.Join{Self: true, InviterName: "A", Names: "B"})},
		{`林老师邀请小红加入了群聊`, join(bot.Join{InviterName: "林老师", Names: "小红"})},
		{`林老师邀请你加入了群聊，群聊参与人还有：甲、乙`, join(bot.Join{Self: true, InviterName: "林老师"})},
		{`林老师邀请你和小红、小明加入了群聊`, join(bot.Join{Self: true, InviterName: "林老师", Names: "小红、小明"})},
		{`你邀请小红加入了群聊 撤销`, join(bot.Join{SelfInvited: true, Names: "小红"})},
		{`小红通过扫描林老师分享的二维码加入群聊`, join(bot.Join{ByQR: true, Single: true, InviterName: "林老师", Names: "小红"})},
		{`小红通过扫描你分享的二维码加入群聊`, join(bot.Join{ByQR: true, Single: true, SelfInvited: true, Names: "小红"})},
		{`"林老师"邀请"小红"加入了群聊，群聊参与人还有：甲、乙`, join(bot.Join{InviterName: "林老师", Names: "小红"})},
		{`"林老师" 邀请 "小红" 加入了群聊 `, join(bot.Join{InviterName: "林老师", Names: "小红"})},
		{`"林老师"将"小红"移出了群聊`, notice{kind: noticeRemove, who: "林老师"}},
		{`Ann changed the group name to “x”`, notice{kind: noticeRename, who: "Ann", name: "x"}},
		{`群主已启用“群聊邀请确认”，群成员需群主确认才能邀请朋友进群。`, notice{kind: noticeUnknown}},
		{`You were removed from the group chat by "Ann"`, notice{kind: noticeRemove, who: "Ann"}},
		{`你已解散该群聊`, notice{kind: noticeDismiss}},
		{`The group owner "Ann" dismissed the group chat`, notice{kind: noticeDismiss, who: "Ann"}},
		{`"小明" 拍了拍我`, notice{kind: noticeTickle, who: "小明"}},
		{`"Ming" tickled me`, notice{kind: noticeTickle, who: "Ming"}},
		{`"小明" 拍了拍 "阿杰"`, notice{kind: noticeChatter}},
		{`我拍了拍 "阿杰"`, notice{kind: noticeChatter}},
		{`"小明" changed the group name to "x" y"`, notice{kind: noticeRename, who: "小明", name: `x" y`}},
		{`今天天气不错`, notice{kind: noticeUnknown}},
		{"@abc:\n" + `X invited Y to the group chat`, notice{kind: noticeUserText}},
		{"随便\n" + `"李四"邀请"张三"加入了群聊`, notice{kind: noticeUnknown}},
		{``, notice{kind: noticeUnknown}},
	}
	for _, test := range tests {
		if got := readNotice(test.text); !equalNotice(got, test.want) {
			t.Errorf("%s\n got %+v\nwant %+v", test.text, got, test.want)
		}
	}
}

func equalNotice(a, b notice) bool {
	same := a.join.ByQR == b.join.ByQR && a.join.Single == b.join.Single && a.join.Self == b.join.Self &&
		a.join.SelfInvited == b.join.SelfInvited && a.join.InviterName == b.join.InviterName && a.join.Names == b.join.Names
	return same && a.kind == b.kind && a.who == b.who && a.name == b.name
}

// FuzzReadNotice checks what holds for every text: nobody's name spans lines, and a sender never passes for WeChat.
func FuzzReadNotice(f *testing.F) {
	for _, s := range []string{
		`"李四"邀请"张三"加入了群聊`, `X invited A, B to the group chat`, `" a"通过扫描"b"分享的二维码加入群聊`,
		`@abc:<br/>"李四"邀请"张三"加入了群聊`, `<span class="emoji emoji1f1e81f1f3"></span>`, `你被"<a >"移出群聊`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n := readNotice(s)
		for _, name := range []string{n.who, n.name, n.join.InviterName, n.join.Names} {
			if strings.ContainsAny(name, "\n\r") || name != strings.TrimSpace(name) {
				t.Fatalf("name %q from %q", name, s)
			}
		}
		if n.kind == noticeJoin && !n.join.Self && n.join.Names == "" {
			t.Fatalf("a join of nobody from %q", s)
		}
		if got := readNotice("@0af3:<br/>" + s); got.kind != noticeUserText {
			t.Fatalf("a member's text was read as %s", got.kind)
		}
	})
}

func BenchmarkReadNotice(b *testing.B) {
	for b.Loop() {
		readNotice(`你邀请"卓桓、Zhuohuan、太阁_传话助手、桔小秘"加入了群聊  `)
	}
}
