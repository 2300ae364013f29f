package main

import (
	"context"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest"

	"sixtwenty/bot"
	"sixtwenty/bot/bottest"
	"sixtwenty/bot/onebot"
	"sixtwenty/bot/onebot/onebottest"
	"sixtwenty/handlers"
	"sixtwenty/store"
	"sixtwenty/store/storetest"
)

// A oneBotStage acts a play through a second account: what the people of the play see is what the implementation was told to
// send. The account is an administrator of the group.
type oneBotStage struct {
	t       *testing.T
	server  *onebottest.Server
	net     onebottest.Network
	web     *http.Server
	db      store.DB
	account *onebot.Account
	stop    func()
	people  map[string]int64
	group   int64
	heard   int // how much of what was sent was looked at
	rest    []onebottest.Sent
}

var _ bottest.Stage = (*oneBotStage)(nil)

func newOneBotStage(t *testing.T) *oneBotStage {
	s := &oneBotStage{
		t: t, db: storetest.Open(t), people: map[string]int64{"小六": onebottest.Account},
		server: onebottest.New(onebottest.Options{Token: "t", Beat: time.Minute, Self: true}),
	}
	for _, n := range []string{"群主", "小明", "阿杰", "苏苏", "小红", "小芳", "大伟", "李、雷"} {
		s.people[n] = s.server.AddPerson(n)
	}
	s.group = s.server.AddGroup(bottest.GroupName, s.people["群主"], onebottest.Account, s.people["小明"], s.people["阿杰"], s.people["苏苏"])
	s.server.SetRole(s.group, onebottest.Account, "admin")
	ln, err := s.net.Listen("")
	s.must(err)
	s.web = &http.Server{Handler: s.server}
	go func() { _ = s.web.Serve(ln) }()
	s.start()
	return s
}

func (s *oneBotStage) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *oneBotStage) start() {
	s.t.Helper()
	log := zaptest.NewLogger(s.t, zaptest.Level(zap.WarnLevel))
	s.account = onebot.New(onebot.Options{URL: "ws://implementation/", Token: "t", Dial: s.net.Dial, DB: s.db, Log: log})
	b, err := bot.New(bot.Options{
		Account: s.account, DB: s.db, Log: log, Features: handlers.All("314159"), Groups: []string{"六点二十*"},
	})
	s.must(err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- b.Run(ctx) }()
	s.stop = func() {
		cancel()
		if err := <-ended; err != nil {
			s.t.Errorf("the bot ended with: %v", err)
		}
	}
	synctest.Wait()
}

// end ends everything, so that the bubble can.
func (s *oneBotStage) end() {
	s.stop()
	s.server.Drop()
	_ = s.web.Close()
	synctest.Wait()
}

func (s *oneBotStage) Say(who, text string) {
	s.server.Say(s.people[who], s.group, onebottest.Text(text))
	synctest.Wait()
}

func (s *oneBotStage) Tell(who, text string) {
	s.server.Tell(s.people[who], onebottest.Text(text))
	synctest.Wait()
}

func (s *oneBotStage) Speak(who string, length time.Duration) {
	s.Send(who, true, bot.Media{Kind: bot.Voice, Name: "a.silk"}, bottest.Silk(length))
}

func (s *oneBotStage) Ask(who, hello string) {
	s.meet(who)
	s.server.AskFriend(s.people[who], hello)
	synctest.Wait()
}

func (s *oneBotStage) Send(who string, private bool, m bot.Media, data []byte) {
	seg := onebottest.Segment{Data: map[string]any{"file": m.Name, "url": s.server.AddMedia(data)}}
	switch m.Kind {
	case bot.Image:
		seg.Type = "image"
	case bot.Voice:
		seg.Type = "record"
	case bot.Link:
		seg = onebottest.Segment{Type: "share", Data: map[string]any{"title": m.Name, "url": m.URL}}
	case bot.Card:
		seg = onebottest.Segment{Type: "contact", Data: map[string]any{"type": "qq", "id": m.Name}}
	default:
		seg.Type = "file"
	}
	if private {
		s.server.Tell(s.people[who], seg)
	} else {
		s.server.Say(s.people[who], s.group, seg)
	}
	synctest.Wait()
}

// meet lets somebody of whom the service had not heard be there.
func (s *oneBotStage) meet(who string) {
	if _, known := s.people[who]; !known {
		s.people[who] = s.server.AddPerson(who)
	}
}

func (s *oneBotStage) Bring(by string, who ...string) {
	for _, w := range who {
		s.meet(w)
		s.server.Join(s.people[w], s.group, s.people[by], "invite")
	}
	synctest.Wait()
}

// Scan lets somebody in by a code: whose it was, the service says only as an invitation.
func (s *oneBotStage) Scan(who, sharer string) {
	if sharer != "" {
		s.Bring(sharer, who)
		return
	}
	s.server.Join(s.people[who], s.group, s.people["群主"], "approve")
	synctest.Wait()
}

func (s *oneBotStage) Go(who string) {
	s.server.Leave(s.people[who], s.group, s.people[who])
	synctest.Wait()
}

func (s *oneBotStage) Pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func (s *oneBotStage) Now() time.Time { return time.Now() }

func (s *oneBotStage) Can(p bot.Power) bool { return s.account.PowersIn("qq:group:600000").Has(p) }

func (s *oneBotStage) Reboot() {
	s.stop()
	s.start()
}

func (s *oneBotStage) GroupHeard() []string {
	return s.heardIn(func(m onebottest.Sent) bool { return m.Group == s.group })
}

func (s *oneBotStage) PersonHeard(who string) []string {
	return s.heardIn(func(m onebottest.Sent) bool { return m.Group == 0 && m.User == s.people[who] })
}

func (s *oneBotStage) heardIn(here func(onebottest.Sent) bool) (texts []string) {
	all := s.server.Sent()
	s.rest = append(s.rest, all[s.heard:]...)
	s.heard = len(all)
	s.rest = slices.DeleteFunc(s.rest, func(m onebottest.Sent) bool {
		if !here(m) {
			return false
		}
		if text := s.shown(m); text != "" {
			texts = append(texts, text)
		}
		return true
	})
	return texts
}

func (s *oneBotStage) shown(m onebottest.Sent) string {
	names := map[string]string{
		"image": "[图片] " + m.Name, "record": "[语音] " + m.Name, "file": "[文件] " + m.Name, "set_group_kick": "[移出] " + s.server.Nick(m.User),
		"set_group_ban": "[禁言] " + s.server.Nick(m.User), "set_group_name": "[群名] " + m.Text, "set_group_card": "[群名片] " + m.Text,
		"delete_msg": "", "set_essence_msg": "", "set_friend_add_request": "", "set_group_add_request": "",
	}
	for _, what := range []string{m.Kind, m.Action} {
		if name, ok := names[what]; ok {
			return name
		}
	}
	return m.Text
}

// TestPlaysThroughOneBot acts every play a third time, through the other account.
func TestPlaysThroughOneBot(t *testing.T) {
	files, err := filepath.Glob("handlers/testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no plays found", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(time.Until(bottest.Start))
				s := newOneBotStage(t)
				defer s.end()
				bottest.Play(t, file, s)
			})
		})
	}
}
