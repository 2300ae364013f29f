package wechatbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

func writeEvent(w http.ResponseWriter, c Change) bool {
	data, err := json.Marshal(c)
	if err != nil {
		return false
	}
	_, err = fmt.Fprintf(w, "data: %s\n\n", data)
	return err == nil
}

// apiMessage is a message to be sent. Data is base64; Media names bytes that are there already.
type apiMessage struct {
	Chat   string `json:"chat"`
	From   string `json:"from"`
	Text   string `json:"text"`
	Name   string `json:"name"`
	URL    string `json:"url"`
	Data   []byte `json:"data"`
	Media  string `json:"media"`
	MS     int64  `json:"ms"` // how long a voice or video is
	Person string `json:"person"`
	MD5    string `json:"md5"`
}

// talkAPI are the calls that say something.
func (b *Box) talkAPI() map[string]http.HandlerFunc {
	routes := map[string]http.HandlerFunc{
		"POST /box/say": control(b, func(_ *http.Request, in struct{ Chat, From, Text string }) (any, error) {
			return b.Say(in.From, in.Chat, in.Text)
		}),
		"POST /box/system": control(b, func(_ *http.Request, in struct{ Chat, Text string }) (any, error) {
			return nil, b.System(in.Chat, in.Text)
		}),
		"POST /box/recall": control(b, func(_ *http.Request, in struct{ By, ID string }) (any, error) {
			return nil, b.Recall(in.By, in.ID)
		}),
		"POST /box/tickle": control(b, func(_ *http.Request, in struct{ Chat, From, Who string }) (any, error) {
			return nil, b.Tickle(in.From, in.Chat, in.Who)
		}),
		"POST /box/read": control(b, func(_ *http.Request, in struct{ Chat, Who string }) (any, error) {
			return nil, b.MarkRead(in.Who, in.Chat)
		}),
	}
	for path, kind := range map[string]Kind{
		"image": Image, "voice": Voice, "video": Video, "file": File, "link": Link, "card": Card, "location": Location, "emoticon": Emoticon,
	} {
		routes["POST /box/"+path] = control(b, func(_ *http.Request, in apiMessage) (any, error) { return b.sendFrom(kind, in) })
	}
	return routes
}

func (b *Box) sendFrom(kind Kind, in apiMessage) (any, error) {
	c := Content{
		Kind: kind, Text: in.Text, Name: in.Name, URL: in.URL, Media: in.Media, Person: in.Person, MD5: in.MD5,
		Duration: time.Duration(in.MS) * time.Millisecond,
	}
	if kind == Voice && c.Name == "" {
		c.Name = "voice.mp3"
	}
	return b.Send(in.From, in.Chat, c, in.Data)
}

// lifeAPI are the calls that change who is who and who is where.
func (b *Box) lifeAPI() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{
		"POST /box/join":   control(b, b.apiJoin),
		"POST /box/rename": control(b, b.apiRename),
		"POST /box/leave": control(b, func(_ *http.Request, in struct{ Chat, Who string }) (any, error) {
			return nil, b.Leave(in.Who, in.Chat)
		}),
		"POST /box/remove": control(b, func(_ *http.Request, in struct {
			Chat, By string
			Who      oneOrMany
		},
		) (any, error) {
			return nil, b.Remove(in.By, in.Chat, in.Who...)
		}),
		"POST /box/dismiss": control(b, func(_ *http.Request, in struct{ Chat, By string }) (any, error) {
			return nil, b.Dismiss(in.By, in.Chat)
		}),
		"POST /box/save": control(b, func(_ *http.Request, in struct {
			Chat, Who string
			On        bool
		},
		) (any, error) {
			return nil, b.SaveGroup(b.orAccount(in.Who), in.Chat, in.On)
		}),
		"POST /box/person": control(b, func(_ *http.Request, in Person) (any, error) { return b.AddPerson(in) }),
		"POST /box/group": control(b, func(_ *http.Request, in struct {
			ID, Name, Owner string
			Members         []string
		},
		) (any, error) {
			return b.AddGroup(in.ID, in.Name, in.Owner, in.Members...)
		}),
		"POST /box/account": control(b, func(_ *http.Request, in struct{ Who string }) (any, error) { return nil, b.SetAccount(in.Who) }),
		"POST /box/befriend": control(b, func(_ *http.Request, in struct{ Who, With string }) (any, error) {
			return nil, b.Befriend(in.Who, in.With)
		}),
		"POST /box/unfriend": control(b, func(_ *http.Request, in struct{ Who, With string }) (any, error) {
			return nil, b.Unfriend(in.Who, in.With)
		}),
		"POST /box/remark": control(b, func(_ *http.Request, in struct{ Of, Who, Remark string }) (any, error) {
			return nil, b.SetRemark(b.orAccount(in.Of), in.Who, in.Remark)
		}),
		"POST /box/request": control(b, func(_ *http.Request, in struct{ From, To, Hello string }) (any, error) {
			return nil, b.RequestFriend(in.From, b.orAccount(in.To), in.Hello)
		}),
		"POST /box/accept": control(b, func(_ *http.Request, in struct{ To, From string }) (any, error) {
			return nil, b.AcceptFriend(b.orAccount(in.To), in.From)
		}),
	}
}

// apiJoin brings people into a group, by invitation or by the QR code that the inviter showed.
func (b *Box) apiJoin(_ *http.Request, in struct {
	Chat, Inviter, By string
	Who               oneOrMany
},
) (any, error) {
	switch in.By {
	case "", "invite":
		return nil, b.Invite(in.Inviter, in.Chat, in.Who...)
	case "qr":
		for _, who := range in.Who {
			if err := b.JoinByQR(who, in.Chat, in.Inviter); err != nil {
				return nil, err
			}
		}
		return nil, nil
	}
	return nil, refuse(`by is "invite" or "qr", not %q`, clip(in.By, 40))
}

// apiRename renames a group (chat, by, name), a person (who, name), or a person in a group (chat, who, name).
func (b *Box) apiRename(_ *http.Request, in struct{ Chat, Who, By, Name string }) (any, error) {
	switch {
	case in.Chat != "" && in.Who != "":
		return nil, b.SetCard(in.Who, in.Chat, in.Name)
	case in.Who != "":
		return nil, b.RenamePerson(in.Who, in.Name)
	case in.Chat != "" && in.By == "":
		g, err := b.Group(in.Chat)
		if err != nil {
			return nil, err
		}
		in.By = g.Owner
	}
	return nil, b.RenameGroup(in.By, in.Chat, in.Name)
}
