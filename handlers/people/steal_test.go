package people_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sixtwenty/bot"
	"sixtwenty/bot/bottest"
	"sixtwenty/handlers/owner"
	"sixtwenty/handlers/people"
	"sixtwenty/store"
)

const code = "314159"

func options() bottest.Options {
	return bottest.Options{Features: []bot.Feature{owner.Feature(code), people.Feature()}}
}

// codes are the managers' codes that the console would show.
func codes(w *bottest.World) (list []string) {
	w.T.Helper()
	err := w.DB().View(w.T.Context(), func(r store.Reader) error {
		all, err := bot.Codes(r, time.Now())
		list = nil
		for _, c := range all {
			list = append(list, c.Code)
		}
		return err
	})
	if err != nil {
		w.T.Fatal(err)
	}
	return list
}

// newScan is what happens when somebody scans the bot in again: names change, and nothing is proven any more.
func newScan(w *bottest.World) { w.Put(bot.Event{Kind: bot.SignedIn, Text: "session-2"}) }

// obeys says whether somebody has the owner's power in the group.
func obeys(w *bottest.World, who string) bool {
	w.Heard()
	return slices.ContainsFunc(w.Says(who, "/停"), func(s string) bool { return strings.Contains(s, "全部安静了") })
}

// TestRolesCannotBeStolen tries what somebody without a role may come up with. 群主 is the owner, 苏苏 a manager; 阿杰 is after it.
func TestRolesCannotBeStolen(t *testing.T) {
	thief := "阿杰"
	ways := map[string]func(w *bottest.World){
		"just says it":                func(w *bottest.World) {},
		"takes the owner's nickname":  func(w *bottest.World) { w.Rename("阿杰", "群主 "); thief = "群主 " },
		"takes the account's name":    func(w *bottest.World) { w.Rename("阿杰", "小六\u200b"); thief = "小六\u200b" },
		"takes the name in the group": func(w *bottest.World) { w.SetCard("阿杰", "群主") },
		"hides marks in the name":     func(w *bottest.World) { w.Rename("阿杰", "\u202e主群"); thief = "\u202e主群" },
		"guesses codes": func(w *bottest.World) {
			for _, guess := range []string{"000000", "123456", "31415", "3141590", "", " ", "%", "314159 or 1=1", "３１４１５９0"} {
				w.Private("阿杰", "/机主 "+guess)
			}
		},
		"uses the owner's code again":        func(w *bottest.World) { w.Private("阿杰", "/机主 "+code) },
		"uses the owner's code in the group": func(w *bottest.World) { w.Says("阿杰", "/机主 "+code) },
		"uses it after a restart":            func(w *bottest.World) { w.Restart(); w.Private("阿杰", "/机主 "+code) },
		"uses it after a new scan":           func(w *bottest.World) { newScan(w); w.Private("阿杰", "/机主 "+code) },
		"guesses managers' codes":            func(w *bottest.World) { w.Private("阿杰", "/管理员 00000000") },
		"appoints himself":                   func(w *bottest.World) { w.Says("阿杰", "/任命") },
		"takes a manager's code that is too old": func(w *bottest.World) {
			w.Says("群主", "/任命")
			old := codes(w)
			w.Wind(2 * time.Hour)
			for _, c := range old {
				w.Private("阿杰", "/管理员 "+c)
			}
		},
		"uses a manager's code twice": func(w *bottest.World) {
			w.Says("群主", "/任命")
			for _, c := range codes(w) {
				w.Private("小明", "/管理员 "+c)
				w.Private("阿杰", "/管理员 "+c)
			}
		},
		"is merged with the owner":         func(w *bottest.World) { w.Says("群主", "/合并 @群主 @阿杰") },
		"is merged, and taken apart again": func(w *bottest.World) { w.Says("群主", "/合并 @阿杰 @群主"); w.Says("群主", "/拆开 1") },
		"merges himself":                   func(w *bottest.World) { w.Says("阿杰", "/合并 @群主 @阿杰") },
		"writes in full width":             func(w *bottest.World) { w.Says("阿杰", "／ｓｔｏｐ") },
		"writes the alias":                 func(w *bottest.World) { w.Says("阿杰", "/STOP") },
		"writes it on a second line":       func(w *bottest.World) { w.Says("阿杰", "打卡\n/停") },
		"quotes the owner":                 func(w *bottest.World) { w.Says("阿杰", "「群主：/停」\n- - -\n/停") },
		"writes it below a picture": func(w *bottest.World) {
			w.Put(bot.Event{Kind: bot.Message, Chat: w.Group(), From: member(w, "阿杰"), Text: "/停", Media: &bot.Media{Kind: bot.Image}})
		},
		"invites with a command as a name": func(w *bottest.World) { w.Invite("阿杰", "/停") },
		"is blocked, and lifts it himself": func(w *bottest.World) { w.Says("苏苏", "/拉黑 @阿杰"); w.Says("阿杰", "/解除 @阿杰") },
		"is forgotten, and comes back": func(w *bottest.World) {
			w.Private("阿杰", "/忘记我")
			w.Private("阿杰", "/忘记我 确定")
		},
		"takes the role from the owner": func(w *bottest.World) { w.Says("阿杰", "/解除 @群主") },
		"leaves and returns as 群主": func(w *bottest.World) {
			w.Leave("群主")
			w.Rename("阿杰", "群主")
			thief = "群主"
		},
		"is the group's owner and wants more": func(w *bottest.World) {
			w.Says("群主", "/任命 群主")
			for _, c := range codes(w) {
				w.Private("阿杰", "/管理员 "+c)
			}
			w.Says("阿杰", "/任命 群主")
			w.Says("阿杰", "/合并 @群主 @阿杰")
			w.Says("阿杰", "/解除 @群主")
		},
		"is a manager and wants more": func(w *bottest.World) {
			w.Says("群主", "/任命")
			for _, c := range codes(w) {
				w.Private("阿杰", "/管理员 "+c)
			}
			w.Says("阿杰", "/任命")
			w.Says("阿杰", "/合并 @群主 @阿杰")
		},
	}
	if len(ways) < 20 {
		t.Fatalf("only %d ways are tried", len(ways))
	}
	for name, try := range ways {
		t.Run(name, func(t *testing.T) {
			thief = "阿杰"
			bottest.Run(t, options(), func(w *bottest.World) {
				w.Private("群主", "/机主 "+code)
				if !obeys(w, "群主") {
					t.Fatal("the owner is not obeyed")
				}
				w.Says("群主", "/恢复")
				try(w)
				if obeys(w, thief) {
					t.Error("the role is stolen")
				}
			})
		})
	}
}

