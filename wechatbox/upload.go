package wechatbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	bigUpload     = 25 << 20 // bytes from which webwxcheckupload must be asked first
	maxUploads    = 64       // that are under way
	maxUploadForm = 64 << 10 // bytes of one field
	uploadIdle    = 10 * time.Minute
)

// uploads are the files of which some pieces have come. ClientMediaId alone would not tell them apart: it counts seconds.
type uploads struct {
	open  map[uploadKey]*upload
	order []uploadKey
}

type uploadKey struct {
	uin         int64
	client, md5 string
	size        int64
}

type upload struct {
	data  []byte
	next  int // the piece expected
	touch time.Time
}

type uploadRequest struct {
	BaseRequest   baseRequest
	ClientMediaId loose
	TotalLen      int64
	FileMd5       string
	AESKey        string
	Signature     string
}

type uploadAnswer struct {
	BaseResponse      baseResponse
	MediaId           string
	StartPos          int64
	CDNThumbImgHeight int
	CDNThumbImgWidth  int
	EncryFileName     string
}

// uploadForm is one piece of a file.
type uploadForm struct {
	fields map[string]string
	name   string
	data   []byte
}

// uploadMedia takes a file, whole or in pieces.
func (c *call) uploadMedia() {
	form, err := readForm(c)
	if err != nil {
		c.ret(retParam, err.Error())
		return
	}
	var req uploadRequest
	if err := json.Unmarshal([]byte(form.fields["uploadmediarequest"]), &req); err != nil {
		c.ret(retParam, "uploadmediarequest is no JSON")
		return
	}
	c.withAccount(req.BaseRequest, func(a *account) {
		if form.fields["webwx_data_ticket"] != a.s.DataTicket {
			c.ret(retTicket, "webwx_data_ticket is not this session's")
			return
		}
		if req.TotalLen > bigUpload && req.Signature != c.b.signature(req.FileMd5) {
			c.ret(retParam, "a file of more than 25 MB needs the signature of webwxcheckupload")
			return
		}
		answer, why := c.b.takePiece(a, &req, form)
		answer.BaseResponse = why
		c.json(answer)
	})
}

func readForm(c *call) (*uploadForm, error) {
	parts, err := c.r.MultipartReader()
	if err != nil {
		return nil, fmt.Errorf("the request is no form: %w", err)
	}
	form := &uploadForm{fields: map[string]string{}}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return form, nil
		}
		if err != nil {
			return nil, fmt.Errorf("the form is torn: %w", err)
		}
		if err := form.add(part); err != nil {
			return nil, err
		}
	}
}

func (f *uploadForm) add(part *multipart.Part) error {
	limit := int64(maxUploadForm)
	if part.FormName() == "filename" {
		limit = maxMediaItem
	}
	data, err := io.ReadAll(io.LimitReader(part, limit+1))
	if err != nil {
		return fmt.Errorf("the form is torn: %w", err)
	}
	if int64(len(data)) > limit {
		return fmt.Errorf("the field %q is too large", clip(part.FormName(), 40))
	}
	if part.FormName() == "filename" {
		f.name, f.data = part.FileName(), data
		return nil
	}
	f.fields[part.FormName()] = string(data)
	return nil
}

// takePiece adds a piece to its file; the last makes it media.
func (b *Box) takePiece(a *account, req *uploadRequest, form *uploadForm) (uploadAnswer, baseResponse) {
	chunk, chunks := pieceOf(form.fields)
	key := uploadKey{a.s.Uin, string(req.ClientMediaId), req.FileMd5, req.TotalLen}
	u := b.uploads.get(key, chunk == 0)
	if u == nil || u.next != chunk {
		b.uploads.drop(key)
		return uploadAnswer{}, baseResponse{retParam, "the pieces came out of order"}
	}
	if int64(len(u.data)+len(form.data)) > min(req.TotalLen, maxMediaItem) {
		b.uploads.drop(key)
		return uploadAnswer{}, baseResponse{retParam, "the file is longer than TotalLen"}
	}
	u.data, u.next, u.touch = append(u.data, form.data...), chunk+1, time.Now()
	if u.next < chunks {
		return uploadAnswer{StartPos: int64(len(u.data))}, baseResponse{}
	}
	b.uploads.drop(key)
	return b.finishUpload(req, firstOf(form.fields["name"], form.name), u.data)
}

func pieceOf(fields map[string]string) (chunk, chunks int) {
	chunks, err := strconv.Atoi(fields["chunks"])
	if err != nil || chunks < 1 {
		return 0, 1
	}
	chunk, err = strconv.Atoi(fields["chunk"])
	if err != nil {
		return 0, chunks
	}
	return chunk, chunks
}

func (b *Box) finishUpload(req *uploadRequest, name string, data []byte) (uploadAnswer, baseResponse) {
	if int64(len(data)) != req.TotalLen {
		return uploadAnswer{}, baseResponse{retParam, "the file is shorter than TotalLen"}
	}
	// Some clients say nothing of the MD5.
	if req.FileMd5 != "" && !strings.EqualFold(md5Hex(data), req.FileMd5) {
		return uploadAnswer{}, baseResponse{retParam, "FileMd5 is not the file's"}
	}
	var m *Media
	err := b.updateLocked(func(t *tx) (err error) {
		m, err = t.addMedia(name, data)
		return err
	})
	if err != nil {
		return uploadAnswer{}, baseResponse{-1, err.Error()}
	}
	return uploadAnswer{MediaId: wireMediaID(m.ID), StartPos: m.Size, CDNThumbImgHeight: 100, CDNThumbImgWidth: 100, EncryFileName: m.Name}, baseResponse{}
}

// get is the upload of this key; fresh begins it anew.
func (u *uploads) get(key uploadKey, fresh bool) *upload {
	if !fresh {
		return u.open[key]
	}
	u.drop(key)
	for len(u.order) > 0 && (len(u.order) >= maxUploads || time.Since(u.open[u.order[0]].touch) > uploadIdle) {
		u.drop(u.order[0])
	}
	if u.open == nil {
		u.open = map[uploadKey]*upload{}
	}
	u.open[key] = &upload{touch: time.Now()}
	u.order = append(u.order, key)
	return u.open[key]
}

func (u *uploads) drop(key uploadKey) {
	if u.open[key] == nil {
		return
	}
	delete(u.open, key)
	u.order = slices.DeleteFunc(u.order, func(k uploadKey) bool { return k == key })
}

func (b *Box) signature(md5 string) string { return b.hash("signature", strings.ToLower(md5)) }

// checkUpload is asked before a large file: one that is known already need not come again.
func (c *call) checkUpload() {
	var req struct {
		BaseRequest baseRequest
		FileMd5     string
		FileName    string
		FileSize    int64
	}
	if !c.read(&req) {
		return
	}
	c.withAccount(req.BaseRequest, func(a *account) {
		answer := struct {
			BaseResponse  baseResponse
			MediaId       string
			AESKey        string
			Signature     string
			EncryFileName string
		}{AESKey: c.b.hash("aes", req.FileMd5)[:32], Signature: c.b.signature(req.FileMd5), EncryFileName: req.FileName}
		if m := c.b.w.media.get(c.b.mediaID(strings.ToLower(req.FileMd5), baseName(req.FileName))); m != nil {
			answer.MediaId = wireMediaID(m.ID)
		}
		c.json(answer)
	})
}
