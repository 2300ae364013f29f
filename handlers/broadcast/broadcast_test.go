package broadcast_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest"

	"sixtwenty/bot"
	"sixtwenty/bot/bottest"
	"sixtwenty/handlers/broadcast"
	"sixtwenty/handlers/owner"
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

func settings(t *testing.T, change func(*broadcast.Settings)) map[string]any {
	t.Helper()
	s := broadcast.Feature().Settings.(broadcast.Settings)
	s.Folder = t.TempDir()
	s.Queue = filepath.Join(s.Folder, "queue")
	if change != nil {
		change(&s)
	}
	if err := s.Check(); err != nil {
		t.Fatal(err)
	}
	return map[string]any{"broadcast": s}
}

func run(t *testing.T, change func(*broadcast.Settings), play func(w *bottest.World)) {
	t.Helper()
	o := bottest.Options{Features: []bot.Feature{owner.Feature("314159"), broadcast.Feature()}, Settings: settings(t, change), Log: zaptest.NewLogger(t, zaptest.Level(zap.WarnLevel))}
	bottest.Run(t, o, func(w *bottest.World) {
		w.Private("群主", "/机主 314159")
		play(w)
	})
}

func hears(t *testing.T, got []string, want ...string) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("heard %q, expected %q", got, want)
	}
	for i := range want {
		if !bottest.Matches(want[i], got[i]) {
			t.Errorf("heard %q, expected %q", got[i], want[i])
		}
	}
}

func give(w *bottest.World, data []byte) []string {
	w.T.Helper()
	return w.Gives("群主", bot.Media{Kind: bot.Voice}, data)
}

func TestAVoiceFromThePhone(t *testing.T) {
	run(t, nil, func(w *bottest.World) {
		hears(t, give(w, bottest.Silk(time.Minute)), "收到，60.0 秒。明天 06:20 播出？…")
		hears(t, w.Private("群主", "好"), "排好了，第 1 条，明天 06:20 播出。…")
		hears(t, give(w, bottest.Silk(83*time.Second)), "收到，83.0 秒，比 60 秒长一些…后天 06:20 播出…")
		hears(t, w.Private("群主", "不要"), "好的，没有留下。")
		hears(t, w.Private("群主", "/语音 标题 1 通俗的力量"), "好了。")
		hears(t, w.Private("群主", "/语音 话 1 早安，第一天。"), "好了。")
		hears(t, w.Private("群主", "/语音 文稿 1 这是文字版。"), "好了。")
		hears(t, w.Private("群主", "/语音 关键词 1 通俗"), "好了。")
		hears(t, w.Private("群主", "/语音"), "排队的语音：\n1. 明天 06:20 · 60.0 秒 ·《通俗的力量》 · 有文稿 · 关键词「通俗」")
		hears(t, w.Until("06:19:59"))
		hears(t, w.HeardBy("群主"))
		hears(t, w.Wind(time.Second), "早安，第一天。\n回复「通俗」看文字版。", "[语音] 通俗的力量.silk")
		hears(t, w.Says("小明", "「通俗」"), "这是文字版。")
		hears(t, w.Says("阿杰", "通俗"))
		w.Wind(6 * time.Minute)
		hears(t, w.Says("阿杰", "通俗"), "这是文字版。")
		hears(t, w.Private("阿杰", "通俗"), "这是文字版。")
		hears(t, w.Private("群主", "/语音"), "还没有排队的语音…")
		hears(t, w.Private("群主", "/语音 回执"), "2026-11-22 的语音：1 个群已收到，0 个在等或不确定，0 个失败。")
	})
}

func TestOnlyTheOwnersVoicesAreTaken(t *testing.T) {
	run(t, nil, func(w *bottest.World) {
		hears(t, w.Gives("小明", bot.Media{Kind: bot.Voice}, bottest.Silk(time.Minute)))
		hears(t, w.Private("小明", "好"))
		hears(t, w.Private("小明", "/语音"), "…只有机主能用哦。")
		hears(t, w.Gives("群主", bot.Media{Kind: bot.File, Name: "报告.pdf"}, []byte("x")))
		hears(t, w.Private("群主", "好")) // nothing was offered
	})
}

func TestWhatIsWrongIsSaidAtOnce(t *testing.T) {
	run(t, nil, func(w *bottest.World) {
		hears(t, give(w, nil), "…没有声音…")
		hears(t, give(w, bottest.Silk(0)), "…没有声音…")
		hears(t, give(w, wav(time.Second)[:40]), "…打不开…")
		hears(t, w.Gives("群主", bot.Media{Kind: bot.File, Name: "a.mp3"}, []byte("<html>")), "这不是能播的音频…")
		hears(t, w.Private("群主", "好"))
	})
}

