package pictures

import (
	"maps"
	"slices"
	"testing"
)

func BenchmarkPNG(b *testing.B) {
	s := openOrSkip(b)
	pictures := samples(false)
	for _, name := range slices.Sorted(maps.Keys(pictures)) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.PNG(b.Context(), pictures[name]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkDrawSVG(b *testing.B) {
	board := Board{Title: "连续打卡榜", Unit: "天", Rows: sampleRows(500)}
	for b.Loop() {
		board.Draw().SVG()
	}
}

func BenchmarkOpen(b *testing.B) {
	openOrSkip(b)
	for b.Loop() {
		openOrSkip(b)
	}
}

// BenchmarkFirstPNG includes reading the fonts.
func BenchmarkFirstPNG(b *testing.B) {
	d := sampleMonth(Look{}).Draw()
	for b.Loop() {
		if _, err := openOrSkip(b).PNG(b.Context(), d); err != nil {
			b.Fatal(err)
		}
	}
}
