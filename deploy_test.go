package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"sixtwenty/bot"
	"sixtwenty/console/vitals"
)

type nobot struct{}

func (nobot) Status() bot.Status { return bot.Status{} }

// TestWhatIsWatchedIsTold: the dashboard and the alert rules ask for no number that the bot does not give.
func TestWhatIsWatchedIsTold(t *testing.T) {
	v := vitals.New()
	v.Watch(nobot{})
	v.Late(0)
	v.Committed(1, 0)
	w := httptest.NewRecorder()
	v.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	told := map[string]bool{}
	for _, name := range regexp.MustCompile(`(?m)^\w+`).FindAllString(w.Body.String(), -1) {
		told[name] = true
	}
	number := regexp.MustCompile(`\b(?:sixtwenty|process|go)_\w+`)
	for _, file := range []string{"deploy/alerts.yaml", "deploy/grafana.json"} {
		data, err := os.ReadFile(file)
		check(t, err)
		asked := number.FindAllString(string(data), -1)
		for _, name := range asked {
			if !told[name] {
				t.Errorf("%s asks for %s, which nobody tells", file, name)
			}
		}
		if len(asked) < 8 {
			t.Errorf("%s asks for %d numbers; is the test blind?", file, len(asked))
		}
	}
}

// TestDeployFilesAreWhole: they read, and start what the binary knows.
func TestDeployFilesAreWhole(t *testing.T) {
	var any map[string]any
	data, err := os.ReadFile("deploy/grafana.json")
	check(t, err)
	check(t, json.Unmarshal(data, &any))
	for _, file := range []string{"deploy/alerts.yaml", "deploy/compose.yaml"} {
		data, err := os.ReadFile(file)
		check(t, err)
		check(t, yaml.Load(data, &any))
	}
	unit, err := os.ReadFile("deploy/sixtwenty.service")
	check(t, err)
	for _, want := range []string{"sixtwenty run --config", "StateDirectory=sixtwenty", "NoNewPrivileges=yes", "ProtectSystem=strict"} {
		if !strings.Contains(string(unit), want) {
			t.Errorf("the unit lacks %s", want)
		}
	}
}
