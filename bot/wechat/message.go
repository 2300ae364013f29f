package wechat

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/eatmoreapple/openwechat"
)

// The message types that openwechat has no name for.
const (
	typeStatus      = openwechat.MessageType(51) // what the phone looks at
	appQuote        = openwechat.AppMessageType(57)
	appMini         = openwechat.AppMessageType(33) // a mini program
	appMiniToo      = openwechat.AppMessageType(36) // as other versions number it
	appChannel      = openwechat.AppMessageType(51) // a video of a channel
	subTypeLocation = 48
)

// A message is one entry of AddMsgList as it comes on the wire.
type message struct {
	MsgID         string `json:"MsgId"`
	FromUserName  string
	ToUserName    string
	MsgType       openwechat.MessageType
	AppMsgType    openwechat.AppMessageType
	SubMsgType    int
	Content       string
	CreateTime    int64
	VoiceLength   int64 // ms
	FileName      string
	FileSize      text
	MediaID       string `json:"MediaId"`
	EncryFileName string
	URL           string `json:"Url"`
	RecommendInfo struct {
		UserName, NickName, Alias, Content, Ticket string
	}
}

// A text is a string that some servers send as a number.
type text string

func (t *text) UnmarshalJSON(b []byte) error {
	if !bytes.HasPrefix(b, []byte(`"`)) {
		*t = text(b)
		return nil
	}
	return json.Unmarshal(b, (*string)(t))
}

// readMessage takes what fits of a message: a field of the wrong type must not stop the stream for ever.
func readMessage(raw json.RawMessage) (*message, error) {
	var m message
	err := json.Unmarshal(raw, &m)
	if _, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && m.FromUserName != "" {
		err = nil
	}
	return &m, err
}

// id is the event's ID: WeChat's own, or a hash of what was sent where it gave none.
func (m *message) id() string {
	if m.MsgID != "" && m.MsgID != "0" && len(m.MsgID) <= maxWire {
		return messageID(m.MsgID)
	}
	h := sha256.New()
	for _, s := range []string{
		m.FromUserName, m.ToUserName, strconv.Itoa(int(m.MsgType)), strconv.FormatInt(m.CreateTime, 10), m.Content,
	} {
		h.Write([]byte(s))
		h.Write([]byte{0})
	}
	return "h/" + hex.EncodeToString(h.Sum(nil)[:12])
}

// system says whether WeChat itself wrote it, and nobody the text.
func (m *message) system() bool { return m.MsgType == openwechat.MsgTypeSys }

func messageID(wire string) string { return "m/" + wire }

// at is when it was sent; now where WeChat does not say.
func (m *message) at(now time.Time) time.Time {
	if m.CreateTime <= 0 {
		return now
	}
	return time.Unix(m.CreateTime, 0)
}

// partner is the other side of the chat: a group, or the person who is not self.
func (m *message) partner(self string) string {
	if m.FromUserName == self {
		return m.ToUserName
	}
	return m.FromUserName
}

// split takes the sender off the text of a group message: all up to the first ":<br/>". The text itself may hold more of them.
func (m *message) split() (sender, content string) {
	p := senderPrefix.FindString(m.Content)
	if p == "" {
		return "", m.Content
	}
	sender, _, _ = strings.Cut(p, ":")
	return sender, m.Content[len(p):]
}

// maxWire bounds a name of the service, which is of at most 66 bytes; a longer one names nobody.
const maxWire = 256

func isRoom(wire string) bool { return strings.HasPrefix(wire, "@@") && len(wire) <= maxWire }

// isPerson says whether a wire name can be a person's: the service's own accounts (filehelper, weixin …) have plain names.
func isPerson(wire string) bool {
	return strings.HasPrefix(wire, "@") && !strings.HasPrefix(wire, "@@") && len(wire) <= maxWire
}

// looksOfficial is what the name alone tells of an account that is in no list: official accounts have half the digits.
func looksOfficial(wire string) bool { return strings.HasPrefix(wire, "gh_") || len(wire) == 1+32 }
