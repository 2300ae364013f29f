package phone

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"path"
	"time"
)

// asset is a file of ours that the page loads, with the version that its address carries.
type asset struct {
	data    []byte
	version string
}

func loadAssets(names ...string) map[string]asset {
	all := make(map[string]asset, len(names))
	for _, name := range names {
		data, err := web.ReadFile("web/" + name)
		if err != nil {
			panic("phone: " + err.Error()) // embedded: only a wrong name above can fail
		}
		sum := sha256.Sum256(data)
		all[name] = asset{data, hex.EncodeToString(sum[:6])}
	}
	return all
}

func (d *Desk) assetPath(name string) string {
	return "/phone/asset/" + name + "?v=" + d.assets[name].version
}

func (d *Desk) serveAsset(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	a, ok := d.assets[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	if r.URL.Query().Get("v") == a.version {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	types := map[string]string{".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
	w.Header().Set("Content-Type", types[path.Ext(name)])
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(a.data))
}
