package phone

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"go.uber.org/zap"

	"sixtwenty/wechatbox"
)

const (
	maxForm   = 128 << 10
	maxFile   = 25 << 20
	maxUpload = maxFile + maxForm
	maxMemory = 1 << 20 // of an upload; the rest goes to a temporary file
)

// form is what a page posted, and the language to answer in.
type form struct {
	values url.Values
	files  map[string][]*multipart.FileHeader
	words  words
}

func (f form) get(name string) string { return f.values.Get(name) }

func (f form) all(name string) []string { return f.values[name] }

func (f form) t(key string) string { return f.words[key] }

// file is the one posted file, whole.
func (f form) file() (name string, data []byte, err error) {
	if len(f.files["file"]) == 0 {
		return "", nil, oops{"err.nofile"}
	}
	h := f.files["file"][0]
	if h.Size > maxFile {
		return "", nil, oops{"err.large"}
	}
	if h.Size == 0 {
		return "", nil, oops{"err.emptyfile"}
	}
	in, err := h.Open()
	if err != nil {
		return "", nil, fmt.Errorf("phone: open an upload: %w", err)
	}
	defer in.Close()
	data, err = io.ReadAll(in)
	return h.Filename, data, err
}

// readForm reads a bounded form; if it cannot, it answers and ok is false.
func (d *Desk) readForm(w http.ResponseWriter, r *http.Request, limit int64) (f form, ok bool) {
	f.words = d.wordsOf(r)
	r.Body = http.MaxBytesReader(w, r.Body, limit)
	err := r.ParseMultipartForm(maxMemory)
	if errors.Is(err, http.ErrNotMultipart) {
		err = r.ParseForm()
	}
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		f.fail(w, http.StatusRequestEntityTooLarge, "err.large")
		return f, false
	case err != nil:
		f.fail(w, http.StatusBadRequest, "err.form")
		return f, false
	}
	f.values = r.PostForm
	if r.MultipartForm != nil {
		f.files = r.MultipartForm.File
	}
	return f, true
}

// reply is what the script is told: where the phone goes, a line to show, or what went wrong.
type reply struct {
	Go    string `json:"go,omitempty"`
	Note  string `json:"note,omitempty"`
	Error string `json:"error,omitempty"`
}

func (f form) done(w http.ResponseWriter, r reply) { f.answer(w, http.StatusOK, r) }

func (f form) fail(w http.ResponseWriter, status int, key string) {
	f.answer(w, status, reply{Error: f.t(key)})
}

func (f form) answer(w http.ResponseWriter, status int, r reply) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	// The page may be gone: there is nobody left to tell.
	_ = json.NewEncoder(w).Encode(r)
}

// oops is a refusal of ours; key names its words.
type oops struct{ key string }

func (o oops) Error() string { return "phone: refused: " + o.key }

// explain says an error in the words of the page. refused names the words for what WeChat would not do.
func (d *Desk) explain(f form, err error, refused string) (status int, text string) {
	var (
		own       oops
		unknown   *wechatbox.UnknownError
		ambiguous *wechatbox.AmbiguousError
		no        *wechatbox.RefusedError
	)
	switch {
	case errors.As(err, &own):
		return http.StatusUnprocessableEntity, f.t(own.key)
	case errors.As(err, &unknown):
		return http.StatusNotFound, f.unknown(unknown)
	case errors.As(err, &ambiguous):
		return http.StatusConflict, fmt.Sprintf(f.t("err.ambiguous"), ambiguous.Name, strings.Join(ambiguous.IDs, ", "))
	case errors.As(err, &no):
		return http.StatusUnprocessableEntity, f.t(refused)
	case errors.Is(err, wechatbox.ErrClosed):
		return http.StatusServiceUnavailable, f.t("err.closed")
	}
	id := strconv.FormatUint(d.failed.Add(1), 10)
	d.opts.Logger.Error("the phone page failed", zap.String("id", id), zap.Error(err))
	return http.StatusInternalServerError, fmt.Sprintf(f.t("err.internal"), id)
}

func (f form) unknown(e *wechatbox.UnknownError) string {
	if e.Nearest == "" {
		return fmt.Sprintf(f.t("err.unknown"), e.Name)
	}
	return fmt.Sprintf(f.t("err.nearest"), e.Name, e.Nearest)
}
