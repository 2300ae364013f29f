package audio_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"sixtwenty/audio"
)

// wav is a mono recording of a sawtooth.
func wav(length time.Duration) []byte {
	const rate = 8000
	n := int(length.Seconds() * rate)
	var b bytes.Buffer
	b.WriteString("RIFF")
	_ = binary.Write(&b, binary.LittleEndian, uint32(36+2*n))
	b.WriteString("WAVEfmt ")
	_ = binary.Write(&b, binary.LittleEndian, uint32(16))
	for _, v := range []any{uint16(1), uint16(1), uint32(rate), uint32(2 * rate), uint16(2), uint16(16)} {
		_ = binary.Write(&b, binary.LittleEndian, v)
	}
	b.WriteString("data")
	_ = binary.Write(&b, binary.LittleEndian, uint32(2*n))
	for i := range n {
		_ = binary.Write(&b, binary.LittleEndian, int16(i%100*200-10000))
	}
	return b.Bytes()
}

func amr(frames int) []byte {
	d := []byte("#!AMR\n")
	for range frames {
		d = append(d, append([]byte{7 << 3}, make([]byte, 31)...)...)
	}
	return d
}

func silk(packets int) []byte {
	d := []byte("\x02#!SILK_V3")
	for range packets {
		d = append(d, 30, 0)
		d = append(d, make([]byte, 30)...)
	}
	return append(d, 0xff, 0xff)
}

func near(a, b, by time.Duration) bool { return (a - b).Abs() <= by }

func TestProbe(t *testing.T) {
	for name, tt := range map[string]struct {
		data   []byte
		format audio.Format
		length time.Duration
	}{
		"wav":              {wav(10 * time.Second), audio.WAV, 10 * time.Second},
		"wav, cut short":   {wav(10 * time.Second)[:44+16000], audio.WAV, time.Second},
		"amr":              {amr(3000), audio.AMR, time.Minute},
		"amr, cut short":   {amr(51)[:6+50*32+3], audio.AMR, time.Second},
		"silk of WeChat":   {silk(503), audio.SILK, 10060 * time.Millisecond},
		"silk of others":   {silk(50)[1:], audio.SILK, time.Second},
		"silk without end": {silk(50)[:len(silk(50))-2], audio.SILK, time.Second},
		"silk, cut short":  {silk(51)[:10+50*32+7], audio.SILK, time.Second},
	} {
		info, err := audio.Probe(tt.data)
		if err != nil || info.Format != tt.format || info.Length != tt.length {
			t.Errorf("%s: %+v, %v; want %s of %v", name, info, err, tt.format, tt.length)
		}
	}
}

func TestProbeRefuses(t *testing.T) {
	for name, tt := range map[string]struct {
		data []byte
		want error
	}{
		"nothing":          {nil, audio.ErrEmpty},
		"a text":           {[]byte("早上好，这不是录音"), audio.ErrUnknown},
		"a page":           {[]byte("<html>"), audio.ErrUnknown},
		"wav without data": {wav(time.Second)[:40], audio.ErrBroken},
		"wav of silence 0": {wav(0), audio.ErrEmpty},
		"amr without end":  {[]byte("#!AMR\n"), audio.ErrEmpty},
		"amr of two":       {[]byte("#!AMR_MC1.0\n"), audio.ErrBroken},
		"silk without":     {silk(0), audio.ErrEmpty},
		"m4a unfinished":   {[]byte("\x00\x00\x00\x10ftypM4A \x00\x00\x00\x00"), audio.ErrBroken},
		"mp3 of noise":     {append([]byte("ID3"), make([]byte, 4000)...), audio.ErrBroken},
		"ogg of nothing":   {append([]byte("OggS"), make([]byte, 40)...), audio.ErrBroken},
	} {
		if info, err := audio.Probe(tt.data); !errors.Is(err, tt.want) {
			t.Errorf("%s: %+v, %v", name, info, err)
		}
	}
}

func need(t *testing.T, tool string) {
	t.Helper()
	if _, err := exec.LookPath(tool); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
}

