package door

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"
)

const (
	maxWrong     = 5
	shutFor      = 15 * time.Minute
	maxAddresses = 4096 // remembered; beyond them nobody new may guess until some are forgotten
)

// guesses counts wrong sign-ins by address.
type guesses struct {
	mu sync.Mutex
	by map[netip.Addr]guess
}

type guess struct {
	wrong int
	last  time.Time
}

// try counts a sign-in as wrong until forget or spare says otherwise, so that many at once are no more than many in turn. It
// says whether the address may.
func (g *guesses) try(from netip.Addr, now time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	was, known := g.by[from]
	if known && now.Sub(was.last) >= shutFor {
		was, known = guess{}, false
		delete(g.by, from)
	}
	if was.wrong >= maxWrong || !known && len(g.by) >= maxAddresses && g.full(now) {
		return false
	}
	if g.by == nil {
		g.by = map[netip.Addr]guess{}
	}
	g.by[from] = guess{wrong: was.wrong + 1, last: now}
	return true
}

// full drops what is old enough and says whether there is still no room. The caller holds the lock.
func (g *guesses) full(now time.Time) bool {
	for a, was := range g.by {
		if now.Sub(was.last) >= shutFor {
			delete(g.by, a)
		}
	}
	return len(g.by) >= maxAddresses
}

// spare takes back what try counted, where nothing was looked at.
func (g *guesses) spare(from netip.Addr) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if was, ok := g.by[from]; ok {
		was.wrong--
		g.by[from] = was
	}
}

func (g *guesses) forget(from netip.Addr) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.by, from)
}

// addressOf is where a request comes from; of IPv6 the network, for whoever has one has 2^64 addresses. Behind a proxy on this
// machine it is what the proxy says last; what came before that, anybody can write.
func addressOf(r *http.Request, proxied bool) netip.Addr {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	a, _ := netip.ParseAddr(host)
	if list := r.Header.Values("X-Forwarded-For"); proxied && a.IsLoopback() && len(list) > 0 {
		last := list[len(list)-1]
		if i := strings.LastIndexByte(last, ','); i >= 0 {
			last = last[i+1:]
		}
		if named, err := netip.ParseAddr(strings.TrimSpace(last)); err == nil {
			a = named
		}
	}
	if a = a.Unmap(); a.Is6() {
		if p, err := a.WithZone("").Prefix(64); err == nil {
			return p.Addr()
		}
	}
	return a
}
