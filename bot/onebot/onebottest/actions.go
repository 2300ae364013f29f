package onebottest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// A request is what a client asks.
type request struct {
	Action string          `json:"action"`
	Params params          `json:"params"`
	Echo   json.RawMessage `json:"echo"`
}

type params struct {
	Group    int64           `json:"group_id"`
	User     int64           `json:"user_id"`
	ID       int64           `json:"message_id"`
	Seq      int64           `json:"message_seq"`
	Count    int             `json:"count"`
	Message  json.RawMessage `json:"message"`
	File     string          `json:"file"`
	Name     string          `json:"name"`
	NewName  string          `json:"group_name"`
	Card     string          `json:"card"`
	Duration int64           `json:"duration"`
	Flag     string          `json:"flag"`
	SubType  string          `json:"sub_type"`
}

// The codes of failures.
const (
	codeBad      = 1400
	codeNoAction = 1404
	codeFailed   = 100
)

// answer does what a client asks and gives the frame to send back, nil for none.
func (s *Server) answer(data []byte) any {
	var r request
	if err := json.Unmarshal(data, &r); err != nil {
		return reply(r, nil, codeBad, err.Error())
	}
	f, ok := s.faultOf(r.Action)
	switch {
	case ok && f.deaf:
		return nil
	case ok && f.code != 0:
		return reply(r, nil, f.code, f.wording)
	}
	v, code := s.do(r.Action, r.Params)
	switch {
	case ok && f.lost:
		return nil
	case ok && f.giant > 0:
		return bytes.Repeat([]byte(" "), f.giant)
	}
	return reply(r, v, code, fmt.Sprint("code ", code))
}

func reply(r request, data any, code int64, wording string) map[string]any {
	if code != 0 {
		return map[string]any{"status": "failed", "retcode": code, "data": nil, "message": wording, "wording": wording, "echo": r.Echo}
	}
	return map[string]any{"status": "ok", "retcode": 0, "data": data, "message": "", "wording": "", "echo": r.Echo}
}

func number(v any) int64 {
	n, _ := v.(int64)
	return n
}

// do does one action.
func (s *Server) do(action string, p params) (any, int64) {
	switch action {
	case "get_login_info":
		return map[string]any{"user_id": Account, "nickname": "小六"}, 0
	case "get_version_info":
		return map[string]any{"app_name": "onebottest", "app_version": "1", "protocol_version": "v11"}, 0
	case "get_status":
		return map[string]any{"online": s.online(), "good": true}, 0
	case "can_send_record":
		return map[string]any{"yes": !s.opts.NoVoice}, 0
	case "can_send_image":
		return map[string]any{"yes": !s.opts.NoImage}, 0
	case "get_stranger_info":
		return s.stranger(p.User)
	case "get_group_list", "get_group_info", "get_group_member_list", "get_group_member_info":
		return s.lists(action, p)
	case "get_group_msg_history":
		return s.history(p)
	case "send_group_msg", "send_private_msg", "upload_group_file", "upload_private_file":
		return s.send(action, p)
	}
	return s.manage(action, p)
}

func (s *Server) stranger(id int64) (any, int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.people[id]; p != nil {
		return map[string]any{"user_id": id, "nickname": p.Nick}, 0
	}
	return nil, codeFailed
}

func (s *Server) lists(action string, p params) (any, int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if action == "get_group_list" {
		list := []any{}
		for _, g := range s.groups {
			if slices.Contains(g.members, Account) {
				list = append(list, g.info())
			}
		}
		return list, 0
	}
	g := s.groups[p.Group]
	if g == nil {
		return nil, codeFailed
	}
	list := []any{}
	for _, m := range g.members {
		info := map[string]any{"group_id": g.id, "user_id": m, "nickname": s.people[m].Nick, "card": g.cards[m], "role": g.role(m)}
		if action == "get_group_member_info" && m == p.User {
			return info, 0
		}
		list = append(list, info)
	}
	switch action {
	case "get_group_info":
		return g.info(), 0
	case "get_group_member_list":
		return list, 0
	}
	return nil, codeFailed
}

