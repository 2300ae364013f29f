package bot

import (
	"strings"
	"unicode"
)

// called is a command that a text calls.
type called struct {
	cmd   *command
	rest  string
	slash bool // it was written with the slash
	// unknown is the word after the slash where no command has it.
	unknown string
}

// match finds the command a message calls: "/打卡 …" (also ／), or "打卡" alone where the command is Bare.
func (b *Bot) match(text string) called {
	text = strings.TrimSpace(text)
	if rest, ok := cutSlash(text); ok {
		word, rest := cutWord(rest)
		if cmd := b.commands[foldCommand(word)]; cmd != nil {
			return called{cmd: cmd, rest: rest, slash: true}
		}
		return called{unknown: word}
	}
	word, rest := cutWord(text)
	cmd := b.commands[foldCommand(word)]
	if cmd == nil || !cmd.Bare || (rest != "" && !cmd.takesRest()) {
		return called{}
	}
	return called{cmd: cmd, rest: rest}
}

func cutSlash(s string) (string, bool) {
	if rest, ok := strings.CutPrefix(s, "/"); ok {
		return strings.TrimSpace(rest), true
	}
	rest, ok := strings.CutPrefix(s, "／")
	return strings.TrimSpace(rest), ok
}

// foldCommand makes two ways of typing a command equal: case, full width, and the mark a phone may add at the end.
func foldCommand(s string) string {
	if len(s) > 64 {
		return ""
	}
	s = strings.Map(func(r rune) rune {
		if r >= '！' && r <= '～' {
			r -= '！' - '!'
		}
		return unicode.ToLower(r)
	}, s)
	return strings.TrimRight(s, "。.!~")
}

// nearest gives the command that was probably meant, nil if none is close.
func (b *Bot) nearest(word string, role Role) *command {
	word = foldCommand(word)
	n := len([]rune(word))
	if n == 0 || n > 16 {
		return nil
	}
	best, limit := (*command)(nil), max(1, n/3)+1
	for _, name := range b.names {
		cmd := b.commands[name]
		if cmd.Who > role {
			continue
		}
		if d := distance(word, name); d < limit && d < max(n, len([]rune(name))) {
			best, limit = cmd, d
		}
	}
	return best
}

// distance is the number of characters to add, drop, change or swap with a neighbour.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	rows := [3][]int{make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)}
	for j := range rows[1] {
		rows[1][j] = j
	}
	for i := 1; i <= len(x); i++ {
		before, last, now := rows[0], rows[1], rows[2]
		now[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			now[j] = min(last[j]+1, now[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				now[j] = min(now[j], before[j-2]+1)
			}
		}
		rows[0], rows[1], rows[2] = last, now, before
	}
	return rows[1][len(y)]
}

// The lines that the router itself says.
var (
	textUnknown   = Text{"没有 /%s 这个指令，您是不是想说 /%s？发 /帮助 看看能做什么。", "There is no /%s. Did you mean /%s? Send /help for the list."}
	textNoCommand = Text{"没有 /%s 这个指令，发 /帮助 看看能做什么。", "There is no /%s. Send /help for the list."}
	textInGroup   = Text{"/%s 要在群里用哦。", "/%s works in a group."}
	textInPrivate = Text{"/%s 请私聊我用哦。", "/%s works in a private chat with me."}
	textNotYou    = Text{"/%s 只有%s能用哦。", "/%s is for the %s only."}
	textAgain     = Text{"重新扫码登录以后，要再认领一次才能用 /%s：请私聊我发新的认领码。", "After the new sign-in /%s needs a new code: send it to me in private."}
	textNoPower   = Text{
		"我的账号在这里做不到 /%s：微信里请您在手机上做，QQ 群里请先把我设成群管理员。",
		"My account cannot do /%s here: in WeChat please do it on your phone; in a QQ group make me an administrator first.",
	}
	textUsage  = Text{"这样写：%s", "Write it like this: %s"}
	textFailed = Text{"出错了，已记录（%s）", "Something went wrong, it is recorded (%s)"}
)

// RoleName says what a role is called.
func RoleName(r Role) Text {
	switch r {
	case Owner:
		return Text{"机主", "owner"}
	case Host:
		return Text{"群主", "group owner"}
	case Manager:
		return Text{"管理员", "manager"}
	}
	return Text{"群友", "member"}
}

// exposed says whether an event is a secret that others could read.
func (cmd *command) exposed(e *Event) bool {
	return cmd.Exposed != nil && e.Chat.Group && e.Kind != Asked
}

// called is what a command goes by in a language: in English its first alias that is plain ASCII.
func (cmd Command) called(l Lang) string {
	if l == EN {
		for _, name := range cmd.Aliases {
			if strings.IndexFunc(name, func(r rune) bool { return r > unicode.MaxASCII }) < 0 {
				return name
			}
		}
	}
	return cmd.Name
}

// refuse says why a command may not run here, or nothing.
func (cmd *command) refuse(e *Event, role Role, powers Powers, lang Lang) error {
	switch {
	case role < cmd.Who:
		return Refuse(textNotYou, cmd.called(lang), RoleName(cmd.Who).In(lang))
	case e.Kind == Asked:
	case cmd.Where == InGroup && !e.Chat.Group:
		return Refuse(textInGroup, cmd.called(lang))
	case cmd.Where == InPrivate && e.Chat.Group:
		return Refuse(textInPrivate, cmd.called(lang))
	}
	if !powers.Has(cmd.Needs) {
		return Refuse(textNoPower, cmd.called(lang))
	}
	return nil
}
