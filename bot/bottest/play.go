package bottest

import (
	"bufio"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"sixtwenty/bot"
)

// A Stage is a world that a play can be acted on. Every method waits until the bot has done all it does about it.
type Stage interface {
	Say(who, text string)
	Tell(who, text string)                  // in private
	Speak(who string, length time.Duration) // a voice, in private
	Ask(who, hello string)                  // to be friends
	Send(who string, private bool, m bot.Media, data []byte)
	Bring(by string, who ...string)
	Scan(who, sharer string)
	Go(who string)
	Pass(d time.Duration)
	Now() time.Time
	Reboot()
	Can(p bot.Power) bool // in the group
	GroupHeard() []string
	PersonHeard(who string) []string
}

// stage acts a play in a World.
type stage struct{ *World }

var _ Stage = stage{}

// Stage is the world as a play sees it.
func (w *World) Stage() Stage { return stage{w} }

func (s stage) Say(who, text string)                   { s.say(who, text) }
func (s stage) Tell(who, text string)                  { s.tell(who, text) }
func (s stage) Speak(who string, length time.Duration) { s.speak(who, length) }
func (s stage) Ask(who, hello string)                  { s.ask(who, hello) }
func (s stage) Send(who string, private bool, m bot.Media, data []byte) {
	if private {
		s.gives(who, m, data)
		return
	}
	s.shows(who, m, data)
}
func (s stage) Bring(by string, who ...string)  { s.invite(by, who) }
func (s stage) Scan(who, sharer string)         { s.joinByQR(who, sharer) }
func (s stage) Go(who string)                   { s.leave(who) }
func (s stage) Pass(d time.Duration)            { s.wind(d) }
func (s stage) Now() time.Time                  { return time.Now() }
func (s stage) Can(p bot.Power) bool            { return s.opts.Powers.Has(p) }
func (s stage) Reboot()                         { s.Restart() }
func (s stage) GroupHeard() []string            { return s.Heard() }
func (s stage) PersonHeard(who string) []string { return s.HeardBy(who) }

// Play acts a script. Its lines:
//
//	# 说明                      a remark
//	小明: 打卡                   says in the group
//	小明 私聊: /帮助             says in private
//	小明 私聊语音 60s            speaks for so long, in private
//	小明 发图: https://…         sends a picture, with a QR code that says so; nothing after the colon: just a picture
//	小明 发文件: 手册.pdf         with = what is in it, if that matters; also 发链接: 网址 and 发名片: 谁; each also in private, as 小明 私聊 发图: …
//	远山 加好友: 我想读书            asks to be friends with the account
//	群主 邀请 小红、小芳          brings people into the group; 「李、雷」 is one name, 客*20 are twenty: 客1 to 客20
//	小芳 扫码 小明               joins by the code that 小明 shared; without a name nobody is told whose it was
//	小芳 退群                    leaves
//	到 06:19:50                 the clock goes on to that time of day
//	过 24h                      the clock goes on so far
//	重启                         the bot is ended and started again
//	> 欢迎…小红…                 what the group hears; … is anything
//	小明 > …                    what a person hears in private
//	能移出: > [移出] 小红         a line that holds only where the account has that power
//	不能移出: > 请在手机上…       and one that holds only where it has not; also 能语音 and 能禁言
//
// Whatever is heard must be expected, in that order: a play in which the bot says more than the script fails.
func Play(t testing.TB, file string, s Stage) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	p := &player{t: t, s: s, file: file, heard: map[string][]string{}}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		p.line++
		p.act(strings.TrimSpace(lines.Text()))
	}
	if err := lines.Err(); err != nil {
		p.fail("%v", err)
	}
	p.quiet()
}

type player struct {
	t     testing.TB
	s     Stage
	file  string
	line  int
	heard map[string][]string // by person, "" is the group
}

var (
	says    = regexp.MustCompile(`^(\S+?)( 私聊)?: (.*)$`)
	speaks  = regexp.MustCompile(`^(\S+) 私聊语音 (\S+)$`)
	asks    = regexp.MustCompile(`^(\S+) 加好友: (.*)$`)
	brings  = regexp.MustCompile(`^(\S+) 邀请 (\S+)$`)
	scans   = regexp.MustCompile(`^(\S+) 扫码(?: (\S+))?$`)
	leaves  = regexp.MustCompile(`^(\S+) 退群$`)
	byPower = regexp.MustCompile(`^(不)?能(移出|语音|禁言): (.*)$`)
	expects = regexp.MustCompile(`^(?:(\S+) )?> (.*)$`)
)

// powers are what plays call them.
var powers = map[string]bot.Power{"移出": bot.PowerRemove, "语音": bot.PowerVoice, "禁言": bot.PowerMute}

