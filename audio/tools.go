package audio

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// ErrNoTool says that ffmpeg is not installed, or cannot read the format.
var ErrNoTool = errors.New("ffmpeg is not here")

// lastGasp is how long a program that was told to end may take.
const lastGasp = 2 * time.Second

// Even converts a recording to an mp3 of the loudness that speech is usually published at. It needs ffmpeg; without it, and
// for SILK, which ffmpeg cannot read, the error is ErrNoTool and the recording is best passed on as it is.
func Even(ctx context.Context, data []byte, from Format) ([]byte, error) {
	if from == SILK {
		return nil, ErrNoTool
	}
	ffmpeg, err := exec.LookPath("ffmpeg")
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoTool, err)
	}
	return withFiles(data, "in."+string(from), "out.mp3", func(in, out string) error {
		return run(ctx, nil, ffmpeg, "-nostdin", "-hide_banner", "-loglevel", "error", "-y", "-protocol_whitelist", "file",
			"-i", in, "-vn", "-map_metadata", "-1", "-af", "loudnorm=I=-16:TP=-1.5:LRA=11", "-ac", "1", "-ar", "44100", "-b:a", "96k", out)
	})
}

// withFiles writes data into a new folder that only we can read, lets use make another file of it, and gives that.
func withFiles(data []byte, in, out string, use func(in, out string) error) ([]byte, error) {
	dir, err := os.MkdirTemp("", "sixtwenty-audio-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	in, out = filepath.Join(dir, in), filepath.Join(dir, out)
	if err := os.WriteFile(in, data, 0o600); err != nil {
		return nil, err
	}
	if err := use(in, out); err != nil {
		return nil, err
	}
	return os.ReadFile(out)
}

// run runs a program without a shell, and tells what it complained about.
func run(ctx context.Context, stdin []byte, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.WaitDelay = lastGasp
	cmd.Stdin = bytes.NewReader(stdin)
	var complaint bytes.Buffer
	cmd.Stderr = &limited{&complaint, 2000}
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w: %s", filepath.Base(name), err, strings.TrimSpace(complaint.String()))
	}
	return nil
}

// limited takes everything and keeps the beginning.
type limited struct {
	to   *bytes.Buffer
	left int
}

func (l *limited) Write(p []byte) (int, error) {
	n := min(len(p), l.left)
	l.left -= n
	l.to.Write(p[:n])
	return len(p), nil
}