// TestProbeWhatFfmpegWrites holds our lengths against real files of every format.
func TestProbeWhatFfmpegWrites(t *testing.T) {
	need(t, "ffmpeg")
	dir := t.TempDir()
	in := filepath.Join(dir, "in.wav")
	if err := os.WriteFile(in, wav(7500*time.Millisecond), 0o600); err != nil {
		t.Fatal(err)
	}
	for file, args := range map[string][]string{
		"cbr.mp3":    {"-ar", "44100", "-b:a", "64k"},
		"vbr.mp3":    {"-ar", "44100", "-q:a", "6"},
		"a.m4a":      {"-c:a", "aac"},
		"opus.ogg":   {"-c:a", "libopus"},
		"vorbis.ogg": {"-c:a", "libvorbis"},
		"b.wav":      {"-ar", "44100", "-ac", "2"},
	} {
		out := filepath.Join(dir, file)
		cmd := exec.Command("ffmpeg", append(append([]string{"-nostdin", "-loglevel", "error", "-i", in}, args...), out)...)
		if said, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v %s", file, err, said)
			continue
		}
		data, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		info, err := audio.Probe(data)
		if err != nil || string(info.Format) != filepath.Ext(file)[1:] || !near(info.Length, 7500*time.Millisecond, 120*time.Millisecond) {
			t.Errorf("%s: %+v, %v", file, info, err)
		}
	}
}

func TestEven(t *testing.T) {
	need(t, "ffmpeg")
	out, err := audio.Even(t.Context(), wav(3*time.Second), audio.WAV)
	if err != nil {
		t.Fatal(err)
	}
	info, err := audio.Probe(out)
	if err != nil || info.Format != audio.MP3 || !near(info.Length, 3*time.Second, 150*time.Millisecond) {
		t.Errorf("%+v, %v", info, err)
	}
	if _, err := audio.Even(t.Context(), []byte("RIFF____WAVEfmt "), audio.WAV); err == nil || errors.Is(err, audio.ErrNoTool) {
		t.Errorf("broken: %v", err)
	}
	if _, err := audio.Even(t.Context(), silk(50), audio.SILK); !errors.Is(err, audio.ErrNoTool) {
		t.Errorf("silk: %v", err)
	}
}

func TestSpeakByCommand(t *testing.T) {
	need(t, "espeak-ng")
	for _, command := range []audio.Command{"espeak-ng -v cmn -w {out}", "espeak-ng -v cmn -w {out} {text}"} {
		data, err := command.Speak(t.Context(), "-早上好，\n新的一天开始了")
		if err != nil {
			t.Errorf("%s: %v", command, err)
			continue
		}
		if info, err := audio.Probe(data); err != nil || info.Length < time.Second {
			t.Errorf("%s: %+v, %v", command, info, err)
		}
	}
	if _, err := audio.Command("espeak-ng -w {out}").Speak(t.Context(), " \n"); !errors.Is(err, audio.ErrNoText) {
		t.Errorf("no text: %v", err)
	}
	if _, err := audio.Command("no-such-program {out}").Speak(t.Context(), "早"); err == nil {
		t.Error("a missing program spoke")
	}
}

func TestSpeakByEndpoint(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var ask map[string]string
		if json.NewDecoder(r.Body).Decode(&ask) != nil || r.Header.Get("Authorization") != "Bearer secret" || ask["model"] != "m" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = w.Write(wav(time.Duration(len([]rune(ask["input"]))) * time.Second))
	}))
	defer server.Close()
	e := audio.Endpoint{URL: server.URL, Key: "secret", Model: "m", Voice: "v"}
	data, err := e.Speak(t.Context(), "早上好")
	if err != nil {
		t.Fatal(err)
	}
	if info, err := audio.Probe(data); err != nil || info.Length != 3*time.Second {
		t.Errorf("%+v, %v", info, err)
	}
	e.Key = "wrong"
	if _, err := e.Speak(t.Context(), "早上好"); err == nil || bytes.Contains([]byte(err.Error()), []byte("wrong")) {
		t.Errorf("%v", err)
	}
}

func FuzzProbe(f *testing.F) {
	f.Add(wav(100 * time.Millisecond))
	f.Add(amr(3))
	f.Add(silk(3))
	f.Add([]byte("\x00\x00\x00\x08ftyp\x00\x00\x00\x1cmoov\x00\x00\x00\x14mvhd\x00\x00\x00\x00\x00\x00\x00\x00"))
	f.Add([]byte("OggS\x00\x02OpusHead\x01\x01\x38\x01"))
	f.Add([]byte("ID3\x04\x00\x00\x00\x00\x00\x00\xff\xfb\x90\x64"))
	f.Fuzz(func(t *testing.T, data []byte) {
		info, err := audio.Probe(data)
		if err == nil && info.Length <= 0 {
			t.Errorf("%+v", info)
		}
	})
}
