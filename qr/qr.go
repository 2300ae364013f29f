// Package qr reads the QR code in a picture: adverts hide their addresses in them. Pictures come from strangers, so what is
// decoded is bounded and whatever goes wrong inside is an error.
package qr

import (
	"errors"
	"fmt"
	"image"
	"image/draw"
	_ "image/gif" // the formats that chats send
	_ "image/jpeg"
	_ "image/png"
	"io"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
)

// ErrNone says that there is no code to be read in the picture.
var ErrNone = errors.New("no QR code in the picture")

const (
	maxPixels = 40 << 20 // of a picture that is decoded
	maxSide   = 1200     // to which it is made smaller: a code that is to be scanned is large
)

// Read gives what the code in a picture says. ErrNone: there is none; any other error: it is no picture that can be read.
func Read(r io.ReadSeeker) (text string, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("reading the picture: panic: %v", p)
		}
	}()
	c, _, err := image.DecodeConfig(r)
	if err != nil {
		return "", fmt.Errorf("reading the picture: %w", err)
	}
	if c.Width <= 0 || c.Height <= 0 || c.Width > maxPixels/c.Height {
		return "", fmt.Errorf("a picture of %d by %d is not looked at", c.Width, c.Height)
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return "", err
	}
	img, _, err := image.Decode(r)
	if err != nil {
		return "", fmt.Errorf("reading the picture: %w", err)
	}
	return decode(smaller(img))
}

func decode(img image.Image) (string, error) {
	bitmap, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		return "", ErrNone
	}
	hints := map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true}
	found, err := qrcode.NewQRCodeReader().Decode(bitmap, hints)
	if err != nil { // all that the library says is that it found none, or none that is whole
		return "", ErrNone
	}
	return found.GetText(), nil
}

// smaller makes a large picture small, in grey, each point the mean of those it stands for: noise would look like a code.
func smaller(img image.Image) image.Image {
	b := img.Bounds()
	step := (max(b.Dx(), b.Dy()) + maxSide - 1) / maxSide
	if step <= 1 {
		return img
	}
	whole := grey(img)
	out := image.NewGray(image.Rect(0, 0, b.Dx()/step, b.Dy()/step))
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			sum := 0
			for row := range step {
				from := (y*step+row)*whole.Stride + x*step
				for _, p := range whole.Pix[from : from+step] {
					sum += int(p)
				}
			}
			out.Pix[y*out.Stride+x] = byte(sum / (step * step))
		}
	}
	return out
}

// grey gives a picture without its colours; of a JPEG that is a part of it as it is.
func grey(img image.Image) *image.Gray {
	if c, ok := img.(*image.YCbCr); ok {
		return &image.Gray{Pix: c.Y[c.YOffset(c.Rect.Min.X, c.Rect.Min.Y):], Stride: c.YStride, Rect: c.Rect}
	}
	b := img.Bounds()
	out := image.NewGray(image.Rect(0, 0, b.Dx(), b.Dy()))
	draw.Draw(out, out.Rect, img, b.Min, draw.Src)
	return out
}
