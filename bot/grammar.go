package bot

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// param is one word of Command.Args.
type param struct {
	name     string
	required bool
	rest     bool
}

// parseGrammar reads Command.Args: "<谁> [理由...]".
func parseGrammar(args string) ([]param, error) {
	var ps []param
	for _, word := range strings.Fields(args) {
		p, err := parseParam(word)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(ps, func(o param) bool { return o.name == p.name }) {
			return nil, fmt.Errorf("%s is there twice", p.name)
		}
		if n := len(ps); n > 0 {
			if ps[n-1].rest {
				return nil, fmt.Errorf("%s stands after %s, which takes the rest", word, ps[n-1].name)
			}
			if p.required && !ps[n-1].required {
				return nil, fmt.Errorf("%s is required but stands after an optional one", word)
			}
		}
		ps = append(ps, p)
	}
	return ps, nil
}

func parseParam(word string) (param, error) {
	p := param{required: strings.HasPrefix(word, "<")}
	pair := "[]"
	if p.required {
		pair = "<>"
	}
	inner, opened := strings.CutPrefix(word, pair[:1])
	inner, closed := strings.CutSuffix(inner, pair[1:])
	if !opened || !closed || inner == "" {
		return p, fmt.Errorf("%q is neither <required> nor [optional]", word)
	}
	p.name, p.rest = strings.CutSuffix(inner, "...")
	if p.name == "" {
		return p, fmt.Errorf("%q has no name", word)
	}
	return p, nil
}

// parseArgs gives each param its part of text. It fails where a required one is missing or something is left over.
func parseArgs(ps []param, text string) (map[string]string, bool) {
	values := make(map[string]string, len(ps))
	text = strings.TrimSpace(text)
	for _, p := range ps {
		word, after := cutWord(text)
		if p.rest {
			word, after = text, ""
		}
		if word == "" {
			if p.required {
				return nil, false
			}
			break
		}
		values[p.name], text = word, after
	}
	return values, text == ""
}

// cutWord cuts the first word. A mention (@name) ends at the mark WeChat puts after it, so that names may hold blanks.
func cutWord(s string) (word, rest string) {
	if strings.HasPrefix(s, "@") {
		if name, after, ok := strings.Cut(s, "\u2005"); ok {
			return name, strings.TrimSpace(after)
		}
	}
	i := strings.IndexFunc(s, unicode.IsSpace)
	if i < 0 {
		return s, ""
	}
	return s[:i], strings.TrimSpace(s[i:])
}

// usage is how the command is written in a language.
func (cmd *Command) usage(l Lang) string {
	if cmd.Args == "" {
		return "/" + cmd.called(l)
	}
	return "/" + cmd.called(l) + " " + cmd.Args
}
