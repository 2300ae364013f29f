// Package control is the door to a running bot for other processes of the same user: a unix socket in a folder that only
// that user can enter. It is there because the bot's database lets no second process in.
//
// What goes over it, once a connection:
//
//	→ {"do":"backup"}                        one line of JSON, at most 4 kB
//	← {"ok":true,"value":…,"body":true}      one line of JSON, at most 64 kB; or {"error":"…"}, and that is all
//	← the body, in the chunks of HTTP/1.1    only with "body"
//	← {"size":1234,"sum":"SHA-256 in hex"}   one line; or {"error":"…"}, and the body is worth nothing
//
// The last line is why a body that a dying bot cut off is never taken for a whole one.
package control

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"net"
	"time"
)

const (
	maxRequest = 4 << 10
	maxAnswer  = 64 << 10
	// patience is for one line, or one piece of a body.
	patience = 30 * time.Second
	// bodyPatience is for the first piece: making a copy takes its time.
	bodyPatience = 10 * time.Minute
	// maxCalls is how many are answered at once.
	maxCalls = 4
)

type request struct {
	Do string `json:"do"`
}

type answer struct {
	OK    bool            `json:"ok,omitempty"`
	Value json.RawMessage `json:"value,omitempty"`
	Body  bool            `json:"body,omitempty"`
	Error string          `json:"error,omitempty"`
}

// ending is what follows a body.
type ending struct {
	Size  int64  `json:"size"`
	Sum   string `json:"sum,omitempty"`
	Error string `json:"error,omitempty"`
}

// A measure counts and sums what goes through it.
type measure struct {
	size int64
	hash hash.Hash
}

func newMeasure() *measure { return &measure{hash: sha256.New()} }

func (m *measure) Write(p []byte) (int, error) {
	m.size += int64(len(p))
	return m.hash.Write(p)
}

func (m *measure) ending() ending {
	return ending{Size: m.size, Sum: hex.EncodeToString(m.hash.Sum(nil))}
}

func writeLine(w io.Writer, v any) error {
	line, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = w.Write(append(line, '\n'))
	return err
}

func readLine(r *bufio.Reader, limit int, into any) error {
	var line []byte
	for {
		piece, err := r.ReadSlice('\n')
		if line = append(line, piece...); len(line) > limit {
			return fmt.Errorf("a line of more than %d bytes", limit)
		}
		if err == nil {
			return json.Unmarshal(line, into)
		}
		if errors.Is(err, io.EOF) {
			return io.ErrUnexpectedEOF
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
	}
}

// timed gives every read and every write of a connection a deadline of its own.
type timed struct {
	net.Conn
	read time.Duration
}

func (c *timed) Read(p []byte) (int, error) {
	if err := c.SetReadDeadline(time.Now().Add(c.read)); err != nil {
		return 0, err
	}
	return c.Conn.Read(p)
}

func (c *timed) Write(p []byte) (int, error) {
	if err := c.SetWriteDeadline(time.Now().Add(patience)); err != nil {
		return 0, err
	}
	return c.Conn.Write(p)
}
