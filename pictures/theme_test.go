package pictures

import (
	"image/color"
	"math"
	"testing"
)

// contrast is that of the Web Content Accessibility Guidelines, from 1 to 21.
func contrast(a, b color.NRGBA) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(c color.NRGBA) float64 {
	linear := func(v uint8) float64 {
		f := float64(v) / 255
		if f <= 0.03928 {
			return f / 12.92
		}
		return math.Pow((f+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B)
}

func TestTextCanBeRead(t *testing.T) {
	for name, th := range map[string]theme{"light": light(), "dark": dark()} {
		check := func(what string, ink, ground color.NRGBA, least float64) {
			if c := contrast(ink, ground); c < least {
				t.Errorf("%s: %s has a contrast of %.2f, not %v", name, what, c, least)
			}
		}
		for what, ground := range map[string]color.NRGBA{"page": th.page, "panel": th.panel, "paper": th.paper} {
			check("ink on the "+what, th.ink, ground, 7)
			check("soft text on the "+what, th.soft, ground, 4.5)
			check("the accent on the "+what, th.accent, ground, 4.5)
		}
		check("red", th.red, th.panel, 4.5)
		check("amber", th.amber, th.panel, 4.5)
		check("blue", th.blue, th.blueTint, 4.5)
		check("text over the accent", th.over, th.accent, 4.5)
		check("the accent on its tint", th.accent, th.tint, 4.5)
		check("soft text on the tint", th.soft, th.tint, 4.5)
		for i, f := range th.faces { // initials are large
			check("avatar "+string(rune('0'+i)), rgb(0xffffff), f, 3)
		}
	}
}
