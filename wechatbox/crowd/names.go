package crowd

import "strings"

// nick draws a nickname. Few names are made of few words, so some people share theirs, as in life.
func (c *Crowd) nick() string {
	switch n := c.rng.IntN(100); {
	case n < 30:
		return pick(c.rng, surnames) + pick(c.rng, given)
	case n < 55:
		return pick(c.rng, []string{"小", "阿", "老", "大"}) + pick(c.rng, given)
	case n < 75:
		return pick(c.rng, moods) + pick(c.rng, things)
	case n < 85:
		return pick(c.rng, given) + pick(c.rng, emoji)
	case n < 92:
		return pick(c.rng, latins)
	case n < 96:
		return pick(c.rng, hostile)
	}
	return strings.Repeat(pick(c.rng, emoji), 1+c.rng.IntN(2))
}

// hostile names are legal, and break programs that trust names.
var hostile = []string{
	"A、B", `"引号"`, "卓桓、Zhuohuan", "<b>粗</b>", "&amp;", "Tom, Jerry", "你", "。", "  空格  ", "邀请", "@所有人", "加入了群聊", "“弯引号”", "ོོོ", "\u202e倒着",
}

var surnames = strings.Fields("王 李 张 刘 陈 杨 赵 黄 周 吴 徐 孙 胡 朱 高 林 何 郭 马 罗")

var given = strings.Fields("明 红 芳 伟 杰 静 磊 洋 艳 勇 军 娜 强 敏 丽 涛 鹏 婷 雪 晨 阳 月 星 雨 桐 子涵 梓萱 一诺 浩然 思远 若曦 佳怡 晓东 建国 志强 秀英")

var moods = strings.Fields("安静的 追风的 早起的 爱读书的 慢慢 快乐的 努力的 云淡风轻 岁月静好 不吃香菜的")

var things = strings.Fields("猫 小鱼 向日葵 咖啡 旅人 蜗牛 桂花 橘子 柠檬 少年 白杨 海")

var emoji = []string{"🌸", "🌞", "😄", "🎧", "📚", "🍀", "🇨🇳", "⭐", "🐳", "🏃", "❤"}

var latins = strings.Fields("Huan Bruce Lily Tom Amy Kevin Sunny Leo echo Zoe rain 620 K. Mr.Li")

var provinces = strings.Fields("北京 上海 浙江 江苏 广东 四川 湖南 湖北 山东 福建 陕西 河南")

var themes = strings.Fields("六点二十 早起 晨读 英语 冥想 跑步 书法 亲子 写作 日语")

var kinds = strings.Fields("读书会 打卡 共学 训练营 小组")

var checkins = []string{"打卡", "打卡", "打卡", "签到", "/打卡", "打卡 day 12", "早 打卡", "打卡☀️"}

var chatter = []string{
	"早上好", "早", "大家早", "今天读到第三章了", "哈哈哈", "收到", "谢谢老师", "[微笑]", "👍", "明天继续", "今天好冷", "有人一起吗？", "这段讲得真好", "我来晚了", "听完了",
	"晚安", "今天的语音在哪里听？", "/我的数据", "/排行榜", "/帮助", "第一行\n第二行", "加油💪", "刚开完会", "周末线下见？", "链接发一下", "1", "。。。",
}
