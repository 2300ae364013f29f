package onebot

import (
	"strings"

	"sixtwenty/bot"
)

// An outSegment is one piece of what we send. The standard writes every value as text.
type outSegment struct {
	Type string  `json:"type"`
	Data outData `json:"data"`
}

type outData struct {
	Text string `json:"text,omitempty"`
	QQ   string `json:"qq,omitempty"`
	File string `json:"file,omitempty"`
	Name string `json:"name,omitempty"` // beyond the standard; who does not know it passes it over
}

// in is the segment as it would come back.
func (s outSegment) in() segment {
	return segment{Type: s.Type, Data: segmentData{Text: loose(s.Data.Text), QQ: loose(s.Data.QQ)}}
}

// textSegments cuts a text where it mentions people, each once: where their name stands again it is their name.
func textSegments(text string, mentions []bot.Mention, wire func(bot.PersonID) (wireID, bool)) []outSegment {
	for _, m := range mentions {
		before, after, found := strings.Cut(text, m.String())
		who, ok := wire(m.Person)
		if !found || !ok {
			continue
		}
		list := textSegments(before, mentions, wire)
		list = append(list, outSegment{"at", outData{QQ: string(who)}})
		if after = strings.TrimPrefix(after, " "); after != "" { // the blank keeps the name apart from what follows
			after = " " + after
		}
		return append(list, textSegments(after, without(mentions, m), wire)...)
	}
	if text == "" {
		return nil
	}
	return []outSegment{{"text", outData{Text: text}}}
}

func without(list []bot.Mention, m bot.Mention) (rest []bot.Mention) {
	for _, o := range list {
		if o != m {
			rest = append(rest, o)
		}
	}
	return rest
}
