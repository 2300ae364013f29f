package onebottest

import "strings"

// faults are what the implementation has been told to do wrong.
type faults struct {
	fail    map[string]fault // by action
	deaf    bool
	offline bool
}

type fault struct {
	times   int // how often yet
	code    int64
	wording string
	lost    bool // done, and not answered
	deaf    bool // neither done nor answered
	giant   int  // answered with a frame of so many bytes
}

func (s *Server) faultOf(action string) (fault, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.faults.deaf {
		return fault{deaf: true}, true
	}
	f, ok := s.faults.fail[action]
	if !ok || f.times == 0 {
		return f, false
	}
	f.times--
	s.faults.fail[action] = f
	return f, true
}

func (s *Server) fault(action string, f fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults.fail[action] = f
}

// Fail lets an action fail so many times.
func (s *Server) Fail(action string, times int, code int64, wording string) {
	s.fault(action, fault{times: times, code: code, wording: wording})
}

// Lose lets an action be done so many times without an answer.
func (s *Server) Lose(action string, times int) { s.fault(action, fault{times: times, lost: true}) }

// Swell lets an action be answered once with a frame of so many bytes.
func (s *Server) Swell(action string, size int) { s.fault(action, fault{times: 1, giant: size}) }

// Deafen lets the implementation keep its connections and answer nothing, not even with a heartbeat, until it is told otherwise.
func (s *Server) Deafen(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults.deaf = on
}

func (s *Server) deaf() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.faults.deaf
}

// SignOut lets the account behind the implementation be offline, as heartbeats say; what is written then is in the history alone.
func (s *Server) SignOut(out bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults.offline = out
}

func (s *Server) online() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.faults.offline
}

// Raw sends any text as a frame.
func (s *Server) Raw(text string) { s.tell([]byte(text)) }

// Giant sends one frame of so many bytes.
func (s *Server) Giant(size int) {
	s.Raw(`{"post_type":"message","raw_message":"` + strings.Repeat("x", size) + `"}`)
}

// Repeat tells the last messages once more.
func (s *Server) Repeat(n int) {
	s.mu.Lock()
	list := s.told[max(0, len(s.told)-n):]
	s.mu.Unlock()
	for _, e := range list {
		s.tell(e)
	}
}

// Drop ends every connection without a word.
func (s *Server) Drop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		go func() { _ = c.CloseNow() }() // it is to be gone
	}
}
