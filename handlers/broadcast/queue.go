package broadcast

import (
	"slices"
	"time"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// An item is a voice that waits for its morning.
type item struct {
	ID      uint64        `json:"id"`
	Sum     string        `json:"sum"`
	Ext     string        `json:"ext"`
	Length  time.Duration `json:"length"`
	Title   string        `json:"title,omitempty"`
	Cover   string        `json:"cover,omitempty"`
	Text    string        `json:"text,omitempty"` // what is said, in writing
	Keyword string        `json:"keyword,omitempty"`
	Added   time.Time     `json:"added"`
}

// An airing is what one morning had: a voice, or silence with its reason.
type airing struct {
	Day     string    `json:"day"`
	Sum     string    `json:"sum,omitempty"`
	Name    string    `json:"name,omitempty"`
	Cover   string    `json:"cover,omitempty"`
	Text    string    `json:"text,omitempty"`
	Keyword string    `json:"keyword,omitempty"`
	From    source    `json:"from"`
	Item    uint64    `json:"item,omitempty"`
	Silence string    `json:"silence,omitempty"` // why nothing is sent
	At      time.Time `json:"at,omitzero"`
	Last    time.Time `json:"last,omitzero"`   // the last minute at which a group has it
	Voice   *item     `json:"voice,omitempty"` // as it waited in the queue, where it goes back to if nobody could hear it
}

// The reasons of a silence.
const (
	silentBySetting = "setting"
	silentNoStock   = "no stock"
	silentCutOff    = "cut off" // it was not reached: nobody could hear what there was
)

// A source says where a morning's voice came from.
type source string

const (
	fromQueue  source = "queue"
	fromFile   source = "file"   // named by its date
	fromTurns  source = "turns"  // no new voice: an old one
	fromSpeech source = "speech" // no new voice: a text that was read
	fromSample source = "sample" // nothing at all yet
)

const (
	items    = store.Table[item]("broadcast/items")      // id
	order    = store.Table[[]uint64]("broadcast/order")  // one row: the ids, the next first
	pins     = store.Table[uint64]("broadcast/pins")     // day
	airings  = store.Table[airing]("broadcast/airings")  // day, newest kept
	keywords = store.Table[string]("broadcast/keywords") // folded keyword → day
	files    = store.Table[fileRow]("broadcast/files")   // folder, name
	told     = store.Table[time.Time]("broadcast/told")  // one row: the reminder told last
	only     = "all"                                     // the key of a table of one row
	maxQueue = 200
	// keptAirings is for how many mornings a keyword still finds its text.
	keptAirings    = 400
	sampleMornings = 7
	// keptSound is for how many mornings the sound itself is kept; a megabyte a day would grow for ever.
	keptSound = 30
)

// queue is all that waits: what has its turn, then what is pinned, the soonest first.
type queue struct {
	turns  []item
	pinned []item
	days   []bot.Day // of pinned
}

func readQueue(r store.Reader) (q queue, err error) {
	ids, _, err := order.Get(r, only)
	if err != nil {
		return q, err
	}
	for _, id := range ids {
		it, ok, err := items.Get(r, id)
		if err != nil {
			return q, err
		}
		if ok {
			q.turns = append(q.turns, it)
		}
	}
	for row, err := range pins.Scan(r, store.Range{Limit: maxQueue}) {
		if err != nil {
			return q, err
		}
		var day bot.Day
		if err := store.Split(row.Key, &day); err != nil {
			return q, err
		}
		it, ok, err := items.Get(r, row.Value)
		if err != nil {
			return q, err
		}
		if ok {
			q.pinned, q.days = append(q.pinned, it), append(q.days, day)
		}
	}
	return q, nil
}

func (q queue) len() int { return len(q.turns) + len(q.pinned) }

// at gives the n-th of the list that people see, from 1.
func (q queue) at(n int) (it item, ok bool) {
	all := slices.Concat(q.turns, q.pinned)
	if n < 1 || n > len(all) {
		return it, false
	}
	return all[n-1], true
}

// pinOf is the item of a day, if one is pinned to it.
func (q queue) pinOf(day bot.Day) (it item, ok bool) {
	i := slices.Index(q.days, day)
	if i < 0 {
		return it, false
	}
	return q.pinned[i], true
}

func setOrder(tx store.Tx, ids []uint64) error { return order.Put(tx, ids, only) }

func ids(list []item) (all []uint64) {
	for _, it := range list {
		all = append(all, it.ID)
	}
	return all
}

// enqueue keeps a new item at the end.
func enqueue(tx store.Tx, it item) (item, error) {
	q, err := readQueue(tx)
	if err != nil {
		return it, err
	}
	if q.len() >= maxQueue {
		return it, bot.Refuse(textFull, maxQueue)
	}
	if it.ID, err = tx.Next(string(items)); err != nil {
		return it, err
	}
	if err := items.Put(tx, it, it.ID); err != nil {
		return it, err
	}
	return it, setOrder(tx, append(ids(q.turns), it.ID))
}

// requeue puts an item that was taken out at the head again.
func requeue(tx store.Tx, it item) error {
	list, _, err := order.Get(tx, only)
	if err != nil {
		return err
	}
	if err := items.Put(tx, it, it.ID); err != nil {
		return err
	}
	return setOrder(tx, slices.Insert(slices.Clone(list), 0, it.ID))
}

// unqueue takes an item out of its turn and off its day, and keeps the item itself.
func unqueue(tx store.Tx, id uint64) error {
	list, _, err := order.Get(tx, only)
	if err != nil {
		return err
	}
	if i := slices.Index(list, id); i >= 0 {
		if err := setOrder(tx, slices.Delete(slices.Clone(list), i, i+1)); err != nil {
			return err
		}
	}
	q, err := readQueue(tx)
	if err != nil {
		return err
	}
	for i, it := range q.pinned {
		if it.ID == id {
			return pins.Delete(tx, q.days[i])
		}
	}
	return nil
}

func remove(tx store.Tx, id uint64) error {
	if err := unqueue(tx, id); err != nil {
		return err
	}
	return items.Delete(tx, id)
}

// next is the item that a day would have now, if any waits.
func (q queue) next(day bot.Day) (it item, ok bool) {
	if it, ok := q.pinOf(day); ok {
		return it, true
	}
	if len(q.turns) > 0 {
		return q.turns[0], true
	}
	return it, false
}

// air keeps what a morning had, and takes it out of the queue.
func air(tx store.Tx, a airing, day bot.Day) error {
	if a.Item != 0 {
		it, ok, err := items.Get(tx, a.Item)
		if err != nil {
			return err
		}
		if ok {
			a.Voice = &it
		}
		if err := remove(tx, a.Item); err != nil {
			return err
		}
	}
	if a.Keyword != "" {
		if err := keywords.Put(tx, a.Day, fold(a.Keyword)); err != nil {
			return err
		}
	}
	if err := airings.Put(tx, a, day); err != nil {
		return err
	}
	return pruneAirings(tx, day)
}

// pruneAirings drops a few of the oldest mornings, and pins whose day has passed.
func pruneAirings(tx store.Tx, day bot.Day) error {
	var old []store.Row[airing]
	for row, err := range airings.Scan(tx, store.Range{To: store.Key(day - keptAirings), Limit: 4}) {
		if err != nil {
			return err
		}
		old = append(old, row)
	}
	for _, row := range old {
		if err := tx.Delete(string(airings), row.Key); err != nil {
			return err
		}
		if err := dropKeyword(tx, row.Value); err != nil {
			return err
		}
	}
	if err := dropSound(tx, day); err != nil {
		return err
	}
	return unpinPast(tx, day)
}

// dropSound lets go of the sound of mornings long past; their text stays.
func dropSound(tx store.Tx, day bot.Day) error {
	row, ok, err := airings.First(tx, store.Range{To: store.Key(day - keptSound), Reverse: true})
	if err != nil || !ok || row.Value.Sum == "" {
		return err
	}
	past, err := bot.ParseDay(row.Value.Day)
	if err != nil {
		return err
	}
	row.Value.Sum = ""
	return airings.Put(tx, row.Value, past)
}

// outgrown says that the built-in sample has had its time: it is for the first mornings, until the owner gives anything.
func outgrown(r store.Reader) (bool, error) {
	n := 0
	for row, err := range airings.Scan(r, store.Range{Reverse: true, Limit: sampleMornings}) {
		if err != nil {
			return false, err
		}
		if n++; row.Value.From != fromSample || n == sampleMornings {
			return true, nil
		}
	}
	return false, nil
}

// unpinPast puts what was pinned to a day that has passed, and was not sent, at the head of the queue.
func unpinPast(tx store.Tx, day bot.Day) error {
	q, err := readQueue(tx)
	if err != nil {
		return err
	}
	for i, it := range q.pinned {
		if q.days[i] >= day {
			break
		}
		if err := pins.Delete(tx, q.days[i]); err != nil {
			return err
		}
		q.turns = append([]item{it}, q.turns...)
		if err := setOrder(tx, ids(q.turns)); err != nil {
			return err
		}
	}
	return nil
}

// dropKeyword forgets the keyword of a morning, unless a later one took it.
func dropKeyword(tx store.Tx, a airing) error {
	word := fold(a.Keyword)
	if day, ok, err := keywords.Get(tx, word); err != nil || !ok || day != a.Day {
		return err
	}
	return keywords.Delete(tx, word)
}

// lacks says that the nth morning from now has no voice of the queue.
func lacks(r store.Reader, nth int, day bot.Day) (bool, error) {
	if aired, err := airings.Has(r, day); err != nil || aired {
		return false, err
	}
	q, err := readQueue(r)
	if err != nil {
		return false, err
	}
	for _, pinned := range q.days {
		if pinned == day {
			return false, nil
		}
		if pinned < day {
			nth--
		}
	}
	return nth >= len(q.turns), nil
}
