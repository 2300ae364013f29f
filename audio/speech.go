package audio

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"unicode"
)

// maxSpoken bounds a text that is spoken, in characters, and maxSpeech what comes back, in bytes.
const (
	maxSpoken = 1000
	maxSpeech = 25 << 20
)

// ErrNoText says that there is nothing to speak.
var ErrNoText = errors.New("there is no text to speak")

// A Speaker turns text into speech.
type Speaker interface {
	// Speak gives a recording in any format that Probe knows. It may take a while; it ends with ctx.
	Speak(ctx context.Context, text string) ([]byte, error)
}

var (
	_ Speaker = Command("")
	_ Speaker = Endpoint{}
)

// A Command is a program that speaks, with its arguments parted by blanks: {out} is the file to write, {text} the text. Where
// {text} is missing the text goes to its standard input. No shell is used.
//
//	espeak-ng -v cmn -w {out}
type Command string

// Speak implements Speaker.
func (c Command) Speak(ctx context.Context, text string) ([]byte, error) {
	text = speakable(text)
	words := strings.Fields(string(c))
	if text == "" || len(words) == 0 {
		return nil, ErrNoText
	}
	return withFiles(nil, "in", "out", func(_, out string) error {
		stdin := []byte(text)
		args := make([]string, 0, len(words)-1)
		for _, w := range words[1:] {
			if strings.Contains(w, "{text}") {
				stdin = nil
			}
			args = append(args, strings.NewReplacer("{out}", out, "{text}", text).Replace(w))
		}
		return run(ctx, stdin, words[0], args...)
	})
}

// speakable is a text in one line that no program takes for an option.
func speakable(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	s = strings.TrimLeft(strings.TrimSpace(s), "-@/")
	if r := []rune(s); len(r) > maxSpoken {
		s = string(r[:maxSpoken])
	}
	return s
}

// An Endpoint is a service that speaks, by the protocol of OpenAI: POST to URL (…/v1/audio/speech).
type Endpoint struct {
	URL, Key, Model, Voice string
	Client                 *http.Client // http.DefaultClient where nil
}

// Speak implements Speaker.
func (e Endpoint) Speak(ctx context.Context, text string) ([]byte, error) {
	if text = speakable(text); text == "" {
		return nil, ErrNoText
	}
	body, err := json.Marshal(map[string]string{"model": e.Model, "voice": e.Voice, "input": text, "response_format": "mp3"})
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, e.URL, bytes.NewReader(body))
	if err != nil {
		return nil, errors.New("the address of the speech endpoint cannot be read")
	}
	req.Header.Set("Content-Type", "application/json")
	if e.Key != "" {
		req.Header.Set("Authorization", "Bearer "+e.Key)
	}
	client := e.Client
	if client == nil {
		client = http.DefaultClient
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("the speech endpoint: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the speech endpoint answered %s", resp.Status)
	}
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxSpeech+1))
	if err == nil && len(data) > maxSpeech {
		err = fmt.Errorf("the speech endpoint sent more than %d bytes", maxSpeech)
	}
	return data, err
}
