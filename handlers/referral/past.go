package referral

import (
	"sixtwenty/bot"
	"sixtwenty/store"
)

const pastSize = 30 // of those brought into one group

var textBrought = bot.Text{ZH: "邀请 %s 进了「%s」（%s）", EN: "brought %s into “%s” (%s)"}

// pastOf tells whom somebody brought, and when.
func pastOf(r store.Reader, who bot.Person, l bot.Lang) (list []bot.Moment, err error) {
	in, err := chatsOf(r, who)
	if err != nil {
		return nil, err
	}
	for _, chat := range in {
		group, err := bot.ChatName(r, chat)
		if err != nil {
			return nil, err
		}
		children, err := childrenOf(r, chat, who, pastSize)
		if err != nil {
			return nil, err
		}
		s := scribe{r: r, chat: chat, say: speak(l)}
		for _, ch := range children {
			list = append(list, bot.Moment{At: ch.At, What: s.say(textBrought, s.name(ch.id), group, s.say(ch.Is.text()))})
		}
		if s.err != nil {
			return nil, s.err
		}
	}
	return list, nil
}
