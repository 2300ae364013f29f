package onebot

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"sixtwenty/bot"
)

// A refusal is an answer that says no.
type refusal struct {
	action  string
	code    int64
	wording string
}

const maxWording = 200 // bytes that are kept of what an implementation says

// Error names the action and the code; the wording is the implementation's own.
func (r *refusal) Error() string {
	return fmt.Sprintf("%s: retcode %d: %s", r.action, r.code, r.wording)
}

// refusalOf puts a refusal into the terms of bot.Doer.
func refusalOf(action string, f *frame) error {
	r := &refusal{action, f.Retcode, string(f.Wording)}
	if r.wording == "" && len(f.Message) > 0 && f.Message[0] == '"' {
		r.wording = strings.Trim(string(f.Message), `"`)
	}
	for len(r.wording) > maxWording || !utf8.ValidString(r.wording) {
		r.wording = strings.ToValidUTF8(r.wording[:min(len(r.wording), maxWording)], "")
	}
	switch {
	case strings.Contains(r.wording, "频繁"):
		return fmt.Errorf("%w: %w", bot.ErrTooOften, r)
	case r.code == codeAsync, isTimeout(r.wording):
		return fmt.Errorf("%w: %w", bot.ErrUnknown, r)
	case permanentCode(r.code):
		return bot.Permanent(r)
	}
	return r
}

// The codes that implementations agree on, most of them from the days of CoolQ.
const (
	codeAsync     = 1    // it is done some time later, and nobody will say how it went
	codeParam     = 100  // a parameter is missing or wrong
	codeRight     = 102  // mostly: no right to it
	codeFailed    = 103  // no right to it, or the file system
	codeToken     = 104  // the service's own credentials are stale; the implementation gets new ones
	codePool      = 201  // not ready yet
	codeBad       = 1400 // the request cannot be read
	codeNoToken   = 1401
	codeForbidden = 1403
	codeNoAction  = 1404 // the implementation has no such action
)

// permanentCode says that no further attempt can go better.
func permanentCode(code int64) bool {
	switch code {
	case codeParam, codeRight, codeFailed, codeBad, codeNoToken, codeForbidden, codeNoAction:
		return true
	}
	return false
}

// isTimeout finds the failures in which the implementation itself heard nothing: NapCat says so of messages that arrived.
func isTimeout(wording string) bool {
	w := strings.ToLower(wording)
	return strings.Contains(w, "timeout") || strings.Contains(w, "timed out") || strings.Contains(w, "超时")
}
