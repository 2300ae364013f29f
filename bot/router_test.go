package bot

import (
	"context"
	"errors"
	"maps"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"sixtwenty/store/storetest"
)

func TestGrammar(t *testing.T) {
	for _, c := range []struct{ args, fault string }{
		{args: ""},
		{args: "<谁>"},
		{args: "<谁> [理由...]"},
		{args: "[a] [b] [c...]"},
		{args: "谁", fault: "neither"},
		{args: "<谁]", fault: "neither"},
		{args: "<>", fault: "neither"},
		{args: "[...]", fault: "has no name"},
		{args: "[a...] [b]", fault: "takes the rest"},
		{args: "[a] <b>", fault: "required"},
		{args: "<a> [a]", fault: "twice"},
	} {
		_, err := parseGrammar(c.args)
		if (err == nil) != (c.fault == "") || err != nil && !strings.Contains(err.Error(), c.fault) {
			t.Errorf("parseGrammar(%q): %v, expected %q", c.args, err, c.fault)
		}
	}
}

func TestArgs(t *testing.T) {
	for _, c := range []struct {
		grammar, text string
		want          map[string]string // nil is a refusal
	}{
		{"", "", map[string]string{}},
		{"", "多了", nil},
		{"<谁>", "", nil},
		{"<谁>", "小明", map[string]string{"谁": "小明"}},
		{"<谁>", "小明 多了", nil},
		{"<谁> [理由...]", "小明", map[string]string{"谁": "小明"}},
		{"<谁> [理由...]", "  小明   读 完 了 ", map[string]string{"谁": "小明", "理由": "读 完 了"}},
		{"<谁> [理由...]", "小明　全角空格", map[string]string{"谁": "小明", "理由": "全角空格"}},
		{"<谁> [理由...]", "@小 明\u2005第一", map[string]string{"谁": "@小 明", "理由": "第一"}},
		{"<谁> [理由...]", "@小 明", map[string]string{"谁": "@小", "理由": "明"}}, // typed, not chosen: nothing marks its end
		{"[内容...]", "一\n二", map[string]string{"内容": "一\n二"}},
		{"[a] [b]", "1", map[string]string{"a": "1"}},
	} {
		ps, err := parseGrammar(c.grammar)
		if err != nil {
			t.Fatal(err)
		}
		got, ok := parseArgs(ps, c.text)
		if ok != (c.want != nil) || ok && !maps.Equal(got, c.want) {
			t.Errorf("%s of %q: %v %v, expected %v", c.grammar, c.text, got, ok, c.want)
		}
	}
}

func nothing(context.Context, *Call) error { return nil }

