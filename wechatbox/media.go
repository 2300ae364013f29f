package wechatbox

import (
	"bytes"
	"crypto/md5"
	"encoding/hex"
	"image"
	_ "image/gif" // the formats whose size an image message states
	_ "image/jpeg"
	_ "image/png"
	"net/http"
	"path"
	"strings"
)

const maxMediaItem = 200 << 20 // bytes of one file

// Media is stored bytes: a picture, a voice, a file.
type Media struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	MIME string `json:"mime"`
	MD5  string `json:"md5"`
	Size int64  `json:"size"`
	Data []byte `json:"-"`
}

type mediaRec struct {
	Media
	Data []byte `json:"-"`
}

type mediaStore struct {
	byID  map[string]*Media
	order []string
	bytes int64
	gone  []string // dropped by the bound; their files are still to be removed
}

func newMediaStore() mediaStore { return mediaStore{byID: map[string]*Media{}} }

func (s *mediaStore) get(id string) *Media { return s.byID[id] }

// apply keeps media, and drops the oldest where all together are too large.
func (s *mediaStore) apply(r *mediaRec) {
	if s.byID[r.ID] != nil {
		return
	}
	m := r.Media
	m.Data = r.Data
	s.byID[m.ID] = &m
	s.order = append(s.order, m.ID)
	s.bytes += m.Size
	for s.bytes > maxMedia && len(s.order) > 1 {
		old := s.order[0]
		s.order = s.order[1:]
		s.bytes -= s.byID[old].Size
		delete(s.byID, old)
		s.gone = append(s.gone, old)
	}
}

// keepMedia stores the bytes of c and states in c what they are.
func (t *tx) keepMedia(c *Content, data []byte) error {
	if len(data) > maxMediaItem {
		return refuse("%d bytes are too many: %d are the most", len(data), maxMediaItem)
	}
	m, err := t.addMedia(c.Name, data)
	if err != nil {
		return err
	}
	c.Media, c.Size = m.ID, m.Size
	if c.Kind == Image {
		c.measure(data)
	}
	return nil
}

// measure states the size of a picture, if it is one that can be read.
func (c *Content) measure(data []byte) {
	if cfg, _, err := image.DecodeConfig(bytes.NewReader(data)); err == nil {
		c.Width, c.Height = cfg.Width, cfg.Height
	}
}

func md5Hex(data []byte) string {
	sum := md5.Sum(data)
	return hex.EncodeToString(sum[:])
}

// mediaID depends on the name too: the same bytes under another name are another file to those who receive it.
func (b *Box) mediaID(md5, name string) string { return b.hash("media", md5, name)[:32] }

// baseName is a file's name without the folders that some clients send along.
func baseName(name string) string { return path.Base(strings.ReplaceAll(name, `\`, "/")) }

func (t *tx) addMedia(name string, data []byte) (*Media, error) {
	name, digest := baseName(name), md5Hex(data)
	id := t.b.mediaID(digest, name)
	if m := t.w.media.get(id); m != nil {
		return m, nil
	}
	m := Media{ID: id, Name: name, MIME: mimeOf(name, data), MD5: digest, Size: int64(len(data)), Data: data}
	if err := t.b.writeMedia(&m); err != nil {
		return nil, err
	}
	t.do(rec{Media: &mediaRec{Media: m, Data: data}})
	return t.w.media.get(id), nil
}

func mimeOf(name string, data []byte) string {
	if strings.HasSuffix(strings.ToLower(name), ".mp3") {
		return "audio/mp3"
	}
	return http.DetectContentType(data)
}

// Media is the stored bytes of this id. The data must not be changed.
func (b *Box) Media(id string) (Media, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	m := b.w.media.get(id)
	if m == nil {
		return Media{}, &UnknownError{What: "media", Name: id}
	}
	return *m, nil
}
