package wechat

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// A Question asks whether somebody who counts as new is one of those who were known before. Facts are not lost meanwhile: they
// belong to Person, and merging brings them together.
type Question struct {
	Person     bot.PersonID `json:"person"`
	Nick       string       `json:"nick"`
	Candidates []Candidate  `json:"candidates"` // the likeliest first
	Session    string       `json:"session"`
	At         time.Time    `json:"at"`
}

// A Candidate is one whom a new person may be.
type Candidate struct {
	Person   bot.PersonID `json:"person"`
	Nick     string       `json:"nick"` // as last seen
	Evidence bot.Text     `json:"evidence"`
	// Lasting: both were told with one lasting id, which speaks against whatever else was found.
	Lasting bool `json:"lasting,omitempty"`
}

// maxQuestions bounds those that are open; the oldest give way.
const maxQuestions = 500

const questionRows = store.Table[Question]("wechat/questions") // person

// Questions are those that are open, the latest first.
func Questions(r store.Reader) ([]Question, error) {
	list, err := keptQuestions(r)
	if err != nil {
		return nil, err
	}
	var open []Question
	for _, q := range list {
		if q, err = q.open(r); err != nil {
			return nil, err
		}
		if len(q.Candidates) > 0 {
			open = append(open, q)
		}
	}
	return open, nil
}

// keptQuestions are all that are kept, also those that answered themselves since.
func keptQuestions(r store.Reader) (list []Question, err error) {
	for row, err := range questionRows.Scan(r, store.Range{Limit: maxQuestions}) {
		if err != nil {
			return nil, err
		}
		list = append(list, row.Value)
	}
	slices.SortFunc(list, func(a, b Question) int {
		return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.Person, b.Person))
	})
	return list, nil
}

// open is the question without those who were seen since, in one session with the person: they are somebody else.
func (q Question) open(r store.Reader) (Question, error) {
	row, _, err := peopleRows.Get(r, q.Person)
	if err != nil {
		return q, err
	}
	var still []Candidate
	for _, c := range q.Candidates {
		other, known, err := peopleRows.Get(r, c.Person)
		if err != nil {
			return q, err
		}
		if !known || c.Lasting || other.Last != row.Last {
			still = append(still, c)
		}
	}
	q.Candidates = still
	return q, nil
}

// Answered closes the question about a person, whatever the answer was.
func Answered(tx store.Tx, person bot.PersonID) error { return questionRows.Delete(tx, person) }

// keepQuestions opens questions, and closes the oldest where there would be too many.
func keepQuestions(tx store.Tx, list []Question) error {
	open, err := keptQuestions(tx)
	if err != nil {
		return err
	}
	list = list[:min(len(list), maxQuestions)]
	for i := len(open) - 1; i >= 0 && len(open)+len(list) > maxQuestions; i-- {
		if err := Answered(tx, open[i].Person); err != nil {
			return err
		}
		open = open[:i]
	}
	for _, q := range list {
		if err := questionRows.Put(tx, q, q.Person); err != nil {
			return err
		}
	}
	return nil
}

// questions puts the doubts about people who are kept into words, the likeliest first.
func (p *plan) questions(who *recall) (list []Question) {
	doubts := slices.Clone(who.verdict.unsure)
	slices.SortStableFunc(doubts, func(a, b doubt) int { return cmp.Compare(b.candidates[0].weight, a.candidates[0].weight) })
	for _, d := range doubts {
		one := p.people[who.inquiry.now.people[d.now].key]
		if one == nil || one.id == "" {
			continue
		}
		q := Question{Person: one.id, Nick: one.row.Nick, Session: p.names.session, At: p.now}
		for _, f := range d.candidates {
			old := who.inquiry.old.people[f.old]
			q.Candidates = append(q.Candidates, Candidate{Person: bot.PersonID(old.key), Nick: who.nicks[old.key], Evidence: f.words(old.trusted)})
		}
		list = append(list, q)
	}
	return list
}

// words say what speaks for a pair, and what holds it back.
func (f finding) words(trusted bool) bot.Text {
	var zh, en []string
	for _, s := range []struct {
		of     signal
		zh, en string
	}{
		{byRemark, "你写的备注相同", "the same remark of yours"},
		{byAlias, "微信号相同", "the same WeChat ID"},
		{byNick, "昵称相同", "the same nickname"},
		{byCard, "群里的名字相同", "the same name in the group"},
		{byGroups, "共同的群不止一个", "several groups in common"},
	} {
		if f.by&s.of != 0 {
			zh, en = append(zh, s.zh), append(en, s.en)
		}
	}
	if f.by&(byNick|byCard|private) == 0 {
		zh, en = append(zh, "名字变了，其余都像"), append(en, "another name, all else alike")
	} else if f.by&byAttr == 0 {
		zh, en = append(zh, "账号特征对不上或未知"), append(en, "the flags of the account differ, or are unknown")
	}
	if trusted {
		zh, en = append(zh, "此人有管理权限，只认备注、微信号或口令"), append(en, "this person holds a role, so only a remark, the WeChat ID or a code counts")
	}
	return bot.Text{ZH: strings.Join(zh, "，"), EN: strings.Join(en, ", ")}
}
