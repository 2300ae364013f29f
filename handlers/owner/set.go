package owner

import (
	"context"
	"slices"
	"strings"

	"sixtwenty/bot"
)

var (
	textSettings = bot.Text{ZH: "这里的设置（* 是本群改过的）：", EN: "Settings here (* was changed for this chat):"}
	textSetLine  = bot.Text{ZH: "\n%s%s = %s", EN: "\n%s%s = %s"}
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
		return bot.Refuse(textForm)
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

func list(c *bot.Call) error {
	all, err := c.SettingsHere()
	if err != nil {
		return err
	}
	text := c.T(textSettings)
	for _, s := range all {
		mark := ""
		if s.Changed {
			mark = "* "
		}
		text += c.T(textSetLine, mark, s.Feature+"."+s.Field, short(s.Value))
	}
	c.Say(text)
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
