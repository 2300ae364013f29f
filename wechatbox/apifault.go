package wechatbox

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// spanText is a length of time that JSON writes as "1.5s".
type spanText struct{ time.Duration }

// MarshalJSON writes "1.5s".
func (s spanText) MarshalJSON() ([]byte, error) { return json.Marshal(s.String()) }

// UnmarshalJSON reads "90s", "24h" or "3d".
func (s *spanText) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	d, err := parseSpan(text)
	s.Duration = d
	return err
}

// apiFault is a Fault with its time as a text.
type apiFault struct {
	Fault
	Delay spanText `json:"delay,omitzero"`
}

// apiBehaviour is a Behaviour with its times as texts.
type apiBehaviour struct {
	Behaviour
	SendWindow  spanText `json:"sendWindow,omitzero"`
	SendPenalty spanText `json:"sendPenalty,omitzero"`
	PollFor     spanText `json:"pollFor,omitzero"`
	QRLasts     spanText `json:"qrLasts,omitzero"`
}

// faultAPI are the calls that make the server misbehave.
func (b *Box) faultAPI() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{
		"GET /box/fault": question(b, func(*http.Request) (any, error) { return b.apiFaults(), nil }),
		"POST /box/fault": control(b, func(_ *http.Request, in apiFault) (any, error) {
			in.Fault.Delay = in.Delay.Duration
			id, err := b.Break(in.Fault)
			return map[string]int{"id": id}, err
		}),
		"POST /box/mend": control(b, func(_ *http.Request, in struct{ ID int }) (any, error) {
			b.Mend(in.ID)
			return b.apiFaults(), nil
		}),
		"GET /box/behave":  question(b, func(*http.Request) (any, error) { return viewBehaviour(b.behaviour()), nil }),
		"POST /box/behave": control(b, func(_ *http.Request, in json.RawMessage) (any, error) { return b.apiBehave(in) }),
	}
}

func (b *Box) apiFaults() []apiFault {
	list := []apiFault{}
	for _, f := range b.Faults() {
		list = append(list, apiFault{f, spanText{f.Delay}})
	}
	return list
}

func (b *Box) behaviour() Behaviour {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.behave
}

func viewBehaviour(v Behaviour) apiBehaviour {
	return apiBehaviour{v, spanText{v.SendWindow}, spanText{v.SendPenalty}, spanText{v.PollFor}, spanText{v.QRLasts}}
}

// apiBehave changes what is named and keeps the rest.
func (b *Box) apiBehave(in json.RawMessage) (any, error) {
	v := viewBehaviour(b.behaviour())
	dec := json.NewDecoder(strings.NewReader(string(in)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&v); err != nil {
		return nil, &badRequest{err}
	}
	v.Behaviour.SendWindow, v.Behaviour.SendPenalty = v.SendWindow.Duration, v.SendPenalty.Duration
	v.Behaviour.PollFor, v.Behaviour.QRLasts = v.PollFor.Duration, v.QRLasts.Duration
	b.Behave(func(now *Behaviour) { *now = v.Behaviour })
	return v, nil
}
