package bot

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"sixtwenty/store"
)

// This file is how a feature is off in one group: its commands, watches, jobs and timers rest, and what it keeps stays.

// restFor is how long a timer of a feature that is off waits before it looks again.
const restFor = time.Hour

// Without says whether a feature is off.
func (s GroupSettings) Without(feature string) bool {
	return s.Off != "" && slices.Contains(splitList(s.Off), feature)
}

var (
	textFeatureOff = Text{"这个群关掉了 /%s 所在的功能。群主或机主发 /开关 看看。", "The feature of /%s is off in this group; see /features."}
	textNoFeature  = Text{"没有「%s」这个功能，能关的有：%s", "There is no feature %s; these can be off: %s"}
)

// checkOff says which names of a list are those of no feature, or of one that is needed.
func (b *Bot) checkOff(list string) error {
	var can []string
	for _, f := range b.features {
		if !f.Needed && f.Name != groupFeature {
			can = append(can, f.Name)
		}
	}
	for _, name := range splitList(list) {
		if !slices.Contains(can, name) && name != "无" && name != "none" {
			return Refuse(textNoFeature, CleanName(name), strings.Join(can, "、"))
		}
	}
	return nil
}

// A FeatureState says of a feature whether it is on in a group.
type FeatureState struct {
	Name    string
	Summary Text
	On      bool
}

// FeaturesIn lists the features that can be on or off in a group. Any goroutine.
func (b *Bot) FeaturesIn(r store.Reader, chat ChatID) (list []FeatureState, err error) {
	v, err := b.byName[groupFeature].settingsIn(r, chat)
	if err != nil {
		return nil, err
	}
	for _, f := range b.features {
		if !f.Needed && f.Name != groupFeature {
			list = append(list, FeatureState{f.Name, f.Summary, !v.(GroupSettings).Without(f.Name)})
		}
	}
	return list, nil
}

// Features lists those of this group.
func (c *Call) Features() ([]FeatureState, error) {
	return c.run.bot.FeaturesIn(c.Tx, c.Event.Chat.ID)
}

// Rests says whether the feature is off in a group.
func (c *Call) Rests(group ChatID) (bool, error) { return c.run.rests(c.feature, group) }

// rests says whether a feature is off in a chat.
func (r *run) rests(f *feature, chat ChatID) (bool, error) {
	group, err := r.groupSettings(chat)
	return err == nil && group.Without(f.Name), err
}

// postpone sets a timer anew under its key.
func (r *run) postpone(key string, t timerRow) error {
	raw, err := json.Marshal(t)
	if err != nil {
		return err
	}
	if err := r.tx.Put(string(timers), key, raw); err != nil {
		return err
	}
	return timersDue.Put(r.tx, struct{}{}, t.Due, key)
}
