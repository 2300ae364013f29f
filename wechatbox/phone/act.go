package phone

import (
	"net/http"
	"slices"
	"strings"

	"sixtwenty/wechatbox"
)

// action is one thing a person does on a phone. The form names who, and what else run needs.
type action struct {
	run     func(*Desk, form) (reply, error)
	refused string // the words for what WeChat would not do
	limit   int64  // bytes of the form; 0: maxForm
}

func allActions() map[string]action {
	return map[string]action{
		"say":      {run: (*Desk).say, refused: "no.say"},
		"send":     {run: (*Desk).send, refused: "no.say", limit: maxUpload},
		"read":     {run: (*Desk).read, refused: "no.read"},
		"recall":   {run: (*Desk).recall, refused: "no.recall"},
		"tickle":   {run: (*Desk).tickle, refused: "no.tickle"},
		"invite":   {run: (*Desk).invite, refused: "no.invite"},
		"join":     {run: (*Desk).join, refused: "no.join"},
		"leave":    {run: (*Desk).leave, refused: "no.leave"},
		"remove":   {run: (*Desk).remove, refused: "no.remove"},
		"title":    {run: (*Desk).title, refused: "no.title"},
		"card":     {run: (*Desk).card, refused: "no.card"},
		"save":     {run: (*Desk).save, refused: "no.save"},
		"nick":     {run: (*Desk).nick, refused: "no.nick"},
		"remark":   {run: (*Desk).remark, refused: "no.remark"},
		"language": {run: (*Desk).language, refused: "no.nick"},
		"befriend": {run: (*Desk).befriend, refused: "no.befriend"},
		"accept":   {run: (*Desk).accept, refused: "no.befriend"},
		"unfriend": {run: (*Desk).unfriend, refused: "no.befriend"},
		"scan":     {run: (*Desk).scan, refused: "no.scan"},
		"kick":     {run: (*Desk).kick, refused: "no.kick"},
		"expire":   {run: (*Desk).expire, refused: "no.scan"},
	}
}