// compiled makes a bot that is not run.
func compiled(t testing.TB, fs ...Feature) *Bot {
	t.Helper()
	b, err := New(Options{Account: &service{}, DB: storetest.Open(t), Features: fs})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func routed(t testing.TB) *Bot {
	checkin := plain("打卡", nothing)
	checkin.Aliases, checkin.Bare, checkin.Args = []string{"签到", "CheckIn"}, true, "[内容...]"
	board := plain("打卡榜", nothing)
	board.Bare = true
	set := plain("设置", nothing)
	set.Who, set.Args = Owner, "[项] [值...]"
	stop := plain("停", nothing)
	stop.Who = Owner
	return compiled(t, declare("f", checkin, board, set, stop))
}

func TestMatch(t *testing.T) {
	b := routed(t)
	for _, c := range []struct{ text, cmd, rest, unknown string }{
		{text: "/打卡", cmd: "打卡"},
		{text: "／打卡", cmd: "打卡"},
		{text: "  / 打卡  ", cmd: "打卡"},
		{text: "/打卡 读了 二十页", cmd: "打卡", rest: "读了 二十页"},
		{text: "／打卡　读了", cmd: "打卡", rest: "读了"},
		{text: "/签到", cmd: "打卡"},
		{text: "/checkin", cmd: "打卡"},
		{text: "/CHECKIN", cmd: "打卡"},
		{text: "／ｃｈｅｃｋｉｎ", cmd: "打卡"},
		{text: "打卡", cmd: "打卡"},
		{text: "打卡。", cmd: "打卡"},
		{text: "打卡！！", cmd: "打卡"},
		{text: "打卡～", cmd: "打卡"},
		{text: "签到 第三天", cmd: "打卡", rest: "第三天"},
		{text: "打卡\n今天读了", cmd: "打卡", rest: "今天读了"},
		{text: "打卡榜", cmd: "打卡榜"},
		{text: "打卡榜 呢"}, // bare, but it takes no rest
		{text: "打卡吧大家"},
		{text: "今天打卡"},
		{text: "设置"}, // not bare
		{text: "/打咖", unknown: "打咖"},
		{text: "/"},
		{text: ""},
		{text: "///", unknown: "//"},
		{text: "/" + strings.Repeat("打", 1<<20), unknown: strings.Repeat("打", 1<<20)},
		{text: strings.Repeat("打卡 ", 1<<18), cmd: "打卡", rest: strings.TrimSpace(strings.Repeat("打卡 ", 1<<18-1))},
	} {
		got := b.match(c.text)
		name := ""
		if got.cmd != nil {
			name = got.cmd.Name
		}
		if name != c.cmd || got.rest != c.rest || got.unknown != c.unknown {
			t.Errorf("match(%.40q) = %q %.40q unknown %.40q", c.text, name, got.rest, got.unknown)
		}
	}
}

func TestNearest(t *testing.T) {
	b := routed(t)
	for _, c := range []struct {
		word string
		role Role
		want string
	}{
		{"打咖", Everyone, "打卡"},
		{"卡打", Everyone, "打卡"},
		{"打卡了", Everyone, "打卡"},
		{"chekcin", Everyone, "打卡"},
		{"CHEKIN", Everyone, "打卡"},
		{"打卡帮", Everyone, "打卡"},
		{"设制", Everyone, ""}, // it is the owner's
		{"设制", Owner, "设置"},
		{"完全不像", Owner, ""},
		{"开", Owner, ""}, // every one-letter word is near /停
		{"", Owner, ""},
		{"！！", Owner, ""},
		{strings.Repeat("长", 1<<20), Owner, ""},
	} {
		got := ""
		if cmd := b.nearest(c.word, c.role); cmd != nil {
			got = cmd.Name
		}
		if got != c.want {
			t.Errorf("nearest(%.20q) = %q, expected %q", c.word, got, c.want)
		}
	}
}

func TestDistanceIsADistance(t *testing.T) {
	word := rapid.StringOfN(rapid.SampledFrom([]rune("打卡签到榜ab")), 0, 7, -1)
	rapid.Check(t, func(t *rapid.T) {
		a, b := word.Draw(t, "a"), word.Draw(t, "b")
		d := distance(a, b)
		switch {
		case d != distance(b, a):
			t.Fatalf("%q to %q is %d, but back it is %d", a, b, d, distance(b, a))
		case (d == 0) != (a == b):
			t.Fatalf("%q to %q is %d", a, b, d)
		case d > max(len([]rune(a)), len([]rune(b))):
			t.Fatalf("%q to %q is %d, more than to write it anew", a, b, d)
		}
	})
}

func TestRefusals(t *testing.T) {
	group, private := Chat{ID: "g", Group: true}, Chat{ID: "c"}
	for _, c := range []struct {
		name  string
		cmd   Command
		event Event
		role  Role
		want  Text // the zero one lets it run
	}{
		{"anybody anywhere", Command{}, Event{Chat: private}, Everyone, Text{}},
		{"a manager's by a member", Command{Who: Manager}, Event{Chat: group}, Everyone, textNotYou},
		{"a manager's by the owner", Command{Who: Manager}, Event{Chat: group}, Owner, Text{}},
		{"the owner's by a manager", Command{Who: Owner}, Event{Chat: group}, Manager, textNotYou},
		{"for groups, in private", Command{Where: InGroup}, Event{Chat: private}, Owner, textInGroup},
		{"for private, in a group", Command{Where: InPrivate}, Event{Chat: group}, Owner, textInPrivate},
		{"for groups, asked in the console", Command{Where: InGroup}, Event{Kind: Asked}, Owner, Text{}},
		{"of a power that is not there", Command{Needs: PowerRemove}, Event{Chat: group}, Owner, textNoPower},
		{"of a power that is there", Command{Needs: PowerVoice}, Event{Chat: group}, Owner, Text{}},
	} {
		cmd := &command{Command: &c.cmd}
		err := cmd.refuse(&c.event, c.role, Powers{Voice: true}, ZH)
		var got Text
		if r, ok := errors.AsType[*refusal](err); ok {
			got = r.text
		}
		if got != c.want {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// A refusal calls a command as the reader would.
func TestRefusalsInBothLanguages(t *testing.T) {
	cmd := &command{Command: &Command{Name: "未打卡", Aliases: []string{"没打卡", "missing"}, Who: Manager}}
	for lang, want := range map[Lang]string{ZH: "/未打卡 只有管理员能用哦。", EN: "/missing is for the manager only."} {
		r, ok := errors.AsType[*refusal](cmd.refuse(&Event{Chat: Chat{ID: "g", Group: true}}, Everyone, Powers{}, lang))
		if got := sprintf(r.text.In(lang), r.args); !ok || got != want {
			t.Errorf("%s: %q, expected %q", lang, got, want)
		}
	}
}

func TestWhereAndWhoInTheEngine(t *testing.T) {
	manage := plain("管", nothing)
	manage.Who = Manager
	kick := plain("踢", nothing)
	kick.Needs = PowerRemove
	groups := plain("群里", nothing)
	groups.Where = InGroup
	greet := plain("问", func(_ context.Context, c *Call) error { c.Say("你好 " + c.Arg("谁")); return nil })
	greet.Args = "<谁>"
	play(t, Options{Features: []Feature{declare("f", manage, kick, groups, greet)}}, func(r *rig) {
		for _, c := range []struct {
			e    Event
			want string
		}{
			{says("小明", "/管"), "@小明\u2005/管 只有管理员能用哦。"},
			{says("小明", "/踢"), "@小明\u2005我的账号在这里做不到 /踢：微信里请您在手机上做，QQ 群里请先把我设成群管理员。"},
			{tells("小明", "/群里"), "/群里 要在群里用哦。"},
			{says("小明", "/问"), "@小明\u2005这样写：/问 <谁>"},
			{says("小明", "/问 甲 乙"), "@小明\u2005这样写：/问 <谁>"},
			{says("小明", "/问 甲"), "你好 甲"},
			{says("小明", "/问问"), "@小明\u2005没有 /问问 这个指令，您是不是想说 /问？发 /帮助 看看能做什么。"},
			{tells("小明", "/不像任何一个"), "没有 /不像任何一个 这个指令，发 /帮助 看看能做什么。"},
		} {
			r.put(c.e)
			r.expect(c.e.Chat, c.want)
		}
		r.put(says("小明", "/不像任何一个"))
		r.expect(club)
		r.put(Event{Kind: Message, Chat: club, From: member("小六"), Self: true, Text: "/不像任何一个"})
		r.expect(club, "@小六\u2005没有 /不像任何一个 这个指令，发 /帮助 看看能做什么。")
		r.put(Event{Kind: Message, Chat: club, From: member("小明"), Text: "/问 甲", Media: &Media{Kind: Image}})
		r.expect(club)
	})
}
