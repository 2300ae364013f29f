package wechat

import (
	"math"
	"slices"
)

// Who is who after a new scan. Everybody has another wire name then; what is left is evidence: names, flags, and who stands on
// which list. The question is put to all lists at once, and answered by weighing two stories for each pair of an old and a new
// person:
//
//	same   the old one stayed on the list and kept the name: likely, and the lists themselves say how likely.
//	other  the old one left or changed the name, and of the few on the list who are new there, one happens to carry the same
//	       name, the same flags: vanished × fresh × frequency of the name × frequency of the flags.
//
// The weight of a pair is the logarithm of same against other. All four factors of "other" are measured: how many names
// vanished from this list and how many are fresh (so a quiet night and a month of absence are judged differently), and how
// common a name is (see census). On several lists at once only those count who are fresh on all of them. What changed costs:
// other flags are possible, but rarer than two people who exchange their names. Letters of the lasting id never change.
//
// Then the best assignment of all is taken, one to one, and a pair of it is believed only if the best assignment without that
// pair is worse by doubtless: two who could change places are both left unsure. A knot of more than maxKnot people is left
// unsure as it is. Groups are found by name and by whom they have in common, people by their groups, in turns, until nothing
// is added. Most pairs are far beyond that doubt. So at the end those are believed too who are only probable, the likeliest
// first, as far as all who are believed hold so few mistakes together as the allowance says: a community of rare names can bear
// a common one, and where every name is common nobody is guessed.
//
// Whoever holds a role is found only by what nobody else can write: the remark typed on the owner's phone, and the alias, which
// WeChat gives once.

const (
	// doubtless is the weight from which a pair is believed: 1 in 100,000 for the least of them, far less on average.
	doubtless = 11.5
	// probable is the weight from which a pair may be believed within the allowance: 1 in 3,000 for the least of them.
	probable = 8.0
	// allowance is how many mistakes may be expected of each who is believed, on average over a sign-in.
	allowance = 6e-6
	// plausible is the weight from which an unsure pair is worth a question.
	plausible = -2.0
	// maxKnot bounds the people whose assignment hangs together.
	maxKnot = 64
	// maxCandidates bounds those who are named in one question.
	maxCandidates = 5
	maxRounds     = 6
)

// evidence is what can tell that two names, of different sessions, are one person. key is our id on the old side and the wire
// name on the new one. Texts are folded.
type evidence struct {
	key     string
	nick    string
	remark  string // typed by the owner on the phone
	alias   string
	keyWord string // the first letters of the lasting id
	attr    int64
	trusted bool // holds a role; of the old side
}

// A roster is a list of people: a group, or, with the key "", the contact list.
type roster struct {
	key     string
	name    string // folded
	read    bool   // the members are known
	members []entry
}

// An entry is one person on a roster. gone is one of the old side who had left before.
type entry struct {
	who  int32
	card string // folded
	gone bool
}

// A side is all that one session showed. People and rosters are named by their places in it.
type side struct {
	people  []evidence
	rosters []roster
}

// A link says that an old one and a new one are the same.
type link struct{ old, now int32 }

// An inquiry asks who is who.
type inquiry struct {
	old, now side
	people   []link // settled before
	rosters  []link
	census   map[string]int // how many people outside this inquiry carry a name
}

// A finding is one answer with its weight and what speaks for it.
type finding struct {
	link
	weight float64
	by     signal
}

// A doubt is a new one who may be one of several old ones, the likeliest first, or of none.
type doubt struct {
	now        int32
	candidates []finding
}

// A verdict is what came of an inquiry. What was settled before is not in it.
type verdict struct {
	people  []finding
	rosters []finding
	unsure  []doubt
}

// signal is a kind of evidence.
type signal uint16

const (
	byNick signal = 1 << iota
	byCard
	byRemark
	byAlias
	byAttr
	byLetters // of the lasting id: never enough to name it as a reason
	byGroups  // more than one list in common
	byName    // of a group
	byMembers // of a group
)

// private are the signals that a stranger cannot copy.
const private = byRemark | byAlias

const nobody = int32(-1)

// match finds out who is who. It is pure: equal inquiries have equal verdicts.
func match(q inquiry) verdict {
	m := newMatching(q)
	for range maxRounds {
		rosters, people := len(m.verdict.rosters), len(m.verdict.people)
		m.pairRosters()
		m.assign(m.candidates())
		if len(m.verdict.rosters) == rosters && len(m.verdict.people) == people {
			break
		}
	}
	rest := m.candidates()
	m.venture(rest)
	m.ask(rest)
	slices.SortFunc(m.verdict.people, func(a, b finding) int { return int(a.now) - int(b.now) })
	return m.verdict
}

