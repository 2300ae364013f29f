package checkin

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"testing"

	"sixtwenty/bot"
	"sixtwenty/pictures"
)

// Without a font the log says once what to install, and the chat has the words alone.
func TestNoFontIsSaidOnce(t *testing.T) {
	draw := artist(pictures.Lazily(pictures.Options{Places: []string{}}))
	data, err := json.Marshal(drawing{Month: &pictures.Month{Name: "小明", Year: 2026, Month: 11}})
	if err != nil {
		t.Fatal(err)
	}
	w := bot.Work{Key: "m/1", Data: data}
	if _, err := draw(t.Context(), w); !errors.Is(err, pictures.ErrNoFont) || !bot.IsPermanent(err) {
		t.Errorf("the first time: %v", err)
	}
	for range 2 {
		if got, err := draw(t.Context(), w); err != nil || got != (picture{}) {
			t.Errorf("later: %v, %v", got, err)
		}
	}
}

func TestWhatCannotBeDrawnIsNotTriedAgain(t *testing.T) {
	draw := artist(pictures.Lazily(pictures.Options{}))
	keep := func(_ context.Context, r io.Reader, _ int64) (string, error) { return "sum", nil }
	for _, data := range []string{"", "{}", `{"month":7}`} {
		_, err := draw(t.Context(), bot.Work{Key: "m/1", Data: json.RawMessage(data), Keep: keep})
		if !bot.IsPermanent(err) {
			t.Errorf("%q: %v", data, err)
		}
	}
}