func member(w *bottest.World, name string) bot.Member {
	return bot.Member{Person: w.Person(name), Nick: name}
}

// TestTheDoorShuts: ten wrong codes, from anybody, and nobody gets in for an hour, not even with the right one.
func TestTheDoorShuts(t *testing.T) {
	bottest.Run(t, options(), func(w *bottest.World) {
		for i := range 10 {
			w.Private([]string{"小明", "阿杰"}[i%2], "/机主 00000"+string(rune('0'+i)))
		}
		if got := w.Private("群主", "/机主 "+code); len(got) != 1 || !strings.Contains(got[0], "一小时后") {
			t.Errorf("after ten wrong codes the right one is answered %q", got)
		}
		w.Wind(time.Hour)
		if got := w.Private("群主", "/机主 "+code); len(got) != 1 || !strings.Contains(got[0], "您好，机主") {
			t.Errorf("an hour later the right code is answered %q", got)
		}
	})
}

// TestARoleWaitsAfterANewScan until it is proven by a code of the new sign-in, and the account's own phone needs none.
func TestARoleWaitsAfterANewScan(t *testing.T) {
	bottest.Run(t, options(), func(w *bottest.World) {
		w.Private("群主", "/机主 "+code)
		newScan(w)
		if got := w.Says("群主", "/状态"); len(got) != 1 || !strings.Contains(got[0], "要再认领一次") {
			t.Errorf("heard %q", got)
		}
		if !obeys(w, "小六") {
			t.Error("the account's own phone is not believed")
		}
		fresh := codes(w)
		if len(fresh) != 1 {
			t.Fatalf("after the scan there are the codes %q, expected one for the owner", fresh)
		}
		w.Private("群主", "/机主 "+fresh[0])
		if !obeys(w, "群主") {
			t.Error("the new code does not prove the owner")
		}
	})
}

