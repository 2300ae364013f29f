package keywords_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sixtwenty/bot"
	"sixtwenty/bot/bottest"
	"sixtwenty/handlers/keywords"
	"sixtwenty/store"
)

// boss makes whoever asks the owner.
func boss() bot.Feature {
	text := bot.Text{ZH: "x", EN: "x"}
	return bot.Feature{Name: "boss", Summary: text, Commands: []bot.Command{{
		Name: "boss", Summary: text, Examples: []bot.Example{{Say: "/boss"}},
		Run: func(_ context.Context, c *bot.Call) error { return c.Grant(c.Event.From.Person, "", bot.Owner) },
	}}}
}

func run(t *testing.T, play func(w *bottest.World)) {
	bottest.Run(t, bottest.Options{Features: []bot.Feature{keywords.Feature(), boss()}}, play)
}

func expect(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("heard %q, expected %q", got, want)
	}
}

func TestWords(t *testing.T) {
	run(t, func(w *bottest.World) {
		expect(t, w.Says("小明", "/关键词 加 书单 = x"), "@小明\u2005/关键词 只有管理员能用哦。")
		expect(t, w.Says("小六", "/关键词 加 书单 ＝ 本月读\n《活着》"), "好的，有人说「书单」我就回答。")
		expect(t, w.Says("小六", "/关键词 含 几点 = 6:20"), "好的，话里有「几点」我就回答。")
		expect(t, w.Says("小明", "有书单吗"))
		expect(t, w.Says("小明", " 书 单"), "本月读\n《活着》")
		expect(t, w.Says("阿杰", "书单")) // a moment ago
		expect(t, w.Says("阿杰", "明天几点开始"), "6:20")
		w.Wind(30 * time.Second)
		w.Restart()
		expect(t, w.Says("阿杰", "书单"), "本月读\n《活着》")
		expect(t, w.Says("阿杰", "/问答"), "可以问我：\n· 书单\n· 几点（话里有就答）")
		expect(t, w.Says("小六", "/关键词 删 书单"), "好的，「书单」不再回答了。")
		w.Wind(time.Minute)
		expect(t, w.Says("阿杰", "书单"))
	})
}

// picture lets the account's own phone send a picture in the group.
func picture(w *bottest.World) {
	w.Put(bot.Event{
		Kind: bot.Message, Chat: w.Group(), From: bot.Member{Person: w.Person("小六"), Nick: "小六"}, Self: true,
		Media: &bot.Media{Kind: bot.Image, Ref: "r"},
	})
}

func heardOnce(t *testing.T, w *bottest.World, what string) {
	t.Helper()
	if got := w.HeardBy("群主"); len(got) != 1 || !strings.Contains(got[0], what) {
		t.Errorf("the owner heard %q, expected %q", got, what)
	}
}

func TestAFriendKnocks(t *testing.T) {
	run(t, func(w *bottest.World) {
		w.Private("群主", "/boss")
		expect(t, w.Says("小六", "/群码 进群"), "@小六\u2005请先把群二维码的图发给我（群里或私聊都行），十分钟内再发这一句。")
		picture(w)
		expect(t, w.Says("小六", "/群码 进群"), "好的，好友私聊我「进群」就能拿到这张群二维码，用到 11-28 12:00。快过期时我会提醒您换。")
		expect(t, w.Says("小明", "进群")) // in private only
		expect(t, w.Private("大伟", "进群"), "[图片] picture.jpg")
		expect(t, w.Private("大伟", "进群"))
		heardOnce(t, w, "大伟 私聊发了「进群」")
		w.Wind(time.Minute)
		expect(t, w.Private("大伟", "进群"), "[图片] picture.jpg")
		expect(t, w.HeardBy("群主")) // knows already
	})
}

