package bot

import (
	"crypto/rand"
	"fmt"
	"math/big"
	"time"

	"sixtwenty/store"
)

// A Code proves, once, that somebody may have a role: it is shown where only the owner looks (the terminal, the console),
// never in a chat.
type Code struct {
	Code    string    `json:"-"`
	Role    Role      `json:"role"`
	Chat    ChatID    `json:"chat,omitempty"` // "" is everywhere
	Expires time.Time `json:"expires"`
}

// A doorRow counts wrong codes, whoever sent them: what is guessed from many accounts is guessed all the same.
type doorRow struct {
	Wrong int       `json:"wrong"`
	Since time.Time `json:"since"` // the first of them; when the door was shut, the last
}

const (
	codes = store.Table[Code]("bot/codes")   // the code
	door  = store.Table[doorRow]("bot/door") // "codes"

	codeLasts      = time.Hour
	ownerCodeLasts = 7 * 24 * time.Hour
	maxWrong       = 10
	doorShut       = time.Hour
	maxCodes       = 50
)

// NewCode makes a code for a role, good for an hour. It is shown when the transaction is kept.
func (c *Call) NewCode(role Role, chat ChatID) error {
	code, err := newCode(c.Tx, role, chat, c.Now, codeLasts)
	c.codes = append(c.codes, code)
	return err
}

// ownerCode makes a code for the owner after a new scan, when whoever was owner has to prove it again.
func (r *run) ownerCode() error {
	code, err := newCode(r.tx, Owner, "", r.now, ownerCodeLasts)
	r.out.codes = append(r.out.codes, code)
	return err
}

func newCode(tx store.Tx, role Role, chat ChatID, now time.Time, lasts time.Duration) (Code, error) {
	if err := dropStale(tx, now); err != nil {
		return Code{}, err
	}
	n, err := rand.Int(rand.Reader, big.NewInt(100_000_000))
	if err != nil {
		return Code{}, err
	}
	code := Code{Code: fmt.Sprintf("%08d", n), Role: role, Chat: chat, Expires: now.Add(lasts)}
	return code, codes.Put(tx, code, code.Code)
}

// dropStale removes codes that are too old, and the oldest where there are too many.
func dropStale(tx store.Tx, now time.Time) error {
	var stale []string
	n := 0
	for row, err := range codes.Scan(tx, store.Range{}) {
		if err != nil {
			return err
		}
		if n++; now.After(row.Value.Expires) || n > maxCodes {
			stale = append(stale, row.Key)
		}
	}
	for _, key := range stale {
		if err := tx.Delete(string(codes), key); err != nil {
			return err
		}
	}
	return nil
}

// Codes lists the codes that are good now, for the console.
func Codes(r store.Reader, now time.Time) (list []Code, err error) {
	for row, err := range codes.Scan(r, store.Range{Limit: maxCodes}) {
		if err != nil {
			return nil, err
		}
		code := row.Value
		if err := store.Split(row.Key, &code.Code); err != nil {
			return nil, err
		}
		if now.Before(code.Expires) {
			list = append(list, code)
		}
	}
	return list, nil
}

// DoorShut says whether too many wrong codes came within the hour.
func (c *Call) DoorShut() (bool, error) {
	d, _, err := door.Get(c.Tx, "codes")
	return d.Wrong >= maxWrong && c.Now.Sub(d.Since) < doorShut, err
}

// WrongCode counts a wrong code. shut says that this one closed the door: somebody should know.
func (c *Call) WrongCode() (shut bool, err error) {
	d, _, err := door.Get(c.Tx, "codes")
	if err != nil {
		return false, err
	}
	if c.Now.Sub(d.Since) >= doorShut {
		d = doorRow{Since: c.Now}
	}
	if d.Wrong++; d.Wrong == maxWrong {
		d.Since = c.Now // it is shut for an hour from now, not from the first
	}
	c.wrong = true
	c.doorShut = c.doorShut || d.Wrong == maxWrong
	return d.Wrong == maxWrong, door.Put(c.Tx, d, "codes")
}

// UseCode takes a code and binds its role to the sender. It says whether the code was good.
func (c *Call) UseCode(text string) (Code, bool, error) {
	code, ok, err := codes.Get(c.Tx, text)
	if err != nil || !ok || c.Now.After(code.Expires) {
		return code, false, err
	}
	if err := codes.Delete(c.Tx, text); err != nil {
		return code, false, err
	}
	return code, true, c.Grant(c.Event.From.Person, code.Chat, code.Role)
}

// ExposedCode makes a code worth nothing that was said before others, and a new one in its place. It says whether the code was good.
func (c *Call) ExposedCode(text string) (bool, error) {
	code, ok, err := codes.Get(c.Tx, text)
	if err != nil || !ok || c.Now.After(code.Expires) {
		return false, err
	}
	if err := codes.Delete(c.Tx, text); err != nil {
		return false, err
	}
	return true, c.NewCode(code.Role, code.Chat)
}
