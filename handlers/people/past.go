package people

import (
	"fmt"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// past tells when somebody took a name, was given a role, and was noted.
func past(r store.Reader, who bot.Person, l bot.Lang) (list []bot.Moment, err error) {
	add := func(t bot.Text, args ...any) string { return fmt.Sprintf(t.In(l), args...) }
	names, err := bot.EveryName(r, who)
	if err != nil {
		return nil, err
	}
	for _, n := range names {
		list = append(list, bot.Moment{At: n.At, What: add(textNamed, bot.CleanName(n.Name))})
	}
	roles, err := bot.RolesOf(r, who)
	if err != nil {
		return nil, err
	}
	for _, h := range roles {
		where, err := roleWhere(r, h, l)
		if err != nil {
			return nil, err
		}
		list = append(list, bot.Moment{At: h.Since, What: add(textIsNow, where, roleName(h.Role, l))})
	}
	on, err := notesOn(r, who)
	for _, k := range on {
		list = append(list, bot.Moment{At: k.At, What: add(textOnThem, k.Text)})
	}
	return list, err
}