func (p *player) act(line string) {
	p.t.Helper()
	if line == "" || strings.HasPrefix(line, "#") {
		return
	}
	if m := byPower.FindStringSubmatch(line); m != nil {
		if p.s.Can(powers[m[2]]) == (m[1] == "") {
			p.act(m[3])
		}
		return
	}
	if m := expects.FindStringSubmatch(line); m != nil {
		p.expect(m[1], m[2])
		return
	}
	p.quiet()
	if !p.do(line) {
		p.fail("the line %q is none of a play", line)
	}
}

func (p *player) do(line string) bool {
	if m := says.FindStringSubmatch(line); m != nil {
		text := strings.ReplaceAll(m[3], `\n`, "\n")
		if m[2] != "" {
			p.heard[m[1]] = nil // nothing is left of before, and from now on they are listened to
			p.s.Tell(m[1], text)
		} else {
			p.s.Say(m[1], text)
		}
		return true
	}
	if m := speaks.FindStringSubmatch(line); m != nil {
		length, err := time.ParseDuration(m[2])
		if err != nil {
			p.fail("%v", err)
		}
		p.heard[m[1]] = nil
		p.s.Speak(m[1], length)
		return true
	}
	if p.doSend(line) {
		return true
	}
	if m := asks.FindStringSubmatch(line); m != nil {
		p.heard[m[1]] = nil
		p.s.Ask(m[1], m[2])
		return true
	}
	if m := brings.FindStringSubmatch(line); m != nil {
		p.s.Bring(m[1], names(m[2])...)
		return true
	}
	if m := scans.FindStringSubmatch(line); m != nil {
		p.s.Scan(m[1], m[2])
		return true
	}
	if m := leaves.FindStringSubmatch(line); m != nil {
		p.s.Go(m[1])
		return true
	}
	return p.doTime(line)
}

// names splits a list of names, of which one in 「」 may hold the separator.
func names(list string) (all []string) {
	for list != "" {
		name, rest, _ := strings.Cut(list, "、")
		if quoted, ok := strings.CutPrefix(list, "「"); ok {
			name, rest, _ = strings.Cut(quoted, "」")
			rest = strings.TrimPrefix(rest, "、")
		}
		all, list = append(all, crowd(name)...), rest
	}
	return all
}

// crowd is a name, or as many as it stands for.
func crowd(name string) (all []string) {
	stem, number, many := strings.Cut(name, "*")
	n, err := strconv.Atoi(number)
	if !many || err != nil {
		return []string{name}
	}
	for i := range n {
		all = append(all, stem+strconv.Itoa(i+1))
	}
	return all
}

func (p *player) doTime(line string) bool {
	if clock, ok := strings.CutPrefix(line, "到 "); ok {
		p.s.Pass(untilClock(p.t, p.s.Now(), clock))
		return true
	}
	if length, ok := strings.CutPrefix(line, "过 "); ok {
		d, err := time.ParseDuration(length)
		if err != nil {
			p.fail("%v", err)
		}
		p.s.Pass(d)
		return true
	}
	if line == "重启" {
		p.s.Reboot()
		return true
	}
	return false
}

// expect takes the next thing heard and compares it.
func (p *player) expect(who, pattern string) {
	p.t.Helper()
	p.listen(who)
	if len(p.heard[who]) == 0 {
		p.fail("%s heard nothing, expected %q", listener(who), pattern)
	}
	got := p.heard[who][0]
	p.heard[who] = p.heard[who][1:]
	if !Matches(pattern, got) {
		p.fail("%s heard\n\t%q\nexpected\n\t%q", listener(who), got, pattern)
	}
}

func (p *player) listen(who string) {
	if who == "" {
		p.heard[""] = append(p.heard[""], p.s.GroupHeard()...)
		return
	}
	p.heard[who] = append(p.heard[who], p.s.PersonHeard(who)...)
}

// quiet fails where something was heard that the script does not know of.
func (p *player) quiet() {
	p.t.Helper()
	p.listen("")
	for who, rest := range p.heard {
		if who != "" {
			p.listen(who)
		}
		if len(rest) > 0 {
			p.fail("%s also heard %q", listener(who), rest)
		}
	}
}

func listener(who string) string {
	if who == "" {
		return "the group"
	}
	return who
}

func (p *player) fail(format string, args ...any) {
	p.t.Helper()
	p.t.Fatalf("%s:%d: %s", p.file, p.line, fmt.Sprintf(format, args...))
}

// Matches compares a text with a pattern in which … stands for anything. \n in a pattern is a new line.
func Matches(pattern, text string) bool {
	var parts []string
	for _, part := range strings.Split(strings.ReplaceAll(pattern, `\n`, "\n"), "…") {
		parts = append(parts, regexp.QuoteMeta(part))
	}
	return regexp.MustCompile(`(?s)^` + strings.Join(parts, `.*`) + `$`).MatchString(text)
}
