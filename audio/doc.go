// Package audio knows what a recording is: its format, how long it plays, and whether there is anything in it. It evens
// loudness and converts with ffmpeg where that is installed, and turns text into speech through a command or an endpoint
// that speaks OpenAI's protocol. It keeps nothing and knows no chat.
//
// Lengths are read from the frames themselves, because headers lie after a recording was cut short. Recordings are taken
// for hostile: every walk is bounded by the bytes that are there.
package audio
