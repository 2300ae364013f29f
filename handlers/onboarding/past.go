package onboarding

import (
	"sixtwenty/bot"
	"sixtwenty/store"
)

var (
	textCameTo   = bot.Text{ZH: "进了「%s」", EN: "joined “%s”"}
	textCameOver = bot.Text{ZH: "进了「%s」，%s邀请的", EN: "joined “%s”, brought by %s"}
)

// past tells when somebody came into which group.
func past(r store.Reader, who bot.Person, l bot.Lang) (list []bot.Moment, err error) {
	chats, err := bot.EveryChat(r)
	if err != nil {
		return nil, err
	}
	for _, chat := range chats {
		b, ok, err := beginningOf(r, chat.ID, who)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		m := bot.Moment{At: b.At, What: say(l, textCameTo, bot.CleanName(chat.Name))}
		if b.Inviter != "" {
			by, err := bot.NameIn(r, chat.ID, b.Inviter)
			if err != nil {
				return nil, err
			}
			m.What = say(l, textCameOver, bot.CleanName(chat.Name), by)
		}
		list = append(list, m)
	}
	return list, nil
}
