package phone

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"sixtwenty/wechatbox"
)

// play is a scene at work: its people, and the first error, after which every further step does nothing. A step that lets time pass winds
// the clock, so all that is due meanwhile happens, and then rests for a beat of real time, so that one can follow.
type play struct {
	d      *Desk
	group  string
	owner  string
	others []string // the other members, without the account
	taken  map[string]bool
	broken []int // the faults that this scene made
	err    error
}

const (
	windTries = 300 // a winding by hand is waited for
	windRetry = 200 * time.Millisecond
)

// cast finds the group that a scene plays in: the first that the account is in.
func (d *Desk) cast() (*play, error) {
	world := d.box.World()
	for _, g := range world.Groups {
		in := slices.ContainsFunc(g.Members, func(m wechatbox.Member) bool { return m.ID == world.Account })
		if !in || g.Dismissed {
			continue
		}
		p := &play{d: d, group: g.ID, owner: g.Owner, taken: map[string]bool{}}
		for _, m := range g.Members {
			if m.ID != g.Owner && m.ID != world.Account {
				p.others = append(p.others, m.ID)
			}
		}
		for _, who := range world.People {
			p.taken[who.Nick] = true
		}
		if len(p.others) == 0 {
			return nil, oops{"err.alone"}
		}
		return p, nil
	}
	return nil, oops{"err.nogroup"}
}

// other is the nth of the other members, round and round.
func (p *play) other(n int) string { return p.others[n%len(p.others)] }

func (p *play) caption(text string) {
	if p.err == nil {
		p.d.stage.say(text)
	}
}

func (p *play) step(ctx context.Context, fn func() error) {
	if p.err == nil {
		p.err = ctx.Err()
	}
	if p.err == nil {
		p.err = fn()
	}
}

func (p *play) say(ctx context.Context, who, text string) {
	p.step(ctx, func() error {
		_, err := p.d.box.Say(who, p.group, text)
		return err
	})
}

// newcomer makes somebody new, a friend of friend's, who is in no group yet.
func (p *play) newcomer(ctx context.Context, friend string) string {
	var id string
	p.step(ctx, func() error {
		made, err := p.d.box.AddPerson(wechatbox.Person{Nick: p.freshName()})
		if err != nil {
			return err
		}
		id = made.ID
		return p.d.box.Befriend(friend, id)
	})
	return id
}

func (p *play) newcomers(ctx context.Context, friend string, n int) []string {
	var ids []string
	for range n {
		ids = append(ids, p.newcomer(ctx, friend))
	}
	return ids
}

// freshName is a nickname that nobody bears yet.
func (p *play) freshName() string {
	names := freshNames()
	for round := 1; ; round++ {
		for _, name := range names {
			if round > 1 {
				name += strconv.Itoa(round)
			}
			if !p.taken[name] {
				p.taken[name] = true
				return name
			}
		}
	}
}

func (p *play) nick(who string) string {
	person, err := p.d.box.Person(who)
	if err != nil {
		return who
	}
	return person.Nick
}

func (p *play) invite(ctx context.Context, by string, who ...string) {
	p.step(ctx, func() error { return p.d.box.Invite(by, p.group, who...) })
}

func (p *play) joinByQR(ctx context.Context, who, sharer string) {
	p.step(ctx, func() error { return p.d.box.JoinByQR(who, p.group, sharer) })
}

func (p *play) leave(ctx context.Context, who string) {
	p.step(ctx, func() error { return p.d.box.Leave(who, p.group) })
}

// pass lets time go by in the world.
func (p *play) pass(ctx context.Context, d time.Duration) {
	p.wind(ctx, func(now time.Time) (time.Time, error) { return now.Add(d), nil })
}

// until lets time go by until the next such time of day.
func (p *play) until(ctx context.Context, at string) {
	p.wind(ctx, func(now time.Time) (time.Time, error) { return nextTime(now, at) })
}

func (p *play) wind(ctx context.Context, to func(now time.Time) (time.Time, error)) {
	p.step(ctx, func() error {
		for range windTries {
			now := p.d.now()
			at, err := to(now)
			if err != nil {
				return err
			}
			if _, err = p.d.wind(ctx, now, at); !errors.Is(err, wechatbox.ErrWinding) {
				return err
			}
			if err := rest(ctx, windRetry); err != nil {
				return err
			}
		}
		return wechatbox.ErrWinding
	})
	p.beat(ctx)
}

// beat is a moment of real time.
func (p *play) beat(ctx context.Context) {
	p.step(ctx, func() error { return rest(ctx, p.d.opts.Beat) })
}

func rest(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
