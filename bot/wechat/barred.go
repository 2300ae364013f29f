package wechat

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// tooSoon is how long after a sign-in the end of the session means that WeChat does not want this account here. Each further
// try makes that worse, so there is none, also after a restart: whoever watches over the process starts it again by itself.
const tooSoon = time.Minute

// A barredRow says that WeChat threw the account out.
type barredRow struct {
	At  time.Time `json:"at"` // by the bot's clock
	Ret int       `json:"ret"`
}

const (
	barredRows = store.Table[barredRow]("wechat/barred") // "last"
	lastBarred = "last"
)

// errBarred is the end of a session that has just begun.
var errBarred = errors.New("WeChat threw the account out right after the sign-in")

// barred makes err an errBarred where it ends a session that began just now. A sign-out on the phone is the owner's own wish.
func barred(err error, scanned time.Time) error {
	ret := retOf(err)
	if scanned.IsZero() || time.Since(scanned) >= tooSoon || ret != retNotIn && ret != retCookie {
		return err
	}
	return fmt.Errorf("%w: %w", errBarred, err)
}

// mayNotSignIn says whether the account was thrown out before and the owner has not said that it may try again.
func (a *Account) mayNotSignIn(ctx context.Context) (bool, error) {
	if a.opts.SignInAgain {
		return false, a.opts.DB.Update(ctx, func(tx store.Tx) error { return barredRows.Delete(tx, lastBarred) })
	}
	var row barredRow
	var found bool
	err := a.opts.DB.View(ctx, func(r store.Reader) (err error) {
		row, found, err = barredRows.Get(r, lastBarred)
		return err
	})
	if found {
		a.log.Warn("no sign-in: WeChat threw the account out before", zap.Time("at", row.At), zap.Int("ret", row.Ret))
	}
	return found, err
}

// standStill keeps that the account was thrown out, and does nothing more until ctx is done. It does not return earlier: a
// process that ends is started again, and an owner who finds no page cannot see why.
func (a *Account) standStill(ctx context.Context, err error) error {
	a.stop()
	var retry backoff
	for ret := retOf(err); ret != 0; {
		kept := a.opts.DB.Update(ctx, func(tx store.Tx) error {
			return barredRows.Put(tx, barredRow{At: a.clock.Now(), Ret: ret}, lastBarred)
		})
		if kept == nil {
			break
		}
		if broken(kept) || ctx.Err() != nil {
			return kept
		}
		a.log.Error("it cannot be kept that WeChat threw the account out", zap.Error(kept))
		if err := retry.wait(ctx); err != nil {
			return err
		}
	}
	<-ctx.Done()
	return ctx.Err()
}

// stop makes the account's state final.
func (a *Account) stop() {
	a.turn(bot.AccountState{Name: bot.Offline, Reason: whyBarred, Final: true})
}
