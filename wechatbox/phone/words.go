package phone

import (
	"fmt"
	"net/http"
	"strings"
)

// lang is a language of the page.
type lang string

const (
	chinese lang = "zh"
	english lang = "en"
)

// words are the texts of the page in one language.
type words map[string]string

func langOf(r *http.Request) lang {
	if r.URL.Query().Get("lang") == string(english) {
		return english
	}
	return chinese
}

func (d *Desk) wordsOf(r *http.Request) words { return d.words[langOf(r)] }

// allWords reads words.tsv: a key, the Chinese and the English a line.
func allWords() map[lang]words {
	table, err := web.ReadFile("web/words.tsv")
	if err != nil {
		panic("phone: " + err.Error()) // embedded: only a wrong name above can fail
	}
	all := map[lang]words{chinese: {}, english: {}}
	for i, line := range strings.Split(strings.TrimSpace(string(table)), "\n") {
		row := strings.Split(line, "\t")
		if len(row) != 3 || all[chinese][row[0]] != "" {
			panic(fmt.Sprintf("phone: words.tsv:%d: a key of its own, the Chinese and the English are needed", i+1))
		}
		all[chinese][row[0]], all[english][row[0]] = row[1], row[2]
	}
	return all
}

// scriptWords are those that the script says by itself.
func scriptWords(ws words) map[string]string {
	some := map[string]string{}
	for key, text := range ws {
		if strings.HasPrefix(key, "js.") {
			some[key] = text
		}
	}
	return some
}
