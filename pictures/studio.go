package pictures

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"sync"
)

// ErrNoFont says that no Chinese face was found, and what to install. Pages are not concerned.
var ErrNoFont = errors.New("no Chinese font was found, so the chat gets text instead of pictures: " +
	"install one (Debian, Ubuntu: apt install fonts-wqy-microhei fonts-noto-color-emoji) or name its file in the settings")

// Options say where the fonts are. The zero Options look where systems keep them.
type Options struct {
	Font   string   // the file with a Chinese face; where "", it is looked for
	Emoji  string   // the file with colour emoji as bitmaps; where "", it is looked for
	Places []string // files among which to look for the Chinese face; nil is the usual ones, then the whole system
}

// A Studio turns drawings into PNG. It is safe for several goroutines, which take turns.
type Studio struct {
	options Options
	han     source
	turn    chan struct{} // holds one token; who has it may use type
	typeset *typesetter   // nil until the first picture
}

// Open finds a Chinese face, and reads none yet: a bot that draws no picture pays no memory. It returns ErrNoFont where
// there is none, and another error where a file that is named cannot be used.
func Open(o Options) (*Studio, error) {
	han, err := findHan(o)
	if err != nil {
		return nil, err
	}
	if o.Emoji != "" {
		if _, err := faceIn(o.Emoji, "😀"); err != nil {
			return nil, fmt.Errorf("the emoji font %s cannot be used: %w", o.Emoji, err)
		}
	}
	s := &Studio{options: o, han: han, turn: make(chan struct{}, 1)}
	s.turn <- struct{}{}
	return s, nil
}

// An Opener gives one Studio, opened when it is first asked for. Whoever shares it shares the fonts that were read and the text
// that was set.
type Opener func() (*Studio, error)

// Lazily makes an Opener. What Open says the first time holds for good.
func Lazily(o Options) Opener {
	return sync.OnceValues(func() (*Studio, error) { return Open(o) })
}

// Font is the file of the Chinese face, for the log.
func (s *Studio) Font() string { return s.han.file }

// PNG sets a drawing at two pixels to the point. It waits for its turn no longer than ctx.
func (s *Studio) PNG(ctx context.Context, d *Drawing) ([]byte, error) {
	img, err := s.paint(ctx, d)
	if err != nil {
		return nil, fmt.Errorf("drawing %q: %w", d.Kind, err)
	}
	var b bytes.Buffer
	enc := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := enc.Encode(&b, img); err != nil {
		return nil, fmt.Errorf("encoding a picture: %w", err)
	}
	return b.Bytes(), nil
}

func (s *Studio) paint(ctx context.Context, d *Drawing) (img *image.RGBA, err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case <-s.turn:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() {
		// What confuses a font reader is one text among many: the chat gets words instead of the picture.
		if r := recover(); r != nil {
			err = fmt.Errorf("setting its text: %v", r)
			s.typeset = nil
		}
		s.turn <- struct{}{}
	}()
	if s.typeset == nil {
		if s.typeset, err = newTypesetter(s.han, s.options.Emoji); err != nil {
			return nil, err
		}
	}
	return paint(s.typeset, d), nil
}
