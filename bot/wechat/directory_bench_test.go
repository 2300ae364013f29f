package wechat

import (
	"fmt"
	"testing"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store/storetest"
)

// contacts are a view as the service would list it: the groups with their members.
func (v *view) contacts(c *community, session string) []contact {
	var list []contact
	for _, r := range v.rosters[1:] {
		g := contact{UserName: "@@" + session + r.key, NickName: r.name, MemberCount: len(r.members)}
		for _, e := range r.members {
			p := v.people[e.who]
			g.MemberList = append(g.MemberList, contact{
				UserName: fmt.Sprintf("@%s%060d", session, v.who[e.who]), NickName: p.nick, AttrStatus: p.attr, KeyWord: p.keyWord, DisplayName: e.card,
			})
		}
		list = append(list, g)
	}
	return list
}

// BenchmarkSignIn is what the directory does at a sign-in with 250,000 memberships: read, match, write in one commit.
func BenchmarkSignIn(b *testing.B) {
	c := newCommunity(setting{memberships: 250_000, churn: 0.1}, 1, nil)
	d := &directory{db: storetest.Open(b)}
	all := func(bot.Chat) bool { return true }
	n := 0
	for b.Loop() {
		b.StopTimer()
		session := fmt.Sprintf("s%d", n)
		list := c.see(session, false).contacts(c, session)
		c.live()
		must(b, d.enter(b.Context(), session, "@me"))
		n++
		if n == 1 { // everybody is new
			must(b, d.learn(b.Context(), list, all, time.Now()))
			session, list = "s", c.see("s", false).contacts(c, "s")
			must(b, d.enter(b.Context(), session, "@me"))
		}
		b.StartTimer()
		must(b, d.learn(b.Context(), list, all, time.Now()))
	}
	b.ReportMetric(float64(d.report.Matched), "matches")
}
