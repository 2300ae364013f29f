package bot

import (
	"slices"
	"time"

	"sixtwenty/store"
)

// An AuditRow is one use of power: who did what, where, and on what evidence they were believed to be who they are.
type AuditRow struct {
	At       time.Time `json:"at"`
	Who      PersonID  `json:"who,omitempty"` // "" is the account's own phone, or the console
	Chat     ChatID    `json:"chat,omitempty"`
	Command  string    `json:"command"` // or the feature, where it was no command
	Args     string    `json:"args,omitempty"`
	Evidence string    `json:"evidence"`        // phone, console, code, order; "" where nothing gave the power
	Outcome  string    `json:"outcome"`         // done, refused, failed, denied
	Times    int       `json:"times,omitempty"` // denied: how often, the last time at At
}

const (
	audits = store.Table[AuditRow]("bot/audit") // seq
	// denials are what somebody asked for who may not. They stand apart, so that nobody can push what was done out of the log.
	denials = store.Table[AuditRow]("bot/audit/denied") // person, command
	// keptAudits bounds bot/audit, and keptDenials the denials.
	keptAudits  = 20_000
	keptDenials = 500
	maxArgs     = 200
)

// The outcomes of a use of power.
const (
	outcomeDone    = "done"
	outcomeRefused = "refused"
	outcomeFailed  = "failed"
	outcomeDenied  = "denied"
)

// Power says whether the sender has at least this role, where only a part of what a command or a watch does takes it. What comes of the
// run is written down as a use of power.
func (c *Call) Power(need Role) bool {
	c.power = max(c.power, need)
	return c.Role >= need
}

// audit writes down a use of power. It stands outside the nested transaction: what was refused is written too.
func (r *run) audit(c *Call, args, outcome string) error {
	switch {
	case c.Role < c.power:
		return r.denied(c, args)
	case c.power == Everyone && (c.command == nil || c.command.Who == Everyone && !c.command.Secret):
		return nil
	}
	n, err := r.tx.Next(string(audits))
	if err != nil {
		return err
	}
	row := auditRow(c, args, outcome)
	row.Evidence = evidence(&c.Event)
	if n > keptAudits {
		if err := audits.Delete(r.tx, n-keptAudits); err != nil {
			return err
		}
	}
	return audits.Put(r.tx, row, n)
}

func auditRow(c *Call, args, outcome string) AuditRow {
	row := AuditRow{At: c.Now, Who: c.Event.From.Person, Chat: c.Event.Chat.ID, Command: c.feature.Name, Outcome: outcome}
	if c.command != nil {
		row.Command = c.command.Name
	}
	if c.command != nil && !c.command.Secret {
		row.Args = clip(args, maxArgs)
	}
	return row
}

// denied writes down that somebody asked for what they may not: one row for each of them and each command.
func (r *run) denied(c *Call, args string) error {
	who := c.Event.From.Person
	row := auditRow(c, args, outcomeDenied)
	was, known, err := denials.Get(r.tx, who, row.Command)
	if err != nil {
		return err
	}
	row.Times = was.Times + 1
	if err := denials.Put(r.tx, row, who, row.Command); err != nil || known {
		return err
	}
	list, err := Denials(r.tx)
	if err != nil || len(list) <= keptDenials {
		return err
	}
	oldest := list[len(list)-1]
	return denials.Delete(r.tx, oldest.Who, oldest.Command)
}

// Denials gives what somebody asked for who may not, the latest first.
func Denials(r store.Reader) (list []AuditRow, err error) {
	for row, err := range denials.Scan(r, store.Range{Limit: keptDenials + 1}) {
		if err != nil {
			return nil, err
		}
		list = append(list, row.Value)
	}
	slices.SortFunc(list, func(a, b AuditRow) int { return b.At.Compare(a.At) })
	return list, nil
}

func forgetDenials(tx store.Tx, who PersonID) error {
	var keys []string
	for row, err := range denials.Scan(tx, store.Under(who)) {
		if err != nil {
			return err
		}
		keys = append(keys, row.Key)
	}
	for _, key := range keys {
		if err := tx.Delete(string(denials), key); err != nil {
			return err
		}
	}
	return nil
}

func evidence(e *Event) string {
	switch {
	case e.Self:
		return "phone"
	case e.Kind == Asked:
		return "console"
	case e.Kind == Ordered:
		return "order"
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
