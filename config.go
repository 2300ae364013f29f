package main

import (
	_ "embed"
	"errors"
	"fmt"
	"net"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"sixtwenty/alarm"
	"sixtwenty/bot"
)

// shipped is the config.yaml of the repository: what holds where there is no file.
//
//go:embed config.yaml
var shipped []byte

// Config is the shape of config.yaml. Each feature has a section of its own beside these, named like the feature.
type Config struct {
	Account Account        `yaml:"account"`
	Listen  string         `yaml:"listen"`
	Console Console        `yaml:"console"`
	Data    string         `yaml:"data"`
	Groups  []string       `yaml:"groups"`
	Pace    bot.Pace       `yaml:"pace"`
	Backup  Backup         `yaml:"backup"`
	Alarm   alarm.Settings `yaml:"alarm"`
	Log     Log            `yaml:"log"`
}

// Log says what is logged.
type Log struct {
	Level string `yaml:"level"`
}

// boxEndpoint is the built-in WeChat in a box.
const boxEndpoint = "box"

// A settings is a whole config.yaml: the fixed part, and the features' sections by name.
type settings struct {
	Config
	features map[string]any
}

// zone is the groups' zone, where config.yaml says nothing else of one.
func (s settings) zone() *time.Location {
	if g, ok := s.features["group"].(bot.GroupSettings); ok {
		if zone, err := time.LoadLocation(g.Zone); err == nil {
			return zone
		}
	}
	return time.UTC
}

// language is the groups' language, where config.yaml says nothing else of one.
func (s settings) language() bot.Lang {
	g, _ := s.features["group"].(bot.GroupSettings)
	return g.Language
}

// readConfig reads a file, or the shipped config where name is empty, strictly: every fault is reported, with its place.
// Environment variables SIXTYTWENTY_… override what the file says.
func readConfig(name string, features []bot.Feature, env []string) (settings, error) {
	data, shown := shipped, "config.yaml (built in)"
	if name != "" {
		var err error
		if data, err = os.ReadFile(name); err != nil {
			return settings{}, fmt.Errorf("the configuration cannot be read: %w", err)
		}
		shown = name
	}
	d := newDocument(features)
	faults := d.load(shipped) // defaults: the shipped file is complete
	if len(faults) == 0 && name != "" {
		faults = d.load(data)
	}
	faults = append(faults, d.override(env)...)
	if len(faults) == 0 {
		faults = d.check()
	}
	if len(faults) > 0 {
		return settings{}, d.report(shown, faults)
	}
	return d.settings(), nil
}

// A document is config.yaml as one struct: Config inline, and a field for each feature that has settings.
type document struct {
	value reflect.Value
	names []string // of the features' fields, after the first
	root  *yaml.Node
}

func newDocument(features []bot.Feature) *document {
	fields := []reflect.StructField{{Name: "Config", Type: reflect.TypeFor[Config](), Tag: `yaml:",inline"`}}
	d := &document{}
	add := func(name string, settings any) {
		tag := reflect.StructTag(fmt.Sprintf(`yaml:"%s"`, name))
		fields = append(fields, reflect.StructField{Name: fmt.Sprintf("F%d", len(fields)), Type: reflect.TypeOf(settings), Tag: tag})
		d.names = append(d.names, name)
	}
	add("group", bot.DefaultGroupSettings())
	for _, f := range features {
		if f.Settings != nil {
			add(f.Name, f.Settings)
		}
	}
	d.value = reflect.New(reflect.StructOf(fields)).Elem()
	return d
}

func (d *document) load(data []byte) []fault {
	var root yaml.Node
	if err := yaml.Load(data, &root); err != nil && !strings.Contains(err.Error(), "no documents") {
		return faultsOf(err, d)
	} else if err != nil {
		return nil // a file of comments is all defaults
	}
	d.root = &root
	return faultsOf(yaml.Load(data, d.value.Addr().Interface(), yaml.WithKnownFields(), yaml.WithUniqueKeys()), d)
}

func (d *document) settings() settings {
	s := settings{Config: d.value.Field(0).Interface().(Config), features: map[string]any{}}
	for i, name := range d.names {
		s.features[name] = d.value.Field(i + 1).Interface()
	}
	return s
}

const envPrefix = "SIXTYTWENTY_"

