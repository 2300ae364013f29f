package bottest

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"regexp"
	"strings"
	"testing"

	"rsc.io/qr"

	"sixtwenty/bot"
)

// Shows lets a person send a picture, a card, a link or a file in the group, and gives what the group heard.
func (w *World) Shows(who string, m bot.Media, data []byte) []string {
	w.T.Helper()
	w.shows(who, m, data)
	return w.Heard()
}

func (w *World) shows(who string, m bot.Media, data []byte) {
	w.T.Helper()
	w.seq++
	m.Ref = fmt.Sprintf("media/%d", w.seq)
	w.media.Store(m.Ref, data)
	w.put(bot.Event{Kind: bot.Message, Chat: w.group(), From: w.member(who), Self: who == accountName, Media: &m})
}

// Picture is a PNG with a QR code that says text, or with nothing to see.
func Picture(t testing.TB, text string) []byte {
	t.Helper()
	if text == "" {
		var b bytes.Buffer
		if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 64, 64))); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		t.Fatal(err)
	}
	return code.PNG()
}

var sends = regexp.MustCompile(`^(\S+?)( 私聊)? 发(图|文件|链接|名片): ?(.*)$`)

// doSend acts the lines in which somebody sends something that is no text.
func (p *player) doSend(line string) bool {
	m := sends.FindStringSubmatch(line)
	if m == nil {
		return false
	}
	private := m[2] != ""
	if private {
		p.heard[m[1]] = nil
	}
	switch m[3] {
	case "图":
		p.s.Send(m[1], private, bot.Media{Kind: bot.Image, Name: "picture.png"}, Picture(p.t, m[4]))
	case "文件":
		name, content, ok := strings.Cut(m[4], " = ")
		if !ok {
			content = name
		}
		p.s.Send(m[1], private, bot.Media{Kind: bot.File, Name: name}, []byte(strings.ReplaceAll(content, `\n`, "\n")))
	case "链接":
		p.s.Send(m[1], private, bot.Media{Kind: bot.Link, Name: "链接", URL: m[4]}, nil)
	case "名片":
		p.s.Send(m[1], private, bot.Media{Kind: bot.Card, Name: m[4]}, nil)
	}
	return true
}
