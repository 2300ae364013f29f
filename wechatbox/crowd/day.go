package crowd

import (
	"context"
	"fmt"
	"math"
	"time"
)

// What a group of fifty does on a day, on average.
const (
	checkinShare = 0.6 // of the members
	chatsADay    = 1.5 // of each member
	invitesADay  = 0.6
	qrsADay      = 0.5
	leavesADay   = 0.7
	renamesADay  = 0.8
	cardsADay    = 0.4
	topicsADay   = 0.03
	recallsADay  = 0.3

	tick   = time.Minute
	waiter = "crowd"
)

// act is something that people do, and how often on a day in a group of n.
type act struct {
	do   func(*Crowd, *club) error
	rate func(at time.Time, n int) float64 // a minute
}

func acts() []act {
	daily := func(aDay float64) func(time.Time, int) float64 {
		return func(at time.Time, n int) float64 { return aDay * float64(n) / 50 * awake(at) / wakingMinutes }
	}
	return []act{
		{(*Crowd).checkIn, func(at time.Time, n int) float64 { return checkinShare * float64(n) * dawn(at) }},
		{(*Crowd).chat, func(at time.Time, n int) float64 { return chatsADay * float64(n) * awake(at) / wakingMinutes }},
		{(*Crowd).invite, daily(invitesADay)},
		{(*Crowd).joinByQR, daily(qrsADay)},
		{(*Crowd).leave, daily(leavesADay)},
		{(*Crowd).rename, daily(renamesADay)},
		{(*Crowd).card, daily(cardsADay)},
		{(*Crowd).topic, daily(topicsADay)},
		{(*Crowd).recall, daily(recallsADay)},
	}
}

// Run lives with the box's clock, day after day, until ctx is done: when the clock is wound, every minute on the way is lived.
func (c *Crowd) Run(ctx context.Context) error {
	clock := c.box.Clock()
	defer clock.Leave(waiter)
	for next := clock.Now().Truncate(tick).Add(tick); ; next = next.Add(tick) {
		if err := clock.Wait(ctx, waiter, next); err != nil {
			return err
		}
		if err := c.Minute(next); err != nil {
			return err
		}
	}
}

// Minute lets happen what happens within one minute of the day.
func (c *Crowd) Minute(at time.Time) error {
	at = at.In(c.box.Zone())
	for _, a := range acts() {
		for _, g := range c.groups {
			for range c.draw(a.rate(at, len(g.members))) {
				if err := a.do(c, g); err != nil {
					return fmt.Errorf("crowd: %s: %w", g.id, err)
				}
			}
		}
	}
	return nil
}

// Storm lets n people check in at once, anywhere.
func (c *Crowd) Storm(n int) error {
	for range n {
		if err := c.checkIn(pick(c.rng, c.groups)); err != nil {
			return err
		}
	}
	return nil
}

// draw is how many of something with this mean happen: a Poisson number.
func (c *Crowd) draw(mean float64) int {
	if mean > 30 {
		return max(0, int(math.Round(mean+c.rng.NormFloat64()*math.Sqrt(mean))))
	}
	n, p := 0, math.Exp(-mean)
	for f := c.rng.Float64(); f > p; f *= c.rng.Float64() {
		n++
	}
	return n
}

// dawn is the share of a day's check-ins that come in this minute: most around 6:20, some until nine.
func dawn(at time.Time) float64 {
	minute := float64(at.Hour()*60 + at.Minute())
	peak := math.Exp(-(minute-383)*(minute-383)/(2*12*12)) / (12 * math.Sqrt(2*math.Pi))
	if minute < 360 || minute > 540 {
		return 0
	}
	return 0.8*peak + 0.2/180
}

const wakingMinutes = 16 * 60

// awake is how lively an hour is; it averages one over the waking day.
func awake(at time.Time) float64 {
	switch h := at.Hour(); {
	case h < 6 || h >= 23:
		return 0.05
	case h >= 12 && h < 14, h >= 20:
		return 1.8
	}
	return 0.75
}
