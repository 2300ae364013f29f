package wechat

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"sixtwenty/wechatbox"
	"sixtwenty/wechatbox/crowd"
)

// A setting is one kind of community, and what happened to it between two sign-ins.
type setting struct {
	memberships int
	churn       float64 // of all: a third renamed, a third left, a third joined; with each, that much of each
	each        bool
	groups      int  // that each person shares; 0 is a mixture of none to three
	boxed       bool // names as in the box's crowd: all common
	told        bool // and the matching is told exactly how common each is
	bots        int  // people with a role
	alone       bool // each group is asked about by itself, as those that are not saved to the contacts are
}

func (s setting) String() string {
	text := fmt.Sprintf("%d / %g%%", s.memberships, 100*s.churn)
	if s.each {
		text += " of each"
	}
	if s.groups > 0 {
		text += fmt.Sprintf(", %d groups", s.groups)
	}
	if s.boxed {
		text += ", box names"
	}
	if s.told {
		text += ", told how common"
	}
	if s.alone {
		text += ", one group at a time"
	}
	return text
}

// A soul is a person with the truth about them.
type soul struct {
	nick, alias, remark string
	letters             string
	attr                int64
	friend              bool
	groups              []int
	trusted             bool
}

// A community is a world of souls in groups. Equal seeds make equal worlds.
type community struct {
	setting
	rng    *rand.Rand
	draw   func() string
	souls  []*soul
	names  []string         // of groups
	on     []map[int]string // by group: soul → card
	former []map[int]string
	order  []int // the order in which the service lists the groups
}

// Names as in life: few are very common, some are not rare, most are nobody else's.
var (
	commonNames = strings.Fields("平安 阳光 微笑 随缘 岁月静好 云淡风轻 静 小明 一帆风顺 Lily 快乐 雨 幸福 知足常乐 A 海阔天空 木子 清风 Amy 向日葵 " +
		"早安 时光 沐沐 橙子 春华秋实 小确幸 在路上 阿珍 听雨 半夏 浅浅 拾光 Cherry 青青 小满 大白 秋水 安然 默默 一叶知秋")
	chars    = []rune("的一是不了在人有我他这中大来上个国和地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运")
	moodList = strings.Fields("安静的 追风的 早起的 爱读书的 慢慢 快乐的 努力的 奔跑的 发呆的 温柔的")
	thingsOf = strings.Fields("猫 小鱼 橘子 咖啡 旅人 蜗牛 桂花 柠檬 少年 白杨 小鹿 星球")
	families = strings.Fields("王 李 张 刘 陈 杨 赵 黄 周 吴")
	givens   = strings.Fields("明 红 芳 伟 杰 静 磊 洋 艳 勇 军 娜 强 敏 丽 涛 鹏 婷 雪 晨 子涵 梓萱 一诺 浩然 思远 佳怡 晓东 建国")
	pictures = [][2]string{
		{`<span class="emoji emoji1f338"></span>`, "🌸"},
		{`<span class="emoji emoji2764"></span>`, "❤\ufe0f"},
		{`<span class="emoji emoji1f340"></span>`, "🍀"},
		{`<span class="emoji emoji1f1e81f1f3"></span>`, "🇨🇳"},
	}
)

func of[T any](rng *rand.Rand, list []T) T { return list[rng.IntN(len(list))] }

func (c *community) lifeName() string {
	r := c.rng
	switch n := r.Float64(); {
	case n < 0.05: // Zipf
		i := 0
		for r.Float64() < 0.93 && i < len(commonNames)-1 {
			i++
		}
		return commonNames[i]
	case n < 0.075:
		return of(r, families) + of(r, givens)
	case n < 0.09:
		return of(r, moodList) + of(r, thingsOf)
	case n < 0.25:
		return c.chars(2)
	case n < 0.50:
		return c.chars(3)
	case n < 0.70:
		return c.chars(4 + r.IntN(3))
	case n < 0.85:
		return c.chars(1+r.IntN(2)) + of(r, pictures)[r.IntN(2)] + c.chars(1)
	}
	return of(r, commonNames) + fmt.Sprint(r.IntN(1_000_000))
}

func (c *community) chars(n int) string {
	var b strings.Builder
	for range n {
		b.WriteRune(of(c.rng, chars))
	}
	return b.String()
}

// boxNames are the names of the box's own crowd.
func boxNames(t testing.TB) []string {
	t.Helper()
	b, err := wechatbox.New(wechatbox.Options{Seed: 6})
	must(t, err)
	_, err = crowd.Fill(b, crowd.Plan{Seed: 6, Groups: 40, Members: 401, Groupie: 4})
	must(t, err)
	var names []string
	for _, p := range b.World().People {
		names = append(names, p.Nick)
	}
	must(t, b.Close())
	return names
}

// flags draws one of 64 values, the commonest for 30 %.
func (c *community) flags() int64 {
	if c.rng.Float64() < 0.3 {
		return 33
	}
	i := int64(1)
	for c.rng.Float64() < 0.93 && i < 63 {
		i++
	}
	return 1000 + i
}

