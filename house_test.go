package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"sixtwenty/bot"
	"sixtwenty/handlers"
)

// A source is one Go file of this module.
type source struct {
	path string // from the root
	pkg  string // its folder; "." is main
	test bool
	file *ast.File
}

func sources(t *testing.T) []source {
	t.Helper()
	var list []source
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name != "." && (strings.HasPrefix(d.Name(), ".") || hasModule(name) || d.Name() == "testdata") {
				return filepath.SkipDir
			}
			return nil
		}
		if path.Ext(name) != ".go" {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		list = append(list, source{name, path.Dir(name), strings.HasSuffix(name, "_test.go"), file})
		return nil
	})
	if err != nil || len(list) == 0 {
		t.Fatalf("reading the sources: %v, %d files", err, len(list))
	}
	return list
}

// hasModule says whether a folder is a module of its own: bench and tools are outside the house.
func hasModule(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	return err == nil
}

func imports(f *ast.File) []string {
	var list []string
	for _, spec := range f.Imports {
		name, _ := strconv.Unquote(spec.Path.Value)
		list = append(list, name)
	}
	return list
}

// mayImport says which folders of ours a package may import: four floors, and no arrow up.
func mayImport(from, to string) bool {
	switch {
	case from == ".": // main knows everything
		return true
	case to == "bot/bottest" || to == "store/storetest":
		return from == "bot/bottest" // kits for tests, which are not looked at here
	case within(from, "handlers"):
		if from == "handlers" {
			return to == "bot" || to == "pictures" || within(to, "handlers") // one Studio for all of them
		}
		return slices.Contains([]string{"bot", "store", "schedules", "pictures", "audio", "sheets", "qr"}, to)
	case within(from, "console"):
		return slices.Contains([]string{"bot", "store", "schedules", "pictures", "audio", "sheets", "pinyin"}, to) ||
			from == "console" && within(to, "console")
	case from == "bot/bottest":
		return to == "bot" || to == "store"
	case within(from, "bot/wechat") || within(from, "bot/onebot"):
		return to == "bot" || to == "store"
	case from == "bot":
		return to == "store" || to == "schedules"
	case from == "store/bolt" || from == "store/storetest" || from == "backup":
		return within(to, "store")
	case from == "archive":
		return to == "store"
	case within(from, "wechatbox"):
		return within(to, "wechatbox")
	}
	return false // store, schedules, pictures, audio, qr, control and alarm stand on the ground
}

func within(p, root string) bool { return p == root || strings.HasPrefix(p, root+"/") }

func TestNoArrowRunsUp(t *testing.T) {
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		for _, name := range imports(s.file) {
			to, ours := strings.CutPrefix(name, "sixtwenty/")
			if ours && !mayImport(s.pkg, to) {
				t.Errorf("%s imports %s, which runs up or across the house", s.path, name)
			}
		}
	}
}

// TestOneDoorPerLibrary keeps each library behind one package.
func TestOneDoorPerLibrary(t *testing.T) {
	doors := map[string]string{
		"github.com/eatmoreapple/openwechat":    "bot/wechat",
		"go.etcd.io/bbolt":                      "store/bolt",
		"github.com/robfig/cron/v3":             "schedules",
		"github.com/6tail/lunar-go/HolidayUtil": "schedules",
		"github.com/tcolgate/mp3":               "audio",
		"github.com/makiuchi-d/gozxing":         "qr",
		"go.yaml.in/yaml/v4":                    ".",
		"github.com/alecthomas/kong":            ".",
		"github.com/nicholas-fedor/shoutrrr":    "alarm",
		"github.com/go-text/typesetting":        "pictures",
		"golang.org/x/image":                    "pictures",
		"github.com/coder/websocket":            "bot/onebot",
		"golang.org/x/crypto":                   "console/door",
		"github.com/mozillazg/go-pinyin":        "pinyin",
	}
	seen := map[string]bool{}
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		for _, name := range imports(s.file) {
			lib := libraryOf(doors, name)
			if door, ok := doors[lib]; ok {
				seen[lib] = true
				if s.pkg != door && s.pkg != path.Join(door, path.Base(door)+"test") { // the other side, in its kit of tests
					t.Errorf("%s imports %s, which belongs to %s alone", s.path, name, door)
				}
			}
		}
	}
	for name := range doors {
		if !seen[name] {
			t.Errorf("nobody imports %s", name)
		}
	}
}

