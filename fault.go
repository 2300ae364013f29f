package main

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// A fault is one thing that is wrong with config.yaml. Line is 0 where it has no place in the file.
type fault struct {
	line, column int
	what         string
}

// faultsOf turns the errors of the YAML library into sentences that say what was found and what would be right.
func faultsOf(err error, d *document) []fault {
	if err == nil {
		return nil
	}
	many, ok := errors.AsType[*yaml.LoadErrors](err)
	if !ok {
		one, ok := errors.AsType[*yaml.LoadError](err)
		if !ok {
			return []fault{{what: err.Error()}}
		}
		many = &yaml.LoadErrors{Errors: []*yaml.LoadError{one}}
	}
	var faults []fault
	for _, e := range many.Errors {
		faults = append(faults, fault{e.Mark.Line, e.Mark.Column, explain(e.Message, d)})
	}
	return faults
}

var (
	unknownField = regexp.MustCompile(`^field (\S+) not found in type`)
	wrongType    = regexp.MustCompile("^cannot construct !!\\S+(?: `(.*)`)? into (.+)$")
)

func explain(message string, d *document) string {
	if m := unknownField.FindStringSubmatch(message); m != nil {
		text := fmt.Sprintf("there is no setting %q", m[1])
		if near := nearestSetting(m[1], d); near != "" {
			text += fmt.Sprintf("; did you mean %q?", near)
		}
		return text
	}
	if m := wrongType.FindStringSubmatch(message); m != nil {
		found := "something else"
		switch {
		case strings.Contains(m[1], "://"): // addresses hold keys
			found = "an address"
		case m[1] != "":
			found = fmt.Sprintf("%q", m[1])
		}
		return fmt.Sprintf("found %s, expected %s", found, kindName(m[2]))
	}
	return message
}

func kindName(goType string) string {
	switch {
	case goType == "time.Duration":
		return "a length of time such as 30s, 5m or 2h"
	case goType == "int":
		return "a whole number"
	case goType == "bool":
		return "true or false"
	case goType == "string", goType == "bot.Lang":
		return "a text"
	case strings.HasPrefix(goType, "[]"):
		return `a list such as ["六点二十*"]`
	}
	return "a section with settings of its own"
}

func nearestSetting(name string, d *document) string {
	if d == nil {
		return ""
	}
	var words []string
	for _, l := range d.leaves() {
		words = append(words, strings.Split(l.path, ".")...)
	}
	best, limit := "", max(2, len(name)/2)
	for _, w := range words {
		if n := edits(name, w); n < limit {
			best, limit = w, n
		}
	}
	return best
}

// edits is the number of letters to add, drop or change.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// at gives a fault the place of a setting in the file, where the file has it.
func (d *document) at(path, what string) fault {
	f := fault{what: path + ": " + what}
	node := d.root
	if node == nil || len(node.Content) == 0 {
		return f
	}
	node = node.Content[0]
	for _, word := range strings.Split(path, ".") {
		i := 0
		for ; i+1 < len(node.Content) && node.Content[i].Value != word; i += 2 {
		}
		if i+1 >= len(node.Content) {
			break
		}
		node = node.Content[i+1]
		f.line, f.column = node.Line, node.Column
	}
	return f
}

// report puts faults into one error, a line each: file:line:column: what.
func (d *document) report(file string, faults []fault) error {
	slices.SortStableFunc(faults, func(a, b fault) int { return a.line - b.line })
	var lines []string
	for _, f := range faults {
		if f.line == 0 {
			lines = append(lines, f.what)
			continue
		}
		lines = append(lines, fmt.Sprintf("%s:%d:%d: %s", file, f.line, f.column, f.what))
	}
	return errors.New(strings.Join(lines, "\n"))
}
