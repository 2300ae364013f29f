package broadcast

import (
	"bytes"
	"cmp"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"sixtwenty/audio"
	"sixtwenty/bot"
)

//go:embed sample.mp3 sample.txt
var samples embed.FS

const (
	maxVoice = 25 << 20
	maxNotes = 64 << 10
	// evenLimit leaves the rest of a work's time to the upload.
	evenLimit = 40 * time.Second
)

func extensions() []string { return []string{".mp3", ".m4a", ".wav", ".amr", ".silk", ".ogg"} }

// load finds the day's voice and makes it ready: kept, converted, uploaded.
func load(ctx context.Context, w bot.Work) (any, error) {
	var ask request
	if err := json.Unmarshal(w.Data, &ask); err != nil {
		return nil, bot.Permanent(err)
	}
	a, err := find(ctx, w, ask)
	if err != nil || a.Silence != "" {
		return a, err
	}
	// What cannot be prepared is done at the minute.
	_ = w.Prepare(ctx, bot.Effect{Kind: bot.SendVoice, Chat: ask.Chat, Media: a.Sum, Name: a.Name})
	return a, nil
}

func find(ctx context.Context, w bot.Work, ask request) (airing, error) {
	if it := ask.Item; it != nil {
		return airing{
			Day: ask.Day, Sum: it.Sum, Name: nameOf(it.Title, ask.Day, it.Ext), Cover: it.Cover, Text: it.Text, Keyword: it.Keyword,
			From: fromQueue, Item: it.ID,
		}, nil
	}
	day, err := bot.ParseDay(ask.Day)
	if err != nil {
		return airing{}, bot.Permanent(err)
	}
	folder := os.DirFS(ask.Set.Folder)
	dated, turns, err := sift(folder, day)
	switch {
	case err != nil:
		return airing{}, err
	case dated != "":
		return fromFolder(ctx, w, folder, dated, ask.Day, fromFile)
	case ask.Set.Fallback == fallbackSilence:
		return airing{Day: ask.Day, Silence: silentBySetting}, nil
	case ask.Set.Fallback == fallbackSpeech:
		return spoken(ctx, w, ask)
	case len(turns) > 0:
		return fromFolder(ctx, w, folder, turns[int(day)%len(turns)], ask.Day, fromTurns)
	case ask.Had:
		return airing{Day: ask.Day, Silence: silentNoStock}, nil
	}
	return fromFolder(ctx, w, samples, "sample.mp3", ask.Day, fromSample)
}

func isRecording(e fs.DirEntry) bool {
	return e.Type().IsRegular() && slices.Contains(extensions(), strings.ToLower(path.Ext(e.Name())))
}

// nameOf is the file name that the members see.
func nameOf(title, day, ext string) string { return cmp.Or(title, "六点二十 "+day) + ext }

// sift gives the file named by the day, and those that are named by no day, in order.
func sift(folder fs.FS, day bot.Day) (dated string, turns []string, err error) {
	entries, err := fs.ReadDir(folder, ".")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", nil, fmt.Errorf("reading the voice folder: %w", err)
	}
	for _, e := range entries {
		name := e.Name()
		if !isRecording(e) {
			continue
		}
		stem, _, _ := strings.Cut(name, ".")
		if stem == day.String() {
			return name, nil, nil
		}
		if _, err := bot.ParseDay(stem); err != nil {
			turns = append(turns, name)
		}
	}
	return "", turns, nil
}

// fromFolder keeps a file, with the text beside it as its cover.
func fromFolder(ctx context.Context, w bot.Work, folder fs.FS, name, day string, from source) (airing, error) {
	data, err := read(folder, name, maxVoice)
	if err != nil {
		return airing{}, err
	}
	r, err := ready(ctx, w, data, from != fromSample)
	if err != nil {
		return airing{}, bot.Permanent(fmt.Errorf("%s: %w", name, err))
	}
	n := notesBeside(folder, name)
	return airing{
		Day: day, Sum: r.Sum, Name: nameOf(n.Title, day, r.Ext), Cover: n.Cover, Keyword: n.Keyword, Text: n.Text, From: from,
	}, nil
}

// notesBeside reads the .txt beside a recording; one that cannot be read is none.
func notesBeside(folder fs.FS, name string) notes {
	text, err := read(folder, strings.TrimSuffix(name, path.Ext(name))+".txt", maxNotes)
	if err != nil {
		return notes{}
	}
	return readNotes(string(text))
}

var errTooLarge = errors.New("the file is too large")

func read(folder fs.FS, name string, limit int64) ([]byte, error) {
	f, err := folder.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("%w: %s has more than %d bytes", errTooLarge, name, limit)
	}
	return data, err
}

// spoken reads the fallback's text aloud.
func spoken(ctx context.Context, w bot.Work, ask request) (airing, error) {
	var speaker audio.Speaker = audio.Command(ask.Set.Speaker)
	if ask.Set.SpeechURL != "" {
		speaker = audio.Endpoint{
			URL: ask.Set.SpeechURL, Key: os.Getenv("OPENAI_API_KEY"), Model: ask.Set.Model, Voice: ask.Set.Tone,
		}
	}
	data, err := speaker.Speak(ctx, ask.Set.Speech)
	if err != nil {
		return airing{}, err
	}
	r, err := ready(ctx, w, data, true)
	if err != nil {
		return airing{}, err
	}
	return airing{Day: ask.Day, Sum: r.Sum, Name: nameOf("", ask.Day, r.Ext), From: fromSpeech}, nil
}

// A recording is audio that was looked at and kept.
type recording struct {
	Sum    string        `json:"sum"`
	Ext    string        `json:"ext"`
	Length time.Duration `json:"length"`
}

// ready looks at audio, evens it where that is wanted and possible, and keeps it. What cannot be converted is kept as it is.
func ready(ctx context.Context, w bot.Work, data []byte, even bool) (r recording, err error) {
	info, err := audio.Probe(data)
	if err != nil {
		return r, err
	}
	if even {
		limited, cancel := context.WithTimeout(ctx, evenLimit)
		defer cancel()
		if better, err := audio.Even(limited, data, info.Format); err == nil {
			if now, err := audio.Probe(better); err == nil {
				data, info.Format = better, now.Format
			}
		}
	}
	r = recording{Ext: "." + string(info.Format), Length: info.Length}
	r.Sum, err = w.Keep(ctx, bytes.NewReader(data), maxVoice)
	return r, err
}
