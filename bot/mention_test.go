package bot

import (
	"context"
	"errors"
	"slices"
	"testing"
)

// finder says whom it found.
func finder() Feature {
	find := plain("找", func(_ context.Context, c *Call) error {
		found, err := c.Find(c.Arg("谁"))
		text := c.At()
		for _, m := range found {
			text += string(m.Person) + " "
		}
		c.Say(text)
		return err
	})
	find.Args = "<谁>"
	return declare("finder", find)
}

// Of two people with one name a mention that the service made means one; a typed name means both.
func TestAMentionMeansOnePerson(t *testing.T) {
	play(t, Options{Features: []Feature{finder()}}, func(r *rig) {
		first, second := member("小红"), Member{Person: "p/2", Nick: "小红"}
		r.put(Event{Kind: Listed, Chat: club, Roster: []Member{member("小明"), first, second}})
		r.put(says("小明", "/找 @小红\u2005"))
		r.expect(club, "@小明\u2005p/2 p/小红 ")
		e := says("小明", "/找 @小红\u2005")
		e.Mentions = []Mention{{"p/2", "小红"}, {"p/2", "小红"}}
		r.put(e)
		r.expect(club, "@小明\u2005p/2 ")
		e.Mentions = append(e.Mentions, Mention{"p/小红", "小红"})
		r.put(e)
		r.expect(club, "@小明\u2005p/2 p/小红 ")
		e.Mentions = []Mention{{"p/外人", "小红"}} // not on the list: meant all the same
		r.put(e)
		r.expect(club, "@小明\u2005p/外人 ")
		e = says("小明", "/找 小红")
		e.Mentions = []Mention{{"p/2", "小红"}} // the name was typed
		r.put(e)
		r.expect(club, "@小明\u2005p/2 p/小红 ")
	})
}

// A Chinese keyboard types ＠小红.
func TestAFullWidthMention(t *testing.T) {
	play(t, Options{Features: []Feature{finder()}}, func(r *rig) {
		r.put(Event{Kind: Listed, Chat: club, Roster: []Member{member("小明"), member("小红")}})
		r.put(says("小明", "／找　＠小红"))
		r.expect(club, "@小明\u2005p/小红 ")
	})
}

// local has a power in one group only.
type local struct{ *service }

func (l local) PowersIn(chat ChatID) Powers {
	return Powers{Mention: chat == club.ID, Remove: chat == club.ID}
}

func TestPowersAreThoseOfTheChat(t *testing.T) {
	kick := plain("踢", func(_ context.Context, c *Call) error { c.Say(c.At() + "好"); return nil })
	kick.Needs = PowerRemove
	wide := Chat{ID: "g2", Group: true, Name: "六点二十二群"}
	play(t, Options{Features: []Feature{declare("f", kick)}}, func(r *rig) {
		r.stop()
		r.svc = &service{ready: make(chan Inbox, 1)}
		r.launchAs(local{r.svc})
		r.put(says("小明", "/踢"))
		e := says("小明", "/踢")
		e.Chat = wide
		r.put(e)
		sent, _ := r.svc.sent()
		if len(sent) != 2 || sent[0].Text != "@小明\u2005好" || sent[1].Text != "@小明\u2005"+"我的账号在这里做不到 /踢：微信里请您在手机上做，QQ 群里请先把我设成群管理员。" {
			t.Fatalf("sent %+v", sent)
		}
		if want := []Mention{{"p/小明", "小明"}}; !slices.Equal(sent[0].Mentions, want) || sent[1].Mentions != nil {
			t.Errorf("mentions %v and %v, expected %v and none", sent[0].Mentions, sent[1].Mentions, want)
		}
	})
}

func TestEveryPowerCanBeNeeded(t *testing.T) {
	for _, p := range []Power{PowerVoice, PowerRemove, PowerMute, PowerRename, PowerCard, PowerEssence} {
		if !allPowers().Has(p) {
			t.Errorf("no account has %q", p)
		}
		if (Powers{Mention: true, LastingIDs: true, Leaves: true}).Has(p) {
			t.Errorf("everybody has %q", p)
		}
	}
	if !(Powers{}).Has("") || allPowers().Has("fly") {
		t.Error("the empty power is had by all, an unknown one by none")
	}
	cmd := plain("飞", func(context.Context, *Call) error { return errors.New("no") })
	cmd.Needs = "fly"
	if _, err := New(Options{Account: &service{}, Features: []Feature{declare("f", cmd)}}); err == nil {
		t.Error("a command may need a power that nobody has")
	}
}
