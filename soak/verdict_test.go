package soak

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"sixtwenty/backup"
	"sixtwenty/bot"
)

const columns = "seed\tkills\tevents\tcounted\treplies\tlost\tdoubled\tagain\tunknown\texpired\t"

// A verdict is what became of a run. Lost is what is neither done nor listed; doubled is what was done twice and must not be;
// again are broadcasts that were sent once more because nobody knew, which the list of troubles says.
type verdict struct {
	seed                          uint64
	kills, events, counted        int
	replies, lost, doubled, again int
	unknown, expired, failed      int
	broadcasts                    int // that the group with the most of them was to hear
	nameless                      int // greetings of somebody whose name could not be looked up
	faults                        []string
}

func (v verdict) row() string {
	return fmt.Sprintf("%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t", v.seed, v.kills, v.events, v.counted, v.replies, v.lost, v.doubled,
		v.again, v.unknown, v.expired)
}

func (v *verdict) fault(format string, args ...any) {
	v.faults = append(v.faults, fmt.Sprintf(format, args...))
}

func (v *verdict) miss(format string, args ...any) {
	v.lost++
	v.fault("lost: "+format, args...)
}

func (v *verdict) twice(format string, args ...any) {
	v.doubled++
	v.fault("doubled: "+format, args...)
}

// judge compares the record of the people, the record of the box and the store.
func (r *rampage) judge() verdict {
	r.t.Helper()
	v := verdict{seed: r.seed, kills: r.killed}
	v.compare(gather(r.t, r.box, r.host.database(), r.tr), r.tr)
	for _, file := range r.backups {
		if err := backup.Verify(r.t.Context(), file, schemaOf(r.t, file)); err != nil {
			v.fault("the backup %s: %v", file, err)
		}
	}
	if v.broadcasts == 0 {
		v.fault("no broadcast was planned")
	}
	if v.nameless > 0 {
		v.fault("%d greetings name nobody", v.nameless)
	}
	lines, err := r.host.complaints()
	check(r.t, err)
	v.faults = append(v.faults, lines...)
	v.report(r.t)
	return v
}

// compare fills the verdict.
func (v *verdict) compare(j *evidence, tr *traffic) {
	v.events, v.replies = tr.events, len(j.said)
	v.unknown, v.expired, v.failed = j.count(bot.Lost), j.count(bot.Expired), j.count(bot.Failed)
	j.days(v, tr)
	j.planned(v, tr)
	j.answers(v, tr)
	j.greetings(v, tr)
	j.sends(v)
	j.broadcasts(v)
	if v.failed > 0 {
		v.fault("%d effects failed for good", v.failed)
	}
}

func (v *verdict) report(t *testing.T) {
	t.Helper()
	const most = 40
	for _, f := range v.faults[:min(most, len(v.faults))] {
		t.Error(f)
	}
}

// days checks that every day on which somebody said 打卡 counts once, and no other.
func (j *evidence) days(v *verdict, tr *traffic) {
	type place struct {
		seat
		day bot.Day
	}
	want, got := map[place]bool{}, map[place]int{}
	for s, times := range tr.checkins {
		for day := range tr.daysOf(times) {
			want[place{s, day}] = true
		}
	}
	for club, boards := range j.counted {
		for day, names := range boards {
			for _, name := range names {
				got[place{seat{club, name}, day}]++
				v.counted++
			}
		}
	}
	for p := range want {
		if got[p] == 0 {
			v.miss("the check-in of %s in %s on %s does not count", p.who, p.club, p.day)
		}
	}
	for p, n := range got {
		if n > 1 || !want[p] {
			v.twice("%s in %s counts %d times on %s, said: %v", p.who, p.club, n, p.day, want[p])
		}
	}
}

// answers checks that every question was answered once, or is listed.
func (j *evidence) answers(v *verdict, tr *traffic) {
	for s, times := range tr.checkins {
		to := func(club, text string) bool { return club == s.club && strings.HasPrefix(text, "@"+s.who+"\u2005") }
		j.once(v, fmt.Sprintf("the answers to %s in %s", s.who, s.club), len(times), to)
		first := func(club, text string) bool { return to(club, text) && strings.Contains(text, "打卡成功") }
		j.once(v, fmt.Sprintf("打卡成功 for %s in %s", s.who, s.club), len(tr.daysOf(times)), first)
	}
	for _, word := range tr.asked {
		j.once(v, "the answer to "+word, 1, func(_, text string) bool { return strings.Contains(text, word) })
	}
}

// planned checks that for everything that was said one answer was planned, whatever became of it.
func (j *evidence) planned(v *verdict, tr *traffic) {
	want, got := len(tr.asked), 0
	for _, times := range tr.checkins {
		want += len(times)
	}
	for _, row := range j.rows {
		if row.Effect.Class == bot.Answer {
			got++
		}
	}
	for _, e := range j.waiting {
		if e.Class == bot.Answer {
			got++
		}
	}
	if got > want {
		v.twice("%d answers were planned to %d questions", got, want)
	} else if got < want {
		v.miss("%d answers were planned to %d questions", got, want)
	}
}

