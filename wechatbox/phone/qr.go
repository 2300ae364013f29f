package phone

import (
	"net/http"

	"rsc.io/qr"
)

const qrScale = 6 // pixels of a module

func (d *Desk) serveSignInQR(w http.ResponseWriter, r *http.Request) {
	code, ok := d.box.CurrentQR()
	if !ok {
		http.NotFound(w, r)
		return
	}
	serveQR(w, code.URL)
}

// serveGroupQR draws the code that a member shows. A phone of the box joins by choosing it, so what it says is for the eye.
func (d *Desk) serveGroupQR(w http.ResponseWriter, r *http.Request) {
	g, err := d.box.Group(r.URL.Query().Get("group"))
	if err != nil {
		http.NotFound(w, r)
		return
	}
	sharer, err := d.box.Person(r.URL.Query().Get("who"))
	if err != nil {
		http.NotFound(w, r)
		return
	}
	serveQR(w, "wechatbox:"+join("join", g.ID, sharer.ID))
}

func serveQR(w http.ResponseWriter, text string) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		http.Error(w, "this is too long for a QR code", http.StatusUnprocessableEntity)
		return
	}
	code.Scale = qrScale
	w.Header().Set("Content-Type", "image/png")
	// The page may be gone: there is nobody left to tell.
	_, _ = w.Write(code.PNG())
}
