package pictures

import (
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"strings"

	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype"
	"github.com/go-text/typesetting/font/opentype/tables"
	"github.com/go-text/typesetting/fontscan"
)

// probe is what a Chinese face must have.
const probe = "打卡你的群"

// A source is where a face lies: a file, and its place in it.
type source struct {
	file  string
	index int
}

// findHan gives the file that is named, or the first that has a Chinese face.
func findHan(o Options) (source, error) {
	if o.Font != "" {
		src, err := faceIn(o.Font, probe)
		if err != nil {
			return source{}, fmt.Errorf("the font %s cannot be used: %w", o.Font, err)
		}
		return src, nil
	}
	places := o.Places
	if places == nil {
		places = hanFiles()
	}
	for _, name := range places {
		if src, err := faceIn(name, probe); err == nil {
			return src, nil
		}
	}
	if o.Places == nil {
		if src, ok := scanHan(); ok {
			return src, nil
		}
	}
	return source{}, ErrNoFont
}

// faceIn looks in a file for a face that has a text, reading no more than its character map. Of a collection for
// several countries it takes the one for simplified characters.
func faceIn(name, text string) (source, error) {
	found := source{name, -1}
	err := withLoaders(name, func(list []*opentype.Loader) error {
		for i, ld := range list {
			if !covers(ld, text) {
				continue
			}
			about, _ := font.Describe(ld, nil)
			simplified := strings.HasSuffix(about.Family, " SC") || strings.HasSuffix(about.Family, " CN")
			if found.index < 0 || simplified {
				found.index = i
			}
			if simplified {
				break
			}
		}
		if found.index < 0 {
			return fmt.Errorf("it lacks characters such as %s", text)
		}
		return nil
	})
	return found, err
}

func covers(ld *opentype.Loader, text string) bool {
	raw, err := ld.RawTable(opentype.MustNewTag("cmap"))
	if err != nil {
		return false
	}
	table, _, err := tables.ParseCmap(raw)
	if err != nil {
		return false
	}
	cmap, _, err := font.ProcessCmap(table, tables.FPNone)
	if err != nil {
		return false
	}
	for _, r := range text {
		if _, ok := cmap.Lookup(r); !ok {
			return false
		}
	}
	return true
}

// scanHan asks the system, which takes long, where nothing lies at the usual places.
func scanHan() (source, bool) {
	// The scanner insists on keeping an index; ours is looked at once.
	dir, err := os.MkdirTemp("", "fonts")
	if err != nil {
		return source{}, false
	}
	defer os.RemoveAll(dir)
	list, err := fontscan.SystemFonts(log.New(io.Discard, "", 0), dir)
	if err != nil {
		return source{}, false
	}
	best := source{}
	for _, f := range list {
		if !f.Runes.Contains('打') || !f.Runes.Contains('群') || f.Aspect.Style == font.StyleItalic {
			continue
		}
		if best.file == "" || f.Location.File < best.file {
			best = source{f.Location.File, int(f.Location.Index)}
		}
	}
	return best, best.file != ""
}

func (s source) load() (face *font.Face, err error) {
	err = withLoaders(s.file, func(list []*opentype.Loader) error {
		if s.index >= len(list) {
			return fmt.Errorf("it has %d faces, and no number %d", len(list), s.index)
		}
		f, err := font.NewFont(list[s.index])
		if err == nil {
			face = font.NewFace(f)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading the font %s: %w", s.file, err)
	}
	return face, nil
}

// withLoaders opens a font file. A file that confuses the reader is a broken file, not the end of the bot.
func withLoaders(name string, use func([]*opentype.Loader) error) (err error) {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	defer func() {
		if recover() != nil {
			err = errors.New("it is damaged")
		}
	}()
	list, err := opentype.NewLoaders(f)
	if err != nil {
		return err
	}
	return use(list)
}

// loadFirst gives the first of some files that can be used, or nil.
func loadFirst(files []string, good func(*font.Face) bool) *font.Face {
	for _, name := range files {
		if face, err := (source{name, 0}).load(); err == nil && good(face) {
			return face
		}
	}
	return nil
}

// pictured says whether a face has emoji as bitmaps, the kind that is drawn here.
func pictured(f *font.Face) bool {
	gid, ok := f.NominalGlyph('😀')
	if !ok {
		return false
	}
	bitmap, ok := f.GlyphDataBitmap(gid)
	return ok && bitmap.Format == font.PNG
}
