package pictures

import "image/color"

// A theme names colours by what they are for.
type theme struct {
	page, panel, line    color.NRGBA // grounds, and hairlines upon them
	ink, soft, faint     color.NRGBA // text; faint only where it need not be read
	accent, over, tint   color.NRGBA // the green, text over it, and a ground of it
	red, blue, amber     color.NRGBA
	blueTint             color.NRGBA
	gold, silver, bronze color.NRGBA
	heat                 [5]color.NRGBA // from none to most
	paper, frame, seal   color.NRGBA    // the certificate's
	faces                [8]color.NRGBA // grounds of avatars, for white text
}

func rgb(hex uint32) color.NRGBA {
	return color.NRGBA{R: uint8(hex >> 16), G: uint8(hex >> 8), B: uint8(hex), A: 255}
}

func fade(c color.NRGBA, alpha float64) color.NRGBA {
	c.A = uint8(alpha * 255)
	return c
}

func (l Look) theme() theme {
	if l.Dark {
		return dark()
	}
	return light()
}

func light() theme {
	return theme{
		page: rgb(0xf1f5f2), panel: rgb(0xffffff), line: rgb(0xe5ece8),
		ink: rgb(0x16211b), soft: rgb(0x5c6b63), faint: rgb(0xa9b5ae),
		accent: rgb(0x0a7a4b), over: rgb(0xffffff), tint: rgb(0xdff2e8),
		red: rgb(0xc4513f), blue: rgb(0x2a66a5), amber: rgb(0x9a6a10), blueTint: rgb(0xe2edf8),
		gold: rgb(0xd9a32e), silver: rgb(0x9aa8b3), bronze: rgb(0xbf8058),
		heat:  [5]color.NRGBA{rgb(0xe9efec), rgb(0xbde3cd), rgb(0x79c69d), rgb(0x32a169), rgb(0x0a7a4b)},
		paper: rgb(0xfbfaf4), frame: rgb(0x0a7a4b), seal: rgb(0xb3372a),
		faces: faces(),
	}
}

func dark() theme {
	return theme{
		page: rgb(0x0e1411), panel: rgb(0x18201c), line: rgb(0x28322d),
		ink: rgb(0xe9f0ec), soft: rgb(0x9fb0a7), faint: rgb(0x56645c),
		accent: rgb(0x3cc78a), over: rgb(0x06170f), tint: rgb(0x173a2a),
		red: rgb(0xe88372), blue: rgb(0x7fb4ea), amber: rgb(0xe0b252), blueTint: rgb(0x1b2f44),
		gold: rgb(0xe3b341), silver: rgb(0xa9b6c0), bronze: rgb(0xc98f68),
		heat:  [5]color.NRGBA{rgb(0x232d28), rgb(0x154a32), rgb(0x1c7049), rgb(0x289c66), rgb(0x3cc78a)},
		paper: rgb(0x0f1d16), frame: rgb(0xc9a85a), seal: rgb(0xc0453a),
		faces: faces(),
	}
}

func faces() [8]color.NRGBA {
	return [8]color.NRGBA{
		rgb(0x2b8a63), rgb(0x3a7ca5), rgb(0x7a6bb0), rgb(0xb0627f),
		rgb(0xb8693d), rgb(0x8a7a2f), rgb(0x4f7f8a), rgb(0x5a7d4a),
	}
}