// TestTheLifeOfACode: the owner hears on the sixth day that it dies on the seventh; a dead one is given to nobody.
func TestTheLifeOfACode(t *testing.T) {
	run(t, func(w *bottest.World) {
		w.Private("群主", "/boss")
		picture(w)
		w.Says("小六", "/群码 进群")
		w.Says("小六", "/关键词 私 进群 = 扫码进群：")
		w.Wind(5 * 24 * time.Hour)
		expect(t, w.HeardBy("群主"))
		w.Restart()
		w.Wind(24 * time.Hour)
		heardOnce(t, w, "明天 12:00 就过期了")
		expect(t, w.Private("大伟", "进群"), "扫码进群：", "[图片] picture.jpg")
		w.HeardBy("群主")
		w.Wind(24 * time.Hour)
		heardOnce(t, w, "今天 12:00 就过期了")
		expect(t, w.Private("阿杰", "进群"), "「六点二十读书会」现在不能扫码进群，已经告诉群主了，请等他拉您进来～")
		heardOnce(t, w, "群二维码已经过期。我没有发二维码")
		picture(w)
		w.Says("小六", "/群码 进群")
		w.Wind(time.Minute)
		expect(t, w.Private("阿杰", "进群"), "扫码进群：", "[图片] picture.jpg")
	})
}

// What the owner must hear of a code waits until there is an owner again, and a connection.
func TestTheOwnerOfACodeIsAway(t *testing.T) {
	o := bottest.Options{Features: []bot.Feature{keywords.Feature(), boss()}, Tells: true}
	bottest.Run(t, o, func(w *bottest.World) {
		w.Private("群主", "/boss")
		picture(w)
		w.Says("小六", "/群码 进群")
		w.Wind(5 * 24 * time.Hour)
		w.Put(bot.Event{Kind: bot.SignedIn, Text: "session-2"}) // by a new scan: nobody is owner
		w.Until("08:00:00")
		w.Cut(true)
		w.Wind(3 * time.Hour)
		w.Cut(false)
		w.Wind(2 * time.Hour)
		expect(t, w.HeardBy("群主"))
		w.Private("群主", "/boss")
		w.Wind(time.Hour)
		heardOnce(t, w, "明天 12:00 就过期了")
		w.Wind(12 * time.Hour)
		expect(t, w.HeardBy("群主"))
	})
}

// TestMediaAndText: a word has a text, a medium, or both; what is set later leaves the other as it was.
func TestMediaAndText(t *testing.T) {
	run(t, func(w *bottest.World) {
		w.Private("群主", "/boss")
		w.Gives("群主", bot.Media{Kind: bot.File, Name: "读书会手册.pdf"}, []byte("pdf"))
		expect(t, w.Says("群主", "/关键词 存含 手册"), "好的，话里有「手册」我就回答：文件。")
		expect(t, w.Says("群主", "/关键词 含 手册 = 都在这里："), "好的，话里有「手册」我就回答：一段话，再加文件。")
		expect(t, w.Says("小明", "手册在哪"), "都在这里：", "[文件] 读书会手册.pdf")
		expect(t, w.Says("小明", "/问答 手册"), "都在这里：", "[文件] 读书会手册.pdf")
	})
}

func TestTheOwnerHearsOnceThatAGroupIsNearlyFull(t *testing.T) {
	run(t, func(w *bottest.World) {
		listOf := func(n int) (list []bot.Member) {
			for i := range n {
				list = append(list, bot.Member{Person: bot.PersonID(fmt.Sprint("p", i)), Nick: fmt.Sprint("群友", i)})
			}
			return list
		}
		for n := 170; n < 185; n++ {
			join := &bot.Join{InviterName: "群友0", Names: fmt.Sprint("群友", n)}
			w.Put(bot.Event{Kind: bot.Joined, Chat: w.Group(), Join: join, Roster: listOf(n + 1)})
			if n == 181 { // there was no owner to hear it
				w.Private("群主", "/boss")
			}
		}
		heardOnce(t, w, "现在有 183 人。满 200 人以后扫码就进不来了")
		for _, n := range []int{300, 479, 481, 490, 499} { // found by a list, as after an outage
			w.Put(bot.Event{Kind: bot.Listed, Chat: w.Group(), Roster: listOf(n)})
		}
		heardOnce(t, w, "现在有 481 人，满 500 人就进不来了")
	})
}

