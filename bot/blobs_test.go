package bot

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"sixtwenty/store"
)

// An album is a feature that keeps what its works fetch, each under a name.
const album = store.Table[string]("album/pictures") // name: a blob

func albumFeature(work func(ctx context.Context, w Work) (any, error)) Feature {
	keep := plain("存", func(_ context.Context, c *Call) error { return c.Work("keep", c.Arg("名"), nil) })
	keep.Args = "<名>"
	drop := plain("删", func(_ context.Context, c *Call) error { return album.Delete(c.Tx, c.Arg("名")) })
	drop.Args = "<名>"
	f := declare("album", keep, drop)
	f.Works = map[string]func(context.Context, Work) (any, error){"keep": work}
	f.Timers = map[string]Run{"later": func(context.Context, *Call) error { return nil }}
	f.Keeps = BlobsIn(album, func(sum string) string { return sum })
	f.Watches = []Watch{watch("album.keep", func(_ context.Context, c *Call) error {
		var d Done
		var sum string
		if err := c.Decode(&d); err != nil {
			return err
		}
		if d.Error != "" {
			c.Say(d.Error)
			return nil
		}
		if err := d.Into(&sum); err != nil {
			return err
		}
		return album.Put(c.Tx, sum, d.Key)
	})}
	return f
}

// keepKey keeps a blob whose content is the first word of the work's key.
func keepKey(ctx context.Context, w Work) (any, error) {
	content, _, _ := strings.Cut(w.Key, "-")
	return w.Keep(ctx, strings.NewReader(content), 100)
}

func playAlbum(t *testing.T, act func(r *rig)) {
	t.Helper()
	play(t, Options{Features: []Feature{albumFeature(keepKey)}}, act)
}

// keeps keeps a blob that nothing names.
func (r *rig) keeps(content string) string {
	r.t.Helper()
	sum, err := r.bot.keeper(r.bot.byName["album"])(r.t.Context(), strings.NewReader(content), 100)
	if err != nil {
		r.t.Fatal(err)
	}
	return sum
}

func (r *rig) hasBlob(sum string) bool {
	r.t.Helper()
	blob, err := r.bot.openBlob(r.t.Context(), sum)
	if errors.Is(err, store.ErrNoBlob) {
		return false
	}
	if err != nil {
		r.t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, blob); err != nil {
		r.t.Errorf("blob %s: %v", sum, err)
	}
	_ = blob.Close()
	return true
}

func (r *rig) expectBlobs(want bool, sums ...string) {
	r.t.Helper()
	for _, sum := range sums {
		if r.hasBlob(sum) != want {
			r.t.Fatalf("blob %s is there: %v, expected %v", sum, !want, want)
		}
	}
}

func (r *rig) picture(name string) (sum string) {
	r.t.Helper()
	err := r.db.View(r.t.Context(), func(tx store.Reader) (err error) {
		sum, _, err = album.Get(tx, name)
		return err
	})
	if err != nil || sum == "" {
		r.t.Fatalf("picture %s: %q, %v", name, sum, err)
	}
	return sum
}

func TestWhatNothingNamesIsRemovedInTheNight(t *testing.T) {
	playAlbum(t, func(r *rig) {
		r.put(says("小明", "/存 红"))
		red, lone := r.picture("红"), r.keeps("lone")
		r.wind(23 * time.Hour)
		young := r.keeps("young")
		r.expectBlobs(true, red, lone)
		r.wind(18 * time.Hour) // past the second night
		r.expectBlobs(true, red, young)
		r.expectBlobs(false, lone)
		r.wind(24 * time.Hour)
		r.expectBlobs(true, red)
		r.expectBlobs(false, young)
	})
}

func TestABlobThatTwoRowsNameStaysForTheSecond(t *testing.T) {
	playAlbum(t, func(r *rig) {
		r.put(says("小明", "/存 红-a"))
		r.put(says("小明", "/存 红-b"))
		sum := r.picture("红-a")
		if r.picture("红-b") != sum {
			t.Fatal("one content has two sums")
		}
		r.put(says("小明", "/删 红-a"))
		r.wind(72 * time.Hour)
		r.expectBlobs(true, sum)
		r.put(says("小明", "/删 红-b"))
		r.wind(24 * time.Hour)
		r.expectBlobs(false, sum)
	})
}

func TestWhatWaitsKeepsItsBlobs(t *testing.T) {
	playAlbum(t, func(r *rig) {
		sent, worked, timed := r.keeps("sent"), r.keeps("worked"), r.keeps("timed")
		due := time.Now().Add(96 * time.Hour)
		data := func(sum string) []byte { return fmt.Appendf(nil, `{"of":{"sum":%q}}`, sum) }
		r.update(func(tx store.Tx) error {
			e := Effect{Kind: SendImage, Chat: club.ID, Media: sent, Class: Broadcast, NotBefore: due}
			_, err := putEffect(tx, e)
			w := workRow{Data: data(worked), Chat: club, Asked: time.Now(), After: due}
			t := timerRow{Due: due, Feature: "album", Name: "later", Chat: club, Data: data(timed)}
			return errors.Join(err, putWork(tx, w, store.Key("album", "keep", "x")), setTimer(tx, t, "timer", "album", "later", club.ID, ""))
		})
		r.restart()
		r.wind(95 * time.Hour)
		r.expectBlobs(true, sent, worked, timed)
		r.wind(49 * time.Hour)
		r.expectBlobs(false, sent, worked, timed)
	})
}

