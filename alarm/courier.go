package alarm

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/nicholas-fedor/shoutrrr"
	"github.com/nicholas-fedor/shoutrrr/pkg/router"
	"github.com/nicholas-fedor/shoutrrr/pkg/types"
	"go.uber.org/zap"
)

const (
	sendLimit = 20 * time.Second
	maxWaits  = 4 // messages; what is older than that is no news
)

// pauses are those between the attempts at one message.
func pauses() []time.Duration {
	return []time.Duration{5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute}
}

// A courier brings messages to one address.
type courier struct {
	number int // of the address in the list, from 1: all that may be said of it
	secret string
	log    *zap.Logger
	waits  chan Message
	pauses []time.Duration
	send   func(Message) error
	busy   chan error // the attempt that is under way; the library knows no deadline
}

func newCourier(number int, address string, log *zap.Logger) *courier {
	return &courier{
		number: number, secret: address, log: log, waits: make(chan Message, maxWaits), pauses: pauses(),
		send: func(m Message) error { return send(address, m) },
	}
}

// take queues a message without waiting; where there are too many the oldest goes. One goroutine calls it.
func (c *courier) take(m Message) {
	for {
		select {
		case c.waits <- m:
			return
		default:
		}
		select {
		case <-c.waits:
			c.log.Warn("too many alarms wait, the oldest is dropped", zap.Int("address", c.number))
		default:
		}
	}
}

func (c *courier) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case m := <-c.waits:
			c.bring(ctx, m)
		}
	}
}

// bring tries until it is done, the pauses are used up, or there is something newer to bring.
func (c *courier) bring(ctx context.Context, m Message) {
	for i := 0; ; i++ {
		err := c.attempt(ctx, m)
		if err == nil || ctx.Err() != nil {
			return
		}
		c.log.Warn("an alarm was not delivered", zap.Int("address", c.number), zap.Int("attempt", i+1), zap.Error(err))
		if i == len(c.pauses) || len(c.waits) > 0 {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(c.pauses[i]):
		}
	}
}

var (
	errSlow  = errors.New("no answer in time")
	errStill = errors.New("the attempt before still waits for its answer")
)

// attempt sends once, within sendLimit. An attempt that hangs is never joined by a second: what comes of it counts.
func (c *courier) attempt(ctx context.Context, m Message) error {
	if c.busy != nil {
		select {
		case err := <-c.busy:
			c.busy = nil
			return err
		default:
			return errStill
		}
	}
	done := make(chan error, 1)
	go func() {
		defer func() {
			if p := recover(); p != nil {
				done <- errors.New("the library panicked")
			}
		}()
		done <- mask(c.send(m), c.secret)
	}()
	limit := time.NewTimer(sendLimit)
	defer limit.Stop()
	select {
	case err := <-done:
		return err
	case <-limit.C:
		c.busy = done
		return errSlow
	case <-ctx.Done():
		return ctx.Err()
	}
}

// send hands one message to the library.
func send(address string, m Message) error {
	service, err := locate(address)
	if err != nil {
		return err
	}
	params, text := types.Params{}, m.Title+"\n\n"+m.Text
	switch service.GetID() {
	case "generic": // its plain form has no place for a title
		params.SetTitle(m.Title)
	case "bark", "gotify", "ntfy", "pushover", "smtp":
		params.SetTitle(m.Title)
		text = m.Text
	}
	return service.Send(text, &params)
}

// serviceOf is the name before the :// of an address, without what follows a plus.
func serviceOf(address string) (string, error) {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Scheme == "" || !strings.Contains(address, "://") {
		return "", errors.New("no address; expected SERVICE://…, such as ntfy://ntfy.sh/TOPIC")
	}
	name, _, _ := strings.Cut(u.Scheme, "+")
	return strings.ToLower(name), nil
}

func locate(address string) (service types.Service, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the library panicked")
		}
	}()
	sender, err := shoutrrr.CreateSender()
	if err != nil {
		return nil, err
	}
	return sender.Locate(strings.TrimSpace(address))
}

// services are those the library knows.
func services() []string {
	list := (&router.ServiceRouter{}).ListServices()
	slices.Sort(list)
	return list
}
