package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// Each part of a key begins with the tag of its type, so parts of different types never look alike. No encoded part is
// the beginning of another, so byte order is part order.
const (
	tagFalse    = 0x01
	tagTrue     = 0x02
	tagNegative = 0x03 // an integer below 0: 8 bytes, big-endian, two's complement
	tagNumber   = 0x04 // any other: 8 bytes, big-endian
	tagTime     = 0x05 // seconds in 8 bytes, sign flipped, then nanoseconds in 4: all of time.Time, its zero too
	tagString   = 0x06 // 0x00 written as 0x00 0xff, then 0x00 0x00
	tagBytes    = 0x07 // as a string
)

const signBit = 1 << 63

var errKey = errors.New("store: not a key made by Key")

// Key joins parts so that keys sort as their parts do, one after the other. A part is a string, a bool, an integer, a
// time.Time (its instant: the zone is not kept) or a []byte, or of a type made from one of the first three. An integer is
// its number, of whatever type. Parts of different kinds sort by kind. Anything else is a mistake in the program, and Key
// panics.
func Key(parts ...any) string {
	var buf [128]byte
	return string(appendKey(buf[:0], parts))
}

// Under is the range of all keys that begin with these parts; of all keys, where there are none.
func Under(parts ...any) Range {
	prefix := Key(parts...)
	return Range{From: prefix, To: successor(prefix)}
}

// successor returns the lowest string above all that begin with prefix, and "" for "".
func successor(prefix string) string {
	for i := len(prefix) - 1; i >= 0; i-- {
		if prefix[i] < 0xff {
			return prefix[:i] + string([]byte{prefix[i] + 1})
		}
	}
	return ""
}

func appendKey(b []byte, parts []any) []byte {
	for i, part := range parts {
		switch p := part.(type) {
		case string:
			b = appendString(append(b, tagString), p)
		case int64:
			b = appendInt(b, p)
		case int:
			b = appendInt(b, int64(p))
		case uint64:
			b = appendUint(b, p)
		case time.Time:
			b = binary.BigEndian.AppendUint64(append(b, tagTime), uint64(p.Unix())^signBit)
			b = binary.BigEndian.AppendUint32(b, uint32(p.Nanosecond()))
		case bool:
			b = appendBool(b, p)
		case []byte:
			b = appendString(append(b, tagBytes), p)
		default:
			b = appendNamed(b, i, reflect.ValueOf(part))
		}
	}
	return b
}

// appendNamed takes the types that programs make from the basic ones, such as ids.
func appendNamed(b []byte, i int, v reflect.Value) []byte {
	switch {
	case v.Kind() == reflect.String:
		return appendString(append(b, tagString), v.String())
	case v.CanInt():
		return appendInt(b, v.Int())
	case v.CanUint():
		return appendUint(b, v.Uint())
	case v.Kind() == reflect.Bool:
		return appendBool(b, v.Bool())
	}
	panic("store: part " + strconv.Itoa(i+1) + " of a key is " + typeName(v) + ", and that has no order to sort by")
}

func typeName(v reflect.Value) string {
	if !v.IsValid() {
		return "nil"
	}
	return "a " + v.Type().String()
}

func appendBool(b []byte, v bool) []byte {
	if v {
		return append(b, tagTrue)
	}
	return append(b, tagFalse)
}

func appendInt(b []byte, v int64) []byte {
	if v < 0 {
		return binary.BigEndian.AppendUint64(append(b, tagNegative), uint64(v))
	}
	return appendUint(b, uint64(v))
}

func appendUint(b []byte, v uint64) []byte {
	return binary.BigEndian.AppendUint64(append(b, tagNumber), v)
}

func appendString[S string | []byte](b []byte, s S) []byte {
	start := 0
	for i := range len(s) {
		if s[i] == 0 {
			b = append(append(b, s[start:i+1]...), 0xff)
			start = i + 1
		}
	}
	return append(append(b, s[start:]...), 0, 0)
}

// Split takes a key apart again: into holds one pointer for each part, to a type that Key takes, or nil to pass a part
// over. Times come back in UTC. After an error the pointers may or may not have been set.
func Split(key string, into ...any) error {
	rest := key
	for i, p := range into {
		part, tail, err := cut(rest)
		if err == nil {
			err = part.decode(p)
		}
		if err != nil {
			return fmt.Errorf("part %d of key %s: %w", i+1, FormatKey(key), err)
		}
		rest = tail
	}
	if rest != "" {
		return fmt.Errorf("key %s has more than the %d parts asked for: %w", FormatKey(key), len(into), errKey)
	}
	return nil
}

// part is one encoded part: its tag, and its bytes without tag and terminator.
type part struct {
	tag  byte
	body string
}

