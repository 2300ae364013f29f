package handlers_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sixtwenty/bot/bottest"
	"sixtwenty/store"
	"sixtwenty/store/bolt"
)

// TestAMergeThatIsTakenBackLeavesNothing: merge, anything, unmerge is never merged, over every table of every feature.
func TestAMergeThatIsTakenBackLeavesNothing(t *testing.T) {
	for seed := range uint64(8) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			merged, apart := live(t, seed, true), live(t, seed, false)
			if len(apart) < 10 {
				t.Fatalf("only %d rows came of it; the test is blind", len(apart))
			}
			if diff := cmp.Diff(apart, merged); diff != "" {
				t.Errorf("never merged (-), merged and taken back (+):\n%s", diff)
			}
		})
	}
}

// live plays some days of a group and gives the rows the features keep. Two people may be merged for a while.
func live(t *testing.T, seed uint64, merge bool) (rows map[string]string) {
	bottest.Run(t, options(), func(w *bottest.World) {
		rng := rand.New(rand.NewPCG(seed, 620))
		people := []string{"群主", "小明", "阿杰", "苏苏"}
		into, from := people[1+rng.IntN(3)], people[0]
		begin, end := rng.IntN(20), 20+rng.IntN(20)
		for step := range 40 {
			if merge && step == begin {
				w.Says("小六", "/合并 @"+into+" @"+from)
			}
			if merge && step == end {
				w.Says("小六", "/拆开 1")
			}
			act(w, rng, people, step)
		}
		w.Wind(26 * time.Hour)
		rows = dump(w)
	})
	return rows
}

func act(w *bottest.World, rng *rand.Rand, people []string, step int) {
	who := people[rng.IntN(len(people))]
	switch rng.IntN(6) {
	case 0, 1, 2:
		w.Says(who, "打卡")
	case 3:
		w.Says(who, "今天读了二十页")
	case 4:
		w.Invite(who, fmt.Sprintf("新人%d", step))
	case 5:
		w.Wind(time.Duration(1+rng.IntN(30)) * time.Hour)
	}
}

// dump gives every row of the features' tables, and of the ledger.
func dump(w *bottest.World) map[string]string {
	w.T.Helper()
	name := filepath.Join(w.T.TempDir(), "copy.db")
	f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err == nil {
		err = w.DB().Backup(w.T.Context(), f)
	}
	if err != nil {
		w.T.Fatal(err)
	}
	f.Close()
	db, err := bolt.Look(name, bolt.Options{})
	if err != nil {
		w.T.Fatal(err)
	}
	defer db.Close()
	rows := map[string]string{}
	err = db.View(w.T.Context(), func(r store.Reader) error {
		buckets, err := db.Buckets(w.T.Context())
		if err != nil {
			return err
		}
		for _, b := range buckets {
			bucket := b.Name
			if !kept(bucket) {
				continue
			}
			for p, err := range r.Scan(bucket, store.Range{}) {
				if err != nil {
					return err
				}
				rows[bucket+" "+store.FormatKey(p.Key)] = string(p.Value)
			}
		}
		return nil
	})
	if err != nil {
		w.T.Fatal(err)
	}
	return rows
}

// kept says whether a table holds what people did, rather than how the bot went about it.
func kept(bucket string) bool {
	if strings.HasPrefix(bucket, "bot/points") {
		return true
	}
	for _, f := range options().Features {
		if f.Name != "owner" && f.Name != "people" && strings.HasPrefix(bucket, f.Name+"/") {
			return true
		}
	}
	return false
}
