package bot

import (
	"fmt"
	"regexp"

	"sixtwenty/store"
)

// A View is what a feature shows of itself. The console finds it here and nowhere else, so a new feature brings its own part
// of the pages: it draws the rows as Shape says, pages through them, and writes them as CSV and Excel, so that whatever can
// be looked at can be read aloud and taken along too. Other readers may use it as well.
//
// Rows and Show are two ways to the same: Rows gives plain cells, Show also what can be opened, heard or done about a row.
// One of them is set. They are called from any goroutine, on a Reader, with a deadline of well under a second: they read
// through an index and return at most q.Limit rows.
type View struct {
	Name    string
	Title   Text
	Page    Page  // where it is shown; "" is OnGroups, or OnPeople where it is of a person
	Of      Scope // what it is about; "" is OfGroup
	Shape   Shape // how it is drawn; "" is AsTable
	Columns []Text
	Params  []Param // what can be chosen; their values come as q.Args
	Rows    func(r store.Reader, q Query) ([][]string, error)
	Show    func(r store.Reader, q Query) (Shown, error)
	Acts    []Act // what can be done here whatever the rows
	// Waits says whether a row waits for the owner's decision: the console counts those on its first page.
	Waits func(Row) bool
	// Order is a command with {from} and {to}, places from 1, that puts a row elsewhere: the rows can be dragged then.
	Order string
}

// A Page is a page of the console.
type Page string

// The pages.
const (
	OnToday     Page = "today"
	OnGroups    Page = "groups"
	OnPeople    Page = "people"
	OnReferrals Page = "referrals"
	OnSchedule  Page = "schedule"
	OnAccount   Page = "account"
	OnLog       Page = "log"
)

// A Scope says what a View is about, and with it what a Query names.
type Scope string

// The scopes.
const (
	OfGroup   Scope = "group"   // q.Chat; shown for one group at a time
	OfAccount Scope = "account" // all groups; q.Chat is empty
	OfPerson  Scope = "person"  // q.Who, the head of a person; q.Chat where one group is looked at, else empty
)

// A Shape says how rows are drawn. Numbers are written in digits with a dot, dates as 2006-01-02, moments as RFC 3339; every
// shape is a table too, for who cannot see it and for export.
type Shape string

// The shapes, with what their cells are.
const (
	AsTable   Shape = "table"
	AsFigures Shape = "figures" // name, number or a few words, and perhaps a note: big numbers
	AsBars    Shape = "bars"    // label, number
	AsLines   Shape = "lines"   // date or label, number, number …: a line for each further column
	AsDays    Shape = "days"    // date, number: a calendar in which more is darker
	AsMarks   Shape = "marks"   // date, then done, madeup, frozen, off or "": a person's calendar
	AsHeat    Shape = "heat"    // label, number, number …: a cell for each further column, more is darker; "" is no cell
	AsTree    Shape = "tree"    // as a table, indented by Row.Depth, depth first
	AsAgenda  Shape = "agenda"  // moment, what, and perhaps more, of which the last is a note: a calendar of what is to come
)

// Shown is what Show gives.
type Shown struct {
	Rows []Row
	Next string // q.From of the rows that follow; "" where these are the last
	Note string // a line under the title, such as how many there are
}

// A Row is one row with what belongs to it.
type Row struct {
	Cells []string
	Who   PersonID          // whose row it is: it leads to their card
	Depth int               // AsTree
	Args  map[string]string // the view with these arguments opens the row, such as one more level of a tree
	Play  string            // the SHA-256 of a recording that can be heard
	Acts  []Act
}

// An Act is a button that says a command in the owner's name, in the view's chat: same checks, same audit and same undo as
// when it is typed. {name} in Say stands for what the owner fills in, and people are named by Call it says "#" and their
// PersonID, which only the console may (see Call.Find); in a view of a person #who is that person.
type Act struct {
	Title Text
	Say   string // "/改打卡 #p7 {day} 有 {why}"
	Asks  []Param
	Grave bool // it cannot be taken back, or reaches many: the owner is asked once more
	File  bool // a file comes along, as Event.Media (see Media.Blob)
}

// Everything is for View.Waits where every row waits.
func Everything(Row) bool { return true }

// A Param is something that can be chosen or filled in. Without choices it is a text.
type Param struct {
	Name     string
	Title    Text
	Value    string // unless chosen
	Optional bool
	Long     bool // several lines
	Choices  func(r store.Reader, q Query) ([]Choice, error)
}

// A Choice is one value of a Param and what it is called.
type Choice struct{ Value, Title string }

// Chosen is the value of a parameter, by q or by default.
func (v View) Chosen(q Query, name string) string {
	for _, p := range v.Params {
		if value, ok := q.Args[name]; ok && p.Name == name {
			return value
		}
		if p.Name == name {
			return p.Value
		}
	}
	return ""
}

// Read gives the rows, however the view gives them, and never more than q.Limit.
func (v View) Read(r store.Reader, q Query) (s Shown, err error) {
	if v.Show != nil {
		s, err = v.Show(r, q)
	} else {
		var rows [][]string
		rows, err = v.Rows(r, q)
		for _, cells := range rows {
			s.Rows = append(s.Rows, Row{Cells: cells})
		}
	}
	s.Rows = s.Rows[:min(len(s.Rows), max(q.Limit, 0))]
	return s, err
}

// Where is the page that shows the view.
func (v View) Where() Page {
	switch {
	case v.Page != "":
		return v.Page
	case v.Of == OfPerson:
		return OnPeople
	}
	return OnGroups
}

var viewName = regexp.MustCompile(`^[a-z][a-z0-9-]*$`) // it stands in addresses and names of files

func (v View) check() error {
	switch {
	case !viewName.MatchString(v.Name):
		return fmt.Errorf("the name of view %q must be lower-case ASCII letters, digits and hyphens", v.Name)
	case (v.Rows == nil) == (v.Show == nil):
		return fmt.Errorf("view %q needs Rows or Show, and not both", v.Name)
	case !v.Title.complete() || len(v.Columns) == 0:
		return fmt.Errorf("view %q lacks its title or its columns", v.Name)
	}
	for _, p := range v.Params {
		if !viewName.MatchString(p.Name) || !p.Title.complete() {
			return fmt.Errorf("view %q: parameter %q lacks its title, or a name in lower-case ASCII", v.Name, p.Name)
		}
	}
	for _, a := range v.Acts {
		if a.Say == "" || !a.Title.complete() {
			return fmt.Errorf("view %q: an act lacks its title or its command", v.Name)
		}
	}
	return nil
}
