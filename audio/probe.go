package audio

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/tcolgate/mp3"
)

// A Format is how a recording is stored; it is also the extension of its file name, without the dot.
type Format string

// The formats whose length can be read.
const (
	WAV  Format = "wav"
	MP3  Format = "mp3"
	M4A  Format = "m4a"
	AMR  Format = "amr"
	SILK Format = "silk" // what WeChat records
	OGG  Format = "ogg"
)

// Info is what a recording is.
type Info struct {
	Format Format
	Length time.Duration
}

var (
	// ErrEmpty says that there is no sound in the recording.
	ErrEmpty = errors.New("the recording is empty")
	// ErrBroken says that it begins like a recording and is none.
	ErrBroken = errors.New("the recording is broken")
	// ErrUnknown says that it is no recording, or of an unknown format.
	ErrUnknown = errors.New("this is no wav, mp3, m4a, amr, silk or ogg")
)

// Probe reads what a recording is. Its errors are ErrEmpty, ErrBroken and ErrUnknown.
func Probe(data []byte) (info Info, err error) {
	if len(data) == 0 {
		return info, ErrEmpty
	}
	f, length, ok := formatOf(data)
	if !ok {
		return info, ErrUnknown
	}
	defer func() {
		if p := recover(); p != nil { // the frames of an mp3 are walked by code that trusts them
			err = fmt.Errorf("%w: %v", ErrBroken, p)
		}
	}()
	info.Format = f
	if info.Length, err = length(data); err != nil {
		return info, err
	}
	if info.Length <= 0 {
		return info, ErrEmpty
	}
	return info, nil
}

func formatOf(d []byte) (Format, func([]byte) (time.Duration, error), bool) {
	has := func(at int, s string) bool { return len(d) >= at+len(s) && string(d[at:at+len(s)]) == s }
	switch {
	case has(0, "RIFF") && has(8, "WAVE"):
		return WAV, wavLength, true
	case has(4, "ftyp"):
		return M4A, m4aLength, true
	case has(0, "#!AMR"):
		return AMR, amrLength, true
	case has(0, "#!SILK"), has(1, "#!SILK"):
		return SILK, silkLength, true
	case has(0, "OggS"):
		return OGG, oggLength, true
	case has(0, "ID3"), len(d) > 1 && d[0] == 0xff && d[1]&0xe0 == 0xe0:
		return MP3, mp3Length, true
	}
	return "", nil, false
}

func wavLength(d []byte) (time.Duration, error) {
	var rate uint32
	for at := 12; at+8 <= len(d); {
		id, size := string(d[at:at+4]), int(binary.LittleEndian.Uint32(d[at+4:]))
		body := d[at+8:]
		switch {
		case id == "fmt " && len(body) >= 12:
			rate = binary.LittleEndian.Uint32(body[8:])
		case id == "data":
			if rate == 0 {
				return 0, fmt.Errorf("%w: no format before its sound", ErrBroken)
			}
			return seconds(int64(min(size, len(body))), int64(rate)), nil // one that was cut short has less than it says
		}
		if size < 0 || size > len(body) {
			break
		}
		at += 8 + size + size%2
	}
	return 0, fmt.Errorf("%w: no sound", ErrBroken)
}

// seconds is n/per seconds.
func seconds(n, per int64) time.Duration {
	if per <= 0 {
		return 0
	}
	return time.Duration(n/per)*time.Second + time.Duration(n%per)*time.Second/time.Duration(per)
}

func mp3Length(d []byte) (time.Duration, error) {
	decoder, skipped, frames := mp3.NewDecoder(bytes.NewReader(d)), 0, 0
	var length time.Duration
	for {
		var f mp3.Frame
		err := decoder.Decode(&f, &skipped)
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			break
		}
		if err != nil {
			return 0, fmt.Errorf("%w: %w", ErrBroken, err)
		}
		frames++
		if frames == 1 && isInfo(&f) {
			continue
		}
		length += f.Duration()
	}
	if frames == 0 {
		return 0, fmt.Errorf("%w: no frame", ErrBroken)
	}
	return length, nil
}

// isInfo says that a frame holds no sound but a table that encoders put first.
func isInfo(f *mp3.Frame) bool {
	head, err := io.ReadAll(io.LimitReader(f.Reader(), 64))
	return err == nil && (bytes.Contains(head, []byte("Xing")) || bytes.Contains(head, []byte("Info")))
}

