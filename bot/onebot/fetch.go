package onebot

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"sixtwenty/bot"
)

const fetchLimit = 5 * time.Minute

// Fetch implements bot.Account. A file that lies on the implementation's own disk is not read, though it be on this machine:
// a path is no proof of what it names.
func (a *Account) Fetch(ctx context.Context, m bot.Media) (io.ReadCloser, error) {
	var ref mediaRef
	if err := json.Unmarshal([]byte(m.Ref), &ref); err != nil {
		return nil, bot.Permanent(errors.New("this medium cannot be fetched"))
	}
	if isWeb(ref.URL) {
		return a.download(ctx, ref.URL)
	}
	if isWeb(ref.File) {
		return a.download(ctx, ref.File)
	}
	l := a.live.Load()
	if l == nil {
		return nil, bot.ErrOffline
	}
	var got struct {
		URL    loose `json:"url"`
		File   loose `json:"file"`
		Base64 loose `json:"base64"`
	}
	action, params := ref.question()
	if err := l.call(ctx, callLimit, action, params, &got); err != nil {
		return nil, err
	}
	data := string(got.Base64)
	if file, ok := strings.CutPrefix(string(got.File), "base64://"); ok {
		data = file
	}
	if raw, err := base64.StdEncoding.DecodeString(data); err == nil && len(raw) > 0 {
		return io.NopCloser(bytes.NewReader(raw)), nil
	}
	for _, address := range []string{string(got.URL), string(got.File)} {
		if isWeb(address) {
			return a.download(ctx, address)
		}
	}
	return nil, bot.Permanent(fmt.Errorf("%s: the implementation gives neither an address nor the bytes", action))
}

// question is what to ask for a medium without an address.
func (r mediaRef) question() (action string, params map[string]any) {
	switch {
	case r.Type == "record":
		return "get_record", map[string]any{"file": r.File, "out_format": "mp3"}
	case r.Type == "image":
		return "get_image", map[string]any{"file": r.File}
	case r.Type == "file" && r.Group != "":
		return "get_group_file_url", map[string]any{"group_id": r.Group, "file_id": r.ID}
	}
	return "get_file", map[string]any{"file": r.File, "file_id": r.ID}
}

func isWeb(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

func (a *Account) download(ctx context.Context, address string) (io.ReadCloser, error) {
	ctx, cancel := context.WithTimeout(ctx, fetchLimit)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		cancel()
		return nil, bot.Permanent(errors.New("the address of the medium makes no sense"))
	}
	client := http.Client{}
	if a.opts.Dial != nil {
		client.Transport = &http.Transport{DialContext: a.opts.Dial, DisableKeepAlives: true}
	}
	resp, err := client.Do(req)
	if err != nil {
		cancel()
		return nil, errors.New("the medium was not reached") // without the address, which may be a secret
	}
	if resp.StatusCode != http.StatusOK {
		resp.Body.Close()
		cancel()
		return nil, fmt.Errorf("the medium cannot be fetched: status %d", resp.StatusCode)
	}
	return &download{resp.Body, cancel}, nil
}

// A download ends its deadline when it is closed.
type download struct {
	io.ReadCloser
	cancel context.CancelFunc
}

// Close implements io.Closer.
func (d *download) Close() error {
	defer d.cancel()
	return d.ReadCloser.Close()
}
