package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"
)

// post calls the box's control API.
func post(t *testing.T, url string, body map[string]any) {
	t.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.Post(url, "application/json", bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("POST %s %s: %s", url, data, resp.Status)
	}
}

// TestTheBotAgainstABoxInAnotherProcess signs in over a socket, and lives by the other's clock.
func TestTheBotAgainstABoxInAnotherProcess(t *testing.T) {
	box := start(t, nil, "box", "--listen", "127.0.0.1:0", "--auto-scan")
	base := box.out.find(t, address)
	r := start(t, []string{"SIXTYTWENTY_ACCOUNT_ENDPOINT=" + base}, "run", "--data", t.TempDir())
	r.out.find(t, address)
	hears := func(want string) {
		t.Helper()
		giveUp := time.Now().Add(time.Minute)
		for sent := ""; !strings.Contains(sent, want); sent = get(t, base+"/box/sent") {
			if time.Now().After(giveUp) {
				t.Fatalf("%q was never sent: %s", want, sent)
			}
		}
	}
	r.out.find(t, regexp.MustCompile(`(online)`))
	post(t, base+"/box/say", map[string]any{"chat": "六点二十读书会", "from": "小明", "text": "打卡"})
	hears("打卡成功")
	post(t, base+"/box/clock", map[string]any{"to": "06:20:00"})
	hears("六点二十 ")
}
