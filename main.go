// Sixtwenty · 六点二十 keeps a WeChat community alive: it welcomes newcomers, keeps the daily habit (打卡 and the voice at
// 6:20), remembers who brought whom, and does what the owner says.
//
// This package is the binary: its commands, its configuration, and the wiring of the parts. It decides nothing itself.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	_ "time/tzdata" // groups have zones; a container may have none

	"github.com/alecthomas/kong"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// A program is the binary with what it reads and writes, so that tests can run it.
type program struct {
	stdout, stderr io.Writer
	terminal       io.Reader // what a person types; nil where nobody can
	env            []string
}

// flags are those that every command takes.
type flags struct {
	Config string `help:"配置文件。Configuration file; ./config.yaml if there is one, else the built-in one." placeholder:"FILE"`
	Data   string `help:"数据文件夹，优先于配置文件。Data folder; goes before the configuration." placeholder:"DIR"`
}

type commands struct {
	flags
	Run      runCommand      `cmd:"" default:"1" help:"运行机器人（默认）。Run the bot (the default)."`
	Box      boxCommand      `cmd:"" help:"只运行模拟微信，给任何客户端用。Serve WeChat in a box alone, for any client."`
	Check    checkCommand    `cmd:"" help:"只检查配置文件。Check the configuration and do nothing else."`
	Status   statusCommand   `cmd:"" help:"运行中的机器人怎么样。Say how the running bot is."`
	Link     linkCommand     `cmd:"" help:"再要一个进控制台的一次性链接。Print another one-time link to the console of the running bot."`
	Password passwordCommand `cmd:"" help:"设控制台的密码。Set the console's password."`
	Alarm    alarmCommands   `cmd:"" help:"微信之外的提醒。Alarms outside WeChat."`
	Backup   backupCommand   `cmd:"" help:"备份，机器人运行着也行。Copy the state to a file, also while the bot runs."`
	Restore  restoreCommand  `cmd:"" help:"从备份恢复；不加 --yes 只看会变什么。Put a backup in place; without --yes, say what would change."`
	Export   exportCommand   `cmd:"" help:"导出成可读的文件，可以搬到别的账号。Write the community to a readable file, for another account."`
	Import   importCommand   `cmd:"" help:"导入；不加 --yes 只看会变什么。Take such a file in; without --yes, say what would change."`
	Version  versionCommand  `cmd:"" help:"版本。Print the version."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	p := program{stdout: os.Stdout, stderr: os.Stderr, env: os.Environ()}
	if t := terminalOf(os.Stdin); t != nil {
		p.terminal = t
	}
	if err := p.main(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "sixtwenty:", err)
		stop()
		os.Exit(1)
	}
}

// errDone says that kong has answered already, for --help.
var errDone = errors.New("done")

func (p program) main(ctx context.Context, args []string) (err error) {
	var cli commands
	parser, err := kong.New(&cli,
		kong.Name("sixtwenty"), kong.Description("六点二十：微信群管家。A community bot for WeChat."),
		kong.Writers(p.stdout, p.stderr), kong.Exit(func(int) { panic(errDone) }),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(p, &cli.flags),
	)
	if err != nil {
		return err
	}
	defer func() {
		if r := recover(); r != nil && r != any(errDone) {
			panic(r)
		}
	}()
	call, err := parser.Parse(args)
	if err != nil {
		return err
	}
	return call.Run()
}

// configFile is the file that --config names, or ./config.yaml, or none.
func (f *flags) configFile() string {
	if f.Config != "" {
		return f.Config
	}
	if _, err := os.Stat("config.yaml"); err == nil {
		return "config.yaml"
	}
	return ""
}

type versionCommand struct{}

func (versionCommand) Run(p program) error {
	fmt.Fprintln(p.stdout, "sixtwenty", versionName())
	return nil
}

// version is set by the linker where an image is built.
var version string

func versionName() string {
	if version != "" {
		return version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
}

type checkCommand struct{}

func (checkCommand) Run(p program, f *flags) error {
	s, err := f.settings(p)
	if err != nil {
		return err
	}
	where := f.configFile()
	if where == "" {
		where = "config.yaml (built in)"
	}
	fmt.Fprintf(p.stdout, "%s 没有问题 / is fine: %s, listen %s, data %s\n", where, s.Account.where(), s.Listen, s.Data)
	return nil
}

func newLog(w io.Writer, level string) (*zap.Logger, error) {
	at, err := zapcore.ParseLevel(level)
	if err != nil {
		return nil, err
	}
	conf := zap.NewProductionEncoderConfig()
	conf.EncodeTime = zapcore.ISO8601TimeEncoder
	return zap.New(zapcore.NewCore(zapcore.NewJSONEncoder(conf), zapcore.Lock(zapcore.AddSync(w)), at)), nil
}
