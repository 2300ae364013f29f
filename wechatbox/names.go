package wechatbox

import (
	"fmt"
	"strings"
)

// UnknownError says that a name belongs to nobody, and which name comes nearest.
type UnknownError struct {
	What    string `json:"what"` // person, group, chat, message, media
	Name    string `json:"name"`
	Nearest string `json:"nearest,omitempty"`
}

func (e *UnknownError) Error() string {
	s := fmt.Sprintf("wechatbox: there is no %s %q", e.What, e.Name)
	if e.Nearest != "" {
		s += fmt.Sprintf("; the nearest is %q", e.Nearest)
	}
	return s
}

// AmbiguousError says that several people or groups share a name; an id would tell them apart.
type AmbiguousError struct {
	Name string   `json:"name"`
	IDs  []string `json:"ids"`
}

func (e *AmbiguousError) Error() string {
	return fmt.Sprintf("wechatbox: %q may be any of %s; use the id", e.Name, strings.Join(e.IDs, ", "))
}

// RefusedError says why WeChat would not let somebody do something.
type RefusedError struct{ Why string }

func (e *RefusedError) Error() string { return "wechatbox: " + e.Why }

func refuse(format string, args ...any) error { return &RefusedError{fmt.Sprintf(format, args...)} }

const maxAmbiguous = 5 // ids named in an error

func (w *world) findPerson(name string) (*person, error) {
	if p, ok := w.ids[name].(*person); ok {
		return p, nil
	}
	return found("person", name, w.people, func(p *person) (string, string) { return p.ID, p.Nick })
}

func (w *world) findGroup(name string) (*group, error) {
	if g, ok := w.ids[name].(*group); ok {
		return g, nil
	}
	return found("group", name, w.groups, func(g *group) (string, string) { return g.id, g.name })
}

// found is the one of list that bears the name; key gives an element's id and its name.
func found[T any](what, name string, list []T, key func(T) (id, name string)) (hit T, err error) {
	var ids []string
	for _, x := range list {
		if id, n := key(x); n == name && name != "" {
			hit = x
			if ids = append(ids, id); len(ids) == maxAmbiguous {
				break
			}
		}
	}
	switch len(ids) {
	case 0:
		return hit, &UnknownError{What: what, Name: name, Nearest: nearest(name, list, key)}
	case 1:
		return hit, nil
	}
	return hit, &AmbiguousError{Name: name, IDs: ids}
}

// findChat is the chat that who calls name: a group they are or were in, or their conversation with a person.
func (w *world) findChat(who *person, name string) (*chat, error) {
	if x, ok := w.ids[name]; ok {
		if g, ok := x.(*group); ok {
			return g.chat, nil
		}
		return w.privateChat(who, x.(*person)), nil
	}
	g, groupErr := w.findGroup(name)
	p, err := w.findPerson(name)
	switch {
	case groupErr == nil && err == nil:
		return nil, &AmbiguousError{Name: name, IDs: []string{g.id, p.ID}}
	case groupErr == nil:
		return g.chat, nil
	case err == nil:
		return w.privateChat(who, p), nil
	}
	if unknown, ok := err.(*UnknownError); ok {
		if groupUnknown, ok := groupErr.(*UnknownError); ok {
			return nil, &UnknownError{What: "chat", Name: name, Nearest: nearer(name, groupUnknown.Nearest, unknown.Nearest)}
		}
		return nil, groupErr
	}
	return nil, err
}

const maxNearest = 2_000 // names compared for an error message

func nearest[T any](name string, list []T, key func(T) (string, string)) string {
	best := ""
	for i, x := range list {
		if i == maxNearest {
			break
		}
		id, n := key(x)
		best = nearer(name, best, id)
		best = nearer(name, best, n)
	}
	return best
}

// nearer is the one of a and b that looks more like name.
func nearer(name, a, b string) string {
	if a == "" || b != "" && distance(name, b) < distance(name, a) {
		return b
	}
	return a
}

// distance is the number of runes to insert, delete or replace to make b of a.
func distance(a, b string) int {
	x, y := []rune(clip(a, 64)), []rune(clip(b, 64))
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i, r := range x {
		diagonal := row[0]
		row[0] = i + 1
		for j, s := range y {
			cost := diagonal
			if r != s {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, diagonal+1, row[j]+1)
		}
	}
	return row[len(y)]
}

// clip is at most n runes of s.
func clip(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}
