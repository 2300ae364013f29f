package pictures

import (
	"bytes"
	"image"
	"image/png"

	"github.com/go-text/typesetting/font"
	"golang.org/x/image/draw"
)

// maxStrike bounds the side of a bitmap in a font, in pixels; the common ones have 136 and 160.
const maxStrike = 512

type bitmapKey struct {
	gid    font.GID
	height int
}

// A bitmap is an emoji at the size it is shown; img is nil where the face has none.
type bitmap struct{ img *image.RGBA }

func (t *typesetter) bitmap(face *font.Face, gid font.GID, height int) bitmap {
	return t.bitmaps.get(bitmapKey{gid, height}, func() bitmap {
		data, ok := face.GlyphDataBitmap(gid)
		if !ok || data.Format != font.PNG {
			return bitmap{}
		}
		size, err := png.DecodeConfig(bytes.NewReader(data.Data))
		if err != nil || size.Height == 0 || size.Width > maxStrike || size.Height > maxStrike {
			return bitmap{}
		}
		src, err := png.Decode(bytes.NewReader(data.Data))
		if err != nil {
			return bitmap{}
		}
		dst := image.NewRGBA(image.Rect(0, 0, max(1, size.Width*height/size.Height), height))
		draw.CatmullRom.Scale(dst, dst.Bounds(), src, src.Bounds(), draw.Src, nil)
		return bitmap{dst}
	})
}
