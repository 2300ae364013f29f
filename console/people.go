package console

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

type peoplePage struct {
	frame
	Asked   string
	Found   []found
	Waiting bool // the names are not sorted yet
	Merges  []merge
}

// A found is somebody who goes, or once went, by what was looked for.
type found struct {
	Who, Name, Once string
	Group           string // where it is the one that is looked at
	Href            string
	Merge           string // the address of the preview, where a merge is being prepared
}

type merge struct {
	N              uint64
	Into, From     string
	At, Why        string
	Ended          bool
	IntoAt, FromAt string // addresses
}

const (
	maxAsked  = 64 // bytes of a name that is looked for
	maxFound  = 40
	maxMerges = 20
)

func (c *console) find(w http.ResponseWriter, r *http.Request) {
	var p peoplePage
	asked := strings.TrimSpace(clip(r.URL.Query().Get("q"), maxAsked))
	with := r.URL.Query().Get("with")
	var hits []hit
	ready := true
	if asked != "" {
		hits, ready = c.people.search(r.Context(), c.DB, asked)
	}
	f, err := c.read(r, bot.OnPeople, func(ctx context.Context, s store.Reader, f *frame) (err error) {
		p = peoplePage{Asked: asked, Waiting: !ready}
		if p.Found, err = c.found(s, f, hits, with); err != nil {
			return err
		}
		if asked != "" {
			return nil
		}
		if p.Merges, err = merges(s, f); err != nil {
			return err
		}
		f.Parts, err = c.parts(ctx, s, f, c.wanted(bot.OnPeople, bot.OfGroup, bot.OfAccount), "")
		return err
	})
	p.frame = f
	c.show(w, "people.html", p, err)
}

// found turns hits into people: identities of one person are one, and who was forgotten is nobody.
func (c *console) found(s store.Reader, f *frame, hits []hit, with string) (list []found, err error) {
	seen := map[bot.PersonID]bool{}
	for _, h := range hits {
		head, err := bot.HeadOf(s, h.who)
		if err != nil {
			return nil, err
		}
		if seen[head] || len(list) == maxFound {
			continue
		}
		seen[head] = true
		who, err := bot.PersonOf(s, head)
		if err != nil {
			return nil, err
		}
		names, _, err := bot.NamesOf(s, who)
		if err != nil {
			return nil, err
		}
		if len(names) == 0 { // forgotten since
			continue
		}
		one := found{Who: string(head), Name: names[0], Href: personAddress(head, f.Chat.ID)}
		if once := bot.CleanName(h.name); !slices.Contains(names, once) {
			one.Once = once
		}
		in, err := bot.IsMember(s, f.Chat.ID, who) // of all groups the card tells: here there are many people
		if err != nil {
			return nil, err
		}
		if in {
			one.Group = f.GroupName()
		}
		if with != "" && with != string(head) {
			one.Merge = address("/console/merge", map[string][]string{"into": {with}, "from": {string(head)}, "g": {f.Group}})
		}
		list = append(list, one)
	}
	return list, nil
}

func clip(s string, most int) string {
	if len(s) > most {
		return strings.ToValidUTF8(s[:most], "")
	}
	return s
}

