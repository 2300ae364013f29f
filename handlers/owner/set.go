package owner

import (
	"context"
	"slices"
	"strings"

	"sixtwenty/bot"
)

var (
	textChanged = bot.Text{ZH: "这里改过的设置：", EN: "Changed here:"}
	textSame    = bot.Text{ZH: "这里的设置都没改过。", EN: "Nothing was changed here."}
	textSetLine = bot.Text{ZH: "\n%s%s = %s", EN: "\n%s%s = %s"}
	textKinds   = bot.Text{
		ZH: "\n能设的有：%s。发「/设置 %s」看其中一类，发「/设置 %s 值」就改好了。",
		EN: "\nThere are: %s. Send “/set %s” for one of them, “/set %s VALUE” to change one.",
	}
	textKind     = bot.Text{ZH: "「%s」的设置（* 是这里改过的）：", EN: "Settings of %s (* was changed here):"}
	textKindLine = bot.Text{ZH: "\n%s%s = %s　%s", EN: "\n%s%s = %s  %s"}
	textFixed    = bot.Text{ZH: "这一项只写在 config.yaml 里，请私聊我看。", EN: "This one stands in config.yaml alone; ask me in private."}
	textOne      = bot.Text{ZH: "%s = %s\n%s\n默认：%s", EN: "%s = %s\n%s\nDefault: %s"}
	textSet      = bot.Text{ZH: "改好了：%s = %s", EN: "Done: %s = %s"}
	textForm     = bot.Text{ZH: "这一项要写成「功能.设置」，比如 group.zone；发 /设置 看看有哪些。", EN: "Write it as feature.setting, such as group.zone; send /set for the list."}
)

func set(_ context.Context, c *bot.Call) error {
	item, value := c.Arg("项"), strings.TrimSpace(c.Arg("值"))
	if item == "" {
		return list(c)
	}
	feature, field, ok := strings.Cut(strings.ToLower(item), ".")
	if !ok {
		return listOf(c, feature)
	}
	if value == "" {
		return show(c, feature, field)
	}
	if value == "默认" || strings.EqualFold(value, "default") {
		value = ""
	}
	if err := c.SetFor(feature, field, value); err != nil {
		return err
	}
	now, err := find(c, feature, field)
	c.Reply(textSet, item, now.Value)
	return err
}

// here are the settings that may be spoken of where the command was given: what stands in config.yaml alone, such as folders and
// addresses, is not for a group to read.
func here(c *bot.Call) ([]bot.Setting, error) {
	all, err := c.SettingsHere()
	if c.Event.Chat.Group {
		all = slices.DeleteFunc(all, func(s bot.Setting) bool { return s.Fixed })
	}
	return all, err
}

// list tells what was changed, and what there is.
func list(c *bot.Call) error {
	all, err := here(c)
	if err != nil {
		return err
	}
	text := ""
	var kinds []string
	for _, s := range all {
		if s.Changed {
			text += c.T(textSetLine, "* ", s.Feature+"."+s.Field, short(s.Value))
		}
		if !slices.Contains(kinds, s.Feature) {
			kinds = append(kinds, s.Feature)
		}
	}
	if text == "" {
		text = c.T(textSame)
	} else {
		text = c.T(textChanged) + text
	}
	c.Say(text + c.T(textKinds, strings.Join(kinds, "、"), all[0].Feature, all[0].Feature+"."+all[0].Field))
	return nil
}

// listOf tells the settings of one feature, with what they mean.
func listOf(c *bot.Call, feature string) error {
	all, err := here(c)
	if err != nil {
		return err
	}
	text := ""
	for _, s := range all {
		if s.Feature != feature {
			continue
		}
		mark := ""
		if s.Changed {
			mark = "* "
		}
		text += c.T(textKindLine, mark, s.Feature+"."+s.Field, short(s.Value), c.T(s.Help))
	}
	if text == "" {
		return bot.Refuse(textForm)
	}
	c.Say(c.T(textKind, feature) + text)
	return nil
}

func show(c *bot.Call, feature, field string) error {
	s, err := find(c, feature, field)
	if err != nil {
		return err
	}
	c.Reply(textOne, feature+"."+field, s.Value, c.T(s.Help), s.Base)
	return nil
}

func find(c *bot.Call, feature, field string) (bot.Setting, error) {
	all, err := c.SettingsHere()
	if err != nil {
		return bot.Setting{}, err
	}
	i := slices.IndexFunc(all, func(s bot.Setting) bool { return s.Feature == feature && s.Field == field })
	if i < 0 {
		return bot.Setting{}, bot.Refuse(textForm)
	}
	if all[i].Fixed && c.Event.Chat.Group {
		return bot.Setting{}, bot.Refuse(textFixed)
	}
	return all[i], nil
}

// short keeps a long value from filling the list.
func short(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	if r := []rune(s); len(r) > 24 {
		return string(r[:24]) + "…"
	}
	return s
}
