package handlers_test

import (
	"path/filepath"
	"testing"

	"sixtwenty/bot/bottest"
	"sixtwenty/handlers"
)

func options() bottest.Options {
	return bottest.Options{Features: handlers.All("314159")}
}

func TestEveryExample(t *testing.T) { bottest.Examples(t, options()) }

func TestPlays(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no plays found", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			bottest.Run(t, options(), func(w *bottest.World) { bottest.Play(w.T, file, w.Stage()) })
		})
	}
}
