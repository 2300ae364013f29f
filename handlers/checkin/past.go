package checkin

import (
	"sixtwenty/bot"
	"sixtwenty/store"
)

var textBegan = bot.Text{ZH: "第一次打卡：%s", EN: "first check-in: %s"}

// pastOf tells of each book when somebody was there first.
func pastOf(r store.Reader, who bot.Person, l bot.Lang) (list []bot.Moment, err error) {
	groups, err := groupNames(r)
	if err != nil {
		return nil, err
	}
	err = eachBook(r, func(id bookID, row bookRow) error {
		var first mark
		for _, p := range who.Identities {
			m, ok, err := marks.First(r, store.Under(id, p))
			if err != nil {
				return err
			}
			if ok && (first.At.IsZero() || m.Value.At.Before(first.At)) {
				first = m.Value
			}
		}
		if first.At.IsZero() {
			return nil
		}
		name := groups[row.Chat]
		if row.Plan != "" {
			name += "/" + row.Plan
		}
		list = append(list, bot.Moment{At: first.At, What: format(l, textBegan, name)})
		return nil
	})
	return list, err
}
