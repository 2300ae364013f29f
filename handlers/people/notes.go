package people

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// A note is what those who manage a group wrote down about a member.
type note struct {
	Text string       `json:"text"`
	Tags []string     `json:"tags,omitempty"` // words of the text that begin with #
	By   bot.PersonID `json:"by,omitempty"`   // "" is the console, or the account's own phone
	At   time.Time    `json:"at"`
}

// A noteOf says where a note is kept.
type noteOf struct {
	Who  bot.PersonID `json:"who"`
	Chat bot.ChatID   `json:"chat,omitempty"`
}

const (
	notes    = store.Table[note]("people/notes")          // identity, chat, number
	noted    = store.Table[noteOf]("people/notes/all")    // number
	tagged   = store.Table[noteOf]("people/notes/tagged") // tag, number
	maxNotes = 20                                         // of one person in one group
	maxNote  = 300                                        // characters
	maxTag   = 16
)

var (
	textNotes    = bot.Text{ZH: "%s 的备注：", EN: "Notes on %s:"}
	textNoteLine = bot.Text{ZH: "\n%d. %s（%s）", EN: "\n%d. %s (%s)"}
	textNoNotes  = bot.Text{ZH: "%s 还没有备注。这样写：/备注 @%s 爱读书 #志愿者", EN: "There are no notes on %s. Write one: /note @%s reads a lot #helper"}
	textNoted    = bot.Text{ZH: "记下了，第 %d 条。TA 发 /我的数据 能看到。", EN: "Noted, number %d. They can read it with /mydata."}
	textDropped  = bot.Text{ZH: "好的，第 %d 条备注删了。", EN: "Note %d is removed."}
	textNoNote   = bot.Text{ZH: "没有第 %s 条备注。", EN: "There is no note %s."}
	textFull     = bot.Text{ZH: "最多记 %d 条，先删几条吧。", EN: "%d notes are the most; remove some first."}
	textLong     = bot.Text{ZH: "一条备注最多 %d 个字，一个标签最多 %d 个字。", EN: "A note has %d characters at most, a tag %d."}
	textNoteIs   = bot.Text{ZH: "备注（管理员写的）", EN: "Note (by a manager)"}
)

func noteCommands() []bot.Command {
	return []bot.Command{{
		Name: "备注", Aliases: []string{"note"}, Args: "<谁> [内容...]", Who: bot.Manager, Where: bot.InGroup,
		Summary:  bot.Text{ZH: "给一位群友记一笔，#开头的是标签；不写内容就看；删 编号", EN: "write something down about a member, words with # are tags; alone it shows them; 删 NUMBER removes one"},
		Examples: []bot.Example{{Say: "/备注 @苏苏 爱读书 #志愿者", Reply: "记下了…"}, {Say: "/备注 @小明", Reply: "小明 还没有备注…"}},
		Run:      write,
	}}
}

func write(_ context.Context, c *bot.Call) error {
	m, err := c.One(c.Arg("谁"))
	if err != nil {
		return err
	}
	text := strings.TrimSpace(c.Arg("内容"))
	word, number, _ := strings.Cut(text, " ")
	switch {
	case text == "":
		return read(c, m)
	case word == "删" || strings.EqualFold(word, "remove"):
		return dropNumber(c, m.Person, strings.TrimSpace(number))
	}
	n := note{Text: text, Tags: tagsOf(text), By: c.Event.From.Person, At: c.Now}
	if len([]rune(text)) > maxNote || slices.ContainsFunc(n.Tags, func(t string) bool { return len([]rune(t)) > maxTag }) {
		return bot.Refuse(textLong, maxNote, maxTag)
	}
	place := noteOf{m.Person, c.Event.Chat.ID}
	list, err := notesHere(c, m.Person)
	if err != nil {
		return err
	}
	if len(list) >= maxNotes {
		return bot.Refuse(textFull, maxNotes)
	}
	seq, err := c.Tx.Next(string(notes))
	if err != nil {
		return err
	}
	for _, tag := range n.Tags {
		if err := tagged.Put(c.Tx, place, tag, seq); err != nil {
			return err
		}
	}
	if err := noted.Put(c.Tx, place, seq); err != nil {
		return err
	}
	c.Reply(textNoted, seq)
	return notes.Put(c.Tx, n, place.Who, place.Chat, seq)
}

