package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"sixtwenty/schedules"
	"sixtwenty/store"
)

// A Feature is one thing the bot can do. It states only what it has; New reports every fault of every declaration at once.
// Nothing in it may keep state: all functions are called again and again, by one goroutine, and a transaction may run twice.
type Feature struct {
	Name     string // its section in config.yaml and the prefix of its tables: lower-case ASCII
	Summary  Text
	Settings any // a struct of defaults, fields tagged `yaml:"name" help:"中文|English"`; nil where there is nothing to set
	Commands []Command
	Watches  []Watch
	Timers   map[string]Run // by the name given to Call.At
	Jobs     []Job
	Works    map[string]func(ctx context.Context, w Work) (any, error)
	Views    []View
	Needed   bool // it cannot be switched off in a group
	// Keeps tells every blob that the feature's tables name. Blobs that no feature tells, and no waiting effect, work or timer names,
	// are removed in the night after they are a day old. A feature whose works use Work.Keep must have it, or Keep fails:
	// BlobsIn makes it of a table, BlobsOf() of none, for what is sent at once and kept nowhere. The worlds of bottest fail
	// where a table names a blob that is not told.
	Keeps Blobs
	// About tells what the feature knows of a person, for their card and for themselves.
	About func(r store.Reader, who Person, l Lang) ([]Line, error)
	// Past tells what happened to a person and when, for their time line in the console; in any order, at most some dozens.
	Past func(r store.Reader, who Person, l Lang) ([]Moment, error)
	// Report tells what the owner should know of it this morning; q.Chat is empty: it is about the whole account.
	Report func(r store.Reader, q Query) ([]Line, error)
	// Why explains, from its record, what somebody asks about.
	Why func(r store.Reader, q Question) ([]Line, error)
	// Identity works out anew what is derived of a person whose set of identities changed.
	Identity func(tx store.Tx, changed Person) error
	// Forget removes what could tell who a person was; counts in totals stay, nameless.
	Forget func(tx store.Tx, who Person) error
}

// Run is what a feature does with one event. An error made by Refuse is for the person; any other is logged and undone.
type Run func(ctx context.Context, c *Call) error

// A Command is one thing that people can ask for. New checks it, /帮助 lists it, the tests run its Examples.
type Command struct {
	Name    string   // 打卡
	Aliases []string // 签到, checkin
	Bare    bool     // also without the slash, where it is the whole message (or takes the rest of it)
	Args    string   // "<谁> [理由...]": required, optional, "..." takes the rest
	Summary Text
	Who     Role
	Where   Place
	Needs   Power
	Always  bool // also in groups the bot does not live in
	Secret  bool // its arguments are never written down
	// Exposed runs instead where a secret was said before others: from then on it must be worth nothing.
	Exposed  Run
	Examples []Example
	Run      Run
}

// An Example is shown in the help and run as a test; … in Reply stands for anything. An empty Reply is silence.
type Example struct{ Say, Reply string }

// A Watch is called for every event of a kind that no command took.
type Watch struct {
	On      Kind
	Summary Text
	Run     Run
	// Optional: the feature that tells this fact may be missing.
	Optional bool
}

// A Job runs by the clock, once for each group the bot lives in. Its next time is set whatever became of the run.
type Job struct {
	Name    string
	Summary Text
	Spec    func(settings any) string // a schedules spec; "" is off
	Missed  schedules.Missed          // what becomes of runs whose time passed while the bot was down
	Run     Run
	// What follows is for those who look ahead (Call.Upcoming) and changes no run.
	Lead   time.Duration // it runs so much before the time it is for
	Silent bool          // it says nothing to its group
	Sends  int           // so many messages a run; 0 is one
	Seldom bool          // it speaks only when there is something to say
	// Lacks says that the nth run from now, on that day, has nothing to send yet; nil where that cannot be.
	Lacks func(r store.Reader, nth int, day Day) (bool, error)
}

// A Work is slow: it runs outside the loop, may run again after a crash, and what it returns comes back as the fact
// "feature.name" in an event. Key makes asking twice the same as asking once.
type Work struct {
	Key  string
	Data json.RawMessage
	// Keep keeps at most limit bytes of r as a blob and returns its SHA-256. It needs Feature.Keeps.
	Keep func(ctx context.Context, r io.Reader, limit int64) (string, error)
	// Fetch opens what was sent along with a message.
	Fetch func(ctx context.Context, m Media) (io.ReadCloser, error)
	// View reads the tables, as they are at that moment. It is no place to draw or wait in: what is read is taken away.
	View func(ctx context.Context, fn func(r store.Reader) error) error
	// Open reads a blob that was kept.
	Open func(ctx context.Context, sum string) (io.ReadCloser, error)
	// Prepare does ahead what can be done of an effect; where the account cannot, nothing.
	Prepare func(ctx context.Context, e Effect) error
}

// A Done is what the fact of a finished Work carries.
type Done struct {
	Key    string          `json:"key"`
	Asked  json.RawMessage `json:"asked,omitempty"`
	Result json.RawMessage `json:"result,omitempty"`
	Error  string          `json:"error,omitempty"`
}

// Into reads the result.
func (d Done) Into(v any) error {
	if err := json.Unmarshal(d.Result, v); err != nil {
		return fmt.Errorf("result of work %s: %w", d.Key, err)
	}
	return nil
}

// A Query says what of a View is wanted.
type Query struct {
	Chat  ChatID
	Who   PersonID // whom a View of one person is about
	Now   time.Time
	Day   Day // of Chat, or of the account's zone where there is none
	Lang  Lang
	Zone  *time.Location    // of Chat, or the account's; nil is UTC
	Args  map[string]string // what was chosen of View.Params
	From  string            // Shown.Next of the rows before; "" is from the start
	Limit int
	// Outlook is what is to come, as those see it who asked through Bot.Views or Call.Report.
	Outlook Outlook
	// Registry is what the account knows of who is who; as Outlook, it is empty in other queries.
	Registry Registry
}

// A Role is what a person may do.
type Role int

// The roles; each may do what those before it may. What the blocked write is heard by no feature. Manager and Host (群主) are of one
// group, Owner (机主) is of the bot.
const (
	Blocked  Role = -1
	Everyone Role = 0
	Manager  Role = 1
	Host     Role = 2
	Owner    Role = 3
)

// A Place says where a command works.
type Place int

// The places.
const (
	Anywhere Place = iota
	InGroup
	InPrivate
)

// Refuse makes the error that tells the person, in one friendly line, why nothing was done.
func Refuse(t Text, args ...any) error { return &refusal{t, args} }

// BadSetting makes the error of a Check that says, in both languages, what is wrong with a setting. In chat it is said in the group's,
// for config.yaml the name of the field stands before it.
func BadSetting(field string, t Text, args ...any) error { return &settingFault{field, t, args} }

type settingFault struct {
	field string
	text  Text
	args  []any
}

func (f *settingFault) Error() string { return f.field + ": " + f.In(EN) }

// In says it in a language.
func (f *settingFault) In(l Lang) string { return sprintf(f.text.In(l), f.args) }

type refusal struct {
	text Text
	args []any
}

func (r *refusal) Error() string { return "refused: " + sprintf(r.text.ZH, r.args) }
