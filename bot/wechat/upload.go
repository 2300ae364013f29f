package wechat

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/eatmoreapple/openwechat"

	"sixtwenty/bot"
	"sixtwenty/store"
)

const (
	chunkSize   = 512 << 10
	maxUpload   = 25 << 20 // larger files need another protocol
	maxUploaded = 1000     // media ids remembered of one session
)

// uploads are the media that a session has uploaded: one upload serves every chat. Any goroutine; one uploads at a time.
type uploads struct {
	turn  chan struct{}
	mu    sync.Mutex
	known map[uploadKey]uploaded
	count atomic.Int64 // makes ids of uploads unique
}

type uploadKey struct {
	sum  string
	kind bot.EffectKind
	name string
}

// An uploaded is what the service calls a medium now.
type uploaded struct {
	id   string
	name string
	size int64
}

func (u *uploads) init() {
	u.turn = make(chan struct{}, 1)
	u.known = map[uploadKey]uploaded{}
}

func (u *uploads) get(k uploadKey) (uploaded, bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	m, ok := u.known[k]
	return m, ok
}

func (u *uploads) put(k uploadKey, m uploaded) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if len(u.known) >= maxUploaded {
		clear(u.known)
	}
	u.known[k] = m
}

// drop forgets an id that the service does not take any more.
func (u *uploads) drop(k uploadKey) {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.known, k)
}

// upload gives the media id of a blob, and says whether it is new. openwechat's own upload is not used: it takes only files on
// disk and tells the service their path.
func (a *Account) upload(ctx context.Context, s *session, to string, e bot.Effect) (m uploaded, isNew bool, err error) {
	key := uploadKey{e.Media, e.Kind, e.Name}
	if m, ok := s.uploads.get(key); ok {
		return m, false, nil
	}
	select {
	case s.uploads.turn <- struct{}{}:
		defer func() { <-s.uploads.turn }()
	case <-ctx.Done():
		return m, false, ctx.Err()
	}
	if m, ok := s.uploads.get(key); ok { // whoever had the turn uploaded it
		return m, false, nil
	}
	f, err := a.inspect(ctx, e)
	if err != nil {
		return m, false, err
	}
	blob, err := a.blobs().Open(ctx, e.Media)
	if err != nil {
		return m, false, err
	}
	defer blob.Close()
	id, err := s.sendChunks(ctx, blob, f, to)
	if err != nil {
		return m, false, err
	}
	m = uploaded{id, f.name, f.size}
	s.uploads.put(key, m)
	return m, true, nil
}

func (a *Account) blobs() store.Blobs { return store.Blobs{DB: a.opts.DB} }

// A file is what the service is told of an upload.
type file struct {
	name  string
	mime  string
	media string // pic or doc
	md5   string
	size  int64
}

// inspect reads a blob once: its hash must be told with the first piece.
func (a *Account) inspect(ctx context.Context, e bot.Effect) (f file, err error) {
	blob, err := a.blobs().Open(ctx, e.Media)
	if errors.Is(err, store.ErrNoBlob) {
		return f, bot.Permanent(err)
	}
	if err != nil {
		return f, err
	}
	defer blob.Close()
	if blob.Size == 0 || blob.Size > maxUpload {
		return f, bot.Permanent(fmt.Errorf("a file of %d bytes: web WeChat takes 1 to %d", blob.Size, maxUpload))
	}
	head := make([]byte, 512)
	n, err := io.ReadFull(blob, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return f, err
	}
	sum := md5.New()
	sum.Write(head[:n])
	if _, err := io.Copy(sum, blob); err != nil {
		return f, err
	}
	f = file{mime: http.DetectContentType(head[:n]), media: "doc", md5: hex.EncodeToString(sum.Sum(nil)), size: blob.Size}
	if e.Kind == bot.SendImage {
		f.media = "pic"
	}
	f.name = fileName(e, f.mime)
	return f, nil
}

