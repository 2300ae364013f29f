package referral

import (
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// earlyDay is where a day began when days were not kept: 4:00 in Shanghai, eight hours ahead.
const earlyDay = (8 - 4) * time.Hour

// Derive works out what follows from credits that were kept before there were edges. They counted at once, and still do.
func Derive(tx store.Tx) error {
	type row struct {
		chat bot.ChatID
		who  bot.PersonID
		credit
	}
	var list []row
	for r, err := range credits.Scan(tx, store.Range{}) {
		if err != nil {
			return err
		}
		cr := row{credit: r.Value}
		if err := store.Split(r.Key, &cr.chat, &cr.who); err != nil {
			return err
		}
		list = append(list, cr)
	}
	for _, table := range []string{"referral/counts", "referral/rank", string(brought)} {
		if err := empty(tx, table); err != nil {
			return err
		}
	}
	for _, r := range list {
		now := r.credit
		now.At, now.Stayed = moment(now.At), true
		now.Day = bot.DayOf(now.At.Add(earlyDay), time.UTC, 0)
		if now.Sure = sureUnique; now.Inviter == "" {
			now.Sure = sureUnknown
		}
		if err := derive(tx, r.chat, r.who, now); err != nil {
			return err
		}
	}
	return nil
}

// Arrive works out where people came from, for credits that were kept before that was told.
func Arrive(tx store.Tx) error {
	type row struct {
		chat bot.ChatID
		who  bot.PersonID
	}
	var list []row
	for r, err := range credits.Scan(tx, store.Range{}) {
		if err != nil {
			return err
		}
		var cr row
		if err := store.Split(r.Key, &cr.chat, &cr.who); err != nil {
			return err
		}
		list = append(list, cr)
	}
	for _, r := range list {
		p, err := bot.PersonOf(tx, r.who)
		if err != nil {
			return err
		}
		if err := settle(tx, r.chat, p); err != nil {
			return err
		}
	}
	return nil
}

func derive(tx store.Tx, chat bot.ChatID, who bot.PersonID, now credit) error {
	if err := put(tx, chat, who, unindexed(), now); err != nil {
		return err
	}
	for _, id := range []bot.PersonID{who, now.Inviter} {
		if id == "" {
			continue
		}
		if err := place(tx, id, chat, now.At); err != nil {
			return err
		}
	}
	p, err := bot.PersonOf(tx, who)
	if err != nil {
		return err
	}
	return settle(tx, chat, p)
}

func empty(tx store.Tx, table string) error {
	var keys []string
	for pair, err := range tx.Scan(table, store.Range{}) {
		if err != nil {
			return err
		}
		keys = append(keys, pair.Key)
	}
	for _, key := range keys {
		if err := tx.Delete(table, key); err != nil {
			return err
		}
	}
	return nil
}
