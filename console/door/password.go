package door

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/crypto/argon2"
)

const (
	// MinPassword is the shortest password that Hash takes, in characters.
	MinPassword = 10
	maxPassword = 1000 // bytes
	patience    = 3 * time.Second

	memory  = 64 << 10 // kB, so that guessing is dear
	least   = 8 << 10  // kB that a hash may take
	passes  = 2
	threads = 2
	keyLen  = 32
	saltLen = 16
)

// ErrShort is returned by Hash.
var ErrShort = fmt.Errorf("a password has %d characters or more, and no more than %d bytes", MinPassword, maxPassword)

var errHash = errors.New("the password file does not hold an argon2id hash; make it with: sixtwenty password")

// Hash makes what is kept of a password, in the usual form $argon2id$v=19$m=…,t=…,p=…$salt$hash.
func Hash(password string) (string, error) {
	if len([]rune(password)) < MinPassword || len(password) > maxPassword {
		return "", ErrShort
	}
	return hash(password, memory), nil
}

func hash(password string, memory uint32) string {
	salt := make([]byte, saltLen)
	_, _ = rand.Read(salt) // it never fails
	key := argon2.IDKey([]byte(password), salt, passes, memory, threads, keyLen)
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, memory, passes, threads, b64(salt), b64(key))
}

type hashed struct {
	memory, passes uint32
	threads        uint8
	salt, key      []byte
}

// parse reads a hash. Its costs are bounded: a file must not make the bot run out of memory.
func parse(hash string) (h hashed, err error) {
	parts := strings.Split(strings.TrimSpace(hash), "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return h, errHash
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &h.memory, &h.passes, &h.threads); err != nil {
		return h, errHash
	}
	if h.memory < least || h.memory > 1<<20 || h.passes < 1 || h.passes > 20 || h.threads < 1 || h.threads > 16 {
		return h, fmt.Errorf("%w: its costs are out of bounds", errHash)
	}
	if h.salt, err = base64.RawStdEncoding.DecodeString(parts[4]); err == nil {
		h.key, err = base64.RawStdEncoding.DecodeString(parts[5])
	}
	if err != nil || len(h.salt) < 8 || len(h.key) < 16 || len(h.key) > 64 {
		return h, errHash
	}
	return h, nil
}

// Matches says whether a password made this hash.
func Matches(hash, password string) bool {
	h, err := parse(hash)
	if err != nil {
		return false
	}
	key := argon2.IDKey([]byte(password), h.salt, h.passes, h.memory, h.threads, uint32(len(h.key)))
	return subtle.ConstantTimeCompare(key, h.key) == 1
}
