package broadcast

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"sixtwenty/bot"
)

const (
	maxVoice = 25 << 20
	maxCover = 4 << 10
)

var audio = []string{".mp3", ".m4a", ".wav", ".amr", ".silk", ".ogg"}

// load finds the day's voice, and keeps it. A folder that is not there, or is empty, gives the built-in sample: a first
// morning should not be silent.
func load(ctx context.Context, w bot.Work) (any, error) {
	var ask request
	if err := json.Unmarshal(w.Data, &ask); err != nil {
		return nil, bot.Permanent(err)
	}
	day, err := bot.ParseDay(ask.Day)
	if err != nil {
		return nil, bot.Permanent(err)
	}
	folder := os.DirFS(ask.Folder)
	name, err := pick(folder, day)
	if err != nil {
		return nil, err
	}
	if name == "" {
		folder, name = samples, "sample.mp3"
	}
	return read(ctx, w, folder, name, ask.Day)
}

// pick gives the file named by the day, or else takes the files that are named by no day in turn.
func pick(folder fs.FS, day bot.Day) (string, error) {
	entries, err := fs.ReadDir(folder, ".")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("reading the voice folder: %w", err)
	}
	var turn []string
	for _, e := range entries {
		name := e.Name()
		if !e.Type().IsRegular() || !slices.Contains(audio, strings.ToLower(path.Ext(name))) {
			continue
		}
		stem, _, _ := strings.Cut(name, ".")
		if stem == day.String() {
			return name, nil
		}
		if _, err := bot.ParseDay(stem); err != nil {
			turn = append(turn, name)
		}
	}
	if len(turn) == 0 {
		return "", nil
	}
	return turn[int(day)%len(turn)], nil
}

// read keeps the audio under the name that the members see.
func read(ctx context.Context, w bot.Work, folder fs.FS, name, day string) (any, error) {
	f, err := folder.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || info.Size() == 0 {
		return nil, bot.Permanent(fmt.Errorf("%s is empty", name))
	}
	sum, err := w.Keep(ctx, f, maxVoice)
	if err != nil {
		return nil, err
	}
	v := voice{Sum: sum, Name: "六点二十 " + day + path.Ext(name)}
	v.Cover = coverOf(folder, strings.TrimSuffix(name, path.Ext(name))+".txt")
	return v, nil
}

// coverOf reads the text beside the audio, as much of it as a message holds. One that cannot be read is none.
func coverOf(folder fs.FS, name string) string {
	f, err := folder.Open(name)
	if err != nil {
		return ""
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxCover))
	if err != nil {
		return ""
	}
	return string(bytes.TrimSpace(bytes.ToValidUTF8(text, nil)))
}
