package bot

import "time"

// A StateName says how an account is connected.
type StateName string

// The states of an account.
const (
	Online    StateName = "online"
	Suspect   StateName = "suspect"    // something is not as it should be; it may still work
	Offline   StateName = "offline"    // the service was not reached for a while
	NeedsScan StateName = "needs-scan" // a person must scan a code, or confirm on the phone
)

// An AccountState is how an account is connected, and why. The zero AccountState says nothing.
type AccountState struct {
	Name   StateName
	Reason Text
	Since  time.Time // by the bot's clock
	// Reached: the service answers, so that nothing is being missed.
	Reached bool
	// Final: the account will not try again by itself.
	Final bool
}

// A Stater is an Account that can tell how it is connected. Any goroutine; it must not block.
type Stater interface {
	State() AccountState
}

// In says the state and the reason in one language.
func (s AccountState) In(l Lang) string {
	if s.Name == "" {
		return ""
	}
	return stateName(s.Name).In(l) + Text{"：", ": "}.In(l) + s.Reason.In(l)
}

// String says the state in both languages.
func (s AccountState) String() string { return s.In(ZH) + " / " + s.In(EN) }

func stateName(n StateName) Text {
	switch n {
	case Online:
		return Text{"在线", "online"}
	case Suspect:
		return Text{"不太稳", "suspect"}
	case Offline:
		return Text{"掉线了", "offline"}
	case NeedsScan:
		return Text{"等扫码", "needs a scan"}
	}
	return Text{"未知", "unknown"}
}

// accountState is how the account is connected, where it can tell.
func (b *Bot) accountState() AccountState {
	if s, ok := b.account.(Stater); ok {
		return s.State()
	}
	return AccountState{}
}
