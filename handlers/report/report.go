// Package report tells the owner in private how the community is: each morning what needs a word or a hand, each week and each
// month how it went, with pictures.
//
// What it says comes from the other features, by Feature.Report and by their views; of its own it keeps only how many members
// each group had on which day, and how much was written in which hour, by nobody in particular.
package report

import (
	"context"
	"fmt"
	"time"

	"sixtwenty/bot"
	"sixtwenty/pictures"
	"sixtwenty/schedules"
	"sixtwenty/store"
)

// Settings of the feature.
type Settings struct {
	Daily    string `yaml:"daily" scope:"config" help:"什么时候给机主发晨报；留空不发|when the owner gets the morning report; empty is never"`
	Weekly   string `yaml:"weekly" scope:"config" help:"什么时候发周报；留空不发|when the report of the week comes; empty is never"`
	Monthly  string `yaml:"monthly" scope:"config" help:"什么时候发月报；留空不发|when the report of the month comes; empty is never"`
	Pictures bool   `yaml:"pictures" scope:"config" help:"周报、月报带图|the reports of week and month come with pictures"`
}

// Check says what is wrong with the settings.
func (s Settings) Check() error {
	for name, spec := range map[string]string{"daily": s.Daily, "weekly": s.Weekly, "monthly": s.Monthly} {
		if spec == "" {
			continue
		}
		if _, err := schedules.Parse(spec); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

const (
	workDraw = "draw"
	// worth is how long a report waits for an account that is cut off: it tells of that, too.
	worth = 12 * time.Hour
)

// told is when each report was last told: the jobs run once for every group, the owner hears of it once.
const told = store.Table[time.Time]("report/told") // kind

// Feature declares it; studio draws its pictures.
func Feature(studio pictures.Opener) bot.Feature {
	own := func(name, alias string, s bot.Text, reply string, run bot.Run) bot.Command {
		return bot.Command{
			Name: name, Aliases: []string{alias}, Who: bot.Owner, Where: bot.InPrivate, Summary: s,
			Examples: []bot.Example{{Say: "/" + name, Reply: reply}}, Run: run,
		}
	}
	return bot.Feature{
		Name:     "report",
		Summary:  bot.Text{ZH: "给机主的晨报、周报、月报", EN: "the owner's reports of the morning, the week and the month"},
		Settings: Settings{Daily: "每天 8:00", Weekly: "每周日 21:00", Monthly: "每月最后一天 21:10", Pictures: true},
		Commands: []bot.Command{
			own("晨报", "report", bot.Text{ZH: "现在怎么样、有什么要您决定", EN: "how things are, and what waits for you"}, "晨报 …", say(morning)),
			own("周报", "weekly", bot.Text{ZH: "这一周怎么样，带图", EN: "how the week went, with pictures"}, "周报 …", say(week)),
			own("月报", "monthly", bot.Text{ZH: "这个月怎么样，带图", EN: "how the month went, with pictures"}, "月报 …", say(month)),
		},
		Jobs: []bot.Job{
			job("daily", bot.Text{ZH: "给机主的晨报", EN: "the owner's morning report"}, func(s Settings) string { return s.Daily }, morning),
			job("weekly", bot.Text{ZH: "给机主的周报", EN: "the owner's report of the week"}, func(s Settings) string { return s.Weekly }, week),
			job("monthly", bot.Text{ZH: "给机主的月报", EN: "the owner's report of the month"}, func(s Settings) string { return s.Monthly }, month),
			{
				Name: "count", Summary: bot.Text{ZH: "数数群里有多少人", EN: "count the members"}, Run: count, Silent: true,
				Spec:   func(any) string { return "每天 3:30" },
				Missed: schedules.Missed{Policy: schedules.Latest, Grace: time.Hour},
			},
		},
		Watches: []bot.Watch{
			{On: bot.Joined, Summary: bot.Text{ZH: "记下来了几位", EN: "counts who joined"}, Run: joined},
			{On: bot.Message, Summary: bot.Text{ZH: "数数几点有几条消息", EN: "counts the messages of each hour"}, Run: wrote},
			{On: "checkin.written", Optional: true, Summary: bot.Text{ZH: "打卡也是消息", EN: "a check-in is a message too"}, Run: wrote},
			{On: bot.Left, Summary: bot.Text{ZH: "记下走了几位", EN: "counts who left"}, Run: left},
			{On: "report." + workDraw, Summary: bot.Text{ZH: "发报告的图", EN: "sends the pictures of a report"}, Run: drawn},
		},
		Works: map[string]func(context.Context, bot.Work) (any, error){workDraw: artist(studio)},
		Views: views(),
		Keeps: bot.BlobsOf(), // pictures are sent and then of no use
	}
}

// A report is a text, and what is drawn beside it. One that is Empty says that nothing happened: it is for who asked.
type report struct {
	Text  string
	Art   []art
	Empty bool
}

func job(name string, s bot.Text, spec func(Settings) string, compose func(*bot.Call) (report, error)) bot.Job {
	return bot.Job{
		Name: name, Summary: s, Silent: true, Spec: func(s any) string { return spec(s.(Settings)) },
		Missed: schedules.Missed{Policy: schedules.Latest, Grace: 2 * time.Hour},
		Run: func(_ context.Context, c *bot.Call) error {
			last, _, err := told.Get(c.Tx, name)
			if err != nil || c.Event.At.Sub(last) < 12*time.Hour { // another group, perhaps of another zone
				return err
			}
			if err := told.Put(c.Tx, c.Event.At, name); err != nil {
				return err
			}
			homes, err := c.Owners()
			if err != nil || len(homes) == 0 {
				return err
			}
			r, err := compose(c)
			if err != nil || r.Empty {
				return err
			}
			for _, home := range homes {
				c.Send(bot.Effect{Kind: bot.Say, Chat: home, Text: r.Text, Expires: c.Now.Add(worth)})
			}
			return draw(c, r.Art, homes)
		},
	}
}

// say gives a report to who asks for it.
func say(compose func(*bot.Call) (report, error)) bot.Run {
	return func(_ context.Context, c *bot.Call) error {
		r, err := compose(c)
		if err != nil {
			return err
		}
		c.Say(r.Text)
		if c.Event.Chat.ID == "" { // the console has the figures on its pages
			return nil
		}
		return draw(c, r.Art, []bot.ChatID{c.Event.Chat.ID})
	}
}