// libraryOf is the library that a package belongs to, if it has a door.
func libraryOf(doors map[string]string, pkg string) string {
	for lib := range doors {
		if within(pkg, lib) {
			return lib
		}
	}
	return ""
}

func TestEveryPackageSaysWhatItIsFor(t *testing.T) {
	said := map[string]bool{}
	for _, s := range sources(t) {
		if !s.test {
			said[s.pkg] = said[s.pkg] || s.file.Doc != nil
		}
	}
	for _, pkg := range slices.Sorted(maps.Keys(said)) {
		if !said[pkg] {
			t.Errorf("package %s has no comment", pkg)
		}
	}
}

// TestNothingHappensBeforeMain: what registers itself cannot be read in one list.
func TestNothingHappensBeforeMain(t *testing.T) {
	for _, s := range sources(t) {
		for _, decl := range s.file.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
				t.Errorf("%s has an init function", s.path)
			}
		}
	}
}

var verb = regexp.MustCompile(`%(\[\d+\])?[-+# 0]*[\d.]*([a-z%])`)

// TestBothLanguagesSayTheSame: every bot.Text has both, with the same arguments.
func TestBothLanguagesSayTheSame(t *testing.T) {
	n := 0
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		ast.Inspect(s.file, func(node ast.Node) bool {
			lit, ok := node.(*ast.CompositeLit)
			if !ok || !isText(lit.Type) {
				return true
			}
			n++
			zh, en := languages(lit)
			if zh == "" || en == "" {
				t.Errorf("%s: a text lacks a language: zh %q, en %q", s.path, zh, en)
			}
			if a, b := verbs(zh), verbs(en); !slices.Equal(a, b) {
				t.Errorf("%s: the languages take other arguments: %q %v, %q %v", s.path, zh, a, en, b)
			}
			return true
		})
	}
	if n < 50 {
		t.Errorf("only %d texts were found; is the test blind?", n)
	}
}

func isText(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name == "Text"
	case *ast.SelectorExpr:
		x, ok := e.X.(*ast.Ident)
		return ok && x.Name == "bot" && e.Sel.Name == "Text"
	}
	return false
}

func languages(lit *ast.CompositeLit) (zh, en string) {
	for i, e := range lit.Elts {
		name := []string{"ZH", "EN"}[min(i, 1)]
		if kv, ok := e.(*ast.KeyValueExpr); ok {
			name, e = kv.Key.(*ast.Ident).Name, kv.Value
		}
		text := "?" // not a literal: nothing to compare
		if b, ok := e.(*ast.BasicLit); ok {
			text, _ = strconv.Unquote(b.Value)
		}
		if name == "ZH" {
			zh = text
		} else {
			en = text
		}
	}
	return zh, en
}

// verbs lists a format's arguments as position and verb, in order of position.
func verbs(format string) []string {
	var list []string
	next := 1
	for _, m := range verb.FindAllStringSubmatch(format, -1) {
		if m[2] == "%" {
			continue
		}
		at := next
		if m[1] != "" {
			at, _ = strconv.Atoi(strings.Trim(m[1], "[]"))
		}
		next = at + 1
		list = append(list, strconv.Itoa(at)+m[2])
	}
	slices.Sort(list)
	return list
}

// TestGuidesNameEveryCommand keeps both guides complete.
func TestGuidesNameEveryCommand(t *testing.T) {
	for _, name := range []string{"docs/guide.md", "docs/guide.zh-CN.md"} {
		guide, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range handlers.All("") {
			for _, cmd := range f.Commands {
				if !strings.Contains(string(guide), "`"+cmd.Usage(bot.ZH)+"`") {
					t.Errorf("%s lacks `%s`", name, cmd.Usage(bot.ZH))
				}
			}
		}
	}
}