func TestArranging(t *testing.T) {
	run(t, nil, func(w *bottest.World) {
		for i := range 3 {
			give(w, bottest.Silk(time.Duration(i+1)*time.Second))
		}
		if got := w.Private("群主", "好"); len(got) != 3 {
			t.Fatalf("heard %q", got)
		}
		hears(t, w.Private("群主", "/语音 换 1 3"), "…1. 明天 06:20 · 3.0 秒\n2. 后天 06:20 · 2.0 秒\n3. 11月24日 周二 06:20 · 1.0 秒")
		hears(t, w.Private("群主", "/语音 移 3 1"), "…1. 明天 06:20 · 1.0 秒\n2. 后天 06:20 · 3.0 秒\n3. …2.0 秒")
		hears(t, w.Private("群主", "/语音 定 1 11月23日"), "好了，2026-11-23 那天播它。")
		hears(t, w.Private("群主", "/语音 定 1 11月23日"), "2026-11-23 那天已经定了别的一条…")
		hears(t, w.Private("群主", "/语音"), "…1. 明天 06:20 · 3.0 秒\n2. 11月24日 周二 06:20 · 2.0 秒\n3. 2026-11-23 · 1.0 秒")
		hears(t, w.Private("群主", "/语音 听 3"), "[语音] 六点二十 2026-11-21.silk")
		hears(t, w.Private("群主", "/语音 删 2"), "好了。")
		hears(t, w.Private("群主", "/语音 删 9"), "没有第 9 条…")
		hears(t, w.Private("群主", "/语音 飞 1"), "可以这样：…")
		hears(t, w.Private("群主", "/语音 定 1 每天"), "没看懂是哪天：…")
		hears(t, w.Private("群主", "/语音 标题 1 "+strings.Repeat("长", 41)), "太长了…")
		w.Restart()
		w.Until("06:20")
		hears(t, w.Wind(24*time.Hour), "早安…", "[语音] 六点二十 2026-11-23.silk")
		hears(t, w.Private("群主", "/语音 回执"), "2026-11-23 …")
	})
}

// The voice comes once, on the second or as soon as the bot is back within the grace, whenever it is restarted around the time.
func TestRestartAtEverySecondAroundTheMinute(t *testing.T) {
	for _, second := range []int{-122, -121, -120, -119, -118, -60, -3, -2, -1, 0, 1, 2, 3} {
		run(t, nil, func(w *bottest.World) {
			give(w, bottest.Silk(time.Minute))
			w.Private("群主", "好")
			w.Until("06:20:00")
			w.Heard()
			give(w, bottest.Silk(time.Minute))
			w.Private("群主", "好")
			got := w.Wind(24*time.Hour + time.Duration(second)*time.Second)
			w.Restart()
			got = append(got, w.Heard()...)
			w.Restart()
			got = append(got, w.Heard()...)
			got = append(got, w.Wind(10*time.Minute)...)
			hears(w.T.(*testing.T), got, "早安…", "[语音] 六点二十 2026-11-23.silk")
		})
	}
}

func TestDownAtTheMinute(t *testing.T) {
	for down, want := range map[time.Duration]int{time.Minute: 2, 29 * time.Minute: 2, 33 * time.Minute: 0} {
		run(t, nil, func(w *bottest.World) {
			give(w, bottest.Silk(time.Minute))
			w.Private("群主", "好")
			w.Until("06:17")
			w.Down()
			w.Wind(3*time.Minute + down)
			w.Restart()
			if got := append(w.Heard(), w.Wind(2*time.Minute)...); len(got) != want {
				t.Errorf("back after %v: %q", down, got)
			}
			left := w.Private("群主", "/语音")
			if missed := bottest.Matches("…1. …", left[len(left)-1]); missed != (want == 0) {
				t.Errorf("back after %v the queue is %q", down, left)
			}
		})
	}
}

