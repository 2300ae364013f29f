package wechat

import (
	"testing"

	"sixtwenty/bot"
	"sixtwenty/store"
	"sixtwenty/store/storetest"
)

// TestAQuestionEndsWhenBothAreSeen: who is in two groups at once under two names is two people, so there is nothing left to ask;
// two of one lasting id are asked about all the same.
func TestAQuestionEndsWhenBothAreSeen(t *testing.T) {
	db := storetest.Open(t)
	one := newSession(t, db, 1)
	one.learn(one.room(1, "六点二十甲", person2("平安", 5), person2("早起的阿杰", 1)), one.room(2, "六点二十乙", person2("平安", 5), person2("爱喝茶的人", 1)))
	two := newSession(t, db, 2)
	two.learn(two.room(1, "六点二十甲", person2("另起的名字", 5), person2("早起的阿杰", 1), person2("新来的", 9)))
	asked := func() []Question {
		var list []Question
		must(t, db.View(t.Context(), func(r store.Reader) (err error) {
			list, err = Questions(r)
			return err
		}))
		return list
	}
	before := asked()
	if len(before) != 1 {
		t.Fatalf("questions %+v", before)
	}
	was := before[0].Candidates[0].Person
	must(t, db.Update(t.Context(), func(tx store.Tx) error {
		row, _, err := peopleRows.Get(tx, was)
		must(t, err)
		row.Last = "s2" // seen in another group that was learnt later
		return peopleRows.Put(tx, row, was)
	}))
	if after := asked(); len(after) != 0 {
		t.Errorf("still asked: %+v", after)
	}
	must(t, db.Update(t.Context(), func(tx store.Tx) error {
		return keepQuestions(tx, []Question{{Person: before[0].Person, Candidates: []Candidate{{Person: was, Lasting: true, Evidence: bot.Text{}}}}})
	}))
	if after := asked(); len(after) != 1 {
		t.Errorf("one lasting id of two is not asked about: %+v", after)
	}
}
