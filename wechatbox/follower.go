package wechatbox

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Follower is the clock of a box in another process: what lives by it is waited for when that clock is wound.
type Follower struct {
	copy   *Clock
	base   string
	id     string
	client *http.Client
	stop   context.CancelFunc
	wg     sync.WaitGroup

	mu      sync.Mutex
	version uint64
	epoch   uint64
	asked   chan struct{} // holds one: a report is wanted
}

const (
	followTimeout  = followHold + 5*time.Second
	followRetry    = 100 * time.Millisecond
	followRetryMax = 2 * time.Second
	maxClockAnswer = 64 << 10
)

// FollowClock follows the clock of the box whose control API is at baseURL, such as http://127.0.0.1:6209, until ctx is done or
// Close is called. A nil client is http.DefaultClient. When the box cannot be reached, the clock runs on as it last did.
func FollowClock(ctx context.Context, baseURL string, client *http.Client) (*Follower, error) {
	if client == nil {
		client = http.DefaultClient
	}
	f := &Follower{
		copy: NewClock(time.Time{}), base: strings.TrimRight(baseURL, "/"), id: "follower-" + rand.Text()[:12], client: client,
		asked: make(chan struct{}, 1),
	}
	ctx, f.stop = context.WithCancel(ctx)
	news, err := f.poll(ctx, 0, 0) // no clock has version 0
	if err != nil {
		f.stop()
		return nil, fmt.Errorf("wechatbox: following the clock at %s: %w", f.base, err)
	}
	f.copy.follow(news)
	f.take(news)
	if err := f.report(ctx); err != nil {
		f.stop()
		return nil, fmt.Errorf("wechatbox: following the clock at %s: %w", f.base, err)
	}
	f.wg.Go(func() { f.listen(ctx) })
	f.wg.Go(func() { f.speak(ctx) })
	return f, nil
}

// Now is the time of the box.
func (f *Follower) Now() time.Time { return f.copy.Now() }

// Wait is Clock.Wait, by the box's time.
func (f *Follower) Wait(ctx context.Context, who string, due time.Time) error {
	return f.copy.Wait(ctx, who, due)
}

// Wake is Clock.Wake.
func (f *Follower) Wake(who string) { f.copy.Wake(who) }

// Leave is Clock.Leave.
func (f *Follower) Leave(who string) { f.copy.Leave(who) }

// Close ends the following; the box waits for this program no more.
func (f *Follower) Close() error {
	f.stop()
	f.wg.Wait()
	ctx, cancel := context.WithTimeout(context.Background(), followRetryMax)
	defer cancel()
	return f.post(ctx, clockReport{ID: f.id, Gone: true})
}

func (f *Follower) take(n clockNews) {
	f.mu.Lock()
	f.version, f.epoch = n.Version, n.Epoch
	f.mu.Unlock()
}

// listen learns of what happens to the clock.
func (f *Follower) listen(ctx context.Context) {
	retry := followRetry
	var lost time.Time
	for ctx.Err() == nil {
		f.mu.Lock()
		version, epoch := f.version, f.epoch
		f.mu.Unlock()
		news, err := f.poll(ctx, version, epoch)
		if err != nil {
			if lost.IsZero() {
				lost = time.Now()
			}
			if time.Since(lost) > followLease {
				f.copy.thaw()
			}
			pause(ctx, retry)
			retry = min(2*retry, followRetryMax)
			continue
		}
		lost, retry = time.Time{}, followRetry
		f.hear(news, version)
	}
}

// hear sets the copy before the new version may be reported.
func (f *Follower) hear(n clockNews, known uint64) {
	if n.Version != known {
		f.copy.follow(n)
	}
	f.take(n)
	select {
	case f.asked <- struct{}{}:
	default:
	}
}

// thaw lets a clock run on whose winder is gone.
func (c *Clock) thaw() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.winding {
		c.winding, c.real = false, time.Now()
		c.nudgeAll()
	}
}

// speak reports whenever the waiters change or the box asks, and often enough to keep the lease.
func (f *Follower) speak(ctx context.Context) {
	for ctx.Err() == nil {
		_, _, changed := f.copy.summary()
		if err := f.report(ctx); err != nil {
			pause(ctx, followRetry)
			continue
		}
		select {
		case <-ctx.Done():
		case <-changed:
		case <-f.asked:
		}
	}
}

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// report says how the waiters are. The version and epoch are read first: what is said is at least as new.
func (f *Follower) report(ctx context.Context) error {
	f.mu.Lock()
	r := clockReport{ID: f.id, Version: f.version, Epoch: f.epoch}
	f.mu.Unlock()
	r.Busy, r.Dues, _ = f.copy.summary()
	return f.post(ctx, r)
}

func (f *Follower) post(ctx context.Context, r clockReport) error {
	body, err := json.Marshal(r)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, f.base+"/box/clock/follow", bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	return f.do(req, nil)
}

func (f *Follower) poll(ctx context.Context, version, epoch uint64) (n clockNews, err error) {
	v := url.Values{"id": {f.id}, "version": {strconv.FormatUint(version, 10)}, "epoch": {strconv.FormatUint(epoch, 10)}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, f.base+"/box/clock/follow?"+v.Encode(), nil)
	if err != nil {
		return n, err
	}
	err = f.do(req, &n)
	return n, err
}

func (f *Follower) do(req *http.Request, v any) (err error) {
	ctx, cancel := context.WithTimeout(req.Context(), followTimeout)
	defer cancel()
	resp, err := f.client.Do(req.WithContext(ctx))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, resp.Body.Close()) }()
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxClockAnswer))
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the box answers %s: %s", resp.Status, clip(string(data), 200))
	}
	if v == nil {
		return nil
	}
	return json.Unmarshal(data, v)
}