func file(t *testing.T, folder, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(folder, name), data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestTheFolder(t *testing.T) {
	folder := ""
	run(t, func(s *broadcast.Settings) { folder = s.Folder }, func(w *bottest.World) {
		hears(t, w.Until("20:00"))
		hears(t, w.HeardBy("群主"), "明天 06:20 的语音还没有…会放自带的示例。")
		file(t, folder, "2026-11-22.silk", bottest.Silk(time.Minute))
		file(t, folder, "2026-11-22.txt", []byte("今天讲苏轼。"))
		file(t, folder, "旧的.silk", bottest.Silk(30*time.Second))
		hears(t, w.Until("06:20"), "今天讲苏轼。", "[语音] 六点二十 2026-11-22.silk")
		hears(t, w.HeardBy("群主"))
		w.Until("20:00")
		hears(t, w.HeardBy("群主"), "明天 06:20 的语音还没有…会放一条旧的。")
		hears(t, w.Until("06:20"), "早安…", "[语音] 六点二十 2026-11-23.silk")
		hears(t, w.HeardBy("群主"), "今天 06:20 的语音还没有…", "2026-11-23 没有新的语音，发了一条旧的…")
	})
}

func TestSilence(t *testing.T) {
	run(t, func(s *broadcast.Settings) { s.Fallback = "silence" }, func(w *bottest.World) {
		w.Until("20:00")
		w.HeardBy("群主")
		hears(t, w.Until("06:20"))
		hears(t, w.HeardBy("群主"), "今天 06:20 的语音还没有…那天就不发。", "2026-11-22 没有语音可发：按设置…")
	})
}

func TestSpeech(t *testing.T) {
	if _, err := exec.LookPath("espeak-ng"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	run(t, func(s *broadcast.Settings) { s.Fallback = "speech" }, func(w *bottest.World) {
		hears(t, w.Until("06:20"), "早安…", "[语音] 六点二十 2026-11-22.…")
	})
}

func TestPrivateTranscript(t *testing.T) {
	run(t, func(s *broadcast.Settings) { s.Transcript = "private" }, func(w *bottest.World) {
		give(w, bottest.Silk(time.Minute))
		w.Private("群主", "好")
		w.Private("群主", "/语音 文稿 1 全文")
		w.Private("群主", "/语音 关键词 1 全文版")
		w.Until("06:20")
		w.Private("小明", "在吗")
		hears(t, w.Says("小明", "全文版"), "@小明…文稿私聊发给您啦。")
		hears(t, w.HeardBy("小明"), "全文")
		hears(t, w.Says("阿杰", "全文版"), "全文") // they never wrote in private
	})
}

func TestSettingsAreChecked(t *testing.T) {
	good := broadcast.Feature().Settings.(broadcast.Settings)
	for field, change := range map[string]func(*broadcast.Settings){
		"voice": func(s *broadcast.Settings) { s.Voice = "早上" }, "remind": func(s *broadcast.Settings) { s.Remind = "x" },
		"fallback": func(s *broadcast.Settings) { s.Fallback = "" }, "transcript": func(s *broadcast.Settings) { s.Transcript = "" },
		"speaker": func(s *broadcast.Settings) { s.Fallback, s.Speaker = "speech", "" },
	} {
		s := good
		change(&s)
		if err := s.Check(); err == nil || !strings.HasPrefix(err.Error(), field+":") {
			t.Errorf("%s: %v", field, err)
		}
	}
	if err := errors.Join(good.Check()); err != nil {
		t.Error(err)
	}
}

func TestExamples(t *testing.T) {
	bottest.Examples(t, bottest.Options{Features: []bot.Feature{broadcast.Feature()}})
}

// A group that fails for good at the minute gets its share within the grace; one that fails all along is told to the owner.
func TestAGroupThatFailed(t *testing.T) {
	for name, tt := range map[string]struct {
		until string
		hears int
		told  string
	}{
		"comes back":   {"06:27", 1, ""},
		"stays away":   {"09:00", 0, "2026-11-22 的语音发到了 1 个群，这 1 个群没有收到：「六点二十二群」…"},
		"never failed": {"06:00", 1, ""},
	} {
		t.Run(name, func(t *testing.T) {
			o := bottest.Options{
				Features: []bot.Feature{owner.Feature("314159"), broadcast.Feature()}, Settings: settings(t, nil),
				Fail: func(e bot.Effect) error {
					if e.Chat == "g-2" && e.Kind == bot.SendVoice && time.Now().In(time.FixedZone("", 8*3600)).Format("15:04") < tt.until {
						return bot.Permanent(errors.New("the group is not known yet"))
					}
					return nil
				},
			}
			bottest.Run(t, o, func(w *bottest.World) {
				w.Private("群主", "/机主 314159")
				other := bot.Chat{ID: "g-2", Group: true, Name: "六点二十二群"}
				w.Put(bot.Event{Kind: bot.Message, Chat: other, From: bot.Member{Person: "p-x", Nick: "某某"}, Text: "在"})
				give(w, bottest.Silk(time.Minute))
				w.Private("群主", "好")
				w.Wind(18 * time.Hour)
				w.HeardBy("群主")
				hears(t, w.Wind(2*time.Hour), "早安…", "[语音] …")
				var voices int
				for _, text := range w.HeardIn("g-2") {
					if strings.HasPrefix(text, "[语音]") {
						voices++
					}
				}
				if voices != tt.hears {
					t.Errorf("the other group has %d voices, expected %d", voices, tt.hears)
				}
				if told := w.HeardBy("群主"); tt.told == "" && len(told) > 0 || tt.told != "" && (len(told) != 1 || !bottest.Matches(tt.told, told[0])) {
					t.Errorf("the owner heard %q", told)
				}
			})
		})
	}
}