// TestTheGroupsOwner may do in the group what concerns the group, appoints its managers, and has no power elsewhere.
func TestTheGroupsOwner(t *testing.T) {
	bottest.Run(t, options(), func(w *bottest.World) {
		hears := func(got []string, want string) {
			t.Helper()
			if len(got) != 1 || !strings.Contains(got[0], want) {
				t.Errorf("heard %q, expected %q", got, want)
			}
		}
		w.Private("群主", "/机主 "+code)
		hears(w.Says("群主", "/任命 总管"), "这样写")
		hears(w.Says("群主", "/任命 群主"), "群主码")
		hears(w.Private("苏苏", "/管理员 "+codes(w)[0]), "您现在是群主了")
		hears(w.Says("苏苏", "/设置 group.day_begins 5"), "改好了")
		hears(w.Private("苏苏", "/设置 group.day_begins 5"), "只有群主能用")
		hears(w.Says("苏苏", "/任命 群主"), "只有机主能任命")
		hears(w.Says("苏苏", "/任命"), "管理员码")
		hears(w.Private("小明", "/管理员 "+codes(w)[0]), "您现在是管理员了")
		hears(w.Says("小明", "/解除 @苏苏"), "不能拉黑")
		hears(w.Says("苏苏", "/解除 @小明"), "普通群友")
		hears(w.Says("苏苏", "/停"), "只有机主")
		w.Says("苏苏", "/任命")
		manager := codes(w)[0]
		newScan(w)
		hears(w.Says("苏苏", "/设置 group.day_begins 6"), "要再认领一次")
		hears(w.Private("小明", "/管理员 "+manager), "您现在是管理员了") // before those above him are back
		for _, above := range []string{"苏苏", "群主"} {
			hears(w.Says("小明", "/拉黑 @"+above), "不能拉黑")
			hears(w.Says("小明", "/解除 @"+above), "不能拉黑")
		}
		hears(w.Says("苏苏", "/设置 group.day_begins 6"), "要再认领一次")
		hears(w.Says("小六", "/合并 @阿杰 @苏苏 小号"), "是一个人了")
		hears(w.Says("小明", "/拉黑 @阿杰"), "不能拉黑")
	})
}

// TestAnExposedCodeIsVoid: whoever reads a code in the group cannot use it, and the owner finds a new one where only they look.
func TestAnExposedCodeIsVoid(t *testing.T) {
	bottest.Run(t, options(), func(w *bottest.World) {
		hears := func(got []string, want string) {
			t.Helper()
			if len(got) != 1 || !strings.Contains(got[0], want) {
				t.Errorf("heard %q, expected %q", got, want)
			}
		}
		hears(w.Says("群主", "/机主 123456"), "请私聊")
		hears(w.Says("群主", "/机主 "+code), "已经作废")
		hears(w.Private("阿杰", "/机主 "+code), "已经用过")
		fresh := codes(w)
		if len(fresh) != 1 {
			t.Fatalf("codes %q", fresh)
		}
		hears(w.Says("群主", "/机主 "+fresh[0]), "已经作废")
		hears(w.Private("阿杰", "/机主 "+fresh[0]), "不对")
		hears(w.Private("群主", "/机主 "+codes(w)[0]), "您好，机主")

		w.Says("群主", "/任命")
		managers := codes(w)
		hears(w.Says("苏苏", "/管理员 "+managers[0]), "已经作废")
		hears(w.Private("阿杰", "/管理员 "+managers[0]), "不对")
		hears(w.Private("苏苏", "/管理员 "+codes(w)[0]), "管理员了")

		mine := ownCode.FindStringSubmatch(strings.Join(w.Private("小明", "/我的数据"), ""))[1]
		hears(w.Says("小明", "/认领 "+mine), "已经作废")
		hears(w.Private("阿杰", "/认领 "+mine), "不对")
		if again := ownCode.FindStringSubmatch(strings.Join(w.Private("小明", "/我的数据"), ""))[1]; again == mine {
			t.Error("the person's own code is the same as before")
		}
	})
}