func merges(s store.Reader, f *frame) (list []merge, err error) {
	rows, err := bot.Merges(s, maxMerges)
	for _, row := range rows {
		one := merge{N: row.N, At: f.clock(row.At), Why: row.Why, Ended: row.Ended, IntoAt: personAddress(row.Into, ""), FromAt: personAddress(row.From, "")}
		if one.Into, err = bot.NameIn(s, f.Chat.ID, row.Into); err != nil {
			return nil, err
		}
		if one.From, err = bot.NameIn(s, f.Chat.ID, row.From); err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	return list, err
}

type personPage struct {
	frame
	Card    card
	Who     string
	Name    string
	Names   []bot.Line
	Past    []bot.Line // the newest first
	Why     []bot.Line
	AskedOf string
}

const shownPast = 40

// A card is what is known of one person.
type card struct {
	Who      string
	Name     string
	Names    []bot.Line // every name, and since when
	Groups   []string
	Lines    []bot.Line
	Alone    bool // one identity
	Identity []string
}

func (c *console) person(w http.ResponseWriter, r *http.Request) {
	var p personPage
	who := bot.PersonID(r.PathValue("who"))
	missing := false
	f, err := c.read(r, bot.OnPeople, func(ctx context.Context, s store.Reader, f *frame) (err error) {
		p = personPage{}
		if p.Card, err = c.card(s, f, who); err != nil {
			return err
		}
		p.Who, p.Name, p.Names = p.Card.Who, p.Card.Name, p.Card.Names
		if missing = p.Name == ""; missing {
			return nil
		}
		if topic, asked := r.URL.Query()["why"]; asked {
			p.AskedOf = clip(topic[0], maxAsked)
			p.Why, err = c.Bot.Why(s, bot.Question{
				Chat: f.Chat.ID, Who: bot.PersonID(p.Who), Topic: p.AskedOf, Now: f.now, Zone: f.zone, Lang: f.Lang, Limit: rowsOnPage,
			})
			if err != nil {
				return err
			}
		}
		past, err := c.Bot.Past(s, bot.PersonID(p.Who), f.Lang, shownPast)
		if err != nil {
			return err
		}
		for _, m := range past {
			p.Past = append(p.Past, bot.Line{Name: f.clock(m.At), Value: m.What})
		}
		f.Title = p.Name
		f.Parts, err = c.parts(ctx, s, f, c.wanted(bot.OnPeople, bot.OfPerson), bot.PersonID(p.Who))
		return err
	})
	if err == nil && missing {
		http.NotFound(w, r)
		return
	}
	p.frame = f
	c.show(w, "person.html", p, err)
}

// card reads what is known of a person; it has no name where nobody is known under that id.
func (c *console) card(s store.Reader, f *frame, who bot.PersonID) (one card, err error) {
	p, err := bot.PersonOf(s, who)
	if err != nil {
		return one, err
	}
	names, _, err := bot.NamesOf(s, p)
	if err != nil || len(names) == 0 {
		return one, err
	}
	one = card{Who: string(p.Head), Name: names[0], Alone: len(p.Identities) == 1}
	if f.Chat.ID != "" {
		if in, err := bot.IsMember(s, f.Chat.ID, p); err != nil {
			return one, err
		} else if in {
			if one.Name, err = bot.NameIn(s, f.Chat.ID, p.Head); err != nil {
				return one, err
			}
		}
	}
	every, err := bot.EveryName(s, p)
	if err != nil {
		return one, err
	}
	for _, n := range every {
		one.Names = append(one.Names, bot.Line{Name: bot.CleanName(n.Name), Value: n.At.In(f.zone).Format(time.DateOnly)})
	}
	for _, id := range p.Identities {
		one.Identity = append(one.Identity, string(id))
	}
	if one.Groups, err = bot.GroupsOf(s, p); err != nil {
		return one, err
	}
	one.Lines, err = c.Bot.About(s, p.Head, f.Lang)
	return one, err
}

type mergePage struct {
	frame
	Into, From card
	Back       string
}

// merge shows what a merge would make of two people, before it is asked for.
func (c *console) merge(w http.ResponseWriter, r *http.Request) {
	var p mergePage
	missing := false
	f, err := c.read(r, bot.OnPeople, func(_ context.Context, s store.Reader, f *frame) (err error) {
		p = mergePage{}
		if p.Into, err = c.card(s, f, bot.PersonID(r.URL.Query().Get("into"))); err != nil {
			return err
		}
		if p.From, err = c.card(s, f, bot.PersonID(r.URL.Query().Get("from"))); err != nil {
			return err
		}
		missing = p.Into.Name == "" || p.From.Name == "" || p.Into.Who == p.From.Who
		p.Back = personAddress(bot.PersonID(p.Into.Who), f.Chat.ID)
		f.Title = f.T("preview")
		return nil
	})
	if err == nil && missing {
		http.NotFound(w, r)
		return
	}
	p.frame = f
	c.show(w, "merge.html", p, err)
}