// override reads the environment: SIXTYTWENTY_ACCOUNT_ENDPOINT is account.endpoint. The value is YAML.
func (d *document) override(env []string) (faults []fault) {
	leaves := d.leaves()
	for _, pair := range env {
		name, value, _ := strings.Cut(pair, "=")
		key, ok := strings.CutPrefix(name, envPrefix)
		if !ok {
			continue
		}
		i := slices.IndexFunc(leaves, func(l leaf) bool { return envName(l.path) == key })
		if i < 0 {
			faults = append(faults, fault{what: fmt.Sprintf("environment variable %s sets nothing; names are made like %sACCOUNT_ENDPOINT", name, envPrefix)})
			continue
		}
		if err := setLeaf(leaves[i].value, value); err != nil {
			faults = append(faults, fault{what: fmt.Sprintf("environment variable %s: %v", name, err)})
		}
	}
	return faults
}

func setLeaf(to reflect.Value, value string) error {
	if to.Kind() == reflect.String {
		to.SetString(value)
		return nil
	}
	err := yaml.Load([]byte(value), to.Addr().Interface())
	if err == nil {
		return nil
	}
	if fs := faultsOf(err, nil); len(fs) > 0 {
		return errors.New(fs[0].what)
	}
	return err
}

func envName(path string) string { return strings.ToUpper(strings.ReplaceAll(path, ".", "_")) }

// A leaf is one thing that can be set.
type leaf struct {
	path  string // account.endpoint
	value reflect.Value
}

func (d *document) leaves() []leaf {
	list := leavesOf("", d.value.Field(0))
	for i, name := range d.names {
		list = append(list, leavesOf(name+".", d.value.Field(i+1))...)
	}
	return list
}

func leavesOf(prefix string, v reflect.Value) (list []leaf) {
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("yaml"), ",")
		if f := v.Field(i); f.Kind() == reflect.Struct {
			list = append(list, leavesOf(prefix+name+".", f)...)
		} else {
			list = append(list, leaf{prefix + name, f})
		}
	}
	return list
}

// check says what is readable and yet wrong.
func (d *document) check() (faults []fault) {
	bad := func(path, format string, args ...any) {
		faults = append(faults, d.at(path, fmt.Sprintf(format, args...)))
	}
	c := d.value.Field(0).Interface().(Config)
	c.Account.check(bad)
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		bad("listen", "found %q, expected HOST:PORT such as 127.0.0.1:6200", c.Listen)
	}
	if c.Data == "" {
		bad("data", "expected the name of a folder")
	}
	for _, p := range c.Groups {
		if _, err := path.Match(p, ""); err != nil {
			bad("groups", "found the pattern %q, which has an unclosed [ or ends in \\", p)
		}
	}
	if err := c.Pace.Check(); err != nil {
		field, what, _ := strings.Cut(err.Error(), ": ")
		bad("pace."+field, "%s", what)
	}
	if !slices.Contains(logLevels, c.Log.Level) {
		bad("log.level", "found %q, expected one of %s", c.Log.Level, strings.Join(logLevels, ", "))
	}
	section := func(name string, settings any) {
		if checked, ok := settings.(interface{ Check() error }); ok {
			if err := checked.Check(); err != nil {
				field, _, _ := strings.Cut(err.Error(), ":")
				bad(name+"."+field, "%v", err)
			}
		}
	}
	section("console", c.Console)
	section("backup", c.Backup)
	section("alarm", c.Alarm)
	for i, name := range d.names {
		section(name, d.value.Field(i+1).Interface())
	}
	return faults
}

var logLevels = []string{"debug", "info", "warn", "error"}

// resolve makes the data folder absolute, and with it the settings that are named from it.
func (s *settings) resolve(dataFolder string) error {
	if dataFolder != "" {
		s.Data = dataFolder
	}
	full, err := filepath.Abs(s.Data)
	if err != nil {
		return fmt.Errorf("data folder %s: %w", s.Data, err)
	}
	s.Data = full
	if !filepath.IsAbs(s.Backup.Folder) {
		s.Backup.Folder = filepath.Join(full, s.Backup.Folder)
	}
	for _, file := range []*string{&s.Console.Password, &s.Console.Cert, &s.Console.Key} {
		if *file != "" && !filepath.IsAbs(*file) {
			*file = filepath.Join(full, *file)
		}
	}
	for name, section := range s.features {
		v := reflect.New(reflect.TypeOf(section)).Elem()
		v.Set(reflect.ValueOf(section))
		for i := range v.NumField() {
			if f := v.Field(i); v.Type().Field(i).Tag.Get("base") == "data" && f.String() != "" && !filepath.IsAbs(f.String()) {
				f.SetString(filepath.Join(full, f.String()))
			}
		}
		s.features[name] = v.Interface()
	}
	return nil
}
