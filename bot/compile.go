package bot

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"go.uber.org/zap"
)

type feature struct {
	*Feature
	base any // the settings as config.yaml gives them
}

func (f *feature) job(name string) *Job {
	i := slices.IndexFunc(f.Jobs, func(j Job) bool { return j.Name == name })
	if i < 0 {
		return nil
	}
	return &f.Jobs[i]
}

type command struct {
	*Command
	feature *feature
	params  []param
}

// takesRest says whether text after the name belongs to the command.
func (cmd *command) takesRest() bool {
	return len(cmd.params) > 0 && cmd.params[len(cmd.params)-1].rest
}

type boundWatch struct {
	feature  *feature
	run      Run
	optional bool
}

var featureName = regexp.MustCompile(`^[a-z][a-z0-9]*$`)

// compile turns the declarations into what the router needs, and reports all that is wrong with them.
func (b *Bot) compile() error {
	b.byName, b.commands, b.watches = map[string]*feature{}, map[string]*command{}, map[Kind][]boundWatch{}
	group := Feature{
		Name: groupFeature, Settings: DefaultGroupSettings(),
		Summary: Text{"群的语言、时区和一天的开始", "language, zone and day of a group"},
	}
	faults := []error{b.opts.check()}
	for _, f := range append([]Feature{group}, b.opts.Features...) {
		faults = append(faults, b.add(f)...)
	}
	for name := range b.opts.Settings {
		if b.byName[name] == nil {
			faults = append(faults, fmt.Errorf("settings for %q, which is no feature", name))
		}
	}
	for kind, list := range b.watches {
		if !slices.ContainsFunc(list, func(w boundWatch) bool { return !w.optional }) {
			continue
		}
		if feature, _, fact := strings.Cut(string(kind), "."); fact && b.byName[feature] == nil || !fact && !slices.Contains(kinds(), kind) {
			faults = append(faults, fmt.Errorf("a watch on %q, which nothing ever tells", kind))
		}
	}
	if g, ok := b.byName[groupFeature].base.(GroupSettings); ok {
		if err := b.checkOff(g.Off); err != nil {
			faults = append(faults, fmt.Errorf("group.off: %w", err))
		}
	}
	b.names = slices.Sorted(maps.Keys(b.commands))
	if err := errors.Join(faults...); err != nil {
		return fmt.Errorf("the declarations are wrong:\n%w", err)
	}
	b.quiet, _ = parseQuiet(b.opts.Pace.Quiet) // checked above
	b.zone = b.byName[groupFeature].base.(GroupSettings).Location()
	return nil
}

func (o Options) check() error {
	var faults []error
	if o.Account == nil || o.DB == nil {
		faults = append(faults, errors.New("a bot needs an account and a store"))
	}
	for _, pattern := range o.Groups {
		if _, err := path.Match(noSlash(pattern), ""); err != nil {
			faults = append(faults, fmt.Errorf("the group pattern %q cannot be read", pattern))
		}
	}
	return errors.Join(faults...)
}

func (b *Bot) add(decl Feature) (faults []error) {
	f := &feature{Feature: &decl, base: decl.Settings}
	bad := func(format string, args ...any) {
		faults = append(faults, fmt.Errorf("feature %s: "+format, append([]any{decl.Name}, args...)...))
	}
	if !featureName.MatchString(decl.Name) {
		bad("its name must be lower-case ASCII letters and digits")
	}
	if b.byName[decl.Name] != nil {
		bad("it is declared twice")
	}
	if !decl.Summary.complete() {
		bad("its summary lacks a language")
	}
	if given, ok := b.opts.Settings[decl.Name]; ok {
		f.base = given
	}
	for _, err := range checkBase(decl.Settings, f.base) {
		bad("%w", err)
	}
	b.byName[decl.Name], b.features = f, append(b.features, f)
	for i := range decl.Commands {
		for _, err := range b.addCommand(f, &decl.Commands[i]) {
			bad("%w", err)
		}
	}
	for _, w := range decl.Watches {
		if w.On == "" || w.Run == nil || !w.Summary.complete() {
			bad("a watch on %q lacks its kind, its summary or its run", w.On)
		}
		b.watches[w.On] = append(b.watches[w.On], boundWatch{f, w.Run, w.Optional})
	}
	for _, err := range decl.check() {
		bad("%w", err)
	}
	return faults
}

