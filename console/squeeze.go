package console

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"slices"
	"strings"
)

// An answer is a response of which it is known whether the browser unpacks it.
type answer struct {
	http.ResponseWriter
	unpacks bool
}

// Unwrap lets an http.ResponseController through.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

func answerTo(w http.ResponseWriter, r *http.Request) *answer {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, weight, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.TrimSpace(name) == "gzip" && !slices.Contains([]string{"q=0", "q=0.0"}, strings.ReplaceAll(weight, " ", "")) {
			return &answer{w, true}
		}
	}
	return &answer{w, false}
}

// worthIt is from how many bytes on packing saves anything.
const worthIt = 1400

// squeezed packs data where the browser unpacks it. What holds a secret beside what others wrote is sent as it is: its size would
// tell of it.
func squeezed(w http.ResponseWriter, data []byte) []byte {
	a, ok := w.(*answer)
	if !ok || !a.unpacks || len(data) < worthIt {
		return data
	}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write(data)
	if err != nil || z.Close() != nil {
		return data // a buffer takes everything
	}
	w.Header().Set("Content-Encoding", "gzip")
	w.Header().Add("Vary", "Accept-Encoding")
	return b.Bytes()
}

// secret says whether a page shows codes that are worth something.
func secret(page any) bool {
	p, ok := page.(todayPage)
	return ok && len(p.Codes) > 0
}
