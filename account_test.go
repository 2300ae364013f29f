package main

import (
	"net"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"sixtwenty/bot/onebot/onebottest"
	"sixtwenty/handlers"
)

// answered lets somebody check in until there are so many answers, and gives the last.
func answered(t *testing.T, s *onebottest.Server, who, group int64, n int) onebottest.Sent {
	t.Helper()
	s.Say(who, group, onebottest.Text("打卡"))
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); {
		if list := s.Sent(); len(list) >= n {
			return list[n-1]
		}
		<-time.After(5 * time.Millisecond)
	}
	t.Fatalf("%d answers came, expected %d", len(s.Sent()), n)
	return onebottest.Sent{}
}

// TestRunOnOneBot runs the whole program on the other kind of account, dialling over a real network, twice on one folder.
func TestRunOnOneBot(t *testing.T) {
	service := onebottest.New(onebottest.Options{Token: "secret"})
	ming := service.AddPerson("小明")
	group := service.AddGroup(club, ming, onebottest.Account)
	web := httptest.NewServer(service)
	defer web.Close()
	defer service.Drop()
	env := []string{
		"SIXTYTWENTY_ACCOUNT_KIND=onebot", "SIXTYTWENTY_ACCOUNT_ONEBOT_URL=" + strings.Replace(web.URL, "http", "ws", 1),
		"SIXTYTWENTY_ACCOUNT_ONEBOT_TOKEN=secret", "SIXTYTWENTY_CHECKIN_ANSWERS=each",
	}
	data := t.TempDir()
	for n, want := range []string{"打卡成功！今天第 1 个", "已经打过卡啦"} {
		l := live(t, data, env...)
		l.out.find(t, regexp.MustCompile(`OneBot \(qq\): (在线)`))
		if got := answered(t, service, ming, group, n+1); !strings.Contains(got.Text, want) || len(got.At) != 1 || got.At[0] != ming {
			t.Errorf("answered %+v, expected %q and a mention", got, want)
		}
		l.stop()
		if said := l.out.String() + l.log.String(); strings.Contains(said, "secret") {
			t.Errorf("the token is told: %s", said)
		}
	}
}

// TestRunIsDialledByOneBot is the reverse: the implementation comes to us.
func TestRunIsDialledByOneBot(t *testing.T) {
	service := onebottest.New(onebottest.Options{Token: "secret", CQ: true})
	ming := service.AddPerson("小明")
	group := service.AddGroup(club, ming, onebottest.Account)
	l := live(t, t.TempDir(), "SIXTYTWENTY_ACCOUNT_KIND=onebot", "SIXTYTWENTY_ACCOUNT_ONEBOT_LISTEN=127.0.0.1:0",
		"SIXTYTWENTY_ACCOUNT_ONEBOT_TOKEN=secret", "SIXTYTWENTY_CHECKIN_ANSWERS=each")
	addr := l.log.find(t, regexp.MustCompile(`"waiting for the implementation","address":"([^"]+)"`))
	ended := make(chan error, 1)
	go func() {
		ended <- service.Connect(t.Context(), "ws://"+addr+"/onebot/v11/ws", (&net.Dialer{}).DialContext)
	}()
	l.out.find(t, regexp.MustCompile(`OneBot \(qq\): (在线)`))
	if got := answered(t, service, ming, group, 1); !strings.Contains(got.Text, "打卡成功") {
		t.Errorf("answered %+v", got)
	}
	service.Drop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestAccountFaults(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"account: {kind: telegram}\n", `account.kind: found "telegram", expected wechat or onebot`},
		{"account: {kind: onebot, onebot: {url: \"http://x\"}}\n", `account.onebot.url: found "http://x", expected ws://HOST:PORT`},
		{"account: {kind: onebot, onebot: {listen: \"6201\"}}\n", `account.onebot.listen: found "6201", expected HOST:PORT`},
		{"account: {kind: onebot, onebot: {listen: \"0.0.0.0:6201\"}}\n", `account.onebot.token: other machines can reach 0.0.0.0:6201, so a token is needed`},
		{"account: {kind: onebot, onebot: {self_id: abc}}\n", `account.onebot.self_id: found "abc"`},
		{"account: {kind: onebot, onebot: {platform: \"Q Q\"}}\n", `account.onebot.platform: found "Q Q"`},
		{"account: {kind: onebot, onebot: {listen: \"0.0.0.0:6201\", token: x, self_id: \"10000\"}}\n", ""},
		{"account: {kind: onebot, onebot: {url: \"wss://nas:3001/ws\"}}\n", ""},
		{"account: {kind: onebot}\n", ""},
		{"account: {onebot: {listen: \"\"}}\n", ""}, // says nothing while the kind is another
	} {
		_, err := readConfig(configFile(t, c.text), handlers.All(""), nil)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, expected %q", c.text, err, c.want)
		}
	}
}
