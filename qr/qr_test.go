package qr_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"testing"

	code "rsc.io/qr"

	"sixtwenty/qr"
)

const group = "https://weixin.qq.com/g/AwYAANVQ"

// poster is a picture of w by h with a code somewhere in it, of which each module is so many points wide.
func poster(t testing.TB, text string, w, h, scale int) image.Image {
	t.Helper()
	c, err := code.Encode(text, code.M)
	if err != nil {
		t.Fatal(err)
	}
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range img.Pix {
		if img.Pix[i] = 255; i%4 != 3 {
			img.Pix[i] = byte(200 + i/4%40) // not quite white
		}
	}
	at := image.Pt(w/3, h/4)
	for y := -4; y < c.Size+4; y++ {
		for x := -4; x < c.Size+4; x++ {
			ink := color.White
			if c.Black(x, y) {
				ink = color.Black
			}
			draw.Draw(img, image.Rect(x*scale, y*scale, (x+1)*scale, (y+1)*scale).Add(at), image.NewUniform(ink), image.Point{}, draw.Src)
		}
	}
	draw.Draw(img, image.Rect(0, 0, w, h/8), image.NewUniform(color.RGBA{30, 90, 200, 255}), image.Point{}, draw.Src)
	return img
}

func TestRead(t *testing.T) {
	for _, c := range []struct {
		name   string
		img    image.Image
		encode func(io.Writer, image.Image) error
	}{
		{"png", poster(t, group, 600, 800, 6), png.Encode},
		{"jpeg of a phone", poster(t, group, 1300, 1300, 10), func(w io.Writer, m image.Image) error { return jpeg.Encode(w, m, &jpeg.Options{Quality: 60}) }},
		{"gif", poster(t, group, 200, 200, 3), func(w io.Writer, m image.Image) error { return gif.Encode(w, m, nil) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b bytes.Buffer
			if err := c.encode(&b, c.img); err != nil {
				t.Fatal(err)
			}
			got, err := qr.Read(bytes.NewReader(b.Bytes()))
			if err != nil || got != group {
				t.Errorf("read %q, %v", got, err)
			}
		})
	}
}

func TestNoCode(t *testing.T) {
	var b bytes.Buffer
	img := image.NewRGBA(image.Rect(0, 0, 300, 300))
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	if text, err := qr.Read(bytes.NewReader(b.Bytes())); !errors.Is(err, qr.ErrNone) {
		t.Errorf("read %q, %v", text, err)
	}
}

// TestNoPicture: what is no picture, or one too large to be decoded, is an error and costs nothing.
func TestNoPicture(t *testing.T) {
	header := []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x01\x86\xa0\x00\x01\x86\xa0\x08\x02\x00\x00\x00")
	header = binary.BigEndian.AppendUint32(header, crc32.ChecksumIEEE(header[12:]))
	for _, data := range [][]byte{nil, []byte("hello"), header} {
		if _, err := qr.Read(bytes.NewReader(data)); err == nil || errors.Is(err, qr.ErrNone) {
			t.Errorf("%d bytes: %v", len(data), err)
		}
	}
}

func FuzzRead(f *testing.F) {
	var b bytes.Buffer
	if err := png.Encode(&b, poster(f, group, 120, 120, 2)); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Fuzz(func(_ *testing.T, data []byte) { _, _ = qr.Read(bytes.NewReader(data)) })
}

func BenchmarkRead(b *testing.B) {
	var buf bytes.Buffer
	if err := jpeg.Encode(&buf, poster(b, group, 1080, 1440, 10), nil); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := qr.Read(bytes.NewReader(buf.Bytes())); err != nil {
			b.Fatal(err)
		}
	}
}
