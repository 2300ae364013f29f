package checkin

import (
	"fmt"

	"sixtwenty/bot"
)

// format puts a text into a language where there is no call to do it.
func format(l bot.Lang, t bot.Text, args ...any) string {
	if len(args) == 0 {
		return t.In(l)
	}
	return fmt.Sprintf(t.In(l), args...)
}
