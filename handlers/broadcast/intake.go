package broadcast

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"sixtwenty/audio"
	"sixtwenty/bot"
	"sixtwenty/store"
)

// An offer is a voice of the owner's that was looked at and waits for their word.
type offer struct {
	recording
	At time.Time `json:"at"`
}

const (
	offers    = store.Table[offer]("broadcast/offers") // chat, number
	maxOffers = 20
	// advised is how long a morning's voice should be, and spare by how much it may be longer without a word.
	advised = time.Minute
	spare   = 5 * time.Second
)

var (
	textGot     = bot.Text{ZH: "收到，%.1f 秒。%s 播出？回「好」就排进去，回「不要」丢掉。", EN: "Got it, %.1f seconds. On air %s? Say “好” to queue it, “不要” to drop it."}
	textLong    = bot.Text{ZH: "收到，%.1f 秒，比 60 秒长一些，也能播。%s 播出？回「好」就排进去，回「不要」丢掉。", EN: "Got it, %.1f seconds, a little more than 60. On air %s? Say “好” to queue it, “不要” to drop it."}
	textQueued  = bot.Text{ZH: "排好了，第 %d 条，%s 播出。要配文稿：/语音 文稿 %[1]d 内容", EN: "Queued as number %d, on air %s. To add its text: /voice 文稿 %[1]d …"}
	textDropped = bot.Text{ZH: "好的，没有留下。", EN: "Dropped."}
	textFull    = bot.Text{ZH: "队列里已经有 %d 条，排满了；先 /语音 删 几条吧。", EN: "The queue holds %d already; remove some first: /voice 删"}
	textEmpty   = bot.Text{ZH: "这条里面没有声音，请再录一次。", EN: "There is no sound in it. Please record it again."}
	textBroken  = bot.Text{ZH: "这条打不开，可能没传完整，请再发一次。", EN: "It cannot be opened; perhaps it did not arrive whole. Please send it again."}
	textNoAudio = bot.Text{ZH: "这不是能播的音频。可以直接按住说话，或者发 mp3、m4a、wav、amr 文件。", EN: "This is no audio I can play. Speak, or send mp3, m4a, wav or amr."}
	textLarge   = bot.Text{ZH: "太大了，最多 25 MB。", EN: "It is too large: 25 MB at most."}
	textForbid  = bot.Text{ZH: "没有权限读它，请看看文件的权限。", EN: "It may not be read; see its rights."}
	textLooking = bot.Text{ZH: "收到，正在听一听；没问题就排进队列。", EN: "Got it. It is looked at, and queued if it can be played."}
	textLost    = bot.Text{ZH: "这条没能取下来，请再发一次。", EN: "It could not be fetched. Please send it again."}
	textTooMany = bot.Text{ZH: "前面还有 %d 条等您说「好」或「不要」。", EN: "%d recordings still wait for your “好” or “不要”."}
	textUnset   = bot.Text{ZH: "（还没设几点播）", EN: "(no time is set)"}
)

// hear takes the owner's voices and their yes, and everybody's keywords.
func hear(_ context.Context, c *bot.Call) error {
	e := &c.Event
	private := !e.Chat.Group && c.Role == bot.Owner
	switch {
	case e.Media == nil && private:
		if ok, err := answered(c); ok || err != nil {
			return err
		}
		return transcript(c)
	case e.Media == nil:
		return transcript(c)
	case private && isVoice(e.Media):
		if n, err := offersIn(c); err != nil || len(n) >= maxOffers {
			return errors.Join(err, bot.Refuse(textTooMany, len(n)))
		}
		return c.Work(workTake, e.ID, takeRequest{Media: *e.Media})
	}
	return nil
}

func isVoice(m *bot.Media) bool {
	return m.Kind == bot.Voice || m.Kind == bot.File && slices.Contains(extensions(), strings.ToLower(path.Ext(m.Name)))
}

// A takeRequest is a recording to fetch. Direct: it was given to the console, and goes into the queue without a further word.
type takeRequest struct {
	bot.Media
	Direct bool   `json:"direct,omitempty"`
	Title  string `json:"title,omitempty"`
}

// receive is /语音 收: the console gives a recording along with it.
func receive(c *bot.Call, title string) error {
	m := c.Event.Media
	switch {
	case m == nil:
		return bot.Refuse(textNothing)
	case !isVoice(m):
		return bot.Refuse(textNoAudio)
	}
	if title == "" && m.Kind == bot.File {
		title = strings.TrimSuffix(m.Name, path.Ext(m.Name))
	}
	c.Reply(textLooking)
	return c.Work(workTake, "console/"+m.Blob, takeRequest{Media: *m, Direct: true, Title: cutTo(strings.TrimSpace(title), maxTitle)})
}

