package points_test

import (
	"testing"
	"time"

	"sixtwenty/bot"
	"sixtwenty/bot/bottest"
	"sixtwenty/handlers/points"
	"sixtwenty/store"
)

func options(s points.Settings) bottest.Options {
	return bottest.Options{Features: []bot.Feature{points.Feature()}, Settings: map[string]any{"points": s}}
}

func expect(t testing.TB, got []string, want ...string) {
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

// Speech earns no more often than the gap, no more than the cap a day, and not for a word.
func TestSpeech(t *testing.T) {
	bottest.Run(t, options(points.Settings{Speech: 4, SpeechGap: time.Minute, SpeechCap: 10, SpeechMin: 3}), func(w *bottest.World) {
		w.Says("小明", "好")
		w.Says("小明", "今天天气真好")
		w.Says("小明", "真的真的很好") // too soon
		expect(w.T, w.Says("小明", "/积分"), "@小明…现在 4 分…")
		for range 3 {
			w.Wind(time.Minute)
			w.Says("小明", "今天天气真好")
		}
		expect(w.T, w.Says("小明", "/积分"), "@小明…现在 10 分…")
		w.Wind(24 * time.Hour)
		w.Says("小明", "又是新的一天")
		expect(w.T, w.Says("小明", "/积分"), "@小明…现在 14 分…")
		expect(w.T, w.Says("阿杰", "/积分 @小明"), "小明 现在 14 分…")
	})
}

func TestSpeechIsOffUnlessTheOwnerSaysSo(t *testing.T) {
	bottest.Run(t, bottest.Options{Features: []bot.Feature{points.Feature()}}, func(w *bottest.World) {
		w.Says("小明", "今天天气真好，大家出来走走")
		expect(w.T, w.Says("小明", "/积分"), "…0 分…")
	})
}

// No balance changes without its row: the ledger adds up to the balance, whatever was given and taken.
func TestTheLedgerBalances(t *testing.T) {
	bottest.Run(t, options(points.Settings{Speech: 1, SpeechCap: 100}), func(w *bottest.World) {
		for _, line := range []string{"/加分 @小明 5 帮新人", "/加分 @小明 -8 \n打广告\n两次", "/加分 @阿杰 ＋３ 早起", "/加分 @小明 100001 太多", "/加分 @小明 0 没有"} {
			w.Says("小六", line)
		}
		w.Says("小明", "一句话")
		expect(w.T, w.Says("小明", "/积分"), "…现在 -2 分…")
		expect(w.T, w.Says("小明", "/积分明细"), "…-2 分…\n11-21 12:00 +1 发言…-8 打广告 两次\n…+5 帮新人")
		expect(w.T, w.Says("小明", "/积分榜"), "积分榜：\n1. 阿杰 3 分\n2. 小明 -2 分")
		sum := map[bot.PersonID]int{}
		err := w.DB().View(w.T.Context(), func(r store.Reader) error {
			for row, err := range store.Table[bot.PointsRow]("bot/points").Scan(r, store.Range{}) {
				if err != nil {
					return err
				}
				sum[row.Value.Who] += row.Value.Points
			}
			for who, n := range sum {
				if got, err := bot.Balance(r, w.Group().ID, who); err != nil || got != n {
					t.Errorf("%s has %d, the ledger says %d: %v", who, got, n, err)
				}
			}
			return nil
		})
		if err != nil || len(sum) != 2 {
			t.Errorf("%v, %v", sum, err)
		}
	})
}

func TestWhoMayNotGive(t *testing.T) {
	bottest.Run(t, options(points.Settings{}), func(w *bottest.World) {
		expect(w.T, w.Says("小明", "/加分 @小明 100 我最好"), "…只有管理员能用…")
		expect(w.T, w.Says("小六", "/加分 @无名 1 谁"), "…没有叫「无名」…")
	})
}

func TestSettings(t *testing.T) {
	for _, s := range []points.Settings{{Speech: -1}, {SpeechGap: -1}, {SpeechCap: -1}, {SpeechMin: 2000}} {
		if s.Check() == nil {
			t.Errorf("%+v is taken", s)
		}
	}
}

func TestExamples(t *testing.T) {
	bottest.Examples(t, bottest.Options{Features: []bot.Feature{points.Feature()}})
}
