package onebot

import (
	"strconv"
	"strings"

	"sixtwenty/bot"
)

// Ids are those of the service, which last, under the name of the platform. What is made of them is never changed.

func (a *Account) personID(user wireID) bot.PersonID {
	if user == "" || user == anonymous {
		return ""
	}
	return bot.PersonID(a.opts.Platform + ":" + string(user))
}

// anonymous is the one number behind which everybody hides who writes anonymously.
const anonymous = "80000000"

func (a *Account) groupID(group wireID) bot.ChatID {
	return bot.ChatID(a.opts.Platform + ":group:" + string(group))
}

func (a *Account) privateID(user wireID) bot.ChatID {
	return bot.ChatID(a.opts.Platform + ":private:" + string(user))
}

// messageID is the event ID of a message.
func (a *Account) messageID(self wireID, chat bot.ChatID, id wireID) string {
	return string(chat) + "@" + string(self) + "#" + string(id)
}

// partID is the event ID of what was sent along with a message.
func partID(message string, n int) string { return message + "#" + strconv.Itoa(n) }

// wireMessage takes the service's id out of an event ID, or out of a receipt, which is nothing else.
func wireMessage(id string) wireID {
	if _, rest, ok := strings.Cut(id, "#"); ok {
		id, _, _ = strings.Cut(rest, "#")
	}
	return wireID(id)
}

// wireChat says what the service calls a chat.
func (a *Account) wireChat(chat bot.ChatID) (id wireID, group, ok bool) {
	rest, ours := strings.CutPrefix(string(chat), a.opts.Platform+":")
	kind, name, found := strings.Cut(rest, ":")
	if !ours || !found || name == "" || kind != "group" && kind != "private" {
		return "", false, false
	}
	return wireID(name), kind == "group", true
}

func (a *Account) wirePerson(who bot.PersonID) (wireID, bool) {
	user, ok := strings.CutPrefix(string(who), a.opts.Platform+":")
	return wireID(user), ok && user != ""
}