// check says what is wrong with the parts that need to know of no other feature.
func (f *Feature) check() (faults []error) {
	bad := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	names := map[string]bool{}
	for _, j := range f.Jobs {
		if j.Name == "" || j.Spec == nil || j.Run == nil || !j.Summary.complete() {
			bad("job %q lacks its name, its summary, its spec or its run", j.Name)
		}
		if names[j.Name] {
			bad("job %q is declared twice", j.Name)
		}
		names[j.Name] = true
	}
	for _, v := range f.Views {
		if err := v.check(); err != nil {
			bad("%w", err)
		}
	}
	for name, run := range f.Timers {
		if run == nil {
			bad("timer %q lacks its run", name)
		}
	}
	for name, work := range f.Works {
		if work == nil {
			bad("work %q lacks its run", name)
		}
	}
	return faults
}

func (b *Bot) addCommand(f *feature, decl *Command) (faults []error) {
	bad := func(format string, args ...any) {
		faults = append(faults, fmt.Errorf("command %s: "+format, append([]any{decl.Name}, args...)...))
	}
	cmd := &command{Command: decl, feature: f}
	var err error
	if cmd.params, err = parseGrammar(decl.Args); err != nil {
		bad("args: %w", err)
	}
	if decl.Run == nil || !decl.Summary.complete() {
		bad("it lacks its run or its summary")
	}
	if len(decl.Examples) == 0 {
		bad("it has no example")
	}
	if decl.Exposed != nil && (!decl.Secret || decl.Where != InPrivate) {
		bad("only a secret that is for private chats can be exposed")
	}
	if !allPowers().Has(decl.Needs) {
		bad("it needs the power %q, which no account has", decl.Needs)
	}
	for _, name := range append([]string{decl.Name}, decl.Aliases...) {
		key := foldCommand(name)
		if key == "" {
			bad("the name %q cannot be typed", name)
			continue
		}
		if other := b.commands[key]; other != nil {
			bad("/%s is already a name of /%s of feature %s", name, other.Name, other.feature.Name)
			continue
		}
		b.commands[key] = cmd
	}
	return faults
}

// checkBase says what is wrong with the settings a feature declares and those that config.yaml gave it.
func checkBase(declared, given any) (faults []error) {
	if declared == nil {
		if given != nil {
			return []error{errors.New("it has no settings, but some are given")}
		}
		return nil
	}
	t := reflect.TypeOf(declared)
	if t.Kind() != reflect.Struct {
		return []error{fmt.Errorf("settings must be a struct, not %s", t)}
	}
	if reflect.TypeOf(given) != t {
		return []error{fmt.Errorf("settings given are a %T, not a %s", given, t)}
	}
	for i := range t.NumField() {
		if yamlName(t.Field(i)) == "" || !helpText(t.Field(i)).complete() {
			faults = append(faults, fmt.Errorf("setting %s lacks its yaml name or a help in both languages", t.Field(i).Name))
		}
		if t.Field(i).Tag.Get("scope") != "config" && !settable(t.Field(i).Type) {
			faults = append(faults, fmt.Errorf("setting %s is a %s, which no message can set; say scope:\"config\"", t.Field(i).Name, t.Field(i).Type))
		}
	}
	if err := checkSettings(given); err != nil {
		faults = append(faults, err)
	}
	return faults
}

func (t Text) complete() bool { return t.ZH != "" && t.EN != "" }

func (r *run) groupSettings(chat ChatID) (GroupSettings, error) {
	v, err := r.effective(r.bot.byName[groupFeature], chat)
	if err != nil {
		return GroupSettings{}, err
	}
	return v.(GroupSettings), nil
}

func logFeature(name string) zap.Field { return zap.String("feature", name) }
func logChat(c ChatID) zap.Field       { return zap.String("chat", string(c)) }
func logError(err error) zap.Field     { return zap.Error(err) }
