package wechatbox

import (
	"fmt"
	"os"
	"path/filepath"

	"go.uber.org/zap"
)

// The bytes of media lie beside the world file, in a folder of its name with ".media", one file each: they never change,
// and the world file stays small.
func (b *Box) mediaDir() string { return b.opts.File + ".media" }

// writeMedia puts the bytes in place before the record that names them is written.
func (b *Box) writeMedia(m *Media) error {
	if b.journal == nil {
		return nil
	}
	if err := os.MkdirAll(b.mediaDir(), 0o700); err != nil {
		return fmt.Errorf("wechatbox: keeping media: %w", err)
	}
	path := filepath.Join(b.mediaDir(), m.ID)
	if err := os.WriteFile(path+".new", m.Data, 0o600); err != nil {
		return fmt.Errorf("wechatbox: keeping media: %w", err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return fmt.Errorf("wechatbox: keeping media: %w", err)
	}
	return nil
}

// loadMedia reads the bytes of all media, and removes what no record names.
func (b *Box) loadMedia() error {
	b.pruneMedia()
	files, err := os.ReadDir(b.mediaDir())
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("wechatbox: reading media: %w", err)
	}
	for _, file := range files {
		path := filepath.Join(b.mediaDir(), file.Name())
		m := b.w.media.get(file.Name())
		if m == nil {
			b.removeMedia(path)
			continue
		}
		if m.Data, err = os.ReadFile(path); err != nil {
			return fmt.Errorf("wechatbox: reading media: %w", err)
		}
	}
	return nil
}

// pruneMedia removes the files of media that the bound dropped.
func (b *Box) pruneMedia() {
	if b.journal == nil {
		return
	}
	for _, id := range b.w.media.gone {
		b.removeMedia(filepath.Join(b.mediaDir(), id))
	}
	b.w.media.gone = nil
}

func (b *Box) removeMedia(path string) {
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
		b.log.Warn("a media file that nothing names stays", zap.Error(err))
	}
}