// TestNoCodeBeyondTwoHundred: a code that lets nobody in is given to nobody.
func TestNoCodeBeyondTwoHundred(t *testing.T) {
	run(t, func(w *bottest.World) {
		w.Private("群主", "/boss")
		picture(w)
		w.Says("小六", "/群码 进群")
		var list []bot.Member
		for n := range 201 {
			list = append(list, bot.Member{Person: bot.PersonID(fmt.Sprint("p", n)), Nick: fmt.Sprint("群友", n)})
		}
		w.Put(bot.Event{Kind: bot.Listed, Chat: w.Group(), Roster: list})
		w.HeardBy("群主")
		expect(t, w.Private("大伟", "进群"), "「六点二十读书会」现在不能扫码进群，已经告诉群主了，请等他拉您进来～")
		heardOnce(t, w, "群里满 200 人，扫码进不来了。我没有发二维码")
	})
}

// What a word holds is never more than a word, and there are only so many.
func TestBounds(t *testing.T) {
	run(t, func(w *bottest.World) {
		for _, text := range []string{"", "=", " = x", "x", "x = ", "\u200b = x"} {
			if got := w.Says("小六", "/关键词 加 "+text); len(got) != 1 || !strings.Contains(got[0], "可以写") {
				t.Errorf("%q: heard %q", text, got)
			}
		}
		if got := w.Says("小六", "/关键词 加 "+strings.Repeat("长", 41)+" = x"); len(got) != 1 || !strings.Contains(got[0], "太长了") {
			t.Errorf("heard %q", got)
		}
		for n := range 100 {
			w.Says("小六", fmt.Sprintf("/关键词 加 词%d = %%s", n))
		}
		if got := w.Says("小六", "/关键词 加 再一个 = x"); len(got) != 1 || !strings.Contains(got[0], "太多啦") {
			t.Errorf("heard %q", got)
		}
		expect(t, w.Says("小明", "词7"), "%s")
	})
}

// TestTheReport: the owner reads each morning how old the code is, in the time of the group.
func TestTheReport(t *testing.T) {
	run(t, func(w *bottest.World) {
		w.Private("群主", "/boss")
		picture(w)
		w.Says("小六", "/群码 进群")
		for day, want := range []string{"今天新换的", "用了 1 天", "用了 2 天", "用了 3 天", "用了 4 天", "用了 5 天", "明天 12:00 过期，请换一张", "已经过期，请换一张"} {
			err := w.DB().View(context.Background(), func(r store.Reader) error {
				lines, err := keywords.Feature().Report(r, bot.Query{Now: time.Now(), Limit: 9, Lang: bot.ZH})
				if len(lines) != 1 || lines[0].Value != want {
					t.Errorf("day %d: %v, expected %q", day, lines, want)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			w.Wind(24 * time.Hour)
		}
	})
}

// TestTheConsole: what the owner gives to the console is set like what they send, and the group hears nothing of it.
func TestTheConsole(t *testing.T) {
	run(t, func(w *bottest.World) {
		blob, err := store.Blobs{DB: w.DB(), Now: time.Now}.Put(context.Background(), strings.NewReader("png"), 100)
		if err != nil {
			t.Fatal(err)
		}
		e := bot.Event{Chat: w.Group(), Text: "/群码 进群", Media: &bot.Media{Kind: bot.Image, Blob: blob.Sum}}
		if said, err := w.Bot().Ask(context.Background(), e); err != nil || len(said) > 0 {
			t.Errorf("said %q, %v", said, err)
		}
		expect(t, w.Wind(time.Second))
		expect(t, w.Private("大伟", "进群"), "[图片] picture.jpg")
	})
}
