package onebot

import "strings"

var (
	cqText  = strings.NewReplacer("&#91;", "[", "&#93;", "]", "&amp;", "&")
	cqValue = strings.NewReplacer("&#91;", "[", "&#93;", "]", "&#44;", ",", "&amp;", "&")
)

// parseCQ reads a message as a string with CQ codes: 你好[CQ:at,qq=10001] ok. What looks like a code and is none is text.
func parseCQ(s string) (list []segment) {
	text := func(t string) {
		if t != "" {
			list = append(list, segment{Type: "text", Data: segmentData{Text: loose(cqText.Replace(t))}})
		}
	}
	for len(list) < maxSegments {
		from := strings.Index(s, "[CQ:")
		if from < 0 {
			break
		}
		length := strings.IndexByte(s[from:], ']')
		if length < 0 {
			break
		}
		seg, ok := parseCode(s[from+len("[CQ:") : from+length])
		if !ok {
			from += len("[CQ:")
			text(s[:from])
			s = s[from:]
			continue
		}
		text(s[:from])
		list = append(list, seg)
		s = s[from+length+1:]
	}
	text(s)
	return list
}

// parseCode reads what stands within the brackets: type,key=value,…
func parseCode(code string) (seg segment, ok bool) {
	name, rest, _ := strings.Cut(code, ",")
	if name == "" || strings.ContainsAny(name, "[= ") {
		return seg, false
	}
	seg.Type = name
	for rest != "" {
		var pair string
		pair, rest, _ = strings.Cut(rest, ",")
		key, value, _ := strings.Cut(pair, "=")
		seg.Data.set(key, cqValue.Replace(value))
	}
	return seg, true
}
