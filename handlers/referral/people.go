package referral

import (
	"strconv"
	"strings"

	"sixtwenty/bot"
	"sixtwenty/store"
)

// This file is what the house asks of every feature about people: why a number is what it is, what is known of somebody, and
// that they are forgotten.

const whyNames = 8 // people of whom it is said why they do not count

var (
	textWhyMine   = bot.Text{ZH: "邀请", EN: "Invitations"}
	textWhyBy     = bot.Text{ZH: "谁邀请您的", EN: "Who brought you"}
	textWhyLine   = bot.Text{ZH: "%s（%s，%s进群），%s", EN: "%s (%s, joined %s), %s"}
	textWhyReach  = bot.Text{ZH: "三度影响力", EN: "Within three degrees"}
	textWhySum    = bot.Text{ZH: "直接 %d + 二度 %d + 三度 %d = %d，还在 %d", EN: "%d + %d + %d = %d, still here %d"}
	textWhyOut    = bot.Text{ZH: "还没算数的", EN: "Not counted yet"}
	textWhyOne    = bot.Text{ZH: "%s（%s）", EN: "%s (%s)"}
	textWhyRace   = bot.Text{ZH: "邀请活动", EN: "Campaign"}
	textWhyRaceIs = bot.Text{ZH: "活动开始后来的有效 %d、待定 %d；%s", EN: "%d valid and %d pending of those who came since it began; %s"}
	textWhyFrom   = bot.Text{ZH: "来源", EN: "Source"}
	textWhyBonus  = bot.Text{ZH: "奖励", EN: "Bonus"}
	textWhyGiven  = bot.Text{ZH: "%+d（%s）", EN: "%+d (%s)"}
	textAbout     = bot.Text{ZH: "邀请（%s）", EN: "Invitations (%s)"}
	textAboutFrom = bot.Text{ZH: "怎么来的（%s）", EN: "How they came (%s)"}
	textPath      = bot.Text{ZH: "%s 邀请", EN: "brought by %s"}
	textChannelIs = bot.Text{ZH: "来源 %s", EN: "source: %s"}
	textCameOn    = bot.Text{ZH: "%s进群", EN: "joined %s"}
	textBrings    = bot.Text{ZH: "邀请了 %d 人（%s），三度影响力 %d 人", EN: "brought %d (%s), %d within three degrees"}
)

// concerns says whether a question is about invitations, or about everything.
func concerns(topic string) bool {
	topic = strings.ToLower(topic)
	for _, word := range []string{"邀请", "影响", "来源", "活动", "invit", "sourc", "campaign", "reach"} {
		if strings.Contains(topic, word) {
			return true
		}
	}
	return topic == ""
}

// why explains the numbers of a person.
func why(r store.Reader, q bot.Question) (lines []bot.Line, err error) {
	if !concerns(q.Topic) {
		return nil, nil
	}
	p, err := bot.PersonOf(r, q.Who)
	if err != nil {
		return nil, err
	}
	w := explainer{scribe{r: r, chat: q.Chat, say: speak(q.Lang)}, q, p}
	for _, part := range []func() ([]bot.Line, error){w.numbers, w.bonuses, w.missing, w.race, w.origin} {
		more, err := part()
		if err != nil {
			return nil, err
		}
		lines = append(lines, more...)
	}
	return lines, w.err
}

type explainer struct {
	scribe
	q bot.Question
	p bot.Person
}

// numbers are the totals, and what the reach is made of.
func (w *explainer) numbers() (lines []bot.Line, err error) {
	t, err := tallyOf(w.r, w.chat, w.p, always)
	if err != nil || t == (tally{}) {
		return nil, err
	}
	lines = append(lines, bot.Line{Name: w.say(textWhyMine), Value: w.say(textTotal, summary(w.say, t), t.total())})
	n, err := reachOf(w.r, w.chat, w.p)
	if err != nil || n.All[1] == 0 {
		return lines, err
	}
	sum := w.say(textWhySum, n.All[0], n.All[1], n.All[2], n.sum(), n.here())
	return append(lines, bot.Line{Name: w.say(textWhyReach), Value: sum}), nil
}

// bonuses are the latest that managers gave.
func (w *explainer) bonuses() ([]bot.Line, error) {
	var list []string
	for _, id := range w.p.Identities {
		rg := store.Under(w.chat, id)
		rg.Limit, rg.Reverse = whyNames, true
		for row, err := range bonuses.Scan(w.r, rg) {
			if err != nil {
				return nil, err
			}
			list = append(list, w.say(textWhyGiven, row.Value.N, row.Value.Why))
		}
	}
	if len(list) == 0 {
		return nil, nil
	}
	return []bot.Line{{Name: w.say(textWhyBonus), Value: strings.Join(list, w.say(textComma))}}, nil
}

// missing says of the latest people whom somebody brought why they do not count.
func (w *explainer) missing() ([]bot.Line, error) {
	list, err := childrenOf(w.r, w.chat, w.p, mineSize)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, ch := range list {
		if ch.counts() || len(out) >= whyNames {
			continue
		}
		cr, _, err := credits.Get(w.r, w.chat, ch.id)
		if err != nil {
			return nil, err
		}
		out = append(out, w.say(textWhyOne, w.name(ch.id), cr.standing(w.say, ch.edge, w.q.Now)))
	}
	if len(out) == 0 {
		return nil, nil
	}
	return []bot.Line{{Name: w.say(textWhyOut), Value: strings.Join(out, w.say(textComma))}}, nil
}