// tagsOf are the words of a text that begin with #, without it, each once.
func tagsOf(text string) (list []string) {
	for _, word := range strings.Fields(text) {
		if tag, ok := strings.CutPrefix(word, "#"); ok && tag != "" && !slices.Contains(list, tag) {
			list = append(list, tag)
		}
	}
	return list
}

func read(c *bot.Call, m bot.Member) error {
	list, err := notesHere(c, m.Person)
	if err != nil {
		return err
	}
	text := c.T(textNotes, m.Shown())
	for _, k := range list {
		text += c.T(textNoteLine, k.seq, k.Text, k.At.In(c.Zone()).Format(time.DateOnly))
	}
	if len(list) == 0 {
		text = c.T(textNoNotes, m.Shown(), m.Shown())
	}
	c.Say(text)
	return nil
}

// notesHere are this group's notes on a person, under whichever of their identities.
func notesHere(c *bot.Call, id bot.PersonID) ([]kept, error) {
	who, err := bot.PersonOf(c.Tx, id)
	if err != nil {
		return nil, err
	}
	list, err := notesOn(c.Tx, who)
	return slices.DeleteFunc(list, func(k kept) bool { return k.Chat != c.Event.Chat.ID }), err
}

// dropNumber removes a note of this group; the console, which asks in any, removes one of any.
func dropNumber(c *bot.Call, of bot.PersonID, number string) error {
	seq, err := strconv.ParseUint(number, 10, 63)
	if err != nil {
		return bot.Refuse(textNoNote, bot.CleanName(number))
	}
	place, ok, err := noted.Get(c.Tx, seq)
	if err != nil {
		return err
	}
	p, err := bot.PersonOf(c.Tx, of)
	if err != nil {
		return err
	}
	if !ok || !slices.Contains(p.Identities, place.Who) || place.Chat != c.Event.Chat.ID && c.Event.Kind != bot.Asked {
		return bot.Refuse(textNoNote, number)
	}
	c.Reply(textDropped, seq)
	return dropNote(c.Tx, place, seq)
}

func dropNote(tx store.Tx, place noteOf, seq uint64) error {
	n, _, err := notes.Get(tx, place.Who, place.Chat, seq)
	if err != nil {
		return err
	}
	for _, tag := range n.Tags {
		if err := tagged.Delete(tx, tag, seq); err != nil {
			return err
		}
	}
	if err := noted.Delete(tx, seq); err != nil {
		return err
	}
	return notes.Delete(tx, place.Who, place.Chat, seq)
}

// A kept is a note with its place.
type kept struct {
	note
	noteOf
	seq uint64
}

// notesOn are all notes on a person, the oldest first.
func notesOn(r store.Reader, who bot.Person) (list []kept, err error) {
	for _, id := range who.Identities {
		for row, err := range notes.Scan(r, store.Under(id)) {
			if err != nil {
				return nil, err
			}
			k := kept{note: row.Value, noteOf: noteOf{Who: id}}
			if err := store.Split(row.Key, nil, &k.Chat, &k.seq); err != nil {
				return nil, err
			}
			list = append(list, k)
		}
	}
	slices.SortFunc(list, func(a, b kept) int { return a.At.Compare(b.At) })
	return list, nil
}

func forgetNotes(tx store.Tx, who bot.Person) error {
	list, err := notesOn(tx, who)
	if err != nil {
		return err
	}
	for _, k := range list {
		if err := dropNote(tx, k.noteOf, k.seq); err != nil {
			return err
		}
	}
	return nil
}
