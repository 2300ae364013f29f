package bot

import (
	"context"
	"strings"
	"testing"
	"time"

	"sixtwenty/store"
	"sixtwenty/store/storetest"
)

type fine struct {
	Word  string        `yaml:"word" help:"词|word"`
	Count int           `yaml:"count" help:"数|count"`
	On    bool          `yaml:"on" help:"开关|switch"`
	Wait  time.Duration `yaml:"wait" help:"等|wait"`
	List  []string      `yaml:"list" help:"表|list"`
	When  string        `yaml:"when" help:"时间|when"`
	Place string        `yaml:"place" scope:"config" help:"处|place"`
}

type broken struct {
	NoName string
	NoHelp string  `yaml:"no_help"`
	Half   string  `yaml:"half" help:"只有中文"`
	Float  float64 `yaml:"float" help:"小数|a fraction"`
}

func TestAllFaultsAreToldTogether(t *testing.T) {
	both := Text{"说明", "summary"}
	first := Feature{
		Name: "first", Summary: both,
		Commands: []Command{
			plain("打卡", nothing),
			{Name: "残", Args: "<a...> [b]", Needs: "flying"},
			{Name: "!!", Summary: both, Examples: []Example{{}}, Run: nothing},
			{Name: "另", Aliases: []string{"打卡。"}, Summary: both, Examples: []Example{{}}, Run: nothing},
		},
		Watches: []Watch{{}, watch("mesage", nothing), watch("nobody.fact", nothing), watch("first.fact", nothing), watch(Joined, nothing)},
		Jobs:    []Job{{}, {Name: "早", Spec: func(any) string { return "" }, Summary: both, Run: nothing}, {Name: "早", Spec: func(any) string { return "" }, Summary: both, Run: nothing}},
		Timers:  map[string]Run{"t": nil},
		Works:   map[string]func(context.Context, Work) (any, error){"w": nil},
		Views:   []View{{Name: "v"}, {Name: "W"}, {Name: "x", Rows: func(store.Reader, Query) ([][]string, error) { return nil, nil }}},
	}
	_, err := New(Options{
		Groups: []string{"fine*", "[broken"},
		Features: []Feature{
			first,
			{Name: "first", Summary: both},
			{Name: "大写", Summary: Text{ZH: "一半"}},
			{Name: "group", Summary: both},
			{Name: "settings", Summary: both, Settings: broken{}},
			{Name: "wrong", Summary: both, Settings: fine{}},
			{Name: "map", Summary: both, Settings: map[string]int{}},
			{Name: "none", Summary: both},
		},
		Settings: map[string]any{"wrong": broken{}, "none": fine{}, "stranger": fine{}, "group": GroupSettings{Language: "fr", Zone: "Mars", DayBegins: 99}},
	})
	if err == nil {
		t.Fatal("all this is accepted")
	}
	for _, want := range []string{
		"an account and a store",
		`the group pattern "[broken"`,
		"command 残: args: [b] stands after a, which takes the rest",
		"command 残: it lacks its run or its summary",
		"command 残: it has no example",
		`command 残: it needs the power "flying"`,
		`the name "!!" cannot be typed`,
		"/打卡。 is already a name of /打卡 of feature first",
		`a watch on "" lacks`,
		`a watch on "mesage", which nothing ever tells`,
		`a watch on "nobody.fact", which nothing ever tells`,
		`job "" lacks`,
		`job "早" is declared twice`,
		`timer "t" lacks`,
		`work "w" lacks`,
		`view "v" needs Rows or Show`,
		`the name of view "W"`,
		`view "x" lacks its title`,
		"feature first: it is declared twice",
		"feature 大写: its name must be",
		"feature 大写: its summary lacks a language",
		"feature group: it is declared twice",
		"feature group: language:",
		"setting NoName lacks",
		"setting NoHelp lacks",
		"setting Half lacks",
		"setting Float is a float64",
		"settings given are a bot.broken, not a bot.fine",
		"settings must be a struct",
		"feature none: it has no settings",
		`settings for "stranger"`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("not told: %s", want)
		}
	}
	for _, right := range []string{"first.fact", `"joined"`, "fine*", "command 打卡"} {
		if strings.Contains(err.Error(), right) {
			t.Errorf("%s is right, but told of:\n%v", right, err)
		}
	}
}

func TestRightDeclarationsAreTaken(t *testing.T) {
	f := declare("f", plain("好", nothing))
	f.Settings = fine{}
	other := watch("elsewhere.fact", nothing)
	other.Optional = true
	f.Watches = append(f.Watches, other)
	if _, err := New(Options{Account: &service{}, DB: storetest.Open(t), Features: []Feature{f}, Settings: map[string]any{"f": fine{Word: "w"}}}); err != nil {
		t.Fatal(err)
	}
}
