package onebot

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"sixtwenty/bot"
)

// A content is what a message says, in the house's words.
type content struct {
	text     string
	atMe     bool
	mentions []bot.Mention
	quotes   wireID
	media    []bot.Media
}

const (
	maxMedia   = 8       // of one message
	maxRef     = 4 << 10 // bytes of a reference to a medium
	maxName    = 256     // bytes of a file's name
	maxMention = 32
)

// read puts a message's segments together. name says what a group knows a person by.
func (a *Account) read(list []segment, self wireID, group wireID, name func(wireID) string) content {
	var c content
	var text strings.Builder
	for _, seg := range withoutCourtesy(list, self) {
		d := seg.Data
		switch seg.Type {
		case "text":
			text.WriteString(string(d.Text))
		case "at":
			c.at(&text, a, wireID(d.QQ), self, cmpName(string(d.Name), name))
		case "reply":
			c.quotes = wireID(clip(string(d.ID), maxWire))
		default:
			if m, ok := mediaOf(seg, group); ok && len(c.media) < maxMedia {
				c.media = append(c.media, m)
			}
		}
	}
	c.text = strings.TrimSpace(strings.ToValidUTF8(text.String(), "\uFFFD"))
	if c.text == "" && len(c.media) == 0 && len(list) > 0 && !c.atMe { // a face, a dice
		c.media = []bot.Media{{Kind: bot.Other}}
	}
	return c
}

// withoutCourtesy leaves out the mention that QQ's own clients put before an answer, of whom it answers: people did not write it,
// and a command stands at the beginning.
func withoutCourtesy(list []segment, self wireID) []segment {
	if len(list) > 1 && list[0].Type == "reply" && list[1].Type == "at" && wireID(list[1].Data.QQ) != self {
		list = slices.Delete(slices.Clone(list), 1, 2)
	}
	return list
}

// cmpName takes the name that the service sent along, or else the one that the group has.
func cmpName(given string, name func(wireID) string) func(wireID) string {
	if given = strings.TrimPrefix(given, "@"); given == "" {
		return name
	}
	return func(wireID) string { return given }
}

func (c *content) at(text *strings.Builder, a *Account, who, self wireID, name func(wireID) string) {
	switch who {
	case "":
	case "all":
		text.WriteString("@全体成员 ")
	case self:
		c.atMe = true
	default:
		m := bot.Mention{Person: a.personID(who), Name: bot.CleanName(name(who))}
		text.WriteString(m.String())
		if len(c.mentions) < maxMention && m.Person != "" {
			c.mentions = append(c.mentions, m)
		}
	}
}

// mediaOf describes what a segment carries; ok is false where it is not worth an event of its own beside others.
func mediaOf(seg segment, group wireID) (m bot.Media, ok bool) {
	d := seg.Data
	switch seg.Type {
	case "image":
		m.Kind = bot.Image
	case "record":
		m.Kind = bot.Voice
	case "video":
		m.Kind = bot.Video
	case "file":
		m.Kind = bot.File
	case "contact":
		m.Kind, m.Name = bot.Card, clip(string(d.ID), maxName)
		return m, true
	case "json", "xml", "share", "music":
		m.Kind = bot.Link
		m.Name, m.URL = cardOf(d)
		return m, true
	default:
		return m, false
	}
	m.Name = clip(strings.ToValidUTF8(string(d.File), ""), maxName)
	if d.Name != "" {
		m.Name = clip(strings.ToValidUTF8(string(d.Name), ""), maxName)
	}
	m.Size, _ = strconv.ParseInt(string(d.FileSize), 10, 64)
	m.Ref = mediaRef{Type: seg.Type, URL: string(d.URL), File: string(d.File), ID: string(d.FileID), Group: group}.String()
	return m, true
}

// cardOf finds the title and the address of a card.
func cardOf(d segmentData) (title, url string) {
	title, url = string(d.Title), string(d.URL)
	var card struct {
		Prompt string
		Meta   map[string]json.RawMessage
	}
	if json.Unmarshal([]byte(d.Data), &card) == nil {
		title = card.Prompt
		for _, raw := range card.Meta {
			var about struct{ JumpURL, QQDocURL string }
			if json.Unmarshal(raw, &about) == nil && url == "" {
				url = about.JumpURL + about.QQDocURL
			}
		}
	}
	return clip(strings.ToValidUTF8(title, ""), maxName), clip(url, maxRef)
}

// clip cuts s to at most so many bytes, not within a character.
func clip(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most]
}

// A mediaRef is what Fetch needs.
type mediaRef struct {
	Type  string `json:"t"`
	URL   string `json:"u,omitempty"`
	File  string `json:"f,omitempty"`
	ID    string `json:"i,omitempty"`
	Group wireID `json:"g,omitempty"`
}

// String is the form in which it travels in bot.Media; "" where it is too long to be one.
func (r mediaRef) String() string {
	b, err := json.Marshal(r)
	if err != nil || len(b) > maxRef {
		return ""
	}
	return string(b)
}
