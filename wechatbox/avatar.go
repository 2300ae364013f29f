package wechatbox

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
)

// avatar is a person's picture: their own, or one drawn from the name.
func (w *world) avatar(p *person) []byte {
	if p == nil {
		return drawAvatar("nobody")
	}
	if m := w.media.get(p.Avatar); m != nil && len(m.Data) > 0 {
		return m.Data
	}
	return drawAvatar(p.ID + p.Nick)
}

// Avatar is the picture of a person or a group, as PNG or whatever the person chose.
func (b *Box) Avatar(of string) ([]byte, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if g, err := b.w.findGroup(of); err == nil {
		return drawAvatar(g.id), nil
	}
	p, err := b.w.findPerson(of)
	if err != nil {
		return nil, err
	}
	return b.w.avatar(p), nil
}

const (
	avatarCells = 5
	avatarCell  = 20
	avatarEdge  = 10
)

// drawAvatar draws a symmetric pattern that is different for every name.
func drawAvatar(name string) []byte {
	h := fnv64(name)
	h ^= h >> 29
	h *= 0xBF58476D1CE4E5B9
	side := avatarCells*avatarCell + 2*avatarEdge
	img := image.NewPaletted(image.Rect(0, 0, side, side), avatarPalette(uint32(h>>32)))
	for x := range avatarCells {
		column := min(x, avatarCells-1-x)
		for y := range avatarCells {
			if h>>uint(column*avatarCells+y)&1 == 1 {
				fillCell(img, x, y)
			}
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		return nil // a buffer takes all that is written
	}
	return out.Bytes()
}

func fillCell(img *image.Paletted, x, y int) {
	for dx := range avatarCell {
		for dy := range avatarCell {
			img.SetColorIndex(avatarEdge+x*avatarCell+dx, avatarEdge+y*avatarCell+dy, 1)
		}
	}
}

// avatarPalette is a light ground and a strong colour of the same hue.
func avatarPalette(h uint32) color.Palette {
	hues := [...][3]uint8{{7, 150, 105}, {37, 99, 235}, {217, 119, 6}, {190, 24, 93}, {124, 58, 237}, {8, 145, 178}, {185, 28, 28}, {77, 124, 15}}
	c := hues[h%uint32(len(hues))]
	light := func(v uint8) uint8 { return 255 - (255-v)/5 }
	return color.Palette{color.RGBA{light(c[0]), light(c[1]), light(c[2]), 255}, color.RGBA{c[0], c[1], c[2], 255}}
}
