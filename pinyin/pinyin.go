// Package pinyin writes Chinese names as people type them who look for somebody: in full (zhangsan), and by initials (zs).
package pinyin

import (
	"slices"
	"strings"
	"unicode"

	"github.com/mozillazg/go-pinyin"
)

const (
	// maxRunes bounds what is read of one name.
	maxRunes = 32
	// maxWays bounds the readings of a name: 单 is shàn in a surname and dān elsewhere.
	maxWays = 6
)

// Of gives the ways to type a name, in full and by initials, in lower case; none where nothing in it is Chinese. What is not
// Chinese stands for itself.
func Of(name string) (ways []string) {
	full, short, chinese, n := []string{""}, []string{""}, false, 0
	for _, r := range name {
		if n++; n > maxRunes {
			break
		}
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			continue
		}
		read := readings(r)
		chinese = chinese || read != nil
		if read == nil {
			read = []string{string(unicode.ToLower(r))}
		}
		full, short = spread(full, read), spread(short, initials(read))
	}
	if !chinese {
		return nil
	}
	return append(full, short...)
}

// spread appends each of the readings to each of the ways, as far as there is room.
func spread(ways, readings []string) (all []string) {
	for i, read := range readings {
		for _, way := range ways {
			if i == 0 || len(all) < maxWays {
				all = append(all, way+read)
			}
		}
	}
	return all
}

func readings(r rune) (list []string) {
	if !unicode.Is(unicode.Han, r) {
		return nil
	}
	return distinct(pinyin.SinglePinyin(r, pinyin.Args{Heteronym: true}))
}

func initials(readings []string) (list []string) {
	for _, read := range readings {
		first := []rune(read)[0]
		list = append(list, string(first))
	}
	return distinct(list)
}

func distinct(list []string) (out []string) {
	for _, s := range list {
		if s = strings.ReplaceAll(s, "ü", "v"); s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}
