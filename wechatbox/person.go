package wechatbox

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// Person is somebody with a phone, or an official account.
type Person struct {
	ID         string   `json:"id"`              // lasts; given by the box if empty
	Nick       string   `json:"nick"`            // what they call themselves; neither unique nor for ever
	Alias      string   `json:"alias,omitempty"` // the WeChat number they chose
	Sex        int      `json:"sex,omitempty"`   // 1 male, 2 female
	Province   string   `json:"province,omitempty"`
	City       string   `json:"city,omitempty"`
	Signature  string   `json:"signature,omitempty"`
	Official   bool     `json:"official,omitempty"` // a public account (公众号)
	Language   Language `json:"language,omitempty"` // of their phone; "" is the box's
	AttrStatus int64    `json:"attr,omitempty"`     // WeChat's flags; given by the box if zero
	Avatar     string   `json:"avatar,omitempty"`   // a media id; "" is drawn from the name
}

// AddPerson puts somebody into the world. A zero ID or AttrStatus is filled in; the person is returned as kept.
func (b *Box) AddPerson(p Person) (Person, error) {
	err := b.update(func(t *tx) error {
		kept, err := t.addPerson(p)
		p = kept
		return err
	})
	return p, err
}

func (t *tx) addPerson(p Person) (Person, error) {
	if p.ID == "" {
		p.ID = t.w.freeID("p", len(t.w.people)+1)
	}
	if err := t.w.checkID(p.ID); err != nil {
		return p, err
	}
	if p.Nick == "" {
		p.Nick = p.ID
	}
	if p.AttrStatus == 0 {
		p.AttrStatus = attrStatus(t.b.rng)
	}
	idx := uint32(len(t.w.people))
	t.do(rec{Person: &personRec{idx, p}})
	if idx == 0 {
		t.do(rec{Account: &idx})
	}
	t.tell(Change{What: PersonChanged, Person: p.ID})
	return p, nil
}

// attrStatus draws flags that look real and, as in reality, are shared by several people.
func attrStatus(rng *rand.Rand) int64 {
	return int64(rng.IntN(64))<<11 | 0x21 | int64(rng.IntN(8))<<25
}

func (w *world) freeID(prefix string, n int) string {
	for ; ; n++ {
		if id := fmt.Sprintf("%s%d", prefix, n); w.ids[id] == nil {
			return id
		}
	}
}

func (w *world) checkID(id string) error {
	if w.ids[id] != nil {
		return refuse("the id %q is taken", id)
	}
	if len(id) > 64 || strings.ContainsAny(id, " \t\r\n/?&#\"<>@") || id == fileHelper {
		return refuse("%q is no id: letters, digits, - and _ are, up to 64", clip(id, 80))
	}
	return nil
}

// SetAccount makes a person the account: the one whose phone scans the bot's code when nobody else is named. The
// first person added is the account until then.
func (b *Box) SetAccount(who string) error {
	return b.update(func(t *tx) error {
		p, err := t.w.findPerson(who)
		if err != nil {
			return err
		}
		t.do(rec{Account: &p.idx})
		t.tell(Change{What: PersonChanged, Person: p.ID})
		return nil
	})
}

// Account is the person whose phone scans the bot in. It is the zero Person in an empty world.
func (b *Box) Account() Person {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.w.account == nil {
		return Person{}
	}
	return b.w.account.Person
}

// Person is what is known of somebody.
func (b *Box) Person(who string) (Person, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	p, err := b.w.findPerson(who)
	if err != nil {
		return Person{}, err
	}
	return p.Person, nil
}

// RenamePerson changes a nickname. Nobody is told; who has the person among their contacts finds out.
func (b *Box) RenamePerson(who, nick string) error {
	return b.EditPerson(who, func(p *Person) { p.Nick = nick })
}

// EditPerson changes a profile: everything but the id.
func (b *Box) EditPerson(who string, edit func(*Person)) error {
	return b.update(func(t *tx) error {
		p, err := t.w.findPerson(who)
		if err != nil {
			return err
		}
		changed := p.Person
		edit(&changed)
		changed.ID = p.ID
		if changed.Nick == "" {
			return refuse("a nickname cannot be empty")
		}
		t.do(rec{Person: &personRec{p.idx, changed}})
		t.modPerson(p)
		t.tell(Change{What: PersonChanged, Person: p.ID})
		return nil
	})
}

// Befriend puts two people into each other's contact lists.
func (b *Box) Befriend(x, y string) error {
	return b.update(func(t *tx) error {
		p, q, err := t.w.two(x, y)
		if err != nil {
			return err
		}
		return t.befriend(p, q)
	})
}

func (w *world) two(x, y string) (p, q *person, err error) {
	if p, err = w.findPerson(x); err != nil {
		return nil, nil, err
	}
	q, err = w.findPerson(y)
	return p, q, err
}

func (t *tx) befriend(p, q *person) error {
	if p == q {
		return refuse("%s cannot befriend themselves", p.ID)
	}
	for _, pair := range [2][2]*person{{p, q}, {q, p}} {
		if !pair[0].knows(pair[1]) {
			t.do(rec{Friend: &friendRec{Of: pair[0].idx, Who: pair[1].idx}})
			t.addedFriend(pair[0], pair[1])
			t.tell(Change{What: PersonChanged, Person: pair[0].ID})
		}
	}
	return nil
}

func (p *person) knows(q *person) bool {
	_, ok := p.friends[q.idx]
	return ok
}

// Unfriend makes who delete gone from their contact list. As in WeChat, the other list keeps its entry.
func (b *Box) Unfriend(who, gone string) error {
	return b.update(func(t *tx) error {
		p, q, err := t.w.two(who, gone)
		if err != nil {
			return err
		}
		if !p.knows(q) {
			return refuse("%s has no friend %s", p.ID, q.ID)
		}
		t.do(rec{Friend: &friendRec{Of: p.idx, Who: q.idx, Gone: true}})
		t.delFriend(p, q)
		t.tell(Change{What: PersonChanged, Person: p.ID})
		return nil
	})
}

// SetRemark writes, on of's phone, a private name for the friend who. "" takes it away.
func (b *Box) SetRemark(of, who, remark string) error {
	return b.update(func(t *tx) error {
		p, q, err := t.w.two(of, who)
		if err != nil {
			return err
		}
		if !p.knows(q) {
			return refuse("%s is no friend of %s, so there is nothing to remark", q.ID, p.ID)
		}
		t.setRemark(p, q, remark)
		return nil
	})
}

func (t *tx) setRemark(p, q *person, remark string) {
	t.do(rec{Friend: &friendRec{Of: p.idx, Who: q.idx, Remark: remark}})
	t.modFriend(p, q)
	t.tell(Change{What: PersonChanged, Person: p.ID})
}

// Friend is an entry of a contact list.
type Friend struct {
	ID     string `json:"id"`
	Nick   string `json:"nick"`
	Remark string `json:"remark,omitempty"`
}

// Friends is the contact list of a person, in the order in which the people came into the world.
func (b *Box) Friends(of string) ([]Friend, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	p, err := b.w.findPerson(of)
	if err != nil {
		return nil, err
	}
	list := make([]Friend, 0, len(p.friends))
	for _, q := range b.w.friendsOf(p) {
		list = append(list, Friend{q.ID, q.Nick, p.friends[q.idx]})
	}
	return list, nil
}

func (w *world) friendsOf(p *person) []*person {
	list := make([]*person, 0, len(p.friends))
	for idx := range p.friends {
		list = append(list, w.people[idx])
	}
	slices.SortFunc(list, func(a, b *person) int { return int(a.idx) - int(b.idx) })
	return list
}