// What failed can be sent again by the owner, as long as it is listed.
func TestWhatFailedKeepsItsBlob(t *testing.T) {
	playAlbum(t, func(r *rig) {
		bad, good := r.keeps("bad"), r.keeps("good")
		r.do = func(_ context.Context, e Effect) error {
			if e.Media == bad {
				return Permanent(errBoom)
			}
			return nil
		}
		r.update(func(tx store.Tx) error {
			_, err := putEffect(tx, Effect{Kind: SendImage, Chat: club.ID, Media: bad, Class: Answer})
			_, err2 := putEffect(tx, Effect{Kind: SendImage, Chat: club.ID, Media: good, Class: Answer})
			return errors.Join(err, err2)
		})
		r.restart()
		r.expectStates(Failed, Sent)
		r.wind(72 * time.Hour)
		r.expectBlobs(true, bad)
		r.expectBlobs(false, good)
	})
}

// A process that dies between Keep and the row leaves a blob that nothing names; the work that made it is done again.
func TestADeathBetweenABlobAndItsRowLosesNothing(t *testing.T) {
	died := false
	work := func(ctx context.Context, w Work) (any, error) {
		sum, err := keepKey(ctx, w)
		if !died {
			<-ctx.Done() // killed
			return nil, ctx.Err()
		}
		return sum, err
	}
	play(t, Options{Features: []Feature{albumFeature(work)}}, func(r *rig) {
		r.put(says("小明", "/存 红"))
		r.stop()
		died = true
		time.Sleep(48 * time.Hour)
		r.restart()
		r.wind(pruneFirst)
		r.expectBlobs(true, r.picture("红"))
		r.wind(72 * time.Hour)
		r.expectBlobs(true, r.picture("红"))
	})
}

// A blob that was put long ago is made young by whoever keeps the same content again: its row may be a moment away.
func TestABlobThatIsKeptAgainIsYoung(t *testing.T) {
	playAlbum(t, func(r *rig) {
		r.wind(pruneFirst + time.Minute)
		sum := r.keeps("lone")
		r.wind(23 * time.Hour)
		r.keeps("lone")
		r.wind(17 * time.Hour) // past the second night
		r.expectBlobs(true, sum)
	})
}

func TestWhatAFeatureCannotTellStopsThePruning(t *testing.T) {
	honest := BlobsIn(album, func(sum string) string { return sum })
	for name, lie := range map[string]Blobs{
		"an error": func(store.Reader) iter.Seq2[string, error] {
			return func(yield func(string, error) bool) { yield("", errBoom) }
		},
		"a panic":            func(store.Reader) iter.Seq2[string, error] { panic("boom") },
		"rows that it is of": BlobsIn(store.Table[int]("album/pictures"), func(int) string { return "" }),
	} {
		t.Run(name, func(t *testing.T) {
			var tells atomic.Pointer[Blobs]
			tells.Store(&lie)
			f := albumFeature(keepKey)
			f.Keeps = func(r store.Reader) iter.Seq2[string, error] { return (*tells.Load())(r) }
			play(t, Options{Features: []Feature{f}}, func(r *rig) {
				r.put(says("小明", "/存 红"))
				red, lone := r.picture("红"), r.keeps("lone")
				r.wind(72 * time.Hour)
				r.expectBlobs(true, red, lone)
				if r.logs.FilterMessageSnippet("everything is kept").Len() == 0 {
					t.Error("the log says nothing of it")
				}
				tells.Store(&honest)
				r.wind(24 * time.Hour)
				r.expectBlobs(true, red)
				r.expectBlobs(false, lone)
			})
		})
	}
}

func TestWhatAFeatureTellsFalselyDoesNoHarm(t *testing.T) {
	f := albumFeature(keepKey)
	f.Keeps = BlobsOf(f.Keeps, func(store.Reader) iter.Seq2[string, error] {
		return func(yield func(string, error) bool) {
			_ = yield("../../etc/passwd", nil) && yield("", nil) && yield(strings.Repeat("f", 64), nil)
		}
	})
	play(t, Options{Features: []Feature{f}}, func(r *rig) {
		r.put(says("小明", "/存 红"))
		red, lone := r.picture("红"), r.keeps("lone")
		r.wind(72 * time.Hour)
		r.expectBlobs(true, red)
		r.expectBlobs(false, lone)
	})
}

func TestNobodyKeepsWithoutTellingWhat(t *testing.T) {
	f := albumFeature(keepKey)
	f.Keeps = nil
	play(t, Options{Features: []Feature{f}}, func(r *rig) {
		r.put(says("小明", "/存 红"))
		if got := r.heard(club); len(got) != 1 || !strings.Contains(got[0], "declares no Keeps") {
			t.Errorf("heard %q", got)
		}
	})
}

// A store that fails for a night takes nothing with it, and the next night does what this one could not.
func TestPruningOutlivesAFailingStore(t *testing.T) {
	playAlbum(t, func(r *rig) {
		lone := r.keeps("lone")
		r.wind(30 * time.Hour)
		r.db.stopAt(func(context.Context) error { return errBoom })
		r.wind(12 * time.Hour)
		r.db.stopAt(nil)
		r.expectBlobs(true, lone)
		r.wind(24 * time.Hour)
		r.expectBlobs(false, lone)
	})
}
