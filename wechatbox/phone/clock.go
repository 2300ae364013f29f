package phone

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"sixtwenty/wechatbox"
)

// clockView is the clock as the script needs it: it counts on by itself from At.
type clockView struct {
	At     int64   `json:"at"`     // Unix milliseconds
	Offset int     `json:"offset"` // seconds east of UTC
	Speed  float64 `json:"speed"`
	From   int64   `json:"from,omitempty"` // of the winding that goes on, Unix milliseconds
	To     int64   `json:"to,omitempty"`
}

// crank is the winding that goes on, if any.
type crank struct {
	mu       sync.Mutex
	from, to time.Time
}

// take begins a winding, if there is none.
func (c *crank) take(from, to time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.to.IsZero() {
		return false
	}
	c.from, c.to = from, to
	return true
}

func (c *crank) release() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.from, c.to = time.Time{}, time.Time{}
}

func (c *crank) get() (from, to time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.from, c.to
}

func (d *Desk) now() time.Time { return d.box.Clock().Now().In(d.box.Zone()) }

func (d *Desk) clockView() clockView {
	s := d.box.Clock().State()
	_, offset := s.At.In(d.box.Zone()).Zone()
	v := clockView{At: s.At.UnixMilli(), Offset: offset, Speed: s.Speed}
	if from, to := d.crank.get(); !to.IsZero() {
		v.From, v.To = from.UnixMilli(), to.UnixMilli()
	}
	return v
}

const maxWind = 31 * 24 * time.Hour

// serveWind winds the clock and answers when that is done; a page that goes away meanwhile ends the winding where it is.
func (d *Desk) serveWind(w http.ResponseWriter, r *http.Request) {
	f, ok := d.readForm(w, r, maxForm)
	if !ok {
		return
	}
	now := d.now()
	to, err := windTo(now, f)
	if err != nil {
		f.fail(w, http.StatusBadRequest, "err.time")
		return
	}
	// A winding lasts as long as what lives by the clock needs.
	_ = http.NewResponseController(w).SetWriteDeadline(time.Time{})
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	defer context.AfterFunc(d.ctx, cancel)()
	done, err := d.wind(ctx, now, to)
	switch {
	case errors.Is(err, wechatbox.ErrWinding):
		f.fail(w, http.StatusConflict, "err.winding")
	case err != nil:
		f.fail(w, http.StatusConflict, "err.wound")
	default:
		f.done(w, reply{Note: f.wound(done.At.In(d.box.Zone()), done)})
	}
}

func (d *Desk) wind(ctx context.Context, from, to time.Time) (wechatbox.Wound, error) {
	if !d.crank.take(from, to) {
		return wechatbox.Wound{}, wechatbox.ErrWinding
	}
	d.stage.tell()
	defer d.stage.tell()
	defer d.crank.release()
	return d.box.Clock().Wind(ctx, to)
}

// windTo reads where to wind to: add=24h; at=06:20:00, the next such time; or tomorrow=06:19:50. Before four in the morning
// the day that begins is still called tomorrow.
func windTo(now time.Time, f form) (time.Time, error) {
	if add := f.get("add"); add != "" {
		d, err := time.ParseDuration(add)
		if err != nil || d <= 0 || d > maxWind {
			return time.Time{}, fmt.Errorf("add is %q: a duration of up to %v is needed", add, maxWind)
		}
		return now.Add(d), nil
	}
	if at := f.get("tomorrow"); at != "" {
		if now.Hour() < 4 {
			return nextTime(now, at)
		}
		return timeOn(now, 1, at)
	}
	return nextTime(now, f.get("at"))
}

// nextTime is the first hh:mm:ss after now.
func nextTime(now time.Time, at string) (time.Time, error) {
	next, err := timeOn(now, 0, at)
	if err == nil && !next.After(now) {
		next, err = timeOn(now, 1, at)
	}
	return next, err
}

// timeOn is hh:mm:ss some days after now.
func timeOn(now time.Time, days int, at string) (time.Time, error) {
	t, err := time.Parse(time.TimeOnly, at)
	return time.Date(now.Year(), now.Month(), now.Day()+days, t.Hour(), t.Minute(), t.Second(), 0, now.Location()), err
}

func (f form) wound(at time.Time, done wechatbox.Wound) string {
	note := fmt.Sprintf(f.t("clock.wound"), at.Format("01-02 15:04:05"), done.Stops)
	if len(done.Late) > 0 {
		note += fmt.Sprintf(f.t("clock.late"), strings.Join(done.Late, ", "))
	}
	return note
}

func (d *Desk) serveSpeed(w http.ResponseWriter, r *http.Request) {
	f, ok := d.readForm(w, r, maxForm)
	if !ok {
		return
	}
	x, err := strconv.ParseFloat(f.get("speed"), 64)
	if err == nil {
		err = d.box.Clock().SetSpeed(x)
	}
	if err != nil {
		f.fail(w, http.StatusBadRequest, "err.speed")
		return
	}
	d.stage.tell()
	f.done(w, reply{})
}
