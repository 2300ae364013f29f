package bot

import (
	"time"

	"sixtwenty/store"
)

// An AuditRow is one use of power: who did what, where, and on what evidence they were believed to be who they are.
type AuditRow struct {
	At       time.Time `json:"at"`
	Who      PersonID  `json:"who,omitempty"` // "" is the account's own phone, or the console
	Chat     ChatID    `json:"chat,omitempty"`
	Command  string    `json:"command"`
	Args     string    `json:"args,omitempty"`
	Evidence string    `json:"evidence"` // phone, console, code
	Outcome  string    `json:"outcome"`  // done, refused, failed
}

const (
	audits = store.Table[AuditRow]("bot/audit") // seq
	// keptAudits bounds bot/audit.
	keptAudits = 20_000
	maxArgs    = 200
)

// The outcomes of a use of power.
const (
	outcomeDone    = "done"
	outcomeRefused = "refused"
	outcomeFailed  = "failed"
)

// audit writes down a use of power. It stands outside the nested transaction: what was refused is written too.
func (r *run) audit(c *Call, args, outcome string) error {
	n, err := r.tx.Next(string(audits))
	if err != nil {
		return err
	}
	row := AuditRow{
		At: r.now, Who: c.Event.From.Person, Chat: c.Event.Chat.ID, Command: c.command.Name, Args: clip(args, maxArgs),
		Evidence: evidence(&c.Event), Outcome: outcome,
	}
	if c.command.Secret {
		row.Args = ""
	}
	if n > keptAudits {
		if err := audits.Delete(r.tx, n-keptAudits); err != nil {
			return err
		}
	}
	return audits.Put(r.tx, row, n)
}

func evidence(e *Event) string {
	switch {
	case e.Self:
		return "phone"
	case e.Kind == Asked:
		return "console"
	}
	return "code"
}

// Audits gives the latest uses of power, newest first.
func Audits(r store.Reader, limit int) (list []AuditRow, err error) {
	for row, err := range audits.Scan(r, store.Range{Reverse: true, Limit: limit}) {
		if err != nil {
			return nil, err
		}
		list = append(list, row.Value)
	}
	return list, nil
}
