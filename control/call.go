package control

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http/httputil"
	"syscall"
	"time"
)

// ErrNobody is wrapped by Call where no bot serves the folder.
var ErrNobody = errors.New("no bot is running here")

// Call asks the bot that serves folder. The answer's value goes into value, its body into body; either may be nil. After an error
// what body got is worth nothing.
func Call(ctx context.Context, folder, do string, value any, body io.Writer) error {
	path := whereIs(folder)
	dialer := net.Dialer{Timeout: 5 * time.Second}
	conn, err := dialer.DialContext(ctx, "unix", path)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED) || len(path) > longestPath {
		return fmt.Errorf("%w (%s)", ErrNobody, folder)
	}
	if err != nil {
		return fmt.Errorf("the control socket: %w", err)
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	if err := call(&timed{conn, patience}, do, value, body); err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return fmt.Errorf("asking the running bot for %s: %w", do, err)
	}
	return nil
}

func call(c *timed, do string, value any, body io.Writer) error {
	if err := writeLine(c, request{do}); err != nil {
		return err
	}
	r := bufio.NewReader(c)
	var a answer
	if err := readLine(r, maxAnswer, &a); err != nil {
		return err
	}
	switch {
	case a.Error != "":
		return errors.New(a.Error)
	case !a.OK:
		return errors.New("it answers neither yes nor no")
	case a.Body != (body != nil):
		return errors.New("it answers something else than was asked for; is it of another version?")
	}
	if value != nil {
		if err := json.Unmarshal(a.Value, value); err != nil {
			return fmt.Errorf("its answer cannot be read: %w", err)
		}
	}
	if body == nil {
		return nil
	}
	return readBody(c, r, body)
}

func readBody(c *timed, r *bufio.Reader, body io.Writer) error {
	c.read = bodyPatience
	m := newMeasure()
	if _, err := io.Copy(io.MultiWriter(body, m), httputil.NewChunkedReader(r)); err != nil {
		return fmt.Errorf("its answer broke off: %w", err)
	}
	var end ending
	if err := readLine(r, maxAnswer, &end); err != nil {
		return fmt.Errorf("its answer broke off: %w", err)
	}
	switch got := m.ending(); {
	case end.Error != "":
		return errors.New(end.Error)
	case end != got:
		return fmt.Errorf("its answer came damaged: %d bytes with the sum %s, expected %d with %s", got.Size, got.Sum, end.Size, end.Sum)
	}
	return nil
}
