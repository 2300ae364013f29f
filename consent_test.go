package main

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// asked says what the program makes of an answer to the question about the risks.
func asked(t *testing.T, data, endpoint string, terminal io.Reader, known bool) (string, error) {
	t.Helper()
	out := newScreen()
	s := settings{}
	s.Data, s.Account.Endpoint = data, endpoint
	err := program{stdout: out, terminal: terminal}.consent(t.Context(), s, known)
	return out.String(), err
}

func TestTheRisksNeedAYes(t *testing.T) {
	for answer, want := range map[string]bool{
		"yes\n": true, " YES \r\n": true, "是\n": true, "同意\n": true, "no\n": false, "\n": false, "": false, "y\n": false, "yes please\n": false,
	} {
		data := filepath.Join(t.TempDir(), "data")
		out, err := asked(t, data, "", strings.NewReader(answer), false)
		if (err == nil) != want || err != nil && !errors.Is(err, errNoConsent) {
			t.Errorf("%q: %v", answer, err)
		}
		if !strings.Contains(out, "封停") || !strings.Contains(out, "banned") {
			t.Errorf("the risks are not said: %s", out)
		}
		info, err := os.Stat(filepath.Join(data, consentFile))
		if (err == nil) != want || want && info.Mode().Perm() != 0o600 {
			t.Errorf("%q: kept: %v", answer, err)
		}
		if _, again := asked(t, data, "", nil, false); (again == nil) != want {
			t.Errorf("%q: the next time: %v", answer, again)
		}
	}
}

func TestTheRisksCanBeKnown(t *testing.T) {
	data := t.TempDir()
	if _, err := asked(t, data, "", nil, false); !errors.Is(err, errNoConsent) {
		t.Errorf("without a terminal: %v", err)
	}
	if _, err := asked(t, data, "", nil, true); err != nil {
		t.Errorf("with the flag: %v", err)
	}
	if _, err := asked(t, data, "", nil, false); err != nil {
		t.Errorf("after that: %v", err)
	}
	for _, endpoint := range []string{boxEndpoint, "http://127.0.0.1:1"} {
		if out, err := asked(t, t.TempDir(), endpoint, nil, false); err != nil || out != "" {
			t.Errorf("%s: %q, %v", endpoint, out, err)
		}
	}
}

func TestTheQuestionCanBeInterrupted(t *testing.T) {
	never, write := net.Pipe()
	defer write.Close()
	defer never.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if err := (program{stdout: io.Discard, terminal: never}).askForConsent(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

// TestWithoutAYesNothingIsTouched runs the whole program.
func TestWithoutAYesNothingIsTouched(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	got := fails(t, []string{"SIXTYTWENTY_ACCOUNT_ENDPOINT="}, "run", "--data", data)
	if !strings.Contains(got, "--i-know-the-risks") {
		t.Errorf("got %q", got)
	}
	if _, err := os.Stat(data); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the data folder: %v", err)
	}
}
