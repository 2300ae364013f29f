package wechat

// evidence is what can tell that two names, of different sessions, are one person or group. key is our id on the old side and
// the wire name on the new one. Texts are folded.
type evidence struct {
	key     string
	nick    string
	remark  string // typed by the owner on the phone
	alias   string
	keyWord string
	attr    int64
}

// match says which new names are old acquaintances, by wire name. It never guesses: a signal counts only if exactly one on
// each side has it, and what two signals contradict is left alone. nickIsEnough holds where the two sides are the lists of
// one group, or are groups themselves.
func match(old, now []evidence, nickIsEnough bool) map[string]string {
	m := matching{old: old, now: now, found: map[string]string{}, taken: map[string]bool{}}
	m.by(func(e evidence) any { return e.remark })
	m.by(func(e evidence) any { return e.alias })
	m.by(func(e evidence) any {
		if e.nick == "" || e.attr == 0 {
			return ""
		}
		return struct {
			nick, keyWord string
			attr          int64
		}{e.nick, e.keyWord, e.attr}
	})
	if nickIsEnough {
		m.by(func(e evidence) any { return e.nick })
	}
	return m.found
}

type matching struct {
	old, now []evidence
	found    map[string]string // new → old
	taken    map[string]bool   // old
}

// by matches what has one signal in common. Uniqueness is asked of everybody, also of those who are matched already: of two
// people of one name who left one, nobody can say which it was.
func (m *matching) by(signal func(evidence) any) {
	olds, news := unique(m.old, signal), unique(m.now, signal)
	for s, i := range news {
		j, ok := olds[s]
		if i < 0 || !ok || j < 0 {
			continue
		}
		now, old := m.now[i], m.old[j]
		if _, done := m.found[now.key]; done || m.taken[old.key] || contradict(now, old) {
			continue
		}
		m.found[now.key], m.taken[old.key] = old.key, true
	}
}

// unique gives the index of the one who shows a signal, -1 where several do.
func unique(list []evidence, signal func(evidence) any) map[any]int {
	found := make(map[any]int, len(list))
	for i, e := range list {
		s := signal(e)
		if s == "" {
			continue
		}
		if _, twice := found[s]; twice {
			i = -1
		}
		found[s] = i
	}
	return found
}

// contradict says whether two cannot be one: the letters of the lasting id never change.
func contradict(a, b evidence) bool {
	return a.keyWord != "" && b.keyWord != "" && a.keyWord != b.keyWord
}