func (g *group) info() map[string]any {
	return map[string]any{"group_id": g.id, "group_name": g.name, "member_count": len(g.members)}
}

// history gives the messages of a group before one, the oldest first.
func (s *Server) history(p params) (any, int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []map[string]any{}
	for _, e := range slices.Backward(s.told) {
		if number(e["group_id"]) != p.Group || p.Seq != 0 && e["message_id"].(int64) > p.Seq {
			continue
		}
		if list = append(list, e); len(list) >= max(1, p.Count) {
			break
		}
	}
	slices.Reverse(list)
	return map[string]any{"messages": list}, 0
}

// send takes what the account says.
func (s *Server) send(action string, p params) (any, int64) {
	sent := Sent{Action: action, Group: p.Group, User: p.User, When: s.opts.Now()}
	var list []Segment
	if p.File != "" {
		sent.Kind, sent.Name = "file", p.Name
		raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(p.File, "base64://"))
		if err != nil {
			return nil, codeFailed
		}
		sent.File = raw
		list = []Segment{{"file", map[string]any{"file": p.Name}}}
	} else if json.Unmarshal(p.Message, &list) != nil || len(list) == 0 || !s.read(&sent, list) {
		return nil, codeFailed
	}
	kind := "private"
	if p.Group != 0 {
		kind = "group"
	}
	e := s.compose(map[string]any{"message_type": kind, "group_id": p.Group, "target_id": p.User}, Account, list)
	if p.Group == 0 {
		delete(e, "group_id")
	}
	sent.ID = e["message_id"].(int64)
	s.mu.Lock()
	s.sent = append(s.sent, sent)
	s.mu.Unlock()
	if s.opts.Self {
		s.tell(e)
	}
	return map[string]any{"message_id": sent.ID}, 0
}

// read takes in a message's segments.
func (s *Server) read(sent *Sent, list []Segment) bool {
	for _, seg := range list {
		switch seg.Type {
		case "text":
			sent.Text += fmt.Sprint(seg.Data["text"])
		case "at":
			var who int64
			if _, err := fmt.Sscan(fmt.Sprint(seg.Data["qq"]), &who); err != nil {
				return false
			}
			sent.At = append(sent.At, who)
			sent.Text += "@" + s.Nick(who)
		case "image", "record":
			data, ok := strings.CutPrefix(fmt.Sprint(seg.Data["file"]), "base64://")
			raw, err := base64.StdEncoding.DecodeString(data)
			if !ok || err != nil {
				return false
			}
			sent.Kind, sent.File = seg.Type, raw
			sent.Name, _ = seg.Data["name"].(string)
		default:
			return false
		}
	}
	return true
}

// manage does what administrators may.
func (s *Server) manage(action string, p params) (any, int64) {
	sent := Sent{Action: action, Group: p.Group, User: p.User, ID: p.ID, Text: p.Card + p.NewName + p.Flag, When: s.opts.Now()}
	s.mu.Lock()
	g := s.groups[p.Group]
	allowed := g != nil && g.role(Account) != "member" && g.role(p.User) == "member"
	s.mu.Unlock()
	switch action {
	case "set_group_kick", "set_group_ban", "set_group_card", "set_group_name":
		if !allowed {
			return nil, codeFailed
		}
	case "delete_msg", "set_essence_msg", "set_friend_add_request", "set_group_add_request":
	default:
		return nil, codeNoAction
	}
	s.mu.Lock()
	s.sent = append(s.sent, sent)
	s.mu.Unlock()
	switch action {
	case "set_group_kick":
		if !slices.Contains(s.Members(p.Group), p.User) {
			return nil, codeFailed
		}
		defer s.Leave(p.User, p.Group, Account)
	case "set_friend_add_request":
		s.befriend(p.Flag)
	case "set_group_card":
		s.mu.Lock()
		g.cards[p.User] = p.Card
		s.mu.Unlock()
	case "set_group_name":
		s.mu.Lock()
		g.name = p.NewName
		s.mu.Unlock()
	}
	return nil, 0
}