// take fetches a recording and makes it ready. What is wrong with it is a result, not a failure: the owner hears it at once.
func take(ctx context.Context, w bot.Work) (any, error) {
	var ask takeRequest
	if err := json.Unmarshal(w.Data, &ask); err != nil {
		return nil, bot.Permanent(err)
	}
	body, err := w.Fetch(ctx, ask.Media)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	data, err := io.ReadAll(io.LimitReader(body, maxVoice+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxVoice {
		return taking{Wrong: "large"}, nil
	}
	r, err := ready(ctx, w, data, true)
	if word := wrong(err); word != "" {
		return taking{Wrong: word}, nil
	}
	return taking{recording: r, notes: notes{Title: ask.Title}}, err
}

// A taking is what became of a recording that the owner gave.
type taking struct {
	recording
	notes
	Wrong string `json:"wrong,omitempty"`
	Gone  bool   `json:"gone,omitempty"` // there is no such file any more
}

// wrong names what a recording was refused for, "" where the error is another.
func wrong(err error) string {
	for word, known := range refusals() {
		if errors.Is(err, known.err) {
			return word
		}
	}
	return ""
}

type refusal struct {
	err  error
	text bot.Text
}

func refusals() map[string]refusal {
	return map[string]refusal{
		"empty": {audio.ErrEmpty, textEmpty}, "broken": {audio.ErrBroken, textBroken}, "unknown": {audio.ErrUnknown, textNoAudio},
		"large": {errTooLarge, textLarge}, "forbidden": {fs.ErrPermission, textForbid},
	}
}

// taken offers a recording to the owner, or says what is wrong with it.
func taken(_ context.Context, c *bot.Call) error {
	var done bot.Done
	if err := c.Decode(&done); err != nil {
		return err
	}
	var t taking
	var ask takeRequest
	if err := json.Unmarshal(done.Asked, &ask); err != nil {
		return err
	}
	if done.Error == "" {
		if err := done.Into(&t); err != nil {
			return err
		}
	}
	if ask.Direct {
		return received(c, ask, t, done.Error != "")
	}
	if done.Error != "" {
		c.Reply(textLost)
		return nil
	}
	if t.Wrong != "" {
		c.Reply(refusals()[t.Wrong].text)
		return nil
	}
	waiting, err := offersIn(c)
	if err != nil {
		return err
	}
	n, err := c.Tx.Next(string(offers))
	if err != nil {
		return err
	}
	if err := offers.Put(c.Tx, offer{t.recording, c.Now}, c.Event.Chat.ID, n); err != nil {
		return err
	}
	when, err := slot(c, len(waiting))
	if err != nil {
		return err
	}
	text := textGot
	if t.Length > advised+spare {
		text = textLong
	}
	c.Reply(text, t.Length.Seconds(), when)
	return nil
}

// received queues what the console gave.
func received(c *bot.Call, ask takeRequest, t taking, lost bool) error {
	name := bot.CleanName(cmp.Or(ask.Title, ask.Name))
	switch {
	case lost:
		return c.TellOwners(textBadFile, name, c.T(textLost))
	case t.Wrong != "":
		return c.TellOwners(textBadFile, name, c.T(refusals()[t.Wrong].text))
	}
	return enlist(c, t, name, textUploaded)
}

// offersIn are the recordings that wait for a word in this chat, the first first.
func offersIn(c *bot.Call) (list []store.Row[offer], err error) {
	rg := store.Under(c.Event.Chat.ID)
	rg.Limit = 2 * maxOffers
	for row, err := range offers.Scan(c.Tx, rg) {
		if err != nil {
			return nil, err
		}
		list = append(list, row)
	}
	return list, nil
}

// answered takes the owner's word for what they were offered.
func answered(c *bot.Call) (bool, error) {
	word := fold(c.Event.Text)
	yes := slices.Contains([]string{"好", "好的", "可以", "行", "是", "嗯", "排", "ok", "yes", "y"}, word)
	no := slices.Contains([]string{"不要", "不", "不用", "取消", "丢掉", "删", "no", "n"}, word)
	if !yes && !no {
		return false, nil
	}
	list, err := offersIn(c)
	if err != nil || len(list) == 0 {
		return false, err
	}
	for _, row := range list {
		if err := c.Tx.Delete(string(offers), row.Key); err != nil {
			return true, err
		}
		if no {
			continue
		}
		if err := accept(c, row.Value); err != nil {
			return true, err
		}
	}
	if no {
		c.Reply(textDropped)
	}
	return true, nil
}

func accept(c *bot.Call, o offer) error {
	it, err := enqueue(c.Tx, item{Sum: o.Sum, Ext: o.Ext, Length: o.Length, Added: c.Now})
	if err != nil {
		return err
	}
	place, when, err := placeOf(c, it.ID)
	if err != nil {
		return err
	}
	c.Reply(textQueued, place, when)
	return nil
}

// placeOf says which of the queue an item is, from 1, and when it is on air.
func placeOf(c *bot.Call, id uint64) (place int, when string, err error) {
	q, err := readQueue(c.Tx)
	if err != nil {
		return 0, "", err
	}
	place = slices.Index(ids(q.turns), id)
	when, err = slot(c, place-len(q.turns))
	return place + 1, when, err
}

// slot says when the item would be on air that comes ahead places after the end of the queue.
func slot(c *bot.Call, ahead int) (string, error) {
	q, err := readQueue(c.Tx)
	if err != nil {
		return "", err
	}
	p, err := planOf(c, q, len(q.turns)+ahead+1)
	if err != nil || len(p) == 0 {
		return c.T(textUnset), err
	}
	return c.When(p[len(p)-1]), nil
}

// planOf are the moments at which the queue's turns are on air, by the settings of this chat: so many of them, fewer where the
// schedule ends.
func planOf(c *bot.Call, q queue, n int) (list []time.Time, err error) {
	s := bot.Settings[Settings](c)
	if never(s.Voice) {
		return nil, nil
	}
	spec, err := c.Days().Parse(s.Voice)
	if err != nil {
		return nil, err
	}
	had := bot.Day(0)
	for at := spec.Next(c.Now.Add(lead), c.Zone()); !at.IsZero() && len(list) < n; at = spec.Next(at, c.Zone()) {
		day := c.Day(at)
		if day == had { // a second time on one day plays the same again
			continue
		}
		had = day
		if _, pinned := q.pinOf(day); pinned {
			continue
		}
		if aired, err := airings.Has(c.Tx, day); err != nil {
			return nil, err
		} else if !aired {
			list = append(list, at)
		}
	}
	return list, nil
}