// race says how somebody stands in the campaign that runs.
func (w *explainer) race() ([]bot.Line, error) {
	n, k, err := lastCampaign(w.r, w.chat)
	if err != nil || !k.runs(w.q.Now) {
		return nil, err
	}
	t, err := tallyOf(w.r, w.chat, w.p, campaignOf(n))
	if err != nil {
		return nil, err
	}
	value := w.say(textWhyRaceIs, t.Valid+t.Returned, t.Pending, k.promises(w.say))
	return []bot.Line{{Name: w.say(textWhyRace), Value: value}}, nil
}

// origin says how somebody came.
func (w *explainer) origin() (lines []bot.Line, err error) {
	a, err := arrivalOf(w.r, w.chat, w.p)
	if err != nil {
		return nil, err
	}
	if a.From.isChannel() {
		name, err := a.From.name(w.r, w.chat, w.say)
		if err != nil {
			return nil, err
		}
		lines = append(lines, bot.Line{Name: w.say(textWhyFrom), Value: name})
	}
	id, e, err := edgeOf(w.r, w.chat, w.p)
	if err != nil || id == "" {
		return lines, err
	}
	cr, _, err := credits.Get(w.r, w.chat, id)
	value := w.say(textWhyLine, w.name(e.By), cr.evidence(w.say), e.date(w.say, w.q.Zone), cr.standing(w.say, e, w.q.Now))
	return append(lines, bot.Line{Name: w.say(textWhyBy), Value: value}), err
}

// about tells, for the card of a person, whom they brought and how they came, group by group.
func about(r store.Reader, who bot.Person, l bot.Lang) (lines []bot.Line, err error) {
	chats, err := bot.EveryChat(r)
	if err != nil {
		return nil, err
	}
	names := map[bot.ChatID]string{}
	for _, chat := range chats {
		names[chat.ID] = bot.CleanName(chat.Name)
	}
	in, err := chatsOf(r, who)
	if err != nil {
		return nil, err
	}
	for _, chat := range in {
		s := scribe{r: r, chat: chat, say: speak(l)}
		came, err := s.came(who)
		if err != nil {
			return nil, err
		}
		if came != "" {
			lines = append(lines, bot.Line{Name: s.say(textAboutFrom, names[chat]), Value: came, Chat: chat, Facet: bot.Whence, Card: came})
		}
		t, err := tallyOf(r, chat, who, always)
		if err != nil {
			return nil, err
		}
		n, err := reachOf(r, chat, who)
		if err != nil {
			return nil, err
		}
		line := bot.Line{Name: s.say(textAbout, names[chat]), Value: strconv.Itoa(t.total()), Chat: chat, Facet: bot.Become}
		if t != (tally{}) {
			line.Value = s.say(textBrings, t.total(), summary(s.say, t), n.sum())
			line.Card = line.Value
		}
		lines = append(lines, line)
	}
	return lines, nil
}

// came says over whom and from where somebody came.
func (s *scribe) came(who bot.Person) (string, error) {
	var parts []string
	path, err := s.path(who)
	if err != nil {
		return "", err
	}
	if path != "" {
		parts = append(parts, s.say(textPath, path))
	}
	a, err := arrivalOf(s.r, s.chat, who)
	if err != nil {
		return "", err
	}
	if a.From.isChannel() {
		name, err := a.From.name(s.r, s.chat, s.say)
		if err != nil {
			return "", err
		}
		parts = append(parts, s.say(textChannelIs, name))
	}
	if a.Day != 0 {
		parts = append(parts, s.say(textCameOn, a.Day.String()))
	}
	return strings.Join(parts, s.say(textComma)), s.err
}

// forget takes a person off the boards, and what managers wrote about them. What their inviters and those they brought count
// stays: it names nobody.
func forget(tx store.Tx, who bot.Person) error {
	in, err := chatsOf(tx, who)
	if err != nil {
		return err
	}
	if err := unrank(tx, who); err != nil {
		return err
	}
	for _, id := range who.Identities {
		if err := knocks.Delete(tx, id); err != nil {
			return err
		}
		for _, chat := range in {
			if err := asked.Delete(tx, chat, id); err != nil {
				return err
			}
		}
		if err := clearUnder(tx, string(prizes), id); err != nil {
			return err
		}
	}
	for _, chat := range in {
		for _, id := range who.Identities {
			if err := silence(tx, chat, id); err != nil {
				return err
			}
		}
	}
	return nil
}

// silence removes the words of the rulings on somebody.
func silence(tx store.Tx, chat bot.ChatID, id bot.PersonID) error {
	rg := store.Under(chat, id)
	rg.Limit, rg.Reverse = undoFar, true
	for row, err := range rulingsOf.Scan(tx, rg) {
		if err != nil {
			return err
		}
		var n uint64
		if err := store.Split(row.Key, nil, nil, &n); err != nil {
			return err
		}
		r, _, err := rulings.Get(tx, chat, n)
		if err != nil {
			return err
		}
		r.Why = ""
		if err := rulings.Put(tx, r, chat, n); err != nil {
			return err
		}
	}
	cr, ok, err := credits.Get(tx, chat, id)
	if err != nil || !ok || cr.Ruling == nil {
		return err
	}
	cr.Ruling.Why = ""
	return credits.Put(tx, cr, chat, id)
}

// clearUnder deletes all rows of a table under a key.
func clearUnder(tx store.Tx, table string, parts ...any) error {
	var keys []string
	for pair, err := range tx.Scan(table, store.Under(parts...)) {
		if err != nil {
			return err
		}
		keys = append(keys, pair.Key)
	}
	for _, key := range keys {
		if err := tx.Delete(table, key); err != nil {
			return err
		}
	}
	return nil
}
