package console_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestAPersonsPage: notes and tags, roles, and what became of them over time.
func TestAPersonsPage(t *testing.T) {
	world(t, func(s *site) {
		s.Invite("小明", "小红")
		s.Wind(2 * time.Minute)
		s.Says("小红", "打卡")
		who := string(s.Person("小红"))
		at := "/console/people/" + url.PathEscape(who) + "?g=" + s.group()
		does := func(title, page string, fill ...string) string {
			t.Helper()
			say := regexp.MustCompile(`name="say" value="(` + regexp.QuoteMeta(title) + `[^"]*)"`).FindStringSubmatch(page)
			if say == nil {
				t.Fatalf("the page cannot do %s", title)
			}
			return s.does("/console/say", append([]string{"chat", s.group(), "back", at, "sure", "1", "say", say[1]}, fill...)...)
		}
		page := does("/备注 #"+who, s.page(at), "f.text", "爱读书 #志愿者 <b>#北京</b>")
		for _, want := range []string{
			"爱读书 #志愿者 &lt;b&gt;", "备注：爱读书", "进了「六点二十读书会」，小明邀请的", "第一次打卡：六点二十读书会", "名字是「小红」",
		} {
			if !strings.Contains(page, want) {
				t.Errorf("the page lacks %q", want)
			}
		}
		if list := s.page("/console/people"); !strings.Contains(list, `value="志愿者"`) || !strings.Contains(list, "爱读书") {
			t.Error("the note is not among all")
		}
		if list := s.page("/console/view/people/noted?a.tag=" + url.QueryEscape("没有")); strings.Contains(list, "爱读书") {
			t.Error("it is found under a tag that it has not")
		}
		if got := s.Private("小红", "/我的数据"); !strings.Contains(strings.Join(got, ""), "爱读书") {
			t.Errorf("they are not told what is kept: %q", got)
		}
		page = does("/拉黑 #"+who, page)
		if !strings.Contains(page, "拉黑的人") {
			t.Error("the page does not say that they are blocked")
		}
		if page = does("/解除 #"+who, page); strings.Contains(page, "拉黑的人") {
			t.Error("they are blocked still")
		}
		page = does("/备注 #"+who+" 删 1", page)
		if strings.Contains(page, "爱读书") || strings.Contains(s.page("/console/people"), "志愿者") {
			t.Error("the note is still there")
		}
	})
}

// TestAPersonsPastOutlivesTheGroup: what became of somebody in a group that the bot was sent away from is told as before.
func TestAPersonsPastOutlivesTheGroup(t *testing.T) {
	world(t, func(s *site) {
		s.Invite("小明", "小红")
		s.Wind(2 * time.Minute)
		s.Says("小红", "打卡")
		s.Says("小六", "/停用")
		page := s.page("/console/people/" + url.PathEscape(string(s.Person("小红"))))
		for _, want := range []string{"进了「六点二十读书会」，小明邀请的", "第一次打卡：六点二十读书会"} {
			if !strings.Contains(page, want) {
				t.Errorf("the page lacks %q", want)
			}
		}
	})
}

// TestNotesOnOnePerson: whoever has two names has the notes on both.
func TestNotesOnOnePerson(t *testing.T) {
	world(t, func(s *site) {
		s.Says("小六", "/备注 @小明 爱读书")
		s.Says("小六", "/备注 @阿杰 爱跑步")
		s.Says("小六", "/合并 @小明 @阿杰 一个人")
		for _, who := range []string{"小明", "阿杰"} {
			got := strings.Join(s.Says("小六", "/备注 @"+who), "\n")
			if !strings.Contains(got, "爱读书") || !strings.Contains(got, "爱跑步") {
				t.Errorf("on %s there is %q", who, got)
			}
		}
	})
}

// TestNotesAreOfThoseWhoManage: members neither read nor write them, one group not those of another, and they are bounded.
func TestNotesAreOfThoseWhoManage(t *testing.T) {
	world(t, func(s *site) {
		if got := s.Says("阿杰", "/备注 @小明 坏"); len(got) != 1 || !strings.Contains(got[0], "管理员能用") {
			t.Errorf("a member hears %q", got)
		}
		s.Says("小六", "/备注 @小明 第一条")
		if got := s.Says("小六", "/备注 @小明"); len(got) != 1 || !strings.Contains(got[0], "1. 第一条（2026-11-21）") {
			t.Errorf("the list is %q", got)
		}
		for _, bad := range []string{strings.Repeat("长", 301), "#" + strings.Repeat("长", 17)} {
			if got := s.Says("小六", "/备注 @小明 "+bad); len(got) != 1 || !strings.Contains(got[0], "最多") {
				t.Errorf("too long: %q", got)
			}
		}
		for range 19 {
			s.Says("小六", "/备注 @小明 又一条")
		}
		if got := s.Says("小六", "/备注 @小明 第二十一条"); len(got) != 1 || !strings.Contains(got[0], "最多记 20 条") {
			t.Errorf("the twenty-first: %q", got)
		}
		if got := s.Says("小六", "/备注 @阿杰 删 1"); len(got) != 1 || !strings.Contains(got[0], "没有第 1 条") {
			t.Errorf("the note on somebody else: %q", got)
		}
		if got := s.Says("小六", "/备注 @小明 删 99"); len(got) != 1 || !strings.Contains(got[0], "没有第 99 条") {
			t.Errorf("none of that number: %q", got)
		}
	})
}
