package wechatbox

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
)

// hash is 64 hex digits that depend on the seed and the parts alone: tickets, ids and keys are made of it, so that a run can be
// repeated. They guard nothing but a box.
func (b *Box) hash(parts ...string) string {
	h := sha256.New()
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], b.opts.Seed)
	h.Write(n[:])
	for _, p := range parts {
		binary.BigEndian.PutUint64(n[:], uint64(len(p)))
		h.Write(n[:])
		h.Write([]byte(p))
	}
	return hex.EncodeToString(h.Sum(nil))
}
