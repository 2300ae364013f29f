package phone

import (
	"hash/fnv"
	"slices"
	"unicode"
	"unicode/utf8"

	"sixtwenty/wechatbox"
)

// face is an avatar: a picture, or letters of the name on a colour that stays with the id. Two Chinese characters are shown
// both, since half of all nicknames begin with 小 or 阿.
type face struct {
	Pic    string // a media id
	Letter string
	Second string
	Hue    int
}

const hues = 10

func faceOf(p wechatbox.Person) face {
	f := face{Pic: p.Avatar, Letter: firstLetter(p.Nick), Hue: hueOf(p.ID)}
	if r := []rune(p.Nick); len(r) == 2 && unicode.Is(unicode.Han, r[0]) && unicode.Is(unicode.Han, r[1]) {
		f.Second = string(r[1])
	}
	return f
}

func hueOf(id string) int {
	h := fnv.New32a()
	h.Write([]byte(id))
	return int(h.Sum32() % hues)
}

// firstLetter is the first visible rune of a name, with the marks that belong to it.
func firstLetter(name string) string {
	for i, r := range name {
		if !unicode.IsGraphic(r) || unicode.In(r, unicode.Z, unicode.M, unicode.P, unicode.Sm, unicode.Sk) {
			continue
		}
		end := i + utf8.RuneLen(r)
		for _, m := range name[end:] {
			if !unicode.IsMark(m) {
				break
			}
			end += utf8.RuneLen(m)
			if end-i > 12 {
				break
			}
		}
		return name[i:end]
	}
	return "?"
}

const groupFaces = 9

// facesOf is a group's avatar: its first members.
func (v *viewer) facesOf(g wechatbox.Group) []face {
	var list []face
	for _, m := range g.Members[:min(len(g.Members), groupFaces)] {
		list = append(list, v.face(m.ID))
	}
	return list
}

// face looks a person up once a view.
func (v *viewer) face(id string) face { return faceOf(v.person(id)) }

func (v *viewer) person(id string) wechatbox.Person {
	if p, ok := v.people[id]; ok {
		return p
	}
	p, err := v.d.box.Person(id)
	if err != nil {
		p = wechatbox.Person{ID: id, Nick: id}
	}
	v.people[id] = p
	return p
}

// nameOf is what the phone's owner calls somebody: their remark, or the nickname.
func (v *viewer) nameOf(id string) string {
	if i := slices.IndexFunc(v.friends, func(f wechatbox.Friend) bool { return f.ID == id }); i >= 0 && v.friends[i].Remark != "" {
		return v.friends[i].Remark
	}
	return v.person(id).Nick
}
