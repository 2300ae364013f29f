// Package archive carries a community from one database to another as a file that people and other programs can read: JSON
// lines, described in docs/archive.md.
//
// It moves the rows of the tables that it is told and knows none of them. Keys are written as their parts, so that any
// database makes the same ones again; values as they are.
package archive

import (
	"fmt"
	"strings"
	"time"
)

const (
	// Version is that of the format: a reader refuses a higher one.
	Version = 1
	// Name is what the first line of every archive calls itself.
	Name = "sixtwenty"

	maxLine = 4 << 20 // a value of the largest size fits, with its key
	piece   = 256 << 10
	maxBlob = 1 << 30
	maxNext = 1 << 24 // a counter is moved one by one
	batch   = 1000    // rows of one transaction
)

// A Table is one whose rows are carried. Without names the fields of its values that stay behind.
type Table struct {
	Name    string
	Without []string
}

// A Header is the first line.
type Header struct {
	Archive string    `json:"archive"`
	Version int       `json:"version"`
	Schema  int       `json:"schema"` // of the database it was taken from
	Made    time.Time `json:"made"`
	Media   bool      `json:"media,omitempty"`
}

// check says what is wrong with a header, for the person who brought the file.
func (h Header) check() error {
	switch {
	case h.Archive != Name:
		return fmt.Errorf(`this is no archive: expected {"archive":%q,"version":%d,…}`, Name, Version)
	case h.Version > Version:
		return fmt.Errorf("the archive is of version %d, and this program knows up to %d: use a newer program", h.Version, Version)
	case h.Version < 1 || h.Schema < 1:
		return fmt.Errorf("version %d and schema %d, expected 1 or more of each", h.Version, h.Schema)
	}
	return nil
}

// Contents are what an archive holds.
type Contents struct {
	Tables  []string // those with rows, in their order
	Rows    int
	Blobs   []string          // their SHA-256
	Numbers map[string]uint64 // the number that each table gave last, of those that number their rows
}

// A Fault is one line that is wrong.
type Fault struct {
	Line int
	What string
}

// Faults are all that is wrong with an archive, or the first of them; an error with a line for each.
type Faults []Fault

// maxFaults is how many are listed; after that reading stops.
const maxFaults = 20

func (fs Faults) Error() string {
	var lines []string
	for _, f := range fs {
		lines = append(lines, fmt.Sprintf("line %d: %s", f.Line, f.What))
	}
	if len(fs) >= maxFaults {
		lines = append(lines, "… reading stopped here")
	}
	return strings.Join(lines, "\n")
}