func (d *Desk) serveAct(w http.ResponseWriter, r *http.Request) {
	a, ok := d.actions[r.PathValue("action")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	limit := a.limit
	if limit == 0 {
		limit = maxForm
	}
	f, ok := d.readForm(w, r, limit)
	if !ok {
		return
	}
	if r.MultipartForm != nil {
		defer r.MultipartForm.RemoveAll()
	}
	answer, err := a.run(d, f)
	if err != nil {
		status, text := d.explain(f, err, a.refused)
		f.answer(w, status, reply{Error: text})
		return
	}
	f.done(w, answer)
}

func (d *Desk) say(f form) (reply, error) {
	text := strings.TrimRight(strings.ReplaceAll(f.get("text"), "\r\n", "\n"), " \n")
	if text == "" {
		return reply{}, oops{"err.empty"}
	}
	_, err := d.box.Say(f.get("who"), f.get("chat"), text)
	return reply{}, err
}

func (d *Desk) read(f form) (reply, error) {
	return reply{}, d.box.MarkRead(f.get("who"), f.get("chat"))
}

func (d *Desk) recall(f form) (reply, error) {
	return reply{}, d.box.Recall(f.get("who"), f.get("id"))
}

func (d *Desk) tickle(f form) (reply, error) {
	return reply{Go: join("chat", f.get("chat"))}, d.box.Tickle(f.get("who"), f.get("chat"), f.get("target"))
}

func (d *Desk) invite(f form) (reply, error) {
	if len(f.all("target")) == 0 {
		return reply{}, oops{"err.nobody"}
	}
	return reply{Go: join("chat", f.get("chat"))}, d.box.Invite(f.get("who"), f.get("chat"), f.all("target")...)
}

func (d *Desk) join(f form) (reply, error) {
	return reply{Go: join("chat", f.get("chat"))}, d.box.JoinByQR(f.get("who"), f.get("chat"), f.get("sharer"))
}

func (d *Desk) leave(f form) (reply, error) {
	return reply{Go: "chats"}, d.box.Leave(f.get("who"), f.get("chat"))
}

func (d *Desk) remove(f form) (reply, error) {
	if len(f.all("target")) == 0 {
		return reply{}, oops{"err.nobody"}
	}
	return reply{Go: join("chat", f.get("chat"))}, d.box.Remove(f.get("who"), f.get("chat"), f.all("target")...)
}

func (d *Desk) title(f form) (reply, error) {
	name, err := f.name("name")
	if err != nil {
		return reply{}, err
	}
	return reply{Note: f.t("note.saved")}, d.box.RenameGroup(f.get("who"), f.get("chat"), name)
}

const maxName = 300 // bytes; WeChat allows about 30 characters

// name is a posted name on one line.
func (f form) name(field string) (string, error) {
	name := strings.Join(strings.Fields(f.get(field)), " ")
	switch {
	case name == "":
		return "", oops{"err.noname"}
	case len(name) > maxName:
		return "", oops{"err.longname"}
	}
	return name, nil
}

// label is a posted name that may be empty, which takes the name away.
func (f form) label(field string) (string, error) {
	if strings.TrimSpace(f.get(field)) == "" {
		return "", nil
	}
	return f.name(field)
}

func (d *Desk) card(f form) (reply, error) {
	card, err := f.label("name")
	if err != nil {
		return reply{}, err
	}
	return reply{Note: f.t("note.saved")}, d.box.SetCard(f.get("who"), f.get("chat"), card)
}

func (d *Desk) save(f form) (reply, error) {
	return reply{Note: f.t("note.saved")}, d.box.SaveGroup(f.get("who"), f.get("chat"), f.get("on") != "")
}

func (d *Desk) nick(f form) (reply, error) {
	nick, err := f.name("name")
	if err != nil {
		return reply{}, err
	}
	return reply{Note: f.t("note.saved")}, d.box.RenamePerson(f.get("who"), nick)
}

func (d *Desk) remark(f form) (reply, error) {
	remark, err := f.label("name")
	if err != nil {
		return reply{}, err
	}
	return reply{Note: f.t("note.saved")}, d.box.SetRemark(f.get("who"), f.get("target"), remark)
}

func (d *Desk) language(f form) (reply, error) {
	l := wechatbox.Language(f.get("speaks"))
	if !slices.Contains([]wechatbox.Language{"", wechatbox.Chinese, wechatbox.English}, l) {
		return reply{}, oops{"err.form"}
	}
	return reply{Note: f.t("note.saved")}, d.box.EditPerson(f.get("who"), func(p *wechatbox.Person) { p.Language = l })
}

func (d *Desk) befriend(f form) (reply, error) {
	hello, err := f.label("hello")
	if err != nil {
		return reply{}, err
	}
	return reply{Note: f.t("note.asked")}, d.box.RequestFriend(f.get("who"), f.get("target"), hello)
}

func (d *Desk) accept(f form) (reply, error) {
	return reply{Go: join("chat", f.get("target"))}, d.box.AcceptFriend(f.get("who"), f.get("target"))
}

func (d *Desk) unfriend(f form) (reply, error) {
	return reply{Go: "contacts"}, d.box.Unfriend(f.get("who"), f.get("target"))
}

// scan points the phone at the code that waits and agrees to it at once.
func (d *Desk) scan(f form) (reply, error) {
	qr, ok := d.box.CurrentQR()
	if !ok {
		return reply{}, oops{"no.scan"}
	}
	if qr.State == wechatbox.QRWaiting {
		if err := d.box.Scan(f.get("who"), qr.UUID); err != nil {
			return reply{}, err
		}
	}
	return reply{Note: f.t("note.scanned")}, d.box.Confirm(f.get("who"), qr.UUID)
}

func (d *Desk) kick(f form) (reply, error) {
	return reply{Note: f.t("note.kicked")}, d.box.SignOut(f.get("who"))
}

func (d *Desk) expire(f form) (reply, error) {
	qr, ok := d.box.CurrentQR()
	if !ok {
		return reply{}, oops{"no.scan"}
	}
	return reply{}, d.box.Expire(qr.UUID)
}
