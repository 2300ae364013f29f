package wechatbox

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"encoding/hex"
	"strings"
)

// names turns people and groups into the names of one session and back. A name is the encrypted index, so a world of any size needs
// no table, other sessions' names mean nothing, and a session that comes back has the same names.
type names struct{ block cipher.Block }

const (
	tagPerson   = 'p'
	tagGroup    = 'g'
	tagOfficial = 'o'
	tagRoomID   = 'r'
)

func newNames(keyHex string) (names, error) {
	key, err := hex.DecodeString(keyHex)
	if err != nil {
		return names{}, err
	}
	block, err := aes.NewCipher(key)
	return names{block}, err
}

// seal makes the first half of a name.
func (n names) seal(tag byte, idx uint32) (out [aes.BlockSize]byte) {
	out[0] = tag
	binary.BigEndian.PutUint32(out[12:], idx)
	n.block.Encrypt(out[:], out[:])
	return out
}

func (n names) long(tag byte, idx uint32) string {
	first := n.seal(tag, idx)
	second := n.echo(first)
	return hex.EncodeToString(first[:]) + hex.EncodeToString(second[:])
}

// echo makes the second half of a long name out of the first.
func (n names) echo(first [aes.BlockSize]byte) [aes.BlockSize]byte {
	first[0] ^= 0x55
	n.block.Encrypt(first[:], first[:])
	return first
}

func (n names) person(p *person) string {
	if p.Official {
		half := n.seal(tagOfficial, p.idx)
		return "@" + hex.EncodeToString(half[:])
	}
	return "@" + n.long(tagPerson, p.idx)
}

func (n names) group(g *group) string { return "@@" + n.long(tagGroup, g.idx) }

// room is the EncryChatRoomId of a group.
func (n names) room(g *group) string {
	half := n.seal(tagRoomID, g.idx)
	return "@" + hex.EncodeToString(half[:])
}

// open reads a name of this session.
func (n names) open(name string) (tag byte, idx uint32, ok bool) {
	raw, err := hex.DecodeString(strings.TrimLeft(name, "@"))
	if err != nil || len(raw) != aes.BlockSize && len(raw) != 2*aes.BlockSize {
		return 0, 0, false
	}
	var first, plain [aes.BlockSize]byte
	copy(first[:], raw)
	n.block.Decrypt(plain[:], first[:])
	tag, idx = plain[0], binary.BigEndian.Uint32(plain[12:])
	for _, b := range plain[1:12] {
		if b != 0 {
			return 0, 0, false
		}
	}
	if len(raw) == aes.BlockSize {
		return tag, idx, tag == tagOfficial || tag == tagRoomID
	}
	second := n.echo(first)
	return tag, idx, string(second[:]) == string(raw[aes.BlockSize:]) && (tag == tagPerson || tag == tagGroup)
}

// lookup finds whom a name of this session means.
func (s *session) lookup(w *world, name string) (p *person, g *group) {
	if name == fileHelper {
		return w.people[s.Of], nil
	}
	tag, idx, ok := s.names.open(name)
	switch {
	case !ok:
		return nil, nil
	case tag == tagGroup && int(idx) < len(w.groups):
		return nil, w.groups[idx]
	case (tag == tagPerson || tag == tagOfficial) && int(idx) < len(w.people):
		return w.people[idx], nil
	}
	return nil, nil
}
