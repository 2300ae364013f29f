package bot

import (
	"slices"
	"strings"
)

// A Mention names a person in a text. The text holds it as written by String.
type Mention struct {
	Person PersonID `json:"person"`
	Name   string   `json:"name"`
}

// String is how a mention stands in a text: the mark at its end lets names hold blanks.
func (m Mention) String() string { return "@" + m.Name + "\u2005" }

// maxMentions bounds those that one message has.
const maxMentions = 32

// At writes a mention of the sender, where there is anybody else who could think they are meant.
func (c *Call) At() string {
	if !c.here().Group || c.Event.From.Person == "" || c.Event.Kind == Ordered {
		return ""
	}
	return c.Mention(c.Event.From)
}

// Mention writes a mention of a member of this group. Where the account has that power it notifies them.
func (c *Call) Mention(m Member) string {
	at := Mention{m.Person, m.Shown()}
	if c.Powers().Mention && !slices.Contains(c.mentions, at) {
		c.mentions = append(c.mentions, at)
	}
	return at.String()
}

// cutAt takes the @ off a name. It may be the full-width one of a Chinese keyboard.
func cutAt(name string) (string, bool) {
	if rest, ok := strings.CutPrefix(name, "＠"); ok {
		return rest, true
	}
	return strings.CutPrefix(name, "@")
}

// mentionsIn are those mentions of this call that stand in a text.
func (c *Call) mentionsIn(text string) (list []Mention) {
	for _, m := range c.mentions {
		if len(list) < maxMentions && strings.Contains(text, m.String()) {
			list = append(list, m)
		}
	}
	return list
}

// Find gives the members of this group who go by a name, with or without the @. Of a mention that the service itself made, the
// one who is meant is known, whatever others are called.
func (c *Call) Find(name string) ([]Member, error) {
	if found, err := c.mentioned(name); err != nil || found != nil {
		return found, err
	}
	list, err := Members(c.Tx, c.Event.Chat.ID)
	if err != nil {
		return nil, err
	}
	want, _ := cutAt(name)
	want = foldName(want)
	var found []Member
	for _, m := range list {
		if goesBy(m, want) {
			found = append(found, m)
		}
	}
	return found, nil
}

var (
	textNobodyIs = Text{"群里没有叫「%s」的人。", "Nobody here goes by “%s”."}
	textManyAre  = Text{
		"群里有 %[2]d 位「%[1]s」，请让其中一位先改个群昵称再试。",
		"%[2]d people here go by “%[1]s”. Let one of them change their name in the group first.",
	}
	textMentionOne = Text{"群里有 %[2]d 位「%[1]s」，请从列表里选着 @ 一位。", "%[2]d people here go by “%[1]s”. Mention one of them from the list."}
)

// One gives the only member of this group who goes by a name, as Find finds them, or the refusal that says why there is none.
func (c *Call) One(name string) (Member, error) {
	found, err := c.Find(name)
	if err != nil {
		return Member{}, err
	}
	many := textManyAre
	shown, _ := cutAt(name)
	shown = CleanName(shown)
	if c.Powers().Mention {
		many = textMentionOne
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return Member{}, Refuse(textNobodyIs, shown)
	default:
		return Member{}, Refuse(many, shown, len(found))
	}
}

// mentioned gives those whom the event mentions by this name.
func (c *Call) mentioned(name string) (found []Member, err error) {
	name, ok := cutAt(name)
	if !ok {
		return nil, nil
	}
	for _, at := range c.Event.Mentions {
		if at.Name != name || slices.ContainsFunc(found, func(m Member) bool { return m.Person == at.Person }) {
			continue
		}
		row, known, err := members.Get(c.Tx, c.Event.Chat.ID, at.Person)
		if err != nil {
			return nil, err
		}
		if !known {
			row.Nick = at.Name
		}
		found = append(found, row.Member(at.Person))
	}
	return found, nil
}
