package wechat

import (
	"cmp"
	"context"
	"regexp"
	"slices"
	"strings"
	"time"

	"sixtwenty/store"
)

// An UnknownText is a wording of WeChat that nobody understands yet, without the names in it.
type UnknownText struct {
	Text string    `json:"text"`
	At   time.Time `json:"at"` // when it was first seen
}

const (
	wordingRows = store.Table[UnknownText]("wechat/texts") // wording
	// maxTexts bounds the wordings that are kept, the oldest give way; maxWording each of them, in bytes.
	maxTexts   = 100
	maxWording = 300
)

// UnknownTexts are the wordings seen so far, the latest first.
func UnknownTexts(r store.Reader) (list []UnknownText, err error) {
	for row, err := range wordingRows.Scan(r, store.Range{Limit: maxTexts}) {
		if err != nil {
			return nil, err
		}
		list = append(list, row.Value)
	}
	slices.SortFunc(list, func(a, b UnknownText) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.Text, b.Text)) })
	return list, nil
}

var quoted = regexp.MustCompile(pQuote + `[^"“”「」]*` + pQuote)

// wording is a system text without what stands in quotes, so that a wording is kept once and names are not.
func wording(content string) string {
	text := strings.Join(strings.Fields(plainNotice(content)), " ")
	return cut(quoted.ReplaceAllLiteralString(text, "“…”"), maxWording)
}

// keepWording keeps a wording that was not seen before.
func (d *directory) keepWording(ctx context.Context, content string, now time.Time) error {
	w := wording(content)
	if w == "" {
		return nil
	}
	known := false
	err := d.db.View(ctx, func(r store.Reader) (err error) {
		known, err = wordingRows.Has(r, w)
		return err
	})
	if err != nil || known {
		return err
	}
	return d.db.Update(ctx, func(tx store.Tx) error {
		list, err := UnknownTexts(tx)
		if err != nil {
			return err
		}
		for _, old := range list[min(len(list), maxTexts-1):] {
			if err := wordingRows.Delete(tx, old.Text); err != nil {
				return err
			}
		}
		return wordingRows.Put(tx, UnknownText{w, now}, w)
	})
}

// unknownTexts keeps the wordings of a batch that nobody understands, of groups that are followed and of private chats.
func (b *batch) unknownTexts(ctx context.Context) error {
	for _, m := range b.messages {
		if !m.system() || readNotice(m.Content).kind != noticeUnknown {
			continue
		}
		partner := m.partner(b.s.names.self)
		if r := b.s.names.rooms[partner]; isRoom(partner) && (r == nil || !b.in.Follows(r.chat())) || !b.s.names.talks(partner) {
			continue
		}
		if err := b.dir.keepWording(ctx, m.Content, b.clock.Now()); err != nil {
			return err
		}
	}
	return nil
}
