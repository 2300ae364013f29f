package bot

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/width"

	"sixtwenty/store"
)

// GroupSettings are what every feature needs to know of a group; they are the settings of the built-in feature "group".
type GroupSettings struct {
	Language  Lang   `yaml:"language" help:"群里说什么语言：zh 或 en|language of the group: zh or en"`
	Zone      string `yaml:"zone" help:"群的时区，如 Asia/Shanghai|time zone of the group, such as Asia/Shanghai"`
	DayBegins int    `yaml:"day_begins" help:"一天从几点开始（0–12），凌晨的打卡算前一天|hour at which a day begins (0-12)"`
	Off       string `yaml:"off" help:"这个群里关掉哪些功能，如 points、guard；留空都开|features that are off in the group, such as points, guard; empty is none"`
}

const groupFeature = "group"

// DefaultGroupSettings is what holds where neither config.yaml nor the owner says otherwise.
func DefaultGroupSettings() GroupSettings {
	return GroupSettings{Language: ZH, Zone: "Asia/Shanghai", DayBegins: 4}
}

var (
	textNoLanguage = Text{"没有 %q 这种语言，要写 zh 或 en", "%q is not known; use zh or en"}
	textNoZone     = Text{"不认识 %q 这个时区，要写 Asia/Shanghai 这样的名字", "%q is not known; use a name such as Asia/Shanghai"}
	textNoHour     = Text{"%d 不行，要写 0 到 12 的整点", "%d is not an hour from 0 to 12"}
)

// Check says what is wrong with the settings. Settings of any feature may have such a method.
func (s GroupSettings) Check() error {
	if s.Language != ZH && s.Language != EN {
		return BadSetting("language", textNoLanguage, s.Language)
	}
	if _, err := time.LoadLocation(s.Zone); err != nil || s.Zone == "" {
		return BadSetting("zone", textNoZone, s.Zone)
	}
	if s.DayBegins < 0 || s.DayBegins > 12 {
		return BadSetting("day_begins", textNoHour, s.DayBegins)
	}
	return nil
}

// Location is the zone; it never fails: Check has seen the name.
func (s GroupSettings) Location() *time.Location {
	loc, err := time.LoadLocation(s.Zone)
	if err != nil {
		return time.UTC
	}
	return loc
}

// zoneOf is s.Location, read once: reading a zone costs as much as all else about an event.
func (b *Bot) zoneOf(s GroupSettings) *time.Location {
	if zone, ok := b.zones.Load(s.Zone); ok {
		return zone.(*time.Location)
	}
	zone := s.Location()
	b.zones.Store(s.Zone, zone)
	return zone
}

// An override is one setting that the owner changed for one group.
type override struct {
	Value string    `json:"value"`
	By    PersonID  `json:"by,omitempty"`
	At    time.Time `json:"at"`
}

const overrides = store.Table[override]("bot/settings") // feature, chat, field

// A Setting is one line of what can be set, and where its value comes from.
type Setting struct {
	Feature string
	Field   string
	Value   string
	Base    string    // what config.yaml says, or the default
	Default string    // what the feature itself says
	Changed bool      // set for this group
	By      PersonID  // by whom; "" is the account's own phone, or the console
	At      time.Time // and when
	Fixed   bool      // config.yaml alone can change it
	Switch  bool      // on or off
	Of      Text      // what the feature is
	Help    Text
}

// effective gives f's settings in a chat: default < config.yaml < what the owner set there.
func (r *run) effective(f *feature, chat ChatID) (any, error) {
	if f.base == nil {
		return nil, nil
	}
	key := settingKey{f.Name, chat}
	if v, ok := r.bot.memory.settings[key]; ok {
		return v, nil
	}
	v, err := f.settingsIn(r.tx, chat)
	if err == nil {
		r.bot.memory.settings[key] = v
	}
	return v, err
}

