package control

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http/httputil"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"
)

// A Reply is what a command answers: a value that becomes JSON, and a body where there is one. Body's context ends with the
// server, or when the other side is gone.
type Reply struct {
	Value any
	Body  func(ctx context.Context, w io.Writer) error
}

// A Command answers one kind of request. It may be called from several goroutines at once.
type Command func(ctx context.Context) (Reply, error)

// Serve answers until ctx is done or the door is closed, a few calls at once; further ones wait.
func (d *Door) Serve(ctx context.Context, commands map[string]Command) error {
	stop := context.AfterFunc(ctx, func() { _ = d.ln.Close() })
	defer stop()
	var g errgroup.Group
	g.SetLimit(maxCalls)
	for {
		conn, err := d.ln.Accept()
		if err != nil {
			_ = g.Wait()
			if ctx.Err() != nil || errors.Is(err, net.ErrClosed) {
				return nil
			}
			return fmt.Errorf("the control socket: %w", err)
		}
		g.Go(func() error {
			serve(ctx, conn, commands)
			return nil
		})
	}
}

// serve answers one call. What fails towards the other side is theirs to see: they hear no proper end.
func serve(ctx context.Context, conn net.Conn, commands map[string]Command) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	c := &timed{conn, patience}
	reply, err := ask(ctx, c, commands)
	if err != nil {
		_ = writeLine(c, answer{Error: err.Error()})
		return
	}
	value, err := json.Marshal(reply.Value)
	if err != nil || len(value) > maxAnswer-100 {
		_ = writeLine(c, answer{Error: "the answer does not fit into a line"})
		return
	}
	if writeLine(c, answer{OK: true, Value: value, Body: reply.Body != nil}) == nil && reply.Body != nil {
		writeBody(ctx, c, reply.Body)
	}
}

func ask(ctx context.Context, c net.Conn, commands map[string]Command) (Reply, error) {
	var req request
	if err := readLine(bufio.NewReader(io.LimitReader(c, maxRequest+1)), maxRequest, &req); err != nil {
		return Reply{}, fmt.Errorf(`the request cannot be read, expected a line such as {"do":"status"}: %w`, err)
	}
	command := commands[req.Do]
	if command == nil {
		known := strings.Join(slices.Sorted(maps.Keys(commands)), ", ")
		return Reply{}, fmt.Errorf("there is no command %.40q here, only %s", req.Do, known)
	}
	return command(ctx)
}

func writeBody(ctx context.Context, c io.Writer, body func(context.Context, io.Writer) error) {
	chunks, m := httputil.NewChunkedWriter(c), newMeasure()
	end := m.ending
	if err := body(ctx, io.MultiWriter(chunks, m)); err != nil {
		end = func() ending { return ending{Error: err.Error()} }
	}
	if chunks.Close() == nil {
		_ = writeLine(c, end())
	}
}
