package bot

import (
	"time"

	"sixtwenty/store"
)

// sends counts attempts by the hour, so that a restart does not make a machine of the account.
const sends = store.Table[int]("bot/sends") // hour since 1970

const hoursOfDay = 24

// A budget is what the account may still send. It belongs to the outbox and its lock.
type budget struct {
	pace  Pace
	used  map[int64]int // by hour since 1970
	since time.Time     // of the sign-in: a new one is careful
}

func newBudget(pace Pace) budget { return budget{pace: pace, used: map[int64]int{}} }

func hourOf(t time.Time) int64 { return t.Unix() / 3600 }

// spend counts an attempt, and forgets what is older than a day.
func (b *budget) spend(now time.Time) {
	hour := hourOf(now)
	b.used[hour]++
	for h := range b.used {
		if h <= hour-hoursOfDay {
			delete(b.used, h)
		}
	}
}

// limits are what the warm-up leaves of the budgets now; 0 is no limit.
func (b *budget) limits(now time.Time) (hour, day int) {
	return warm(b.pace.PerHour, b.pace.WarmUp, now.Sub(b.since)), warm(b.pace.PerDay, b.pace.WarmUp, now.Sub(b.since))
}

func warm(limit int, all, age time.Duration) int {
	if limit == 0 || age >= all {
		return limit
	}
	return max(1, int(float64(limit)*(0.2+0.8*float64(max(age, 0))/float64(all))))
}

// unhurried is what of a limit may go to what nobody waits for. The rest is kept for answers: a broadcast to many groups must not
// leave the bot mute for an hour.
func unhurried(limit int) int { return limit - limit/5 }

// gates are when the budget allows an answer, and when anything else; zero where it does now.
func (b *budget) gates(now time.Time) gates {
	perHour, perDay := b.limits(now)
	return gates{b.next(now, perHour, perDay), b.next(now, unhurried(perHour), unhurried(perDay))}
}

// next is when the budget allows a send within limits.
func (b *budget) next(now time.Time, perHour, perDay int) time.Time {
	hour := hourOf(now)
	if perHour > 0 && b.used[hour] >= perHour {
		return time.Unix((hour+1)*3600, 0)
	}
	if perDay == 0 {
		return time.Time{}
	}
	_, day := b.spent(now)
	for h := hour - hoursOfDay + 1; day >= perDay && h <= hour; h++ {
		if day -= b.used[h]; day < perDay {
			return time.Unix((h+hoursOfDay)*3600, 0)
		}
	}
	return time.Time{}
}

// spent is what went in this hour and in the last 24.
func (b *budget) spent(now time.Time) (hour, day int) {
	for h, n := range b.used {
		if h > hourOf(now)-hoursOfDay {
			day += n
		}
	}
	return b.used[hourOf(now)], day
}

// spendBudget counts attempts in the store, in the commit of the attempts.
func spendBudget(tx store.Tx, now time.Time, attempts int) error {
	if attempts == 0 {
		return nil
	}
	hour := hourOf(now)
	n, known, err := sends.Get(tx, hour)
	if err != nil {
		return err
	}
	if !known {
		if err := sends.Delete(tx, hour-hoursOfDay); err != nil {
			return err
		}
	}
	return sends.Put(tx, n+attempts, hour)
}

// refundBudget takes back an attempt of which nothing was sent.
func refundBudget(tx store.Tx, at time.Time) error {
	n, _, err := sends.Get(tx, hourOf(at))
	if err != nil || n == 0 {
		return err
	}
	return sends.Put(tx, n-1, hourOf(at))
}

func readBudget(r store.Reader, now time.Time) (used map[int64]int, since time.Time, err error) {
	used = map[int64]int{}
	for row, err := range sends.Scan(r, store.Range{From: store.Key(hourOf(now) - hoursOfDay + 1), Limit: hoursOfDay}) {
		if err != nil {
			return nil, since, err
		}
		var hour int64
		if err := store.Split(row.Key, &hour); err != nil {
			return nil, since, err
		}
		used[hour] = row.Value
	}
	text, _, err := state.Get(r, stateSince)
	if err != nil {
		return nil, since, err
	}
	since, _ = time.Parse(time.RFC3339, text) // where it does not read, a sign-in comes before any send
	return used, since, nil
}

// Budget is what the account sent and may send, for /状态 and the console; a limit of 0 is none.
type Budget struct {
	Hour, PerHour int
	Day, PerDay   int
	Slowed        time.Duration // the pause between sends since the service said "too often"
	Warm          time.Time     // when the limits are whole; zero when they are
}

// Left is how much may still be sent now: the less of the two budgets, or -1 where neither has a limit.
func (b Budget) Left() int {
	left := -1
	if b.PerHour > 0 {
		left = max(0, b.PerHour-b.Hour)
	}
	if day := max(0, b.PerDay-b.Day); b.PerDay > 0 && (left < 0 || day < left) {
		left = day
	}
	return left
}

func (o *outbox) budgetNow(now time.Time) (b Budget) {
	b.Hour, b.Day = o.budget.spent(now)
	b.PerHour, b.PerDay = o.budget.limits(now)
	b.Slowed = o.pacer.slowed(now)
	limited := b.PerHour > 0 || b.PerDay > 0
	if whole := o.budget.since.Add(o.budget.pace.WarmUp); limited && !o.budget.since.IsZero() && whole.After(now) {
		b.Warm = whole
	}
	return b
}
