// Package pictures draws what people would rather look at than read: a month of check-ins, a year as a heat map, a
// leaderboard, an invite tree, the growth of a group, a week in review, the agenda of the coming days, and a certificate.
//
// Each picture is a struct of plain data with a Draw method. Draw lays out a Drawing, a short list of boxes, discs,
// paths and lines of text, and needs neither fonts nor files. A Drawing becomes either
//
//   - SVG for a page: text stays text in the reader's own fonts, so that it is light, can be searched and read aloud,
//     and is drawn even where the server has no Chinese font; or
//   - PNG for a chat: a Studio sets the text with the fonts it finds, two pixels to the point.
//
// The same data give the same SVG everywhere, and the same PNG on one machine.
//
// Names and texts are taken for hostile. They are cleaned of control, direction and invisible characters, cut between
// graphemes to the place they have, and escaped. Lists are bounded here, and what is left out is counted, so that no
// picture grows with its group.
package pictures

// Width is the width of every picture in points, that of a phone.
const Width = 375

// maxHeight bounds a picture in points; the layouts stay well below it.
const maxHeight = 2000

// maxCount bounds numbers that are summed or drawn to scale.
const maxCount = 1_000_000_000

// Look is what all pictures have in common.
type Look struct {
	Lang string // of the few fixed words: "en", anything else is Chinese
	Dark bool   // the dark theme
}