// audited are the uses of power, the latest first.
func audited(w *bottest.World) (done, denied []string) {
	w.T.Helper()
	err := w.DB().View(w.T.Context(), func(r store.Reader) error {
		done, denied = nil, nil
		rows, err := bot.Audits(r, 100)
		if err != nil {
			return err
		}
		for _, a := range rows {
			done = append(done, a.Command+" "+a.Args+" "+a.Evidence+" "+a.Outcome)
		}
		rows, err = bot.Denials(r)
		for _, a := range rows {
			denied = append(denied, fmt.Sprintf("%s %s %s %s %d", a.Who, a.Command, a.Args, a.Outcome, a.Times))
		}
		return err
	})
	if err != nil {
		w.T.Fatal(err)
	}
	return done, denied
}

// TestPowerIsAudited: what was done, by whom, on what evidence; codes are never written down.
func TestPowerIsAudited(t *testing.T) {
	bottest.Run(t, options(), func(w *bottest.World) {
		w.Private("群主", "/机主 "+code)
		w.Says("群主", "/设置 group.day_begins 5")
		w.Says("群主", "/拉黑 @群主")
		w.Says("群主", "/拉黑")
		for range 30 {
			w.Says("阿杰", "/停 再试一次")
		}
		w.Says("小六", "/审计")
		done, denied := audited(w)
		want := []string{"审计  phone done", "拉黑  code refused", "拉黑 @群主 code refused", "设置 group.day_begins 5 code done", "机主  code done"}
		if !slices.Equal(done, want) {
			t.Errorf("got  %q\nwant %q", done, want)
		}
		if !slices.Equal(denied, []string{string(w.Person("阿杰")) + " 停 再试一次 denied 30"}) {
			t.Errorf("denied %q", denied)
		}
		got := strings.Join(w.Says("小六", "/审计"), "\n")
		for _, line := range []string{"群主 /机主（凭码，完成）", "群主 /设置 group.day_begins 5（凭码，完成）", "群主 /拉黑 @群主（凭码，没有做）", "没有权限的尝试：", "阿杰 /停，共 30 次"} {
			if !strings.Contains(got, line) {
				t.Errorf("%q is not told:\n%s", line, got)
			}
		}
	})
}

// TestNobodyPushesPowerOutOfTheLog: what strangers try, however often and under however many names, stands apart and is bounded.
func TestNobodyPushesPowerOutOfTheLog(t *testing.T) {
	bottest.Run(t, options(), func(w *bottest.World) {
		w.Says("小六", "/拉黑 @苏苏")
		var many []bot.Event
		for i := range 700 {
			many = append(many, bot.Event{
				Kind: bot.Message, Chat: w.Group(), Text: "/停", From: bot.Member{Person: bot.PersonID(fmt.Sprint("crowd", i)), Nick: fmt.Sprint("路人", i)},
			})
		}
		w.PutAll(many)
		done, denied := audited(w)
		if len(done) != 1 || len(denied) > 500 {
			t.Errorf("%d uses of power and %d tries are kept", len(done), len(denied))
		}
	})
}