// fileName is the name that the chat shows: one line, no path, with an extension, since phones go by it.
func fileName(e bot.Effect, mime string) string {
	name := strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`/\:*?"<>|`, r) {
			return '_'
		}
		return r
	}, strings.TrimSpace(e.Name))
	if name == "" {
		name = map[bot.EffectKind]string{bot.SendImage: "图片", bot.SendVoice: "语音"}[e.Kind]
	}
	if name == "" {
		name = "文件"
	}
	if filepath.Ext(name) == "" {
		_, sub, _ := strings.Cut(mime, "/")
		sub, _, _ = strings.Cut(sub, ";")
		switch sub {
		case "mpeg":
			sub = "mp3"
		case "octet-stream", "plain":
			sub = "bin"
		}
		name += "." + sub
	}
	return name
}

// uploadRequest goes with every piece.
type uploadRequest struct {
	UploadType    int
	BaseRequest   openwechat.BaseRequest
	ClientMediaID int64 `json:"ClientMediaId"`
	TotalLen      int64
	StartPos      int
	DataLen       int64
	MediaType     int
	FromUserName  string
	ToUserName    string
	FileMd5       string
}

// sendChunks uploads r piece by piece. It holds one piece in memory.
func (s *session) sendChunks(ctx context.Context, r io.Reader, f file, to string) (id string, err error) {
	c := s.creds.Load()
	about, err := json.Marshal(uploadRequest{
		UploadType: 2, BaseRequest: c.base, MediaType: 4, TotalLen: f.size, DataLen: f.size, FromUserName: c.self, ToUserName: to,
		FileMd5: f.md5, ClientMediaID: time.Now().UnixMilli()*1e3 + s.uploads.count.Add(1)%1e3,
	})
	if err != nil {
		return "", err
	}
	chunks := int((f.size + chunkSize - 1) / chunkSize)
	buf := make([]byte, min(f.size, chunkSize))
	for i := range chunks {
		n, err := io.ReadFull(r, buf[:min(chunkSize, f.size-int64(i)*chunkSize)])
		if err != nil {
			return "", fmt.Errorf("reading the file: %w", err)
		}
		fields := s.uploadFields(f)
		fields = append(fields, [2]string{"uploadmediarequest", string(about)})
		if chunks > 1 {
			fields = append(fields, [2]string{"chunks", strconv.Itoa(chunks)}, [2]string{"chunk", strconv.Itoa(i)})
		}
		if id, err = s.sendChunk(ctx, fields, f.name, buf[:n]); err != nil {
			return "", err
		}
	}
	if id == "" {
		return "", nonsense(callUpload, "no media id")
	}
	return id, nil
}

const callUpload = "webwxuploadmedia"

func (s *session) uploadFields(f file) [][2]string {
	return [][2]string{
		{"id", "WU_FILE_0"},
		{"name", f.name},
		{"type", f.mime},
		{"lastModifiedDate", time.Now().Format(openwechat.TimeFormat)},
		{"size", strconv.FormatInt(f.size, 10)},
		{"mediatype", f.media},
		{"webwx_data_ticket", s.fileTicket()},
		{"pass_ticket", s.creds.Load().login.PassTicket},
	}
}

// fileTicket is the cookie that the file host wants to see in the request too.
func (s *session) fileTicket() string {
	u, err := url.Parse(s.caller.Client.Domain.FileHost() + cookiePath)
	if err != nil {
		return ""
	}
	for _, c := range s.caller.Client.Jar().Cookies(u) {
		if c.Name == dataTicket {
			return c.Value
		}
	}
	return ""
}

func (s *session) sendChunk(ctx context.Context, fields [][2]string, name string, data []byte) (id string, err error) {
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for _, kv := range fields {
		if err := w.WriteField(kv[0], kv[1]); err != nil {
			return "", err
		}
	}
	part, err := w.CreateFormFile("filename", name)
	if err != nil {
		return "", err
	}
	if _, err := part.Write(data); err != nil {
		return "", err
	}
	if err := w.Close(); err != nil {
		return "", err
	}
	var v struct {
		agreed
		MediaID string `json:"MediaId"`
	}
	err = answer(ctx, callUpload, listLimit, &v, func(ctx context.Context) (*http.Response, error) {
		target := s.caller.Client.Domain.FileHost() + cookiePath + callUpload + "?f=json"
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, target, bytes.NewReader(body.Bytes()))
		if err != nil {
			return nil, err
		}
		req.Header.Set("Content-Type", w.FormDataContentType())
		return s.caller.Client.Do(req)
	})
	return v.MediaID, err
}