// A matching is an inquiry under way.
type matching struct {
	inquiry
	words              *words
	olds, nows         *lineup
	oldOf, newOf       []int32 // people: the counterpart, or nobody
	rosterOf, rosterTo []int32 // rosters: old of a new one, new of an old one
	tally              []turnover
	freq               *census
	shift              float64 // how often flags changed, 0 before it is measured
	mark               []int32 // by word, scratch
	open               int     // about how many pairs there are to weigh
	verdict            verdict
}

func newMatching(q inquiry) *matching {
	w := newWords(len(q.old.people) + len(q.now.people))
	m := &matching{
		inquiry: q, words: w, olds: newLineup(&q.old, w), nows: newLineup(&q.now, w),
		oldOf: nobodies(len(q.now.people)), newOf: nobodies(len(q.old.people)),
		rosterOf: nobodies(len(q.now.rosters)), rosterTo: nobodies(len(q.old.rosters)),
		tally: make([]turnover, len(q.old.rosters)), mark: make([]int32, len(w.of)),
	}
	m.freq = newCensus(m)
	m.open = max(m.olds.entries, m.nows.entries)
	m.verdict.people = make([]finding, 0, min(len(q.old.people), len(q.now.people)))
	for _, l := range q.people {
		m.oldOf[l.now], m.newOf[l.old] = l.old, l.now
	}
	for _, l := range q.rosters {
		m.pairRoster(l)
	}
	return m
}

func nobodies(n int) []int32 {
	list := make([]int32, n)
	for i := range list {
		list[i] = nobody
	}
	return list
}

// A turnover is how much one list changed: the share of names that vanished, and how many are fresh.
type turnover struct {
	vanished float64
	fresh    float64
	isFresh  []bool // by entry of the new roster
}

// Nobody is ever quite sure that nothing changed: these are added to what was counted.
const (
	unseenVanished = 0.05
	unseenFresh    = 0.1
)

// pairRoster takes two rosters for one, and measures how it changed.
func (m *matching) pairRoster(l link) {
	m.rosterOf[l.now], m.rosterTo[l.old] = l.old, l.now
	old, now := m.old.rosters[l.old].members, m.now.rosters[l.now].members
	t := turnover{isFresh: make([]bool, len(now)), fresh: unseenFresh}
	const was, is = 1, 2
	for _, e := range old {
		m.mark[m.olds.faces[e.who].nick] |= was
	}
	for i, e := range now {
		nick := m.nows.faces[e.who].nick
		if t.isFresh[i] = m.mark[nick]&was == 0; t.isFresh[i] {
			t.fresh++
		}
		m.mark[nick] |= is
	}
	stood, missing := 0.0, unseenVanished
	for _, e := range old {
		if e.gone {
			continue
		}
		stood++
		if m.mark[m.olds.faces[e.who].nick]&is == 0 {
			missing++
		}
	}
	for _, e := range old {
		m.mark[m.olds.faces[e.who].nick] = 0
	}
	for _, e := range now {
		m.mark[m.nows.faces[e.who].nick] = 0
	}
	t.vanished = min(0.95, missing/(stood+2))
	m.tally[l.old] = t
}

// believe takes a pair of people for one.
func (m *matching) believe(f finding) {
	m.oldOf[f.now], m.newOf[f.old] = f.old, f.now
	m.verdict.people = append(m.verdict.people, f)
}

// ask lists those of the rest who may be somebody, but not beyond doubt.
func (m *matching) ask(rest []finding) {
	var now []finding
	for _, c := range append(rest, m.renamed()...) {
		if c.weight >= plausible && m.oldOf[c.now] == nobody && m.newOf[c.old] == nobody {
			now = append(now, c)
		}
	}
	slices.SortFunc(now, func(a, b finding) int {
		if a.now != b.now {
			return int(a.now) - int(b.now)
		}
		if a.weight != b.weight {
			return int(math.Copysign(1, b.weight-a.weight))
		}
		return int(a.old) - int(b.old)
	})
	for i := 0; i < len(now); {
		d := doubt{now: now[i].now}
		for ; i < len(now) && now[i].now == d.now; i++ {
			known := slices.ContainsFunc(d.candidates, func(f finding) bool { return f.old == now[i].old })
			if !known && len(d.candidates) < maxCandidates {
				d.candidates = append(d.candidates, now[i])
			}
		}
		m.verdict.unsure = append(m.verdict.unsure, d)
	}
}