// cut takes the first part off a key.
func cut(key string) (p part, rest string, err error) {
	if key == "" {
		return part{}, "", fmt.Errorf("missing: %w", errKey)
	}
	tag, rest := key[0], key[1:]
	n, skip := 0, 0
	switch tag {
	case tagFalse, tagTrue:
	case tagNegative, tagNumber:
		n = 8
	case tagTime:
		n = 12
	case tagString, tagBytes:
		n, skip = stringEnd(rest), 2
	default:
		return part{}, "", fmt.Errorf("unknown tag %#x: %w", tag, errKey)
	}
	if n < 0 || n+skip > len(rest) {
		return part{}, "", fmt.Errorf("cut short: %w", errKey)
	}
	return part{tag, rest[:n]}, rest[n+skip:], nil
}

// stringEnd finds the terminator, and gives -1 where there is none or an escape is broken.
func stringEnd(s string) int {
	for at := 0; ; {
		i := strings.IndexByte(s[at:], 0)
		if i < 0 || at+i+1 >= len(s) {
			return -1
		}
		at += i
		switch s[at+1] {
		case 0:
			return at
		case 0xff:
			at += 2
		default:
			return -1
		}
	}
}

func (p part) decode(into any) error {
	fits := false
	switch v := into.(type) {
	case nil:
		return nil
	case *string:
		if fits = p.tag == tagString; fits {
			*v = p.text()
		}
	case *int64:
		*v, fits = p.int()
	case *uint64:
		*v, fits = p.uint()
	case *time.Time:
		if fits = p.tag == tagTime; fits {
			*v = p.time()
		}
	case *[]byte:
		if fits = p.tag == tagBytes; fits {
			*v = []byte(p.text())
		}
	default:
		return p.decodeNamed(reflect.ValueOf(into))
	}
	if !fits {
		return p.mismatch(reflect.TypeOf(into).Elem())
	}
	return nil
}

func (p part) decodeNamed(ptr reflect.Value) error {
	if ptr.Kind() != reflect.Pointer || ptr.IsNil() {
		return fmt.Errorf("store: Split needs a pointer, not %s", typeName(ptr))
	}
	v := ptr.Elem()
	i, isInt := p.int()
	u, isUint := p.uint()
	switch {
	case v.Kind() == reflect.String && p.tag == tagString:
		v.SetString(p.text())
	case v.CanInt() && isInt && !v.OverflowInt(i):
		v.SetInt(i)
	case v.CanUint() && isUint && !v.OverflowUint(u):
		v.SetUint(u)
	case v.Kind() == reflect.Bool && (p.tag == tagTrue || p.tag == tagFalse):
		v.SetBool(p.tag == tagTrue)
	default:
		return p.mismatch(v.Type())
	}
	return nil
}

func (p part) mismatch(want reflect.Type) error {
	return fmt.Errorf("store: %s does not fit into %s", p, want)
}

func (p part) text() string { return strings.ReplaceAll(p.body, "\x00\xff", "\x00") }

// int and uint give the part's number, and whether it is one of that type.
func (p part) int() (int64, bool) {
	if p.tag != tagNegative && p.tag != tagNumber {
		return 0, false
	}
	n := int64(be64(p.body))
	return n, n < 0 == (p.tag == tagNegative)
}

func (p part) uint() (uint64, bool) {
	if p.tag != tagNumber {
		return 0, false
	}
	return be64(p.body), true
}

func (p part) time() time.Time {
	nanos := uint32(p.body[8])<<24 | uint32(p.body[9])<<16 | uint32(p.body[10])<<8 | uint32(p.body[11])
	return time.Unix(int64(be64(p.body)^signBit), int64(nanos)).UTC()
}

func be64(s string) (n uint64) {
	for i := range 8 {
		n = n<<8 | uint64(s[i])
	}
	return n
}

// String shows the part as a person would write it.
func (p part) String() string {
	switch p.tag {
	case tagFalse, tagTrue:
		return strconv.FormatBool(p.tag == tagTrue)
	case tagNegative:
		return strconv.FormatInt(int64(be64(p.body)), 10)
	case tagNumber:
		return strconv.FormatUint(be64(p.body), 10)
	case tagTime:
		return p.time().Format(time.RFC3339Nano)
	case tagString:
		return strconv.Quote(p.text())
	}
	return fmt.Sprintf("%x", p.text())
}

// FormatKey shows a key for an error text: ("chat", 17). What Key did not make is shown quoted. Long keys are cut.
func FormatKey(key string) string {
	const longest = 200
	shown, ok := formatParts(key)
	if !ok {
		shown = strconv.Quote(key)
	}
	if len(shown) > longest {
		return strings.ToValidUTF8(shown[:longest], "") + "…"
	}
	return shown
}

func formatParts(key string) (string, bool) {
	var shown []string
	for rest := key; rest != ""; {
		p, tail, err := cut(rest)
		if err != nil {
			return "", false
		}
		shown = append(shown, p.String())
		rest = tail
	}
	return "(" + strings.Join(shown, ", ") + ")", true
}
