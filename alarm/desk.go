package alarm

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"time"
)

const (
	// patience is how long the account is away until somebody is told: most of it passes by itself.
	patience = 5 * time.Minute
	aDay     = 24 * time.Hour
	dailyCap = 20
	lastCap  = dailyCap + 4 // for Out, which must not fail because of the rest
	// codeLasts is how long a code is good, at least. The first that expires is told again at once, for somebody may be at it; the
	// next ones as often as all else.
	codeLasts = 4 * time.Minute
	// noteCap is how many notes a day are told: strangers can cause them.
	noteCap = 4
)

// A desk decides what is told, and when.
type desk struct {
	every time.Duration
	cond  Condition
	since time.Time
	msg   Message
	came  time.Time // msg did
	fresh bool      // msg was not told yet
	told  bool      // of this condition, since it began
	kept  kept
}

// kept is what outlives a restart.
type kept struct {
	Last    map[Condition]time.Time `json:"last"`            // when each was told
	Sent    []time.Time             `json:"sent"`            // all of the last day
	Trouble bool                    `json:"trouble"`         // was told, and not yet that it is over
	Again   bool                    `json:"again,omitempty"` // a code was told at once in the place of one that expired, since it was last well
	Notes   []time.Time             `json:"notes,omitempty"` // the last of them
}

func (d *desk) is(c Condition, m Message, now time.Time) {
	if c != d.cond {
		d.cond, d.since, d.told = c, now, false
	} else if m == d.msg {
		return
	}
	d.msg, d.came, d.fresh = m, now, true
}

// due gives the message whose time has come, or else when to look again (zero: not before something changes).
func (d *desk) due(now time.Time) (*Message, time.Time) {
	at := now
	switch d.cond {
	case Well:
		if !d.kept.Trouble {
			return nil, time.Time{}
		}
	case Away:
		at = d.since.Add(patience)
		if d.told {
			return nil, time.Time{}
		}
	case Scan: // a code that may not be told when it comes would expire before it is read; there will be another
		if !d.fresh || d.allowed(now).After(d.came) {
			return nil, time.Time{}
		}
	case Confirm:
		if !d.fresh {
			return nil, time.Time{}
		}
	case Out:
		if d.told {
			return nil, time.Time{}
		}
	default:
		return nil, time.Time{}
	}
	if at = later(at, d.allowed(now)); at.After(now) {
		return nil, at
	}
	return &d.msg, time.Time{}
}

// pause is how far apart the condition is told.
func (d *desk) pause() time.Duration {
	if d.cond == Scan && !d.kept.Again {
		return min(d.every, codeLasts)
	}
	return d.every
}

// note says whether one more note may be told now, and counts it.
func (d *desk) note(now time.Time) bool {
	d.kept.Notes = slices.DeleteFunc(d.kept.Notes, func(t time.Time) bool { return t.After(now) || now.Sub(t) >= aDay })
	if len(d.kept.Notes) >= noteCap {
		return false
	}
	d.kept.Notes = append(d.kept.Notes, now)
	return true
}

// allowed is when the condition may be told again. A time to come is none that was: the machine's clock was set back.
func (d *desk) allowed(now time.Time) (at time.Time) {
	if last, ok := d.kept.Last[d.cond]; ok && d.cond != Well && !last.After(now) {
		at = last.Add(d.pause())
	}
	most := dailyCap
	if d.cond == Out {
		most = lastCap
	}
	recent := slices.DeleteFunc(slices.Clone(d.kept.Sent), func(t time.Time) bool { return t.After(now) || now.Sub(t) >= aDay })
	if len(recent) >= most {
		at = later(at, recent[len(recent)-most].Add(aDay))
	}
	return at
}

// sent notes that what was due is being told.
func (d *desk) sent(now time.Time) {
	if d.kept.Last == nil {
		d.kept.Last = map[Condition]time.Time{}
	}
	last, before := d.kept.Last[d.cond]
	d.kept.Last[d.cond] = now
	switch {
	case d.cond == Well:
		d.kept.Again = false
	case d.cond == Scan && before && now.Sub(last) < d.every:
		d.kept.Again = true
	}
	d.kept.Sent = append(d.kept.Sent, now)
	d.kept.Sent = d.kept.Sent[max(0, len(d.kept.Sent)-lastCap):]
	d.kept.Trouble = d.cond != Well
	d.fresh, d.told = false, true
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// load reads what was sent before; a file that is missing or damaged says nothing.
func load(file string) (k kept) {
	b, err := os.ReadFile(file)
	if err != nil || json.Unmarshal(b, &k) != nil {
		return kept{}
	}
	return k
}

func save(file string, k kept) error {
	if file == "" {
		return nil
	}
	b, err := json.Marshal(k)
	if err != nil {
		return err
	}
	if err := os.WriteFile(file+".new", b, 0o600); err != nil {
		return fmt.Errorf("writing: %w", err)
	}
	return os.Rename(file+".new", file)
}