func newCommunity(s setting, seed uint64, box []string) *community {
	c := &community{setting: s, rng: rand.New(rand.NewPCG(seed, 0x620))}
	c.draw = c.lifeName
	if s.boxed {
		c.draw = func() string { return of(c.rng, box) }
	}
	groups, size := layout(s.memberships)
	for i := range groups {
		c.names = append(c.names, fmt.Sprintf("六点二十%s%d群", of(c.rng, givens), i))
		c.on, c.former = append(c.on, map[int]string{}), append(c.former, map[int]string{})
		c.order = append(c.order, i)
	}
	for g := range groups {
		for len(c.on[g]) < size {
			c.settle(g, size)
		}
		for range size / 20 { // who had left before
			c.former[g][c.born()] = c.card()
		}
	}
	for range s.memberships / 50 {
		c.souls[c.born()].friend = true // with no group in common
	}
	for range s.bots {
		c.souls[c.rng.IntN(len(c.souls))].trusted = true
	}
	return c
}

func layout(memberships int) (groups, size int) {
	switch {
	case memberships <= 100:
		return 1, memberships
	case memberships <= 1000:
		return 2, memberships / 2
	case memberships <= 10_000:
		return 25, memberships / 25
	case memberships <= 60_000:
		return 150, memberships / 150
	}
	return 500, memberships / 500
}

func (c *community) born() int {
	p := &soul{nick: c.draw(), attr: c.flags(), letters: "wxi"}
	if c.rng.IntN(4) == 0 {
		p.letters = string(rune('a'+c.rng.IntN(26))) + string(rune('a'+c.rng.IntN(4))) + "x"
	}
	if c.rng.IntN(12) == 0 {
		p.friend = true
		if c.rng.IntN(10) < 3 {
			p.alias = fmt.Sprintf("id%d", len(c.souls))
		}
		if c.rng.IntN(10) < 2 {
			p.remark = of(c.rng, families) + of(c.rng, givens)
		}
	}
	c.souls = append(c.souls, p)
	return len(c.souls) - 1
}

func (c *community) card() string {
	if c.rng.IntN(100) < 15 {
		return of(c.rng, families) + c.chars(2)
	}
	return ""
}

// settle brings somebody new into group g, and into as many others as the setting says.
func (c *community) settle(g, size int) {
	n := c.groups
	if n == 0 {
		switch x := c.rng.IntN(100); {
		case x < 62:
			n = 1
		case x < 86:
			n = 2
		default:
			n = 3
		}
	}
	who := c.born()
	c.enter(who, g)
	for try := 0; len(c.souls[who].groups) < n && try < 8; try++ {
		if other := c.rng.IntN(len(c.on)); other > g && len(c.on[other]) < size {
			c.enter(who, other)
		}
	}
}

func (c *community) enter(who, g int) {
	if slices.Contains(c.souls[who].groups, g) {
		return
	}
	c.on[g][who] = c.card()
	c.souls[who].groups = append(c.souls[who].groups, g)
}

func (c *community) leave(who, g int) {
	c.former[g][who] = c.on[g][who]
	delete(c.on[g], who)
	c.souls[who].groups = slices.DeleteFunc(slices.Clone(c.souls[who].groups), func(x int) bool { return x == g })
}

func (c *community) flip(share float64) bool { return c.rng.Float64() < share }

// live is what happens between two sign-ins.
func (c *community) live() {
	x := c.churn / 3
	if c.each {
		x = c.churn
	}
	people := len(c.souls)
	for i := range people {
		p := c.souls[i]
		if c.flip(0.003) {
			p.attr = c.flags()
		}
		if c.flip(x) {
			c.rename(i)
		}
		for _, g := range slices.Clone(p.groups) {
			if c.flip(x) && slices.Contains(p.groups, g) {
				c.depart(i, g)
			} else if _, on := c.on[g][i]; on && c.flip(x) {
				c.on[g][i] = c.card()
			}
		}
		if c.flip(0.00001) {
			c.swap(i)
		}
	}
	for g := range c.on {
		c.arrive(g, x)
		if c.flip(0.05 + x) {
			c.names[g] = c.draw() + "的" + c.chars(2)
		}
	}
	c.rng.Shuffle(len(c.order), func(i, j int) { c.order[i], c.order[j] = c.order[j], c.order[i] })
}

func (c *community) rename(i int) {
	was := c.souls[i].nick
	c.souls[i].nick = c.draw()
	if c.flip(0.0001) && len(c.souls[i].groups) > 0 { // the name is taken by somebody who sees it free
		if other := c.neighbour(i); other >= 0 {
			c.souls[other].nick = was
		}
	}
}

func (c *community) swap(i int) {
	if other := c.neighbour(i); other >= 0 {
		c.souls[i].nick, c.souls[other].nick = c.souls[other].nick, c.souls[i].nick
	}
}

// neighbour is somebody else of the first group of i.
func (c *community) neighbour(i int) int {
	if len(c.souls[i].groups) == 0 {
		return -1
	}
	for range 50 {
		other := c.rng.IntN(len(c.souls))
		if _, ok := c.on[c.souls[i].groups[0]][other]; ok && other != i {
			return other
		}
	}
	return -1
}

func (c *community) depart(i, g int) {
	c.leave(i, g)
	if c.flip(0.5) {
		for _, other := range slices.Clone(c.souls[i].groups) {
			c.leave(i, other)
		}
	}
}

func (c *community) arrive(g int, share float64) {
	old := slices.Sorted(maps.Keys(c.former[g]))
	for range int(share*float64(len(c.on[g])) + c.rng.Float64()) {
		switch n := c.rng.IntN(100); {
		case n < 10 && len(old) > 0:
			c.enter(of(c.rng, old), g)
		case n < 25:
			c.enter(c.rng.IntN(len(c.souls)), g)
		default:
			c.enter(c.born(), g)
		}
	}
}
