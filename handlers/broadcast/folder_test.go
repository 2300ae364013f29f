package broadcast_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sixtwenty/bot"
	"sixtwenty/bot/bottest"
	"sixtwenty/handlers/broadcast"
	"sixtwenty/handlers/owner"
	"sixtwenty/handlers/people"
)

// inFolders plays with the folder of the mornings and that of the queue.
func inFolders(t *testing.T, play func(w *bottest.World, folder, queue string)) {
	t.Helper()
	folder, queue := "", ""
	run(t, func(s *broadcast.Settings) {
		folder, queue = s.Folder, s.Queue
		if err := os.MkdirAll(queue, 0o700); err != nil {
			t.Fatal(err)
		}
	}, func(w *bottest.World) { play(w, folder, queue) })
}

func names(t *testing.T, folder string) (list []string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

func TestWhatIsPutIntoTheFolderIsQueued(t *testing.T) {
	inFolders(t, func(w *bottest.World, _, queue string) {
		file(t, queue, "通俗的力量.silk", bottest.Silk(time.Minute))
		file(t, queue, "通俗的力量.txt", []byte("\ufeff话：早安，今天讲通俗。\n关键词: 通俗\n\n文稿：通俗是一种本事。\n第二行。"))
		file(t, queue, "坏的.mp3", []byte("<html>"))
		file(t, queue, "空的.wav", nil)
		file(t, queue, "报告.pdf", []byte("x"))
		told := strings.Join(w.Private("群主", "/语音 看"), "\n")
		for _, want := range []string{
			"文件夹里的「通俗的力量.silk」排好了，第 1 条，60.0 秒，明天 06:20 播出。",
			"「坏的.mp3」收不了：这不是能播的音频", "「空的.wav」收不了：这条里面没有声音",
		} {
			if !strings.Contains(told, want) {
				t.Errorf("the owner did not hear %q but %q", want, told)
			}
		}
		if got := names(t, filepath.Join(queue, "taken")); len(got) != 2 {
			t.Errorf("taken: %q", got)
		}
		if got := names(t, filepath.Join(queue, "refused")); len(got) != 2 {
			t.Errorf("refused: %q", got)
		}
		hears(t, w.Until("06:20"), "早安，今天讲通俗。\n回复「通俗」看文字版。", "[语音] 通俗的力量.silk")
		hears(t, w.Says("小明", "通俗"), "通俗是一种本事。\n第二行。")
	})
}

// TestAFileIsTakenOnce, whatever is restarted when, and again when it is put there again.
func TestAFileIsTakenOnce(t *testing.T) {
	inFolders(t, func(w *bottest.World, _, queue string) {
		for range 2 {
			file(t, queue, "a.silk", bottest.Silk(time.Second))
			for range 5 {
				w.Stage().Tell("群主", "/语音 看")
				w.Restart()
				w.Wind(4 * time.Minute)
			}
		}
		got := w.Private("群主", "/语音")
		if n := strings.Count(got[len(got)-1], "《a》"); n != 2 {
			t.Errorf("queued %d times: %q", n, got)
		}
		if got := names(t, filepath.Join(queue, "taken")); len(got) != 2 {
			t.Errorf("taken: %q", got)
		}
	})
}

// TestAFileThatCannotBeMoved is dealt with once and said, and not taken again.
func TestAFileThatCannotBeMoved(t *testing.T) {
	inFolders(t, func(w *bottest.World, _, queue string) {
		file(t, queue, "a.silk", bottest.Silk(time.Second))
		file(t, queue, "taken", nil) // in the way of the folder
		w.Wind(7 * time.Hour)        // a round of its own
		hears(t, w.HeardBy("群主"), "文件夹里的「a.silk」排好了…", "「a.silk」已经处理了，但挪不走…")
		w.Private("群主", "/语音 看")
		w.Wind(time.Second)
		hears(t, w.HeardBy("群主"))
		hears(t, w.Private("群主", "/语音"), "排队的语音：\n1. 明天 06:20 · 1.0 秒 ·《a》")
	})
}

// TestABrokenFileForADayIsRefusedWhenItArrives, not at 06:20.
func TestABrokenFileForADayIsRefusedWhenItArrives(t *testing.T) {
	inFolders(t, func(w *bottest.World, folder, _ string) {
		file(t, folder, "2026-11-22.wav", wav(time.Second)[:40])
		file(t, folder, "旧的.silk", bottest.Silk(time.Second))
		hears(t, w.Private("群主", "/语音"), "还没有排队的语音…", "「2026-11-22.wav」收不了：这条打不开…refused 文件夹…")
		if got := names(t, filepath.Join(folder, "refused")); len(got) != 1 {
			t.Errorf("refused: %q", got)
		}
		w.Until("05:00")
		w.HeardBy("群主")
		hears(t, w.Until("06:20"), "早安…", "[语音] …silk")
	})
}

// TestWhatTheConsoleIsGivenIsQueued: the console keeps the file and asks /语音 收 with it, in no chat.
func TestWhatTheConsoleIsGivenIsQueued(t *testing.T) {
	run(t, nil, func(w *bottest.World) {
		upload := func(name string, data []byte, say string) []string {
			m, err := w.Bot().Take(context.Background(), bot.File, name, bytes.NewReader(data), 1<<20)
			if err != nil {
				t.Fatal(err)
			}
			said, err := w.Bot().Ask(context.Background(), bot.Event{Text: say, Media: &m})
			if err != nil {
				t.Fatal(err)
			}
			w.Wind(0)
			return said
		}
		hears(t, upload("早安.silk", bottest.Silk(70*time.Second), "/语音 收 通俗 的力量"), "收到，正在听一听…")
		hears(t, w.HeardBy("群主"), "「通俗 的力量」排好了，第 1 条，70.0 秒，明天 06:20 播出。比 60 秒长…")
		hears(t, upload("坏.mp3", []byte("<html>"), "/语音 收"), "收到，正在听一听…")
		hears(t, w.HeardBy("群主"), "「坏」收不了：这不是能播的音频…")
		hears(t, upload("报告.pdf", []byte("x"), "/语音 收"), "这不是能播的音频…")
		ask := func(say string) []string {
			said, err := w.Bot().Ask(context.Background(), bot.Event{Text: say})
			if err != nil {
				t.Fatal(err)
			}
			return said
		}
		hears(t, ask("/语音 标题 #1 新的标题"), "好了。")
		hears(t, ask("/语音 删 #7"), "没有第 #7 条…")
		hears(t, ask("/语音 定 #1 11月25日"), "好了，2026-11-25 那天播它。")
	})
}

// TestGroupsThatHaveNoTurn: what the budget of an hour leaves over is told, and not sent at seven.
func TestGroupsThatHaveNoTurn(t *testing.T) {
	o := bottest.Options{
		Features: []bot.Feature{owner.Feature("314159"), broadcast.Feature()}, Settings: settings(t, nil),
		Pace: bot.Pace{Gap: time.Second, PerHour: 7},
	}
	bottest.Run(t, o, func(w *bottest.World) {
		w.Private("群主", "/机主 314159")
		for i := range 5 {
			chat := bot.Chat{ID: bot.ChatID(fmt.Sprint("g-", i+2)), Group: true, Name: fmt.Sprint("六点二十", i)}
			w.Put(bot.Event{Kind: bot.Message, Chat: chat, From: bot.Member{Person: "p-x", Nick: "某某"}, Text: "在"})
		}
		w.Until("06:19")
		w.HeardBy("群主")
		heard := w.Wind(time.Hour)
		for i := range 5 {
			heard = append(heard, w.HeardIn(bot.ChatID(fmt.Sprint("g-", i+2)))...)
		}
		have := strings.Count(strings.Join(heard, "\n"), "[语音]")
		told := strings.Join(w.HeardBy("群主"), "\n")
		if have != 3 || !strings.Contains(told, "30 分钟里只发到了 3 个群，3 个群没轮上") {
			t.Errorf("%d groups have it; the owner heard %q", have, told)
		}
	})
}

// TestTheReminderIsNotPutOff by quiet hours: at six it would leave no time to record.
func TestTheReminderIsNotPutOff(t *testing.T) {
	o := bottest.Options{
		Features: []bot.Feature{owner.Feature("314159"), broadcast.Feature()}, Settings: settings(t, nil), Pace: bot.Pace{Quiet: "23:00-06:00"},
	}
	bottest.Run(t, o, func(w *bottest.World) {
		w.Private("群主", "/机主 314159")
		w.Until("05:49")
		w.HeardBy("群主")
		w.Until("05:50:01")
		hears(t, w.HeardBy("群主"), "今天 06:20 的语音还没有…")
	})
}

// TestAVoiceIsOfferedAtNight: whoever records tomorrow's voice late must not wait for the answer until it is too late.
func TestAVoiceIsOfferedAtNight(t *testing.T) {
	o := bottest.Options{
		Features: []bot.Feature{owner.Feature("314159"), broadcast.Feature()}, Settings: settings(t, nil), Pace: bot.Pace{Quiet: "23:00-06:00"},
	}
	bottest.Run(t, o, func(w *bottest.World) {
		w.Private("群主", "/机主 314159")
		w.Until("23:30")
		w.HeardBy("群主")
		hears(t, w.Gives("群主", bot.Media{Kind: bot.Voice, Length: 40 * time.Second}, bottest.Silk(40*time.Second)), "…明天 06:20…")
		hears(t, w.Private("群主", "好"), "…")
	})
}

// TestSpeechByAnEndpoint that speaks as OpenAI's does; its key comes from the environment and the text from the settings.
func TestSpeechByAnEndpoint(t *testing.T) {
	t.Setenv("OPENAI_API_KEY", "sk-test")
	asked := make(chan string, 10)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		asked <- r.Header.Get("Authorization") + " " + string(body)
		w.Header().Set("Connection", "close") // nothing of it outlives the bubble
		_, _ = w.Write(wav(2 * time.Second))
	}))
	defer srv.Close()
	run(t, func(s *broadcast.Settings) {
		s.Fallback, s.Speaker, s.SpeechURL, s.Speech = "speech", "", srv.URL+"/v1/audio/speech", "早上好，今天没有语音。"
	}, func(w *bottest.World) {
		hears(t, w.Until("06:20"), "早安…", "[语音] 六点二十 2026-11-22.…")
		hears(t, w.HeardBy("群主"), "明天 06:20 的语音还没有…会读一段文字。", "今天 06:20 的语音还没有…", "2026-11-22 没有新的语音，发了一段朗读…")
	})
	if got := <-asked; !strings.HasPrefix(got, "Bearer sk-test ") || !strings.Contains(got, "早上好，今天没有语音。") {
		t.Errorf("asked %q", got)
	}
}

func TestWhyTheVoiceCameOrNot(t *testing.T) {
	o := bottest.Options{Features: []bot.Feature{owner.Feature("314159"), people.Feature(), broadcast.Feature()}, Settings: settings(t, nil)}
	bottest.Run(t, o, func(w *bottest.World) {
		w.Until("06:20")
		hears(t, w.Says("小明", "/为什么 没有语音"), "…2026-11-22：自带的示例；这个群：已发 06:20:00")
	})
}
