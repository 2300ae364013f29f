package wechat

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// A census says how common names and flags are. A name that several carry is as common as that says. Names seen once are as
// common as the names seen twice say (the estimate of Good and Turing), and the fewer people are seen, the more is assumed: a
// small community cannot tell by itself which of its names are common. Short names are taken to come back sooner than long ones,
// and stock names, which many people carry, are never taken for rare.
type census struct {
	words   *words
	seen    []int32          // by word: on the side that shows it more often, and outside
	rarely  [classes]float64 // the share of people who carry a name that was seen once
	attrs   map[int64]int
	people  float64 // on the larger side
	named   float64 // with those outside, of whom only the names are known
	isStock map[string]bool
}

const (
	classes = 3 // of names, by length
	// stockShare is how many carry one stock name, of stockOf people.
	stockShare, stockOf = 25.0, 20_000.0
	// assumed says how much the assumption about names of which nothing is known weighs: as much as so many names seen once.
	assumed = 300
)

func newCensus(m *matching) *census {
	c := &census{words: m.words, seen: make([]int32, len(m.words.of)), attrs: map[int64]int{}, isStock: map[string]bool{}}
	for name := range strings.FieldsSeq(stockNames) {
		c.isStock[name] = true
	}
	c.people = float64(max(len(m.old.people), len(m.now.people)))
	c.named = c.people
	var singles sightings
	outside := c.outside(m.census, &singles)
	for _, l := range []*lineup{m.olds, m.nows} {
		c.count(l, outside, &singles)
	}
	for i, unknown := range [classes]float64{1e-5, 5e-6, 2e-6} { // the share of a name of which nothing is known, by length
		c.rarely[i] = (2*singles.twice[i]/max(c.named, 1) + assumed*unknown) / (singles.once[i] + assumed)
	}
	return c
}

// sightings are how many names were seen once, and how many twice.
type sightings struct{ once, twice [classes]float64 }

func (t *sightings) add(name string, seen int32, weight float64) {
	switch seen {
	case 1:
		t.once[lengthOf(name)] += weight
	case 2:
		t.twice[lengthOf(name)] += weight
	}
}

// outside takes in the names of those who are not asked about, by word. Names that nobody else carries only say how rare names are,
// for both sides.
func (c *census) outside(names map[string]int, singles *sightings) []int32 {
	seen := make([]int32, len(c.seen))
	for name, n := range names {
		c.named += float64(n)
		if w := c.words.index[token{byNick, name}]; w != 0 {
			seen[w] = int32(n)
		} else {
			singles.add(name, int32(n), 2)
		}
	}
	return seen
}

// count takes in one side: what both sides show counts once, as whoever stayed is seen on both.
func (c *census) count(l *lineup, outside []int32, singles *sightings) {
	seen, attrs := slices.Clone(outside), map[int64]int{}
	for _, f := range l.faces {
		seen[f.nick]++
		seen[f.remark]++
		seen[f.letters]++
		attrs[f.attr]++
	}
	for _, cards := range l.cards {
		for _, w := range cards {
			seen[w]++
		}
	}
	for w, n := range seen {
		c.seen[w] = max(c.seen[w], n)
		if t := c.words.of[w]; t.of&(byNick|byCard) != 0 {
			singles.add(t.name, n, 1)
		}
	}
	for a, n := range attrs {
		c.attrs[a] = max(c.attrs[a], n)
	}
}

// lengthOf is the class of a name: how much it says. Two letters say as much as one Chinese character.
func lengthOf(name string) int {
	runes := utf8.RuneCountInString(name)
	if len(name) == runes {
		runes = (runes + 1) / 2
	}
	return min(max(runes, 2), 4) - 2
}

// name is the share of people who carry a nickname or a card, one of them aside.
func (c *census) name(w word) float64 {
	name, others := c.words.of[w].name, c.others(w)
	share := c.rarely[lengthOf(name)]
	if others >= 1 {
		share = (others + 0.5) / c.named
	}
	if c.isStock[name] || utf8.RuneCountInString(name) <= 1 {
		share = max(share, (others+stockShare)/(c.named+stockOf))
	}
	return share
}

func (c *census) others(w word) float64 { return float64(max(c.seen[w], 1) - 1) }

// attr is the share of people with these flags.
func (c *census) attr(flags int64) float64 {
	return (float64(max(c.attrs[flags], 1)-1) + 3) / (c.people + 10)
}

// letters is the share of people whose lasting id begins so.
func (c *census) letters(w word) float64 { return min(1, (c.others(w)+3)/(c.people+4)) }

// remark is the chance that the owner types the same remark for somebody else.
func (c *census) remark(w word) float64 { return 2e-8 + c.others(w)/(c.people+10) }

// stockNames are nicknames that many carry, folded.
const stockNames = "平安 阳光 微笑 随缘 静静 一帆风顺 岁月静好 云淡风轻 平平淡淡 快乐 幸福 知足常乐 心想事成 雨后彩虹 彩虹 海阔天空 天道酬勤 " +
	"厚德载物 上善若水 宁静致远 淡泊明志 难得糊涂 顺其自然 自由 自由飞翔 飞翔 大海 小鱼 小草 小雨 小雪 小月 小丽 小芳 小红 小明 小王 小李 小张 小刘 " +
	"小陈 小杨 小鱼儿 老王 老李 老张 老刘 老陈 阿杰 阿明 阿伟 阿强 阿芳 阿丽 晴天 蓝天 蓝天白云 星空 星星 月亮 月儿 太阳 阳光灿烂 向日葵 玫瑰 百合 牡丹 " +
	"梅花 兰花 茉莉 荷花 桂花 樱花 丁香 薰衣草 蒲公英 四叶草 柠檬 橘子 草莓 西瓜 咖啡 奶茶 糖糖 糖果 果果 豆豆 贝贝 宝宝 宝贝 乐乐 欢欢 笑笑 妞妞 " +
	"丫丫 妮妮 婷婷 娜娜 莉莉 丽丽 芳芳 红红 燕子 小燕子 云朵 云儿 白云 秋天 春天 夏天 冬天 春暖花开 花开富贵 吉祥 吉祥如意 如意 开心 开心就好 开心果 " +
	"努力 加油 奋斗 梦想 梦 追梦人 明天会更好 永恒 缘分 缘 简单 简单生活 平凡 平凡人生 人生如梦 人生如戏 风雨同舟 风轻云淡 风 雨 雪 静 海 山 水 木子 " +
	"清风 清风明月 明月 晨曦 朝阳 夕阳红 微风 春风 秋风 秋叶 枫叶 落叶 绿叶 竹子 白杨 青松 雄鹰 大鹏 狼 老虎 龙 凤凰 蝴蝶 蜗牛 猫 猫咪 兔子 小兔子 " +
	"李明 王伟 张伟 王芳 李娜 张敏 李静 王静 刘伟 李强 张丽 王强 王磊 李军 张勇 陈静 杨洋 建国 志强 晓东 子涵 梓萱 一诺 浩然 思远 佳怡 " +
	"lily lucy amy tom kevin jack jerry david leo sunny bruce zoe echo rain angel alice anna cindy coco daisy ella emily eric grace " +
	"helen ivy jane jason jenny joy kelly linda lisa mary michael mike nancy peter rose sam tina tony vicky vivian wendy aa aaa 。。。 ..."
