package bottest

import (
	"fmt"

	"sixtwenty/bot"
)

// Restart ends the bot and starts it again on the same store. What was not heard yet stays to be heard.
func (w *World) Restart() {
	w.T.Helper()
	w.halt()
	before := w.acct
	w.start()
	w.acct.goOn(before)
	w.catchUp()
}

// Down ends the bot until Restart. What happens meanwhile is told then, with the time at which it happened.
func (w *World) Down() { w.halt() }

// Cut takes the account's connection away, or gives it back. What happens meanwhile is told then, as with Down.
func (w *World) Cut(off bool) {
	w.T.Helper()
	if w.cut = off; off {
		w.acct.become(bot.Offline)
		return
	}
	w.signIn()
	w.catchUp()
}

// Scan makes a new sign-in of the one that comes next, by Restart or Cut: what happened until now is never told.
func (w *World) Scan() { w.scans, w.told = w.scans+1, nil }

func (w *World) catchUp() {
	w.T.Helper()
	told := w.told
	w.told = nil
	for _, e := range told {
		w.put(e)
	}
}

func (w *World) signIn() {
	w.T.Helper()
	n := w.scans + 1
	w.put(bot.Event{ID: fmt.Sprint("signed-in/", n), Kind: bot.SignedIn, From: w.member(accountName), Text: fmt.Sprint("session-", n)})
	w.acct.become(bot.Online)
}
