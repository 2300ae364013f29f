package phone

import (
	"bytes"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"

	"sixtwenty/wechatbox"
)

// maxVoice is the longest voice message of WeChat.
const maxVoice = 60 * time.Second

// send posts a picture, a voice or a file.
func (d *Desk) send(f form) (reply, error) {
	name, data, err := f.file()
	if err != nil {
		return reply{}, err
	}
	who, chat := f.get("who"), f.get("chat")
	kind := http.DetectContentType(data)
	switch f.get("kind") {
	case "image":
		if !strings.HasPrefix(playable(kind, name), "image/") {
			return reply{}, oops{"err.noimage"}
		}
		_, err = d.box.SendImage(who, chat, name, data)
	case "voice":
		err = d.sendVoice(f, playable(kind, name), data)
	case "file":
		_, err = d.box.SendFile(who, chat, name, data)
	default:
		err = oops{"err.form"}
	}
	return reply{}, err
}

func (d *Desk) sendVoice(f form, kind string, data []byte) error {
	ext, ok := voiceTypes()[kind]
	if !ok {
		return oops{"err.novoice"}
	}
	seconds, err := strconv.ParseFloat(f.get("seconds"), 64)
	if err != nil || !(seconds > 0) {
		return oops{"err.nolength"}
	}
	if seconds >= maxVoice.Seconds()+1 {
		return oops{"err.longvoice"}
	}
	length := min(maxVoice, time.Duration(seconds*float64(time.Second)))
	_, err = d.box.Send(f.get("who"), f.get("chat"), wechatbox.Content{Kind: wechatbox.Voice, Name: "voice" + ext, Duration: length}, data)
	return err
}

// voiceTypes are the kinds of sound that a page records or takes as a voice.
func voiceTypes() map[string]string {
	return map[string]string{
		"audio/mpeg": ".mp3", "audio/wav": ".wav", "audio/ogg": ".ogg", "audio/webm": ".webm", "audio/mp4": ".m4a",
	}
}

// playable is the type under which a page may show or play bytes of this kind and name, or "" where they are only to be
// downloaded. A browser never runs anything of these types.
func playable(kind, name string) string {
	kind, _, _ = strings.Cut(kind, ";")
	switch kind {
	case "image/png", "image/jpeg", "image/gif", "image/webp", "audio/mpeg":
		return kind
	case "audio/mp3":
		return "audio/mpeg"
	case "audio/wave":
		return "audio/wav"
	case "application/ogg", "audio/ogg":
		return "audio/ogg"
	case "video/webm":
		return "audio/webm"
	case "video/mp4":
		return "audio/mp4"
	}
	if strings.EqualFold(path.Ext(name), ".mp3") {
		return "audio/mpeg" // without a tag in front, an MP3 has no sign to know it by
	}
	return ""
}

func (d *Desk) serveMedia(w http.ResponseWriter, r *http.Request) {
	m, err := d.box.Media(r.PathValue("id"))
	if err != nil {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	kind, show := playable(m.MIME, m.Name), "inline"
	if kind == "" || r.URL.Query().Get("download") != "" {
		show = "attachment"
	}
	if kind == "" {
		kind = "application/octet-stream"
	}
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", mime.FormatMediaType(show, map[string]string{"filename": m.Name}))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cache-Control", "private, max-age=86400, immutable")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(m.Data))
}
