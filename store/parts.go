package store

import "fmt"

// Parts takes a key apart into what Key was given: each part is a string, a bool, an int64, or a uint64 if it is above
// those, a time.Time in UTC or a []byte. Key makes the same key of them again; a key that it did not make is an error.
func Parts(key string) ([]any, error) {
	var parts []any
	for rest := key; rest != ""; {
		p, tail, err := cut(rest)
		if err != nil {
			return nil, fmt.Errorf("part %d of key %s: %w", len(parts)+1, FormatKey(key), err)
		}
		parts = append(parts, p.value())
		rest = tail
	}
	if Key(parts...) != key { // a second may hold no more nanoseconds than it has
		return nil, fmt.Errorf("key %s: %w", FormatKey(key), errKey)
	}
	return parts, nil
}

func (p part) value() any {
	if n, ok := p.int(); ok {
		return n
	}
	if n, ok := p.uint(); ok {
		return n
	}
	switch p.tag {
	case tagFalse, tagTrue:
		return p.tag == tagTrue
	case tagTime:
		return p.time()
	case tagString:
		return p.text()
	}
	return []byte(p.text())
}
