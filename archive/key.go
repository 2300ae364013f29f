package archive

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"

	"sixtwenty/store"
)

// A tagged is a part of a key that JSON has no type for.
type tagged struct {
	Time  *time.Time `json:"time,omitempty"`
	Unix  *[2]int64  `json:"unix,omitempty"`  // a time of a year that "time" cannot write: seconds, nanoseconds
	Bytes *[]byte    `json:"bytes,omitempty"` // base64
	Text  *[]byte    `json:"text,omitempty"`  // a string that is not UTF-8, in base64
}

// encodeKey writes a key as the list of its parts.
func encodeKey(key string) ([]byte, error) {
	parts, err := store.Parts(key)
	if err != nil {
		return nil, err
	}
	list := make([]any, len(parts))
	for i, p := range parts {
		list[i] = encodePart(p)
	}
	return json.Marshal(list)
}

func encodePart(part any) any {
	switch p := part.(type) {
	case string:
		if !utf8.ValidString(p) {
			b := []byte(p)
			return tagged{Text: &b}
		}
	case time.Time:
		if y := p.Year(); y < 0 || y > 9999 {
			return tagged{Unix: &[2]int64{p.Unix(), int64(p.Nanosecond())}}
		}
		return tagged{Time: &p}
	case []byte:
		return tagged{Bytes: &p}
	}
	return part
}

// decodeKey makes the key of a list of parts.
func decodeKey(list []json.RawMessage) (string, error) {
	if len(list) == 0 {
		return "", errors.New("the key has no parts")
	}
	parts := make([]any, len(list))
	for i, raw := range list {
		p, err := decodePart(raw)
		if err != nil {
			return "", fmt.Errorf("part %d of the key: %w", i+1, err)
		}
		parts[i] = p
	}
	return store.Key(parts...), nil
}

func decodePart(raw json.RawMessage) (any, error) {
	switch raw[0] {
	case '"':
		var s string
		return s, json.Unmarshal(raw, &s)
	case 't', 'f':
		return raw[0] == 't', nil
	case '{':
		return decodeTagged(raw)
	case 'n', '[':
		return nil, fmt.Errorf("%.40s is no part of a key", raw)
	}
	if n, err := strconv.ParseInt(string(raw), 10, 64); err == nil {
		return n, nil
	}
	n, err := strconv.ParseUint(string(raw), 10, 64)
	if err != nil {
		return nil, fmt.Errorf("%.40s is no whole number of 64 bits", raw)
	}
	return n, nil
}

func decodeTagged(raw json.RawMessage) (any, error) {
	var t tagged
	if err := strict(raw, &t); err != nil {
		return nil, err
	}
	var found []any
	if t.Time != nil {
		found = append(found, *t.Time)
	}
	if t.Unix != nil {
		if n := t.Unix[1]; n < 0 || n > 999_999_999 {
			return nil, fmt.Errorf("%d nanoseconds are not within one second", n)
		}
		found = append(found, time.Unix(t.Unix[0], t.Unix[1]))
	}
	if t.Bytes != nil {
		found = append(found, *t.Bytes)
	}
	if t.Text != nil {
		found = append(found, string(*t.Text))
	}
	if len(found) != 1 {
		return nil, errors.New(`expected one of {"time":…}, {"unix":…}, {"bytes":…} and {"text":…}`)
	}
	return found[0], nil
}

// strict decodes one JSON value and refuses fields that nobody knows.
func strict(raw []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if d.More() {
		return errors.New("more than one JSON value")
	}
	return nil
}
