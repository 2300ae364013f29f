package main

import (
	"errors"
	"fmt"
	"go/ast"
	"go/token"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"sixtwenty/handlers"
	"sixtwenty/store"
	"sixtwenty/store/bolt"
)

// TestACommunityMovesToAnotherAccount: what the boards said before, they say after the move, to people whom the new account
// names otherwise and whom the bot finds again by what they are known by.
func TestACommunityMovesToAnotherAccount(t *testing.T) {
	from, to, file := t.TempDir(), t.TempDir(), filepath.Join(t.TempDir(), "club.jsonl")
	l := live(t, from)
	l.signIn(t)
	l.habits(t)
	check(t, l.box.SetRemark("xiaoliu", "linlaoshi", "房东太太"))
	l.says(t, "xiaoliu", "/设置 group.day_begins 5")
	questions := map[string]string{"xiaoming": "/打卡榜", "ajie": "/邀请榜", "susu": "/我的邀请", "xiaohong": "/我的打卡"}
	answers := map[string]string{}
	for who, q := range questions {
		answers[who] = l.says(t, who, q)
	}
	mustRun(t, "export", file, "--data", from) // while it runs
	l.stop()
	again := filepath.Join(t.TempDir(), "again.jsonl")
	mustRun(t, "export", again, "--data", from) // and while it does not
	if a, b := withoutHead(t, file), withoutHead(t, again); a != b {
		t.Error("the archive of the running bot is another than that of the stopped one")
	}
	if db, err := os.ReadFile(databaseOf(from)); err != nil || !strings.Contains(string(db), "房东太太") {
		t.Errorf("the test is blind: the remark is not in the database either, %v", err)
	}
	text := withoutHead(t, file)
	for _, word := range []string{"房东太太", "session", "@@", "skey", "pass_ticket", `"role"`, "打卡成功"} {
		if strings.Contains(strings.ToLower(text), word) {
			t.Errorf("the archive holds %q", word)
		}
	}

	mustRun(t, "import", file, "--data", to)
	if left := content(t, to); len(left) > 0 {
		t.Errorf("the dry run left %v", left)
	}
	mustRun(t, "import", file, "--data", to, "--yes")
	m := live(t, to)
	check(t, m.box.Invite("susu", club, "xiaohong", "dawei", "xiaofang")) // the same people, before the bot came
	m.signIn(t)
	for who, q := range questions {
		if got := m.says(t, who, q); got != answers[who] {
			t.Errorf("%s asks %s and hears\n%s\nbefore the move it was\n%s", who, q, got, answers[who])
		}
	}
	if got := m.says(t, "xiaoliu", "/设置"); !strings.Contains(got, "* group.day_begins = 5") {
		t.Errorf("what the owner set is gone: %s", got)
	}
}

func withoutHead(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	check(t, err)
	_, text, _ := strings.Cut(string(b), "\n")
	return text
}

// exported is a data folder and its archive.
func exported(t *testing.T) (data, file string) {
	t.Helper()
	data, file = t.TempDir(), filepath.Join(t.TempDir(), "club.jsonl")
	l := live(t, data)
	l.signIn(t)
	l.habits(t)
	l.stop()
	mustRun(t, "export", file, "--data", data)
	return data, file
}

func TestImportTakesAllOrNothing(t *testing.T) {
	data, file := exported(t)
	good, err := os.ReadFile(file)
	check(t, err)
	before := content(t, data)
	lines := strings.SplitAfter(string(good), "\n")
	for name, tt := range map[string]struct {
		text string
		want []string
	}{
		"bad lines": {
			strings.Join(lines[:3], "") + "nonsense\n" + strings.Join(lines[3:6], "") + `{"table":"bot/roles","key":["p"],"value":{}}` + "\n" + strings.Join(lines[6:], ""),
			[]string{"line 4: ", `line 8: rows of the table "bot/roles" are not taken`},
		},
		"cut":     {strings.Join(lines[:5], ""), []string{"line 6: the archive ends without its last line"}},
		"version": {strings.Replace(string(good), `"version":1`, `"version":9`, 1), []string{"line 1: the archive is of version 9"}},
		"schema":  {strings.Replace(string(good), fmt.Sprintf(`"schema":%d`, newest()), `"schema":99`, 1), []string{"line 1: ", "newer version"}},
		"another": {"六点二十\n", []string{"line 1: this is no archive"}},
	} {
		bad := filepath.Join(t.TempDir(), "bad.jsonl")
		check(t, os.WriteFile(bad, []byte(tt.text), 0o600))
		t.Run(name, func(t *testing.T) {
			refused(t, append(tt.want, "nothing was imported"), "import", bad, "--data", data, "--yes", "--replace")
		})
	}
	check(t, os.WriteFile(file, append(good, '\n'), 0o600))
	refused(t, []string{"not what its checksum says"}, "import", file, "--data", data, "--yes")
	refused(t, []string{"no such file"}, "import", filepath.Join(data, "none"), "--data", data)
	unchanged(t, data, before)
	check(t, os.WriteFile(file, good, 0o600))
	live(t, data)
	refused(t, []string{"正在运行"}, "import", file, "--data", data)
}

