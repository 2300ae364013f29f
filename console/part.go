package console

import (
	"context"
	"html/template"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap"

	"sixtwenty/bot"
	"sixtwenty/store"
)

const (
	rowsOnPage = 12   // of each view of a page with many
	rowsAlone  = 200  // of a view on a page of its own
	rowsDrawn  = 400  // of what is drawn, such as a year of days
	rowsDated  = 1500 // of a calendar of what is to come, which tells in one line what comes again and again
)

// most is how many rows of a view a page shows.
func most(v bot.FeatureView, table int) int {
	switch v.Shape {
	case "", bot.AsTable, bot.AsTree:
		return table
	case bot.AsAgenda:
		return rowsDated
	}
	return rowsDrawn
}

// A part is one view as a page shows it.
type part struct {
	tongue
	ID      string // in the page
	Title   string
	Note    string
	Shape   bot.Shape
	Columns []string
	Rows    []row
	Params  []field
	Path    string // where choosing a parameter leads
	Hidden  []pair // what stays when one is chosen
	Acts    []act
	Order   string
	Next    string // the address of the rows that follow
	All     string // the address of the view alone; "" where this is it
	CSV     string
	XLSX    string
	Group   string
	Back    string
	Chart   *chart
	Dates   []date          // AsAgenda: a calendar
	SVG     []template.HTML // light, then dark
	Broken  bool            // it could not be read
	Busy    bool            // its rows hold more than text, and need the room
}

type row struct {
	Cells  []string
	At     time.Time // AsAgenda
	Levels []int     // AsHeat: how dark a cell is, -1 where it is no number
	Depth  int
	Person string // the address of a card
	Open   string // the address that opens the row
	Play   string
	Length string
	Acts   []act
}

type pair struct{ Name, Value string }

type field struct {
	pair
	Title    string
	Choices  []choice
	Long     bool
	Optional bool
}

type act struct {
	Title string
	Say   string
	Asks  []field
	Grave bool
	File  bool
	Chat  string
	Back  string
}

// wanted are the views of a page and a scope, in the order of the features.
func (c *console) wanted(page bot.Page, scopes ...bot.Scope) (list []bot.FeatureView) {
	for _, v := range c.views {
		scope := v.Of
		if scope == "" {
			scope = bot.OfGroup
		}
		if v.Where() == page && slices.Contains(scopes, scope) {
			list = append(list, v)
		}
	}
	return list
}

// parts reads the views of a page. One that fails is said to be broken and spoils no other.
func (c *console) parts(ctx context.Context, s store.Reader, f *frame, views []bot.FeatureView, who bot.PersonID) ([]part, error) {
	var list []part
	for _, v := range views {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if v.Of != bot.OfAccount && v.Of != bot.OfPerson && f.Chat.ID == "" {
			continue
		}
		list = append(list, c.part(s, f, v, f.scoped(f.query(most(v, rowsOnPage)), v, who)))
	}
	return list, nil
}

// scoped leaves in a query what belongs to the view's scope.
func (f *frame) scoped(q bot.Query, v bot.FeatureView, who bot.PersonID) bot.Query {
	switch v.Of {
	case bot.OfAccount:
		q.Chat = ""
	case bot.OfPerson:
		q.Who = who
	}
	return q
}

// part reads one view.
func (c *console) part(s store.Reader, f *frame, v bot.FeatureView, q bot.Query) part {
	p := part{tongue: f.tongue, ID: v.Feature + "-" + v.Name, Title: v.Title.In(f.Lang), Shape: v.Shape, Group: f.Group, Back: f.At}
	if p.Shape == "" {
		p.Shape = bot.AsTable
	}
	for _, col := range v.Columns {
		p.Columns = append(p.Columns, col.In(f.Lang))
	}
	own := "/console/view/" + v.Feature + "/" + v.Name
	keep := keepsOf(q)
	p.Path, p.Hidden = own, pairs(keep)
	shown, err := v.Read(s, q)
	if err == nil {
		p.Params, err = fields(s, q, v.Params, "a.")
	}
	if err == nil {
		p.Acts, err = c.acts(s, q, v.Acts, p.Back)
	}
	if err == nil {
		p.Rows, err = c.rows(s, f, q, own, shown.Rows)
	}
	if err != nil {
		c.Log.Error("a view cannot be read", zap.String("feature", v.Feature), zap.String("view", v.Name), zap.Error(err))
		p.Broken = true
		return p
	}
	p.Note, p.Order = shown.Note, v.Order
	with := asked(keep, q.Args)
	p.CSV, p.XLSX = address("/console/export/"+v.Feature+"/"+v.Name+"/"+p.ID+".csv", with), address("/console/export/"+v.Feature+"/"+v.Name+"/"+p.ID+".xlsx", with)
	p.All = address(own, with)
	if shown.Next != "" {
		with.Set("from", shown.Next)
		p.Next = address(own, with)
	}
	p.Busy = len(p.Columns) > 5 && p.Shape != bot.AsHeat || slices.ContainsFunc(p.Rows, func(r row) bool { return r.Play != "" || len(r.Acts) > 0 })
	p.drawn(f)
	return p
}