// settingsIn reads f's settings for a chat. What the owner set is left out where it no longer reads or fits, as after an
// update.
func (f *feature) settingsIn(r store.Reader, chat ChatID) (any, error) {
	v := reflect.New(reflect.TypeOf(f.base)).Elem()
	v.Set(reflect.ValueOf(f.base))
	for row, err := range overrides.Scan(r, store.Under(f.Name, chat)) {
		if err != nil {
			return nil, err
		}
		var feature, where, field string
		if err := store.Split(row.Key, &feature, &where, &field); err != nil {
			return nil, err
		}
		to, ok := fieldByName(v, field)
		if !ok {
			continue
		}
		was := reflect.New(to.Type()).Elem()
		was.Set(to)
		if setField(to, row.Value.Value) != nil || checkSettings(v.Interface()) != nil {
			to.Set(was)
		}
	}
	return v.Interface(), nil
}

type settingKey struct {
	feature string
	chat    ChatID
}

func checkSettings(v any) error {
	if c, ok := v.(interface{ Check() error }); ok {
		return c.Check()
	}
	return nil
}

// fieldByName finds the field of a struct by its yaml tag.
func fieldByName(v reflect.Value, name string) (reflect.Value, bool) {
	for i := range v.NumField() {
		if yamlName(v.Type().Field(i)) == name {
			return v.Field(i), true
		}
	}
	return reflect.Value{}, false
}

// onlyInConfig says whether a field is out of reach of chat: what names files of the machine is no matter for a message.
func onlyInConfig(v reflect.Value, name string) bool {
	for i := range v.NumField() {
		if f := v.Type().Field(i); yamlName(f) == name {
			return f.Tag.Get("scope") == "config"
		}
	}
	return false
}

func yamlName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
	return name
}

// settable says whether setField knows the type.
func settable(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.String, reflect.Bool, reflect.Int:
		return true
	}
	return t == reflect.TypeFor[time.Duration]() || t == reflect.TypeFor[[]string]()
}

var (
	textNoLength = Text{"%q 不是时长，例如 30秒、5分钟、2小时", "%q is no length of time such as 30s, 5m or 2h"}
	textNoSwitch = Text{"%q 不是开关，请写 开 或 关", "%q is no switch; write on or off"}
	textNoNumber = Text{"%q 不是整数", "%q is no whole number"}
)

// setField reads s into a field of a settable type. Its errors are refusals.
func setField(to reflect.Value, s string) error {
	s = strings.TrimSpace(s)
	switch {
	case to.Type() == reflect.TypeFor[time.Duration]():
		d, ok := ReadLength(s)
		if !ok {
			return Refuse(textNoLength, s)
		}
		to.SetInt(int64(d))
	case to.Kind() == reflect.String:
		to.SetString(s)
	case to.Kind() == reflect.Bool:
		on, ok := readSwitch(s)
		if !ok {
			return Refuse(textNoSwitch, s)
		}
		to.SetBool(on)
	case to.Kind() == reflect.Int:
		n, err := strconv.Atoi(width.Fold.String(s))
		if err != nil {
			return Refuse(textNoNumber, s)
		}
		to.SetInt(int64(n))
	case to.Type() == reflect.TypeFor[[]string]():
		to.Set(reflect.ValueOf(splitList(s)))
	default:
		return fmt.Errorf("a %s cannot be set", to.Type())
	}
	return nil
}

func readSwitch(s string) (on, ok bool) {
	switch strings.ToLower(s) {
	case "开", "on", "yes", "true", "1":
		return true, true
	case "关", "off", "no", "false", "0":
		return false, true
	}
	return false, false
}

func splitList(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(",，、", r) || unicode.IsSpace(r) })
}

func fieldText(v reflect.Value) string {
	switch x := v.Interface().(type) {
	case time.Duration:
		return x.String()
	case []string:
		return strings.Join(x, "、")
	case bool:
		if x {
			return "开"
		}
		return "关"
	default:
		return fmt.Sprint(x)
	}
}

func helpText(f reflect.StructField) Text {
	zh, en, _ := strings.Cut(f.Tag.Get("help"), "|")
	return Text{zh, en}
}
