package wechat

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"sixtwenty/bot"
	"sixtwenty/wechatbox"
)

// TestNothingIsTriedWhereAllCallsFail: a server that answers everything with an error may have taken a send all the same, so each
// try leaves a doubt. What is to be said waits until it answers well.
func TestNothingIsTriedWhereAllCallsFail(t *testing.T) {
	inBubble(t, func(r *rig) {
		r.start()
		r.settle()
		chat := r.chat()
		_, err := r.box.Break(wechatbox.Fault{Status: 502})
		must(r.t, err)
		r.say("林老师", "小六", "听得到吗")
		time.Sleep(3 * time.Minute)
		synctest.Wait()
		before := r.count("webwxsendmsg")
		if _, err := r.do(sayTo(chat, "1")); !errors.Is(err, bot.ErrOffline) {
			r.t.Errorf("the account does it with %v", err)
		}
		if n := r.count("webwxsendmsg"); n != before {
			r.t.Errorf("%d sends were tried", n-before)
		}
		r.box.Mend(0)
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if _, err := r.do(sayTo(chat, "1")); err != nil {
			r.t.Errorf("it answers well, and still: %v", err)
		}
	})
}
