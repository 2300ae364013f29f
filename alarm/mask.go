package alarm

import (
	"cmp"
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// maxError is how much of a service's words is worth a log line.
const maxError = 200

var anyURL = regexp.MustCompile(`[A-Za-z][A-Za-z0-9+.-]*://[^\s"']+`)

// mask makes an error of the library fit to be shown: it may hold the address whole, in parts, or as the service's own.
func mask(err error, address string) error {
	if err == nil {
		return nil
	}
	text := anyURL.ReplaceAllString(err.Error(), "(address)")
	for _, part := range secretsOf(address) {
		text = strings.ReplaceAll(text, part, "***")
	}
	if r := []rune(text); len(r) > maxError {
		text = string(r[:maxError]) + "…"
	}
	return errors.New(text)
}

// secretsOf takes an address apart, the longest parts first.
func secretsOf(address string) []string {
	parts := []string{address}
	if u, err := url.Parse(strings.TrimSpace(address)); err == nil {
		parts = append(parts, u.Host, u.Hostname(), u.User.Username(), u.Fragment, u.Opaque)
		if password, ok := u.User.Password(); ok {
			parts = append(parts, password)
		}
		parts = append(parts, strings.Split(u.Path, "/")...)
		for _, values := range u.Query() {
			parts = append(parts, values...)
		}
	}
	for _, p := range slices.Clone(parts) {
		parts = append(parts, url.QueryEscape(p), url.PathEscape(p))
	}
	parts = slices.DeleteFunc(parts, func(p string) bool { return len(p) < 3 })
	slices.SortFunc(parts, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b)) })
	return slices.Compact(parts)
}
