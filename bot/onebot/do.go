package onebot

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"go.uber.org/zap"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// The actions that only some accounts, or some implementations, can do.
const (
	actionRemove  = "set_group_kick"
	actionMute    = "set_group_ban"
	actionSetName = "set_group_name"
	actionSetCard = "set_group_card"
	actionEssence = "set_essence_msg"
)

// What stands before the flag of a request in its token.
const (
	tokenFriend = "friend:"
	tokenAdd    = "add:"
	tokenInvite = "invite:"
)

// Do implements bot.Doer.
func (a *Account) Do(ctx context.Context, e bot.Effect) (bot.Receipt, error) {
	l := a.live.Load()
	if l == nil {
		return bot.Receipt{}, bot.ErrOffline
	}
	chat, group, ok := a.wireChat(e.Chat)
	if !ok {
		return bot.Receipt{}, bot.Permanent(fmt.Errorf("chat %s is none of this account", e.Chat))
	}
	d := doing{Account: a, link: l, effect: e, chat: chat, group: group}
	id, err := d.do(ctx)
	if err != nil {
		a.log.Warn("an effect was not done", zap.String("effect", e.ID), zap.String("chat", string(e.Chat)), zap.Error(err))
		return bot.Receipt{}, err
	}
	return bot.Receipt{Sent: string(id), At: a.clock.Now()}, nil
}

// A doing is one attempt at an effect.
type doing struct {
	*Account
	link   *link
	effect bot.Effect
	chat   wireID
	group  bool
}

func (d *doing) do(ctx context.Context) (wireID, error) {
	e := d.effect
	switch e.Kind {
	case bot.Say:
		return d.send(ctx, textSegments(e.Text, e.Mentions, d.wirePerson))
	case bot.SendImage:
		if d.noPics.Load() {
			return "", d.upload(ctx)
		}
		return d.sendMedia(ctx, "image")
	case bot.SendVoice:
		if !d.Powers().Voice {
			return "", d.upload(ctx)
		}
		return d.sendMedia(ctx, "record")
	case bot.SendFile:
		return "", d.upload(ctx)
	case bot.Accept:
		return "", d.accept(ctx)
	}
	return "", d.manage(ctx)
}

// Two shapes of the parameters of a send.
type (
	toGroup struct {
		Group   wireID       `json:"group_id"`
		Message []outSegment `json:"message"`
	}
	toPerson struct {
		User    wireID       `json:"user_id"`
		Message []outSegment `json:"message"`
	}
)

func (d *doing) send(ctx context.Context, list []outSegment) (wireID, error) {
	d.echoes.say(d.effect.Chat, list)
	var sent struct {
		ID wireID `json:"message_id"`
	}
	action, params := "send_private_msg", any(toPerson{d.chat, list})
	if d.group {
		action, params = "send_group_msg", toGroup{d.chat, list}
	}
	if err := d.link.call(ctx, callLimit, action, params, &sent); err != nil {
		return "", err
	}
	d.echoes.got(d.effect.Chat, sent.ID)
	return sent.ID, nil
}

// maxUpload bounds a medium: it travels within one frame.
const maxUpload = 20 << 20

// file is the medium as implementations take it, wherever they run.
func (d *doing) file(ctx context.Context) (string, error) {
	r, err := store.Blobs{DB: d.opts.DB}.Open(ctx, d.effect.Media)
	if err != nil {
		return "", fmt.Errorf("reading the medium: %w", err)
	}
	defer r.Close()
	var b strings.Builder
	b.WriteString("base64://")
	enc := base64.NewEncoder(base64.StdEncoding, &b)
	n, err := io.Copy(enc, io.LimitReader(r, maxUpload+1))
	if err := errors.Join(err, enc.Close()); err != nil {
		return "", fmt.Errorf("reading the medium: %w", err)
	}
	if n > maxUpload {
		return "", bot.Permanent(fmt.Errorf("a medium of more than %d bytes cannot be sent", maxUpload))
	}
	return b.String(), nil
}

func (d *doing) sendMedia(ctx context.Context, kind string) (wireID, error) {
	file, err := d.file(ctx)
	if err != nil {
		return "", err
	}
	return d.send(ctx, []outSegment{{kind, outData{File: file, Name: d.effect.Name}}})
}

func (d *doing) upload(ctx context.Context) error {
	file, err := d.file(ctx)
	if err != nil {
		return err
	}
	params := struct {
		Group wireID `json:"group_id,omitempty"`
		User  wireID `json:"user_id,omitempty"`
		File  string `json:"file"`
		Name  string `json:"name"`
	}{File: file, Name: d.effect.Name}
	d.echoes.say(d.effect.Chat, []outSegment{{Type: "file"}})
	if d.group {
		params.Group = d.chat
		return d.link.call(ctx, time.Minute, "upload_group_file", params, nil)
	}
	params.User = d.chat
	return d.link.call(ctx, time.Minute, "upload_private_file", params, nil)
}

// manage does what changes the group. Done twice it is done once, so an answer that was lost is no doubt: it is tried again.
func (d *doing) manage(ctx context.Context) error {
	e := d.effect
	who, _ := d.wirePerson(e.Who)
	call := map[bot.EffectKind]struct {
		action string
		params map[string]any
		fit    bool
	}{
		bot.Recall: {"delete_msg", map[string]any{"message_id": wireMessage(e.Of)}, e.Of != ""},
		bot.Remove: {actionRemove, map[string]any{"group_id": d.chat, "user_id": who, "reject_add_request": false}, d.group && who != ""},
		bot.Mute: {
			actionMute, map[string]any{"group_id": d.chat, "user_id": who, "duration": int64(e.For / time.Second)}, d.group && who != "",
		},
		bot.SetName: {actionSetName, map[string]any{"group_id": d.chat, "group_name": e.Text}, d.group && e.Text != ""},
		bot.SetCard: {actionSetCard, map[string]any{"group_id": d.chat, "user_id": who, "card": e.Text}, d.group && who != ""},
		bot.Essence: {actionEssence, map[string]any{"message_id": wireMessage(e.Of)}, d.group && e.Of != ""},
	}[e.Kind]
	if !call.fit {
		return bot.Permanent(fmt.Errorf("OneBot cannot do %q here", e.Kind))
	}
	return d.again(call.action, d.link.call(ctx, callLimit, call.action, call.params, nil))
}

// accept says yes to a request.
func (d *doing) accept(ctx context.Context) error {
	if flag, ok := strings.CutPrefix(d.effect.Of, tokenFriend); ok {
		return d.again("", d.link.call(ctx, callLimit, "set_friend_add_request", map[string]any{"flag": flag, "approve": true}, nil))
	}
	kind, flag, _ := strings.Cut(d.effect.Of, ":")
	if flag == "" || kind+":" != tokenAdd && kind+":" != tokenInvite {
		return bot.Permanent(errors.New("this request cannot be read"))
	}
	params := map[string]any{"flag": flag, "sub_type": kind, "approve": true}
	return d.again("", d.link.call(ctx, callLimit, "set_group_add_request", params, nil))
}

// again makes of a doubt a failure to be tried again, and remembers an action that the implementation does not have.
func (d *doing) again(action string, err error) error {
	if r, ok := errors.AsType[*refusal](err); ok && r.code == codeNoAction && action != "" {
		d.lacks.Store(action, true)
	}
	if errors.Is(err, bot.ErrUnknown) {
		return errors.New(err.Error())
	}
	return err
}
