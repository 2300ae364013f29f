package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"sixtwenty/bot"
	"sixtwenty/handlers"
)

func configFile(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// TestShippedConfigHasEverySetting: each with its default, so that the file is the reference.
func TestShippedConfigHasEverySetting(t *testing.T) {
	var tree map[string]any
	if err := yaml.Load(shipped, &tree); err != nil {
		t.Fatal(err)
	}
	d := newDocument(handlers.All(""))
	for _, l := range d.leaves() {
		if !has(tree, strings.Split(l.path, ".")) {
			t.Errorf("config.yaml lacks %s", l.path)
		}
	}
	s, err := readConfig("", handlers.All(""), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range handlers.All("") {
		if f.Settings != nil && fmt.Sprintf("%+v", s.features[f.Name]) != fmt.Sprintf("%+v", f.Settings) { // an empty list is none
			t.Errorf("config.yaml says %+v of %s, the feature's default is %+v", s.features[f.Name], f.Name, f.Settings)
		}
	}
	if got := s.features["group"]; got != bot.DefaultGroupSettings() {
		t.Errorf("config.yaml says %+v of group, the default is %+v", got, bot.DefaultGroupSettings())
	}
}

func has(tree map[string]any, path []string) bool {
	v, ok := tree[path[0]]
	if !ok || len(path) == 1 {
		return ok
	}
	sub, ok := v.(map[string]any)
	return ok && has(sub, path[1:])
}

func TestConfigFaultsSayWhereAndWhat(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"unknown", "listen: 127.0.0.1:1\ngroops: []\n", `:2:1: there is no setting "groops"; did you mean "groups"?`},
		{"unknown in a feature", "onboarding:\n  welcom: x\n", `:2:3: there is no setting "welcom"; did you mean "welcome"?`},
		{"length of time", "pace:\n  gap: 1x\n", `:2:8: found "1x", expected a length of time such as 30s, 5m or 2h`},
		{"number", "group:\n  day_begins: 4.5\n", `:2:15: found "4.5", expected a whole number`},
		{"hour", "group:\n  day_begins: 40\n", `:2:15: group.day_begins: day_begins: 40 is not an hour from 0 to 12`},
		{"zone", "group:\n  zone: Mars/Base\n", `:2:9: group.zone: zone: "Mars/Base" is not known`},
		{"endpoint", "account:\n  endpoint: wx.qq.com\n", `:2:13: account.endpoint: found "wx.qq.com", expected "box"`},
		{"pattern", `groups: ["a[b"]`, `:1:9: groups: found the pattern "a[b"`},
		{"placeholder", "onboarding:\n  welcome: 你好 {谁}\n", `:2:12: onboarding.welcome: welcome: 第 4 个字的 {谁} 不认识`},
		{"schedule", "broadcast:\n  voice: 每天 26:20\n", `:2:10: broadcast.voice: voice: `},
		{"twice", "listen: 127.0.0.1:1\nlisten: 127.0.0.1:2\n", `:2:1: mapping key "listen" already defined at line 1`},
		{"two documents", "listen: 127.0.0.1:1\n---\nlisten: 127.0.0.1:2\n", `document`},
		{"no yaml", "groups: [\n  b", `did not find expected`},
		{"backup when", "backup:\n  when: 每天 26:20\n", `:2:9: backup.when: when: `},
		{"backup keep", "backup:\n  keep: 0\n", `:2:9: backup.keep: keep: found 0, expected 1 to 1000`},
		{"backup folder", "backup:\n  folder: \"\"\n", `:2:11: backup.folder: folder: expected the name of a folder`},
		{"negative", "pace:\n  gap: -1s\n", `:2:8: pace.gap: found a negative time`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			name := configFile(t, tt.text)
			_, err := readConfig(name, handlers.All(""), nil)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v\nwant %s", err, tt.want)
			}
			if err != nil && strings.HasPrefix(tt.want, ":") && !strings.Contains(err.Error(), name+tt.want) {
				t.Errorf("the fault does not name the file: %v", err)
			}
		})
	}
}

func TestConfigFaultsAreReportedTogether(t *testing.T) {
	_, err := readConfig(configFile(t, "pace:\n  gap: 1x\ngroops: []\nlog: {level: 3, size: 4}\n"), handlers.All(""), nil)
	if err == nil || strings.Count(err.Error(), "\n") < 2 {
		t.Errorf("three faults expected, got: %v", err)
	}
}

func TestConfigDefaultsAndEnvironment(t *testing.T) {
	name := configFile(t, "# nothing but a remark\n")
	env := []string{"PATH=/bin", "SIXTYTWENTY_ACCOUNT_ENDPOINT=http://127.0.0.1:9", "SIXTYTWENTY_PACE_GAP=3s", `SIXTYTWENTY_GROUPS=["a*", "b"]`, "SIXTYTWENTY_GROUP_DAY_BEGINS=6"}
	s, err := readConfig(name, handlers.All(""), env)
	if err != nil {
		t.Fatal(err)
	}
	if s.Account.Endpoint != "http://127.0.0.1:9" || s.Pace.Gap.String() != "3s" || len(s.Groups) != 2 || s.Listen != "127.0.0.1:6200" {
		t.Errorf("got %+v", s.Config)
	}
	if g := s.features["group"].(bot.GroupSettings); g.DayBegins != 6 || g.Zone != "Asia/Shanghai" {
		t.Errorf("got %+v", g)
	}
	for _, bad := range []string{"SIXTYTWENTY_LISTN=x", "SIXTYTWENTY_PACE_GAP=fast", "SIXTYTWENTY_GROUP_DAY_BEGINS=99"} {
		if _, err := readConfig(name, handlers.All(""), []string{bad}); err == nil {
			t.Errorf("%s is taken", bad)
		}
	}
}

func FuzzConfig(f *testing.F) {
	f.Add(string(shipped))
	f.Add("pace:\n  gap: 1x\n")
	f.Fuzz(func(t *testing.T, text string) {
		d := newDocument(handlers.All(""))
		if faults := d.load([]byte(text)); len(faults) == 0 {
			d.check()
		}
	})
}
