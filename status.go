package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"sixtwenty/bot"
	"sixtwenty/control"
)

// A report is how a running bot is, as it goes over the control socket.
type report struct {
	Version string            `json:"version"`
	PID     int               `json:"pid"`
	Service string            `json:"service"`
	WeChat  string            `json:"wechat,omitempty"`
	Since   time.Time         `json:"wechat_since,omitzero"`
	Started time.Time         `json:"started"`
	Now     time.Time         `json:"now"`
	LastIn  time.Time         `json:"last_in,omitzero"`
	Groups  int               `json:"groups"`
	Waiting int               `json:"waiting"`
	Queue   map[bot.Class]int `json:"queue,omitempty"`
	Budget  bot.Budget        `json:"budget"`
	Quiet   string            `json:"quiet,omitempty"`
	Counts  map[bot.State]int `json:"counts"`
	Fault   string            `json:"fault,omitempty"`
	Backup  backupState       `json:"backup"`
}

// report may be called from any goroutine.
func (h *house) report() report {
	s := h.bot.Status()
	r := report{
		Service: h.Account.service(), WeChat: s.Account.String(), Since: s.Account.Since,
		Version: versionName(), PID: os.Getpid(), Started: s.Started, Now: s.Now, LastIn: s.LastIn, Groups: s.Groups,
		Waiting: s.Waiting, Queue: s.Queue, Budget: s.Budget, Quiet: s.Quiet, Counts: s.Counts, Backup: h.backups.status(),
	}
	if s.Fault != nil {
		r.Fault = s.Fault.Error()
	}
	return r
}

// answers are what the bot tells other processes of its user.
func (h *house) answers() map[string]control.Command {
	return map[string]control.Command{
		"link":   func(context.Context) (control.Reply, error) { return control.Reply{Value: h.entrance()}, nil },
		"status": func(context.Context) (control.Reply, error) { return control.Reply{Value: h.report()}, nil },
		"backup": func(context.Context) (control.Reply, error) {
			return control.Reply{Body: func(ctx context.Context, w io.Writer) error { return h.file.Backup(ctx, w) }}, nil
		},
	}
}

// statusCommand says how the running bot is; without one it fails, so that a watchdog can ask.
type statusCommand struct{}

// Run asks and prints.
func (statusCommand) Run(ctx context.Context, p program, f *flags) error {
	s, err := f.settings(p)
	if err != nil {
		return err
	}
	var r report
	err = control.Call(ctx, controlOf(s.Data), "status", &r, nil)
	if errors.Is(err, control.ErrNobody) {
		return fmt.Errorf("没有机器人在运行 / no bot is running: %s", s.Data)
	}
	if err != nil {
		return err
	}
	r.print(p.stdout, s.zone())
	return nil
}

func (r report) print(w io.Writer, zone *time.Location) {
	at := func(t time.Time) string {
		if t.IsZero() {
			return "–"
		}
		return t.In(zone).Format(time.DateTime)
	}
	line := func(name, value string) { fmt.Fprintf(w, "  %s: %s\n", name, value) }
	fmt.Fprintf(w, "六点二十 · Sixtwenty %s (pid %d)\n", r.Version, r.PID)
	line(r.Service, r.WeChat)
	line("这样始于 / since", at(r.Since))
	line("启动于 / up since", at(r.Started))
	line("现在 / now", at(r.Now))
	line("最近收到 / last heard", at(r.LastIn))
	line("服务的群 / groups", fmt.Sprint(r.Groups))
	line("待发 / waiting", r.waiting())
	line("额度 / budget", r.budget())
	if !r.Budget.Warm.IsZero() {
		line("全额始于 / whole from", at(r.Budget.Warm))
	}
	if r.Budget.Slowed > 0 {
		line("⚠ 微信说太快 / too often", r.Budget.Slowed.String())
	}
	line("安静时间 / quiet", cmp.Or(r.Quiet, "–"))
	line("已发 / sent", fmt.Sprint(r.Counts[bot.Sent]))
	line("失败 / failed", fmt.Sprint(r.Counts[bot.Failed]))
	line("不确定 / unknown", fmt.Sprint(r.Counts[bot.Lost]))
	line("过期 / expired", fmt.Sprint(r.Counts[bot.Expired]))
	line("上次备份 / last backup", at(r.Backup.Made))
	line("下次备份 / next backup", at(r.Backup.Next))
	if r.Backup.Fault != "" {
		line("⚠ 备份失败 / no backup", r.Backup.Fault)
	}
	if r.Fault != "" {
		line("⚠ 存不进去 / not kept", r.Fault)
	}
}

func (r report) waiting() string {
	if r.Waiting == 0 {
		return "0"
	}
	return fmt.Sprintf("%d (回复 / answers %d, 主动 / unasked %d, 定时 / scheduled %d)",
		r.Waiting, r.Queue[bot.Answer], r.Queue[bot.Unasked], r.Queue[bot.Broadcast])
}

func (r report) budget() string {
	of := func(n int) string {
		if n == 0 {
			return "∞"
		}
		return fmt.Sprint(n)
	}
	b := r.Budget
	return fmt.Sprintf("%d/%s 每小时 / hour, %d/%s 每 24 小时 / 24 h", b.Hour, of(b.PerHour), b.Day, of(b.PerDay))
}