func TestImportOverWhatIsThere(t *testing.T) {
	data, file := exported(t)
	if out := mustRun(t, "import", file, "--data", data); !strings.Contains(out, "没有不同") {
		t.Errorf("what was just exported differs:\n%s", out)
	}
	l := live(t, data)
	l.out.find(t, regexp.MustCompile(`(在线)`))
	l.says(t, "laozhou", "打卡")
	at := l.box.Clock().Now()
	l.stop()
	after := boards(t, databaseOf(data), at)
	before := content(t, data)
	out := mustRun(t, "import", file, "--data", data)
	if !regexp.MustCompile(`checkin/counts +~1 `).MatchString(out) || strings.Contains(out, "−") && !strings.Contains(out, "− 没有了") {
		t.Errorf("the dry run says:\n%s", out)
	}
	refused(t, []string{"--replace"}, "import", file, "--data", data, "--yes")
	unchanged(t, data, before)
	if out := mustRun(t, "import", file, "--data", data, "--replace"); !regexp.MustCompile(`checkin/days +−1 `).MatchString(out) {
		t.Errorf("the dry run says:\n%s", out)
	}
	unchanged(t, data, before)
	out = mustRun(t, "import", file, "--data", data, "--replace", "--yes")
	kept := regexp.MustCompile(`kept as: (.*)`).FindStringSubmatch(out)
	if kept == nil || boards(t, kept[1], at) != after {
		t.Errorf("the old database is not kept:\n%s", out)
	}
	if got := boards(t, databaseOf(data), at); got == after || strings.Contains(got, "老周") {
		t.Errorf("after the import:\n%s", got)
	}
	if got := content(t, data); len(got) != len(before)+1 {
		t.Errorf("%d files became %d", len(before), len(got))
	}
	live(t, data).out.find(t, regexp.MustCompile(`(在线)`)) // the sign-in is untouched
}

// TestExportTakesMediaThatRowsName and no others.
func TestExportTakesMediaThatRowsName(t *testing.T) {
	data, file, to := t.TempDir(), filepath.Join(t.TempDir(), "club.jsonl"), t.TempDir()
	l := live(t, data)
	named, err := store.Blobs{DB: l.db}.Put(t.Context(), strings.NewReader("a picture"), 100)
	check(t, err)
	lone, err := store.Blobs{DB: l.db}.Put(t.Context(), strings.NewReader("nobody's"), 100)
	check(t, err)
	check(t, l.db.Update(t.Context(), func(tx store.Tx) error {
		return store.Table[map[string]string]("checkin/pictures").Put(tx, map[string]string{"media": named.Sum}, "g1")
	}))
	l.stop()
	mustRun(t, "export", file, "--data", data)
	if strings.Contains(withoutHead(t, file), `"blob"`) {
		t.Error("media are exported without --media")
	}
	mustRun(t, "export", file, "--data", data, "--media", "--force")
	mustRun(t, "import", file, "--data", to, "--yes")
	db, err := bolt.Look(databaseOf(to), schema())
	check(t, err)
	defer db.Close()
	blobs := store.Blobs{DB: account(db)}
	r, err := blobs.Open(t.Context(), named.Sum)
	check(t, err)
	if got, err := io.ReadAll(r); string(got) != "a picture" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	if _, err := blobs.Open(t.Context(), lone.Sum); !errors.Is(err, store.ErrNoBlob) {
		t.Errorf("a blob that no row names came along: %v", err)
	}
}

// TestEveryTableIsCarriedOrLeft: whoever adds a table says whether it moves to another account.
func TestEveryTableIsCarriedOrLeft(t *testing.T) {
	declared, tableName := map[string]bool{}, tableShape()
	for _, s := range sources(t) {
		if s.test || !within(s.pkg, "bot") && !within(s.pkg, "handlers") && !within(s.pkg, "console") {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if name, err := strconv.Unquote(lit.Value); err == nil && tableName.MatchString(name) {
					declared[name] = true
				}
			}
			return true
		})
	}
	names := map[string]string{}
	for _, t := range carried() {
		names[t.Name] = "carried"
	}
	for name := range left() {
		names[name] = "left"
	}
	take := takes(handlers.All(""))
	for name := range declared {
		feature := !strings.HasPrefix(name, "bot/") && !strings.HasPrefix(name, "wechat/") && !strings.HasPrefix(name, "console/")
		if names[name] == "" && !feature {
			t.Errorf("the table %s is neither carried nor left: say so in tables.go", name)
		}
		if got, want := take(name), names[name] != "left"; got != want {
			t.Errorf("takes(%s) is %v, expected %v", name, got, want)
		}
	}
	for name, is := range names {
		if !declared[name] {
			t.Errorf("the table %s is %s, and nobody has it", name, is)
		}
	}
	for _, name := range []string{"", "checkin", "blobs", "nobody/rows", "bot/new"} {
		if take(name) {
			t.Errorf("a table %q is taken", name)
		}
	}
}

// tableShape says what the name of a table looks like: its owner's name is before it.
func tableShape() *regexp.Regexp {
	owners := []string{"bot", "wechat", "console"}
	for _, f := range handlers.All("") {
		owners = append(owners, f.Name)
	}
	return regexp.MustCompile(`^(` + strings.Join(owners, "|") + `)/[a-z/]+$`)
}