// once compares how often something was to be said with how often it was. What is listed may have been said or not.
func (j *evidence) once(v *verdict, what string, want int, is func(club, text string) bool) {
	said, listed := 0, 0
	for _, s := range j.said {
		if is(s.ToName, s.Text) {
			said++
		}
	}
	for _, row := range j.listed {
		if row.State != bot.Sent && is(j.names[row.Effect.Chat], row.Effect.Text) {
			listed++
		}
	}
	if said > want {
		v.twice("%s: %d instead of %d", what, said, want)
	}
	if said+listed < want {
		v.miss("%s: %d and %d listed instead of %d", what, said, listed, want)
	}
}

var crowd = regexp.MustCompile(`等 (\d+) 位`)

// greetings checks that everybody who joined was greeted once. Where many come at once only the first are called by name.
func (j *evidence) greetings(v *verdict, tr *traffic) {
	greeted, unnamed, listed := map[seat]int{}, map[string]int{}, ""
	for _, s := range j.said {
		if !strings.HasPrefix(s.Text, "欢迎") {
			continue
		}
		names := 0
		for _, p := range tr.joined {
			if p.club == s.ToName && strings.Contains(s.Text, p.who) {
				greeted[p]++
				names++
			}
		}
		if m := crowd.FindStringSubmatch(s.Text); m != nil {
			n, _ := strconv.Atoi(m[1])
			unnamed[s.ToName] += n - names
		}
		if names == 0 {
			v.nameless++
			unnamed[s.ToName]++
		}
	}
	for _, row := range j.listed {
		listed += row.Effect.Text
		if strings.HasPrefix(row.Effect.Text, "欢迎 新朋友") {
			v.nameless++
			unnamed[j.names[row.Effect.Chat]]++
		}
	}
	for _, p := range tr.joined {
		switch n := greeted[p]; {
		case n > 1:
			v.twice("%s was greeted %d times in %s", p.who, n, p.club)
		case n == 1 || strings.Contains(listed, p.who):
		case unnamed[p.club] > 0:
			unnamed[p.club]--
		default:
			v.miss("%s was not greeted in %s", p.who, p.club)
		}
	}
}

// sends checks that nothing arrived twice that must not, and that the bot knows what arrived.
func (j *evidence) sends(v *verdict) {
	arrived := map[string]int{} // by the client's id, which is the same for every attempt
	client := map[string]string{}
	for _, s := range j.said {
		arrived[s.ClientID]++
		client[s.ID] = s.ClientID
	}
	listed := map[string]bool{}
	for _, row := range j.listed {
		listed[row.Effect.ID] = true
	}
	known := map[string]bool{}
	for _, row := range j.rows {
		if row.State != bot.Sent {
			continue
		}
		id, ok := client[row.Receipt.Sent]
		known[id] = true
		switch {
		case !ok:
			v.miss("effect %s is called sent, but never arrived", row.Effect.ID)
		case arrived[id] > 1 && row.Effect.Class != bot.Broadcast:
			v.twice("effect %s (%s) arrived %d times", row.Effect.ID, row.Effect.Class, arrived[id])
		case arrived[id] > 1 && !listed[row.Effect.ID]:
			v.twice("broadcast %s arrived %d times and is not listed", row.Effect.ID, arrived[id])
		case arrived[id] > 1:
			v.again++
		}
	}
	doubtful := v.unknown + v.failed + len(j.waiting)
	for id, n := range arrived {
		if known[id] {
			continue
		}
		if doubtful--; n > 2 {
			v.twice("an effect of unknown outcome arrived %d times", n)
		}
	}
	if doubtful < 0 {
		v.fault("%d more messages arrived than the store knows of", -doubtful)
	}
	for _, e := range j.waiting {
		if e.Class != bot.Broadcast {
			v.fault("effect %s (%s) still waits", e.ID, e.Class)
		}
	}
}

// broadcasts checks that each one is planned once a group. The groups share one schedule, so that what is planned at one time
// is one broadcast; one that was held up by a restart may come in the minute of the next.
func (j *evidence) broadcasts(v *verdict) {
	type slot struct {
		chat   bot.ChatID
		kind   bot.EffectKind
		minute int64
	}
	planned := map[slot]int{}
	groups := map[bot.ChatID]int{}
	for _, row := range j.rows {
		if e := row.Effect; e.Class == bot.Broadcast {
			planned[slot{e.Chat, e.Kind, e.Expires.Unix() / 60}]++
			groups[e.Chat]++
		}
	}
	for _, e := range j.waiting {
		if e.Class == bot.Broadcast {
			planned[slot{e.Chat, e.Kind, e.Expires.Unix() / 60}]++
			groups[e.Chat]++
		}
	}
	for s, n := range planned {
		before := s
		before.minute--
		if n > 1 && planned[before]+n > 2 {
			v.twice("%d broadcasts (%s) for one minute in %s", n, s.kind, j.names[s.chat])
		}
	}
	few, many := 1<<30, 0
	for _, n := range groups {
		few, many = min(few, n), max(many, n)
	}
	v.broadcasts = many
	if many > 0 && len(groups) != clubs {
		v.miss("broadcasts were planned for %d groups, not for %d", len(groups), clubs)
	} else if many-few > 4 {
		v.fault("one group was to hear %d broadcasts, another %d", many, few)
	}
}