// keepsOf is what every address of a view names: the group and the person.
func keepsOf(q bot.Query) url.Values {
	with := url.Values{}
	if q.Chat != "" {
		with.Set("g", string(q.Chat))
	}
	if q.Who != "" {
		with.Set("who", string(q.Who))
	}
	return with
}

func asked(keep url.Values, args map[string]string) url.Values {
	with := url.Values{}
	for name, list := range keep {
		with[name] = slices.Clone(list)
	}
	for name, value := range args {
		with.Set("a."+name, value)
	}
	return with
}

func pairs(v url.Values) (list []pair) {
	for name := range v {
		list = append(list, pair{name, v.Get(name)})
	}
	slices.SortFunc(list, func(a, b pair) int { return strings.Compare(a.Name, b.Name) })
	return list
}

func address(path string, with url.Values) string {
	if len(with) == 0 {
		return path
	}
	return path + "?" + with.Encode()
}

// told writes moments as people do; views give them as RFC 3339.
func told(cells []string, clock func(time.Time) string) []string {
	list := slices.Clone(cells)
	for i, cell := range list {
		if len(cell) < len("2006-01-02T15:04:05Z") || cell[10] != 'T' {
			continue
		}
		if at, err := time.Parse(time.RFC3339, cell); err == nil {
			list[i] = clock(at)
		}
	}
	return list
}

// momentOf is the moment that a row begins with; zero where there is none.
func momentOf(cells []string, zone *time.Location) time.Time {
	if len(cells) == 0 {
		return time.Time{}
	}
	at, err := time.Parse(time.RFC3339, cells[0])
	if err != nil {
		return time.Time{}
	}
	return at.In(zone)
}

func (c *console) rows(s store.Reader, f *frame, q bot.Query, own string, from []bot.Row) (list []row, err error) {
	back := f.At
	for _, r := range from {
		one := row{Cells: told(r.Cells, f.clock), Depth: min(r.Depth, 12), At: momentOf(r.Cells, f.zone)}
		if r.Who != "" {
			one.Person = personAddress(r.Who, q.Chat)
		}
		if r.Args != nil {
			one.Open = address(own, asked(keepsOf(q), r.Args))
		}
		if isSum(r.Play) {
			one.Play = "/console/play/" + r.Play
		}
		if one.Acts, err = c.acts(s, q, r.Acts, back); err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	return list, nil
}

func personAddress(who bot.PersonID, chat bot.ChatID) string {
	with := url.Values{}
	if chat != "" {
		with.Set("g", string(chat))
	}
	return address("/console/people/"+url.PathEscape(string(who)), with)
}

func (c *console) acts(s store.Reader, q bot.Query, from []bot.Act, back string) (list []act, err error) {
	for _, a := range from {
		if q.Who != "" {
			a.Say = strings.ReplaceAll(a.Say, "#who", "#"+string(q.Who))
		}
		one := act{Title: a.Title.In(q.Lang), Say: a.Say, Grave: a.Grave, File: a.File, Chat: string(q.Chat), Back: back}
		if one.Asks, err = fields(s, q, a.Asks, "f."); err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	return list, nil
}

// mostChoices bounds what is offered to choose from.
const mostChoices = 200

func fields(s store.Reader, q bot.Query, from []bot.Param, prefix string) (list []field, err error) {
	for _, p := range from {
		one := field{pair: pair{prefix + p.Name, p.Value}, Title: p.Title.In(q.Lang), Long: p.Long, Optional: p.Optional}
		if value, ok := q.Args[p.Name]; ok && prefix == "a." {
			one.Value = value
		}
		if p.Choices != nil {
			choices, err := p.Choices(s, q)
			if err != nil {
				return nil, err
			}
			for _, o := range choices[:min(len(choices), mostChoices)] {
				one.Choices = append(one.Choices, choice{Value: o.Value, Title: o.Title, Here: o.Value == one.Value})
			}
		}
		list = append(list, one)
	}
	return list, nil
}

// Number says whether a cell is a number, which stands at the right.
func (r row) Number(i int) bool {
	_, err := strconv.ParseFloat(r.Cells[i], 64)
	return err == nil
}

// Link is the column whose cell leads to the person: the first that is no number.
func (r row) Link() int {
	for i := range r.Cells {
		if !r.Number(i) {
			return i
		}
	}
	return 0
}

// Many says whether a row can do more than fits beside it.
func (r row) Many() bool { return len(r.Acts) > 2 }

// Level is how dark a cell is.
func (r row) Level(i int) int {
	if i < len(r.Levels) {
		return r.Levels[i]
	}
	return -1
}

// Column is what the i-th cell of a row is.
func (p part) Column(i int) string {
	if i < len(p.Columns) {
		return p.Columns[i]
	}
	return ""
}

// Right says whether a column holds numbers.
func (p part) Right(i int) bool {
	return i > 0 && len(p.Rows) > 0 && i < len(p.Rows[0].Cells) && p.Rows[0].Number(i)
}

// Places are the places a row can be put to.
func (p part) Places() int { return len(p.Rows) }
