package main

import (
	"context"
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
	"sixtwenty/bot/wechat"
	"sixtwenty/handlers"
	"sixtwenty/store"
	"sixtwenty/store/storetest"
	"sixtwenty/wechatbox"
)

// A boxStage acts a play through the real client against WeChat in a box: what the people of the play see is what they
// would see on their phones.
type boxStage struct {
	t     *testing.T
	box   *wechatbox.Box
	db    store.DB
	stop  func()
	heard int // how many of the account's sends were looked at
	rest  []wechatbox.Sent
}

var _ bottest.Stage = (*boxStage)(nil)

func newBoxStage(t *testing.T) *boxStage {
	box, err := wechatbox.New(wechatbox.Options{Seed: 620, AutoScan: true, Clock: wechatbox.NewClock(bottest.Start)})
	if err != nil {
		t.Fatal(err)
	}
	s := &boxStage{t: t, box: box, db: storetest.Open(t)}
	s.people()
	s.start()
	return s
}

func (s *boxStage) people() {
	s.t.Helper()
	names := []string{"小六", "群主", "小明", "阿杰", "苏苏", "小红", "小芳", "大伟", "李、雷"}
	for _, n := range names {
		_, err := s.box.AddPerson(wechatbox.Person{Nick: n})
		s.must(err)
	}
	s.must(s.box.SetAccount("小六"))
	for i, a := range names {
		for _, b := range names[i+1:] {
			s.must(s.box.Befriend(a, b))
		}
	}
	_, err := s.box.AddGroup("", bottest.GroupName, "群主", names[:5]...)
	s.must(err)
	s.must(s.box.SaveGroup("小六", bottest.GroupName, true))
}

func (s *boxStage) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *boxStage) start() {
	s.t.Helper()
	log := zaptest.NewLogger(s.t, zaptest.Level(zap.WarnLevel))
	account := wechat.New(wechat.Options{Transport: s.box.Transport(), DB: s.db, Clock: s.box.Clock(), Log: log, Desktop: true})
	b, err := bot.New(bot.Options{
		Account: account, DB: s.db, Clock: s.box.Clock(), Log: log, Features: handlers.All("314159"), Groups: []string{"六点二十*"},
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
	s.settle()
}

// settle waits until the bot has nothing left to do. What it does over its network takes real time, which in a bubble is
// free.
func (s *boxStage) settle() {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	synctest.Wait()
	s.must(s.box.Clock().Settled(ctx))
	synctest.Wait()
}

func (s *boxStage) Say(who, text string)  { s.send(who, bottest.GroupName, text) }
func (s *boxStage) Tell(who, text string) { s.send(who, "小六", text) }

func (s *boxStage) Speak(who string, length time.Duration) {
	s.t.Helper()
	_, err := s.box.SendVoice(who, "小六", bottest.Silk(length), length)
	s.must(err)
	s.settle()
}

// Ask lets somebody ask, of whom the account had not heard.
func (s *boxStage) Ask(who, hello string) {
	s.t.Helper()
	s.meet(who)
	s.must(s.box.RequestFriend(who, "小六", hello))
	s.settle()
}

func (s *boxStage) Send(who string, private bool, m bot.Media, data []byte) {
	s.t.Helper()
	kinds := map[bot.MediaKind]wechatbox.Kind{
		bot.Image: wechatbox.Image, bot.File: wechatbox.File, bot.Link: wechatbox.Link, bot.Card: wechatbox.Card,
	}
	c := wechatbox.Content{Kind: kinds[m.Kind], Name: m.Name, URL: m.URL}
	switch m.Kind {
	case bot.Link:
		c.Text = m.Name
	case bot.Card:
		c.Person = m.Name
	}
	to := bottest.GroupName
	if private {
		to = "小六"
	}
	_, err := s.box.Send(who, to, c, data)
	s.must(err)
	s.settle()
}

func (s *boxStage) send(who, to, text string) {
	s.t.Helper()
	_, err := s.box.Say(who, to, text)
	s.must(err)
	s.settle()
}

// meet lets somebody of whom the box had not heard be there, and says whether that was so.
func (s *boxStage) meet(who string) bool {
	s.t.Helper()
	if _, err := s.box.Chats(who); err == nil {
		return false
	}
	_, err := s.box.AddPerson(wechatbox.Person{Nick: who})
	s.must(err)
	return true
}

func (s *boxStage) Bring(by string, who ...string) {
	s.t.Helper()
	for _, w := range who {
		if s.meet(w) {
			s.must(s.box.Befriend(by, w))
		}
	}
	s.must(s.box.Invite(by, bottest.GroupName, who...))
	s.settle()
}

func (s *boxStage) Scan(who, sharer string) {
	s.t.Helper()
	if sharer == "" { // two people go by one name just then, so nobody can tell who is meant
		s.must(s.box.SetCard("群主", bottest.GroupName, "苏苏"))
		defer func() { s.must(s.box.SetCard("群主", bottest.GroupName, "")); s.settle() }()
		sharer = "群主"
	}
	s.must(s.box.JoinByQR(who, bottest.GroupName, sharer))
	s.settle()
}

// Go lets somebody leave, of which WeChat tells only that the group changed: two lists without them are proof, and lists are
// not read one upon the other.
func (s *boxStage) Go(who string) {
	s.t.Helper()
	s.must(s.box.Leave(who, bottest.GroupName))
	s.settle()
	for _, card := range []string{"林群主", ""} {
		time.Sleep(time.Minute)
		s.must(s.box.SetCard("群主", bottest.GroupName, card))
		s.settle()
	}
}

func (s *boxStage) Pass(d time.Duration) {
	s.t.Helper()
	wound, err := s.box.Clock().Wind(context.Background(), s.Now().Add(d))
	s.must(err)
	if len(wound.Late) > 0 {
		s.t.Fatalf("winding did not wait for %v", wound.Late)
	}
	s.settle()
}

func (s *boxStage) Now() time.Time { return s.box.Clock().Now() }

func (s *boxStage) Can(bot.Power) bool { return false }

func (s *boxStage) Reboot() {
	s.t.Helper()
	s.stop()
	s.start()
}

func (s *boxStage) GroupHeard() []string { return s.heardIn(bottest.GroupName) }

func (s *boxStage) PersonHeard(who string) []string { return s.heardIn(who) }

// heardIn takes what one chat heard, and keeps the rest for later.
func (s *boxStage) heardIn(name string) (texts []string) {
	all := s.box.Sent()
	s.rest = append(s.rest, all[s.heard:]...)
	s.heard = len(all)
	s.rest = slices.DeleteFunc(s.rest, func(m wechatbox.Sent) bool {
		if m.ToName != name {
			return false
		}
		texts = append(texts, shown(m))
		return true
	})
	return texts
}

func shown(m wechatbox.Sent) string {
	if m.Kind == wechatbox.Text {
		return m.Text
	}
	if slices.Contains([]string{".mp3", ".wav", ".m4a", ".silk"}, filepath.Ext(m.Name)) {
		return "[语音] " + m.Name // the web sends voice as a file
	}
	if m.Kind == wechatbox.Image {
		return "[图片] " + m.Name
	}
	return "[文件] " + m.Name
}

// TestPlaysThroughTheRealClient acts every play again, through openwechat and the box, in fake time.
func TestPlaysThroughTheRealClient(t *testing.T) {
	files, err := filepath.Glob("handlers/testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no plays found", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(time.Until(bottest.Start))
				s := newBoxStage(t)
				defer s.box.Close()
				defer func() { s.stop() }()
				bottest.Play(t, file, s)
			})
		})
	}
}
