package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"go.uber.org/zap"

	"sixtwenty/bot"
	"sixtwenty/handlers/broadcast"
)

// voicesEvery is how often the voice folders are looked at. A change counts when it is still there the next time: a file may be
// on its way for a while.
const voicesEvery = 15 * time.Second

// watchVoices tells the bot when something in the voice folders changed. What lies there is the bot's to judge; this saves it
// from looking again and again by its own clock, which may be wound.
func (h *house) watchVoices(ctx context.Context) error {
	s, ok := h.features["broadcast"].(broadcast.Settings)
	if !ok {
		return nil
	}
	watchFolders(ctx, []string{s.Folder, s.Queue}, func() error {
		_, err := h.bot.Ask(ctx, bot.Event{Text: "/语音 看"})
		if err != nil && ctx.Err() == nil {
			h.log.Warn("the bot could not be told of the voice folders", zap.Error(err))
		}
		return err
	})
	return nil
}

// watchFolders calls changed, until ctx is done, each time the folders are another than when it last returned without an error.
func watchFolders(ctx context.Context, folders []string, changed func() error) {
	tick := time.NewTicker(voicesEvery)
	defer tick.Stop()
	last, told := "", listing(nil)
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := listing(folders)
		if now == last && now != told && changed() == nil {
			told = now
		}
		last = now
	}
}

// listing is what tells two states of some folders apart; one that cannot be read is empty.
func listing(folders []string) string {
	var b strings.Builder
	for _, folder := range folders {
		if folder == "" {
			continue
		}
		entries, _ := os.ReadDir(folder)
		for _, e := range entries {
			if info, err := e.Info(); err == nil && info.Mode().IsRegular() {
				fmt.Fprintf(&b, "%q %d %d\n", e.Name(), info.Size(), info.ModTime().UnixNano())
			}
		}
	}
	return b.String()
}