const frameLength = 20 * time.Millisecond // of AMR and SILK

// amrLength walks the frames: the first byte of each says how long it is.
func amrLength(d []byte) (time.Duration, error) {
	sizes := []int{12, 13, 15, 17, 19, 20, 26, 31, 5}
	rest, wide := bytes.CutPrefix(d, []byte("#!AMR-WB\n"))
	if wide {
		sizes = []int{17, 23, 32, 36, 40, 46, 50, 58, 60, 5}
	} else if rest, wide = bytes.CutPrefix(d, []byte("#!AMR\n")); !wide {
		return 0, fmt.Errorf("%w: more than one channel", ErrBroken)
	}
	frames := 0
	for len(rest) > 0 {
		kind, size := int(rest[0]>>3&15), 0
		switch {
		case kind < len(sizes):
			size = sizes[kind]
		case kind < 14:
			return 0, fmt.Errorf("%w: a frame of no known size", ErrBroken)
		}
		if len(rest) < 1+size {
			break
		}
		rest, frames = rest[1+size:], frames+1
	}
	return time.Duration(frames) * frameLength, nil
}

// silkLength walks the packets, each after its length.
func silkLength(d []byte) (time.Duration, error) {
	at := bytes.Index(d[:min(len(d), 12)], []byte("#!SILK_V3"))
	if at < 0 {
		return 0, fmt.Errorf("%w: another SILK", ErrBroken)
	}
	rest, packets := d[at+len("#!SILK_V3"):], 0
	for len(rest) >= 2 {
		size := int(int16(binary.LittleEndian.Uint16(rest)))
		if size < 0 {
			break // the end
		}
		if len(rest) < 2+size {
			break
		}
		rest, packets = rest[2+size:], packets+1
	}
	return time.Duration(packets) * frameLength, nil
}

// m4aLength reads the movie header, which says the length of what was really written.
func m4aLength(d []byte) (time.Duration, error) {
	moov, ok := box(d, "moov")
	if !ok {
		return 0, fmt.Errorf("%w: it was never finished", ErrBroken)
	}
	head, ok := box(moov, "mvhd")
	switch {
	case ok && len(head) >= 20 && head[0] == 0:
		return seconds(int64(binary.BigEndian.Uint32(head[16:])), int64(binary.BigEndian.Uint32(head[12:]))), nil
	case ok && len(head) >= 32 && head[0] == 1:
		n := binary.BigEndian.Uint64(head[24:])
		return seconds(int64(min(n, 1<<40)), int64(binary.BigEndian.Uint32(head[20:]))), nil
	}
	return 0, fmt.Errorf("%w: it does not say how long it is", ErrBroken)
}

// box finds a box of an MPEG-4 file by its name.
func box(d []byte, name string) ([]byte, bool) {
	for len(d) >= 8 {
		size, head := uint64(binary.BigEndian.Uint32(d)), uint64(8)
		switch {
		case size == 0:
			size = uint64(len(d))
		case size == 1 && len(d) >= 16:
			size, head = binary.BigEndian.Uint64(d[8:]), 16
		}
		if size < head || size > uint64(len(d)) {
			return nil, false
		}
		if string(d[4:8]) == name {
			return d[head:size], true
		}
		d = d[size:]
	}
	return nil, false
}

// oggLength takes the position of the last page, in samples.
func oggLength(d []byte) (time.Duration, error) {
	rate, before := int64(0), int64(0)
	head := d[:min(len(d), 512)]
	if i := bytes.Index(head, []byte("OpusHead")); i >= 0 && len(head) >= i+12 {
		rate, before = 48000, int64(binary.LittleEndian.Uint16(head[i+10:]))
	} else if i := bytes.Index(head, []byte("\x01vorbis")); i >= 0 && len(head) >= i+16 {
		rate = int64(binary.LittleEndian.Uint32(head[i+12:]))
	}
	last := bytes.LastIndex(d, []byte("OggS"))
	if rate == 0 || last < 0 || len(d) < last+14 {
		return 0, fmt.Errorf("%w: neither opus nor vorbis", ErrBroken)
	}
	return seconds(max(0, int64(binary.LittleEndian.Uint64(d[last+6:]))-before), rate), nil
}
