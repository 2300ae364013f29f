package onebot

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
)

// maxWire bounds an id: ids become keys.
const maxWire = 64

// A wireID is a number for QQ, and may be a string for a bridge to another service.
type wireID string

var errID = errors.New("an id is a whole number or a string")

// UnmarshalJSON implements json.Unmarshaler.
func (i *wireID) UnmarshalJSON(b []byte) error {
	switch {
	case len(b) > 6*maxWire:
		return errID
	case bytes.Equal(b, []byte("null")):
		*i = ""
		return nil
	case b[0] == '"':
		var s string
		if err := json.Unmarshal(b, &s); err != nil || len(s) > maxWire {
			return errID
		}
		*i = wireID(s)
		return nil
	}
	*i = wireID(b)
	if !i.isNumber() {
		return errID
	}
	if *i == "0" { // how some implementations say nobody, or nowhere
		*i = ""
	}
	return nil
}

// MarshalJSON implements json.Marshaler. Implementations are strict: what came as a number goes back as one.
func (i wireID) MarshalJSON() ([]byte, error) {
	if i.isNumber() {
		return []byte(i), nil
	}
	return json.Marshal(string(i))
}

// isNumber says whether the id is a number as JSON writes it.
func (i wireID) isNumber() bool {
	n, err := strconv.ParseInt(string(i), 10, 64)
	return err == nil && strconv.FormatInt(n, 10) == string(i)
}

// A loose is text that some implementations write as a number or as nothing; what else there is, is nothing too.
type loose string

// UnmarshalJSON implements json.Unmarshaler.
func (l *loose) UnmarshalJSON(b []byte) error {
	*l = ""
	switch b[0] {
	case '"':
		var s string
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
		*l = loose(s)
	case '{', '[', 'n':
	default:
		*l = loose(b)
	}
	return nil
}

// A request is what we ask.
type request struct {
	Action string `json:"action"`
	Params any    `json:"params,omitempty"`
	Echo   string `json:"echo"`
}

// A frame is anything that an implementation sends: an answer has an echo, an event a post_type.
type frame struct {
	Echo    loose           `json:"echo"`
	Status  json.RawMessage `json:"status"` // "ok" in an answer, an object in a heartbeat
	Retcode int64           `json:"retcode"`
	Data    json.RawMessage `json:"data"`
	Wording loose           `json:"wording"`

	PostType    string          `json:"post_type"`
	MessageType string          `json:"message_type"`
	NoticeType  string          `json:"notice_type"`
	RequestType string          `json:"request_type"`
	MetaType    string          `json:"meta_event_type"`
	SubType     string          `json:"sub_type"`
	Time        int64           `json:"time"`
	SelfID      wireID          `json:"self_id"`
	MessageID   wireID          `json:"message_id"`
	UserID      wireID          `json:"user_id"`
	GroupID     wireID          `json:"group_id"`
	GroupName   loose           `json:"group_name"`
	OperatorID  wireID          `json:"operator_id"`
	TargetID    wireID          `json:"target_id"`
	Invitor     wireID          `json:"invitor_id"`
	Sender      sender          `json:"sender"`
	Message     json.RawMessage `json:"message"` // segments or a CQ string; in an answer a reason
	Anonymous   json.RawMessage `json:"anonymous"`
	Comment     loose           `json:"comment"`
	Flag        loose           `json:"flag"`
	CardNew     loose           `json:"card_new"`
	NameNew     loose           `json:"name_new"`
	Interval    int64           `json:"interval"` // of heartbeats, in milliseconds

	list *memberList // read meanwhile; made by the session, never on the wire
}

// A sender is who wrote, as the group shows them.
type sender struct {
	Nickname loose `json:"nickname"`
	Card     loose `json:"card"`
}

// isAnswer says whether the frame answers a request.
func (f *frame) isAnswer() bool { return f.PostType == "" && f.Echo != "" }

// A segment is one piece of a message.
type segment struct {
	Type string      `json:"type"`
	Data segmentData `json:"data"`
}

// segmentData are the parts of segments that mean anything to us.
type segmentData struct {
	Text     loose `json:"text"`
	QQ       loose `json:"qq"`
	ID       loose `json:"id"`
	Name     loose `json:"name"`
	File     loose `json:"file"`
	FileID   loose `json:"file_id"`
	FileSize loose `json:"file_size"`
	URL      loose `json:"url"`
	Title    loose `json:"title"`
	Data     loose `json:"data"`
	Content  loose `json:"content"`
}

// set is how a CQ code fills the data.
func (d *segmentData) set(key, value string) {
	fields := map[string]*loose{
		"text": &d.Text, "qq": &d.QQ, "id": &d.ID, "name": &d.Name, "file": &d.File, "file_id": &d.FileID,
		"file_size": &d.FileSize, "url": &d.URL, "title": &d.Title, "data": &d.Data, "content": &d.Content,
	}
	if f := fields[key]; f != nil {
		*f = loose(value)
	}
}

// maxSegments bounds a message.
const maxSegments = 1000

// segmentsOf reads a message in either of its two formats.
func segmentsOf(message json.RawMessage) ([]segment, error) {
	if len(message) == 0 {
		return nil, errors.New("no message")
	}
	switch message[0] {
	case '"':
		var s string
		if err := json.Unmarshal(message, &s); err != nil {
			return nil, err
		}
		return parseCQ(s), nil
	case '{':
		message = append(append([]byte("["), message...), ']')
	}
	var list []segment
	if err := json.Unmarshal(message, &list); err != nil {
		return nil, err
	}
	return list[:min(len(list), maxSegments)], nil
}
