package phone

import (
	"net/url"
	"strings"
)

// place is what one phone shows: whose it is, which view, and of what. In an address it is "who/view/id/sub", each part
// escaped, so that ids may hold anything.
type place struct{ Who, View, ID, Sub string }

func parsePlace(s string) place {
	var part [4]string
	for i, p := range strings.SplitN(s, "/", len(part)) {
		if u, err := url.PathUnescape(p); err == nil {
			part[i] = u
		}
	}
	p := place{part[0], part[1], part[2], part[3]}
	if p.View == "" {
		p.View = "chats"
	}
	return p
}

func (p place) String() string { return join(p.Who, p.View, p.ID, p.Sub) }

// join writes the parts of a place, or of its end, leaving out what is empty behind.
func join(parts ...string) string {
	for len(parts) > 0 && parts[len(parts)-1] == "" {
		parts = parts[:len(parts)-1]
	}
	escaped := make([]string, len(parts))
	for i, p := range parts {
		escaped[i] = url.PathEscape(p)
	}
	return strings.Join(escaped, "/")
}
