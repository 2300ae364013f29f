package wechat

import (
	"context"
	"errors"
	"testing"
	"time"

	"sixtwenty/bot"
)

// What was prepared is uploaded, and at the minute only the sending is left.
func TestPrepareUploadsAhead(t *testing.T) {
	inBubble(t, func(r *rig) {
		r.start()
		e := bot.Effect{ID: "v", Kind: bot.SendVoice, Chat: r.chat(), Media: r.blob("voice"), Name: "a.mp3"}
		must(t, r.account.Prepare(context.Background(), e))
		if n := r.count("webwxuploadmedia"); n != 1 || len(r.box.Sent()) != 0 {
			t.Fatalf("prepared with %d uploads and %d sends", n, len(r.box.Sent()))
		}
		_, err := r.do(e)
		must(t, err)
		if n := r.count("webwxuploadmedia"); n != 1 || len(r.box.Sent()) != 1 {
			t.Errorf("sent with %d uploads and %d sends", n, len(r.box.Sent()))
		}
		must(t, r.account.Prepare(context.Background(), bot.Effect{Kind: bot.SendVoice, Chat: "nowhere", Media: e.Media}))
		must(t, r.account.Prepare(context.Background(), bot.Effect{Kind: bot.Say, Chat: e.Chat, Text: "nothing to upload"}))
		r.end()
		if err := r.account.Prepare(context.Background(), e); !errors.Is(err, bot.ErrOffline) {
			t.Errorf("signed out: %v", err)
		}
	})
}

// What was just said can be taken back, and nothing of others, or of long ago.
func TestTakeBack(t *testing.T) {
	inBubble(t, func(r *rig) {
		r.start()
		said, err := r.do(sayTo(r.chat(), "one"))
		must(t, err)
		_, err = r.do(bot.Effect{ID: "r", Kind: bot.Recall, Chat: r.chat(), Of: said.Sent})
		must(t, err)
		if _, err := r.do(bot.Effect{ID: "r2", Kind: bot.Recall, Chat: r.chat(), Of: said.Sent}); err == nil {
			t.Error("it was taken back twice")
		}
		late, err := r.do(sayTo(r.chat(), "two"))
		must(t, err)
		time.Sleep(3 * time.Minute)
		if _, err := r.do(bot.Effect{ID: "r3", Kind: bot.Recall, Chat: r.chat(), Of: late.Sent}); err == nil {
			t.Error("it was taken back after three minutes")
		}
	})
}
