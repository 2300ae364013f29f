package referral

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"testing"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
	"sixtwenty/store/storetest"
)

const crowdOf = 100_000

// shapes say who brought the n-th of many.
func shapes() map[string]func(n int) int {
	rng := rand.New(rand.NewPCG(6, 20))
	return map[string]func(n int) int{
		"star":   func(int) int { return 0 },
		"chain":  func(n int) int { return n - 1 },
		"random": func(n int) int { return rng.IntN(n) },
	}
}

// seed writes a tree as joins would, in few transactions.
func seed(tb testing.TB, db store.DB, size int, parent func(int) int) {
	tb.Helper()
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for n := 1; n < size; {
		err := db.Update(tb.Context(), func(tx store.Tx) error {
			for end := min(size, n+5000); n < end; n++ {
				when := at.Add(time.Duration(n) * time.Minute)
				cr := credit{
					Inviter: big(parent(n)), At: when, Day: bot.DayOf(when, time.UTC, 0), Stayed: true, Aged: true, First: when,
					Channel: fmt.Sprint("channel", n%7),
				}
				if err := derive(tx, club, big(n), cr); err != nil {
					return err
				}
				if err := passings.Put(tx, struct{}{}, club, when, big(n), false); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			tb.Fatal(err)
		}
	}
}

func big(n int) bot.PersonID { return bot.PersonID(fmt.Sprintf("p%06d", n)) }

// counted counts what is read.
type counted struct {
	store.Tx
	reads int
}

func (c *counted) Get(bucket, key string) ([]byte, error) {
	c.reads++
	return c.Tx.Get(bucket, key)
}

func (c *counted) Scan(bucket string, rg store.Range) iter.Seq2[store.Pair, error] {
	return func(yield func(store.Pair, error) bool) {
		for p, err := range c.Tx.Scan(bucket, rg) {
			c.reads++
			if !yield(p, err) {
				return
			}
		}
	}
}

// questions is what the commands read and change, for one person.
func questions() map[string]func(tx store.Tx, p bot.Person) error {
	return map[string]func(tx store.Tx, p bot.Person) error{
		"board":   func(tx store.Tx, _ bot.Person) error { _, err := top(tx, club, always, boardSize); return err },
		"quality": func(tx store.Tx, _ bot.Person) error { _, err := top(tx, club, quality, boardSize); return err },
		"mine":    func(tx store.Tx, p bot.Person) error { _, err := childrenOf(tx, club, p, mineSize); return err },
		"reach":   func(tx store.Tx, p bot.Person) error { _, err := reachOf(tx, club, p); return err },
		"tree":    func(tx store.Tx, p bot.Person) error { _, err := grow(tx, club, p); return err },
		"longest": func(tx store.Tx, p bot.Person) error { _, _, err := longest(tx, club, p, lineRows); return err },
		"sources": func(tx store.Tx, _ bot.Person) error {
			_, err := sourcesOf(tx, club, always, speak(bot.ZH))
			return err
		},
		"news": func(tx store.Tx, _ bot.Person) error {
			_, err := newsOf(tx, club, time.Unix(0, 0), speak(bot.ZH))
			return err
		},
		"roots":    func(tx store.Tx, _ bot.Person) error { _, err := rootsOf(tx, club, forestRoots); return err },
		"about":    func(tx store.Tx, p bot.Person) error { _, err := about(tx, p, bot.ZH); return err },
		"why":      explainAll,
		"views":    viewAll,
		"export":   func(tx store.Tx, _ bot.Person) error { return exportOne(tx) },
		"dues":     func(tx store.Tx, _ bot.Person) error { _, err := collectDues(tx, club); return err },
		"circle":   func(tx store.Tx, p bot.Person) error { _, err := circle(tx, club, "x", p.Head); return err },
		"regroup":  regroup,
		"newcomer": func(tx store.Tx, p bot.Person) error { return arrive(tx, p.Head) },
	}
}

func explainAll(tx store.Tx, p bot.Person) error {
	_, err := why(tx, bot.Question{Chat: club, Who: p.Head, Zone: time.UTC, Now: time.Now(), Lang: bot.ZH})
	return err
}

func viewAll(tx store.Tx, _ bot.Person) error {
	for _, v := range views() {
		if _, err := v.Read(tx, bot.Query{Chat: club, Lang: bot.ZH, Limit: 20}); err != nil {
			return err
		}
	}
	return nil
}

// exportOne reads one page of an export, which holds up nobody but itself.
func exportOne(tx store.Tx) error {
	e := exporter{exporting{Chat: club}, time.UTC, speak(bot.ZH)}
	_, _, err := e.page(tx, "")
	return err
}

func arrive(tx store.Tx, by bot.PersonID) error {
	at := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	return derive(tx, club, "newcomer", credit{Inviter: by, At: at, Day: 20778})
}

// TestNothingReadsTheWholeTree: what a question reads is bounded, however many people there are and however they hang together.
func TestNothingReadsTheWholeTree(t *testing.T) {
	const size = 1200
	limits := map[string]int{"longest": 500, "views": 1500, "dues": 3 * atOnce, "news": newsMost + 100, "roots": 6*forestLooks + 4*forestSteps}
	asks := questions()
	delete(asks, "export") // reads it all, page by page, outside the loop
	asks["longest"] = func(tx store.Tx, p bot.Person) error { _, _, err := longest(tx, club, p, 100); return err }
	for shape, parent := range shapes() {
		db := storetest.Open(t)
		seed(t, db, size, parent)
		for name, ask := range asks {
			for _, n := range []int{0, size / 2, size - 1} {
				p := bot.Person{Head: big(n), Identities: []bot.PersonID{big(n)}}
				reads := 0
				_ = db.Update(t.Context(), func(tx store.Tx) error {
					c := &counted{Tx: tx}
					if err := ask(c, p); err != nil {
						t.Errorf("%s, %s: %v", shape, name, err)
					}
					reads = c.reads
					return errUndo
				})
				if limit := max(limits[name], 250); reads > limit {
					t.Errorf("%s, %s of %d: %d reads, more than %d", shape, name, n, reads, limit)
				}
			}
		}
	}
}

var errUndo = fmt.Errorf("undone")

func BenchmarkQuestions(b *testing.B) {
	for shape, parent := range shapes() {
		db := storetest.Open(b)
		seed(b, db, crowdOf, parent)
		for name, ask := range questions() {
			b.Run(shape+"/"+name, func(b *testing.B) {
				p := bot.Person{Head: big(0), Identities: []bot.PersonID{big(0)}}
				_ = db.Update(b.Context(), func(tx store.Tx) error {
					for b.Loop() {
						if err := ask(tx, p); err != nil {
							b.Fatal(err)
						}
					}
					return errUndo
				})
			})
		}
	}
}

// TestArriveFindsWhatIsThere: what the step works out of old credits is what they would have come to.
func TestArriveFindsWhatIsThere(t *testing.T) {
	db := storetest.Open(t)
	seed(t, db, 50, shapes()["random"])
	err := db.Update(t.Context(), func(tx store.Tx) error {
		want := map[string]flow{}
		for row, err := range flows.Scan(tx, store.Range{}) {
			if err != nil {
				return err
			}
			want[row.Key] = row.Value
		}
		for _, table := range []string{string(flows), string(arrivals)} {
			if err := empty(tx, table); err != nil {
				return err
			}
		}
		if err := Arrive(tx); err != nil {
			return err
		}
		n := 0
		for row, err := range flows.Scan(tx, store.Range{}) {
			if n++; err != nil || row.Value != want[row.Key] {
				t.Errorf("%s: %+v, %v; expected %+v", store.FormatKey(row.Key), row.Value, err, want[row.Key])
			}
		}
		if n == 0 || n != len(want) {
			t.Errorf("%d counts, expected %d", n, len(want))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
