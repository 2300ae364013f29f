package owner

import (
	"context"
	"slices"
	"strings"

	"sixtwenty/bot"
)

var (
	textFeatures  = bot.Text{ZH: "这个群的功能：", EN: "The features of this group:"}
	textOnLine    = bot.Text{ZH: "\n✓ %s（%s）", EN: "\n✓ %s (%s)"}
	textOffLine   = bot.Text{ZH: "\n✗ %s（%s）", EN: "\n✗ %s (%s)"}
	textSwitch    = bot.Text{ZH: "\n发「/开关 关 名字」或「/开关 开 名字」；记录都留着。", EN: "\nSend “/features off NAME” or “/features on NAME”; what is kept stays."}
	textIsOn      = bot.Text{ZH: "好的，这个群开了 %s。", EN: "%s is on in this group."}
	textIsOff     = bot.Text{ZH: "好的，这个群关了 %s；记录都留着，发 /开关 开 %[1]s 再开。", EN: "%s is off in this group; what is kept stays. /features on %[1]s turns it on again."}
	textNoFeature = bot.Text{ZH: "没有「%s」这个功能，发 /开关 看看有哪些。", EN: "There is no feature %s; /features lists them."}
	textNoneOff   = bot.Text{ZH: "无", EN: "none"}
)

// features is /开关: the list, or one switched on or off.
func features(_ context.Context, c *bot.Call) error {
	all, err := c.Features()
	if err != nil {
		return err
	}
	on, off := c.Arg("开关") == "开" || strings.EqualFold(c.Arg("开关"), "on"), c.Arg("开关") == "关" || strings.EqualFold(c.Arg("开关"), "off")
	name := strings.ToLower(c.Arg("功能"))
	if !on && !off || name == "" {
		text := c.T(textFeatures)
		for _, f := range all {
			line := textOffLine
			if f.On {
				line = textOnLine
			}
			text += c.T(line, f.Name, c.T(f.Summary))
		}
		c.Say(text + c.T(textSwitch))
		return nil
	}
	name, known := feature(c, all, name)
	if !known {
		return bot.Refuse(textNoFeature, bot.CleanName(name))
	}
	var rest []string
	for _, f := range all {
		if !f.On && f.Name != name {
			rest = append(rest, f.Name)
		}
	}
	done := textIsOn
	if off {
		rest, done = append(rest, name), textIsOff
	}
	value := strings.Join(rest, "、")
	if value == "" {
		value = c.T(textNoneOff)
	}
	if err := c.SetFor("group", "off", value); err != nil {
		return err
	}
	c.Reply(done, name)
	return nil
}

// feature finds one by its name, or by a command of it: /开关 关 积分 is what people write.
func feature(c *bot.Call, all []bot.FeatureState, word string) (name string, ok bool) {
	for _, name := range []string{word, c.FeatureOf(word)} {
		if slices.ContainsFunc(all, func(f bot.FeatureState) bool { return f.Name == name }) {
			return name, true
		}
	}
	return word, false
}
