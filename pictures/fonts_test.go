package pictures

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/image/font/gofont/goregular"
)

func written(t *testing.T, data []byte) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "face.ttf")
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestOpenWithoutFont(t *testing.T) {
	for name, places := range map[string][]string{
		"nowhere": {}, "no file": {filepath.Join(t.TempDir(), "none.ttc")}, "no Chinese": {written(t, goregular.TTF)},
		"no font": {written(t, []byte("<html>"))}, "empty": {written(t, nil)}, "folder": {t.TempDir()},
	} {
		if _, err := Open(Options{Places: places}); !errors.Is(err, ErrNoFont) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if !strings.Contains(ErrNoFont.Error(), "apt install fonts-wqy-microhei") {
		t.Error("it does not say what to install")
	}
}

func TestOpenNamedFont(t *testing.T) {
	face := written(t, goregular.TTF)
	for _, o := range []Options{{Font: face}, {Font: written(t, []byte("x"))}} {
		if _, err := Open(o); err == nil || !strings.Contains(err.Error(), o.Font) {
			t.Errorf("the error does not name the file: %v", err)
		}
	}
	if _, err := Open(Options{Font: face + "x"}); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	s := openOrSkip(t)
	if again, err := Open(Options{Font: s.Font()}); err != nil || again.han != s.han {
		t.Error(err)
	}
	if _, err := Open(Options{Emoji: face}); err == nil || !strings.Contains(err.Error(), "emoji") {
		t.Error(err)
	}
}

// TestDamagedFonts cuts and turns bytes of a font: it is refused, or read, and never a panic.
func TestDamagedFonts(t *testing.T) {
	read := 0
	for at := 0; at < len(goregular.TTF); at += 4999 {
		for _, data := range [][]byte{goregular.TTF[:at], flipped(goregular.TTF, at)} {
			src := source{file: written(t, data)}
			if _, err := faceIn(src.file, "a"); err == nil {
				read++
			}
			if _, err := src.load(); err != nil && !strings.Contains(err.Error(), src.file) {
				t.Errorf("the error does not name the file: %v", err)
			}
		}
	}
	if _, err := (source{written(t, goregular.TTF), 3}).load(); err == nil {
		t.Error("a face that is not there was read")
	}
	if read == 0 {
		t.Error("no damaged font was read at all; is the test blind?")
	}
}

func flipped(data []byte, at int) []byte {
	out := append([]byte(nil), data...)
	for i := at; i < min(at+8, len(out)); i++ {
		out[i] ^= 0xff
	}
	return out
}

func TestScanFindsWhatIsInstalled(t *testing.T) {
	s := openOrSkip(t)
	src, ok := scanHan()
	if !ok {
		t.Fatalf("the scan finds nothing, and %s is there", s.Font())
	}
	if face, err := src.load(); err != nil || !has(face, probe) {
		t.Errorf("%s lacks Chinese: %v", src.file, err)
	}
}
