package main

import (
	"strings"

	"sixtwenty/archive"
	"sixtwenty/bot"
	"sixtwenty/handlers"
	"sixtwenty/store/bolt"
)

// carried are the tables that an archive takes besides those of the features: who and where, what the owner set, and what
// people and groups are known by, so that another account finds them again.
func carried() []archive.Table {
	return []archive.Table{
		{Name: "bot/people"},
		{Name: "bot/names"},
		{Name: "bot/names/of"},
		{Name: "bot/heads"},
		{Name: "bot/heads/all"},
		{Name: "bot/merges"},
		{Name: "bot/chats"},
		{Name: "bot/members", Without: []string{"known"}}, // the account's own remarks are among them
		{Name: "bot/settings"},
		{Name: "bot/points"},
		{Name: "bot/points/balance"},
		{Name: "bot/points/richest"},
		{Name: "bot/points/once"},
		{Name: "bot/unreminded"},
		{Name: "bot/outages"}, // days on which the bot was away break nobody's habit
		{Name: "bot/pauses"},
		{Name: "bot/rests"},
		{Name: "bot/rests/on"},
		{Name: "friends/requests", Without: []string{"token"}}, // it is of the sign-in
		{Name: "wechat/people", Without: []string{"remark", "first", "last"}}, // another account has other remarks
		{Name: "wechat/groups", Without: []string{"first", "last"}},
		{Name: "wechat/rosters"},
		{Name: "wechat/cards"},
		{Name: "wechat/former"},
		{Name: "wechat/ids"},
	}
}

// left says of every other table that is declared why no archive takes it.
func left() map[string]string {
	const (
		ofAccount = "it is of the account, and of its sign-in"
		underWay  = "it is of what is under way"
		record    = "it is the record of what this account received and sent"
		proof     = "it must be proven anew"
	)
	return map[string]string{
		"bot/place": ofAccount, "bot/state": ofAccount,
		"wechat/friends": ofAccount, "wechat/wire": ofAccount, "wechat/self": ofAccount,
		"bot/roles": proof, "bot/codes": proof, "bot/door": proof, "owner/used": proof, "console/sessions": proof,
		"bot/seen": record, "bot/seen/days": record, "bot/sent": record, "bot/sent/trouble": record, "bot/sends": record, "bot/parts": record, "bot/audit": record, "bot/audit/denied": record, "bot/faults": record,
		"wechat/questions": underWay, "wechat/forgotten": underWay, "wechat/texts": record, "wechat/report": record,
		"bot/touch": ofAccount, "bot/lastsent": ofAccount, "bot/outages/untold": underWay, "wechat/barred": ofAccount,
		"bot/outbox": underWay, "bot/timers": underWay, "bot/timers/due": underWay, "bot/works": underWay,
		"bot/works/due":        underWay,
		"moderation/proposals": underWay, "moderation/sums": underWay,
		"people/asked": underWay, "checkin/gathering": underWay, "checkin/halves": underWay, "checkin/questions": underWay,
		"onboarding/waiting": underWay, "onboarding/rushes": underWay, "onboarding/asked": underWay, "guard/looks": underWay, "friends/days": underWay, "friends/told": underWay, "referral/asking": underWay, "referral/asked": underWay, "referral/passings": record, "history/drafts": underWay, "broadcast/waiting": underWay,
		"broadcast/offers": underWay, "broadcast/told": underWay, "schedule/drafts": underWay, "report/told": underWay, "schedule/broadcasts": underWay, "broadcast/shown": underWay,
	}
}

// takes says whether an archive takes a table: one of carried, or one of a feature's that is not left.
func takes(features []bot.Feature) func(table string) bool {
	names, not := map[string]bool{}, left()
	for _, t := range carried() {
		names[t.Name] = true
	}
	return func(table string) bool {
		if _, stays := not[table]; stays || names[table] {
			return !stays
		}
		owner, _, ok := strings.Cut(table, "/")
		for _, f := range features {
			if ok && f.Name == owner {
				return true
			}
		}
		return false
	}
}

// tablesOf lists those of a database's tables that an archive takes, with the numbers they gave last.
func tablesOf(buckets []bolt.Bucket) (tables []archive.Table, numbers map[string]uint64) {
	take, known := takes(handlers.All("")), map[string]archive.Table{}
	for _, t := range carried() {
		known[t.Name] = t
	}
	numbers = map[string]uint64{}
	for _, b := range buckets {
		name, ours := strings.CutPrefix(b.Name, accountName+"/")
		if !ours || !take(name) {
			continue
		}
		t := known[name]
		t.Name = name
		tables = append(tables, t)
		if b.Next > 0 {
			numbers[name] = b.Next
		}
	}
	return tables, numbers
}
