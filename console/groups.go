package console

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"sixtwenty/bot"
	"sixtwenty/store"
)

type groupsPage struct {
	frame
	Figures  []figure
	Settings string   // the address
	Others   []choice // groups the bot does not work in
}

// A section are the settings of one feature.
type section struct {
	Name     string
	What     string
	Changed  bool // something was
	Settings []setting
}

type setting struct {
	bot.Setting
	What    string
	By, At  string
	Options []choice
}

func (c *console) groups(w http.ResponseWriter, r *http.Request) {
	var p groupsPage
	f, err := c.read(r, bot.OnGroups, func(ctx context.Context, s store.Reader, f *frame) (err error) {
		p = groupsPage{}
		f.Book = book(bot.OnGroups, f)
		if p.Others, err = others(s); err != nil || f.Chat.ID == "" {
			return err
		}
		n, err := bot.SizeOf(s, f.Chat.ID)
		if err != nil {
			return err
		}
		p.Figures = []figure{{Name: f.T("members"), Value: strconv.Itoa(n), Share: -1}}
		p.Settings = address("/console/settings", keepsOf(bot.Query{Chat: f.Chat.ID}))
		f.Parts, err = c.parts(ctx, s, f, c.wanted(bot.OnGroups, bot.OfGroup, bot.OfAccount), "")
		slices.SortStableFunc(f.Parts, func(a, b part) int { return a.sight() - b.sight() })
		return err
	})
	p.frame = f
	c.show(w, "groups.html", p, err)
}

// sight is the order in which a group is looked at: people look before they read.
func (p part) sight() int {
	order := []bot.Shape{bot.AsFigures, bot.AsLines, bot.AsDays, bot.AsHeat}
	if i := slices.Index(order, p.Shape); i >= 0 && len(p.Rows) > 0 {
		return i
	}
	return len(order)
}

type settingsPage struct {
	frame
	Features []featureRow
	Sections []section
}

// A featureRow is one feature of a group, and the command that turns it on or off.
type featureRow struct {
	What, Name, Say string
	On              bool
}

func (c *console) features(f *frame, s store.Reader) (list []featureRow, err error) {
	all, err := c.Bot.FeaturesIn(s, f.Chat.ID)
	for _, one := range all {
		say := "/开关 开 "
		if one.On {
			say = "/开关 关 "
		}
		list = append(list, featureRow{one.Summary.In(f.Lang), one.Name, say + one.Name, one.On})
	}
	return list, err
}

func (c *console) setting(w http.ResponseWriter, r *http.Request) {
	var p settingsPage
	f, err := c.read(r, bot.OnGroups, func(_ context.Context, s store.Reader, f *frame) (err error) {
		f.Title = f.T("settings")
		p = settingsPage{}
		if f.Chat.ID == "" {
			return nil
		}
		if p.Features, err = c.features(f, s); err != nil {
			return err
		}
		p.Sections, err = c.settings(f, s)
		return err
	})
	p.frame = f
	c.show(w, "settings.html", p, err)
}

func others(s store.Reader) (list []choice, err error) {
	chats, err := bot.Unfollowed(s, mostChoices)
	for _, chat := range chats {
		list = append(list, choice{Value: string(chat.ID), Title: bot.CleanName(chat.Name)})
	}
	return list, err
}

// settings are what can be set in the group that is looked at: what holds, what the feature and config.yaml say, and who changed it.
func (c *console) settings(f *frame, s store.Reader) (list []section, err error) {
	all, err := c.Bot.SettingsIn(s, f.Chat.ID)
	if err != nil {
		return nil, err
	}
	for _, one := range all {
		if len(list) == 0 || list[len(list)-1].Name != one.Feature {
			list = append(list, section{Name: one.Feature, What: one.Of.In(f.Lang)})
		}
		shown := setting{Setting: one, What: one.Help.In(f.Lang)}
		if one.Changed {
			shown.By, shown.At = f.T("owner"), f.clock(one.At)
			if one.By != "" {
				if shown.By, err = bot.NameIn(s, f.Chat.ID, one.By); err != nil {
					return nil, err
				}
			}
		}
		if one.Switch {
			shown.Options = []choice{{"开", bot.Text{ZH: "开", EN: "on"}.In(f.Lang), one.Value == "开"}, {"关", bot.Text{ZH: "关", EN: "off"}.In(f.Lang), one.Value == "关"}}
		}
		at := &list[len(list)-1]
		at.Changed = at.Changed || one.Changed
		at.Settings = append(at.Settings, shown)
	}
	return list, nil
}
