package phone

import "net/http"

// lang is a language of the page.
type lang string

const (
	chinese lang = "zh"
	english lang = "en"
)

// words are the texts of the page in one language.
type words map[string]string

func langOf(r *http.Request) lang {
	if r.URL.Query().Get("lang") == string(english) {
		return english
	}
	return chinese
}

func (d *Desk) wordsOf(r *http.Request) words { return d.words[langOf(r)] }

// allWords builds both languages from pairs of Chinese and English.
func allWords() map[lang]words {
	all := map[lang]words{chinese: {}, english: {}}
	for _, pairs := range []map[string][2]string{pageWords(), phoneWords(), errorWords()} {
		for key, text := range pairs {
			all[chinese][key], all[english][key] = text[0], text[1]
		}
	}
	return all
}

// scriptWords are those that the script says by itself.
func scriptWords(ws words) map[string]string {
	some := map[string]string{}
	for _, key := range []string{
		"js.offline", "js.failed", "js.nomic", "js.recording", "js.longvoice", "js.large", "js.unplayable", "js.full", "js.sending",
		"js.unwound", "phone.bot",
	} {
		some[key] = ws[key]
	}
	return some
}

func pageWords() map[string][2]string {
	return map[string][2]string{
		"page.title":        {"盒子里的微信", "WeChat in a box"},
		"page.skip":         {"跳到手机", "Skip to the phones"},
		"page.other":        {"English", "中文"},
		"page.another":      {"再拿一部手机", "Another phone"},
		"page.close":        {"关闭", "Close"},
		"page.noscript":     {"这张桌子要开着 JavaScript 才能用。", "This desk needs JavaScript."},
		"rack.label":        {"桌上的手机", "Phones on the desk"},
		"clock.label":       {"时钟", "Clock"},
		"clock.wind":        {"把时间往前拨", "Wind the clock forward"},
		"clock.minute":      {"+1 分钟", "+1 min"},
		"clock.hour":        {"+1 小时", "+1 hour"},
		"clock.day":         {"+1 天", "+1 day"},
		"clock.tomorrow":    {"到明早 06:19:50", "To 06:19:50 tomorrow"},
		"clock.next":        {"到下一个 6:20", "To the next 6:20"},
		"clock.speed":       {"走多快", "Speed"},
		"clock.winding":     {"时间正在走", "Winding"},
		"clock.stop":        {"停在这里", "Stop here"},
		"clock.wound":       {"走到了 %s，路上停了 %d 次", "It is %s now, after %d stops on the way"},
		"clock.late":        {"；没等到：%s", "; not waited for to the end: %s"},
		"scene.menu":        {"演一出", "Scenes"},
		"scene.stop":        {"停演", "Stop"},
		"scene.week":        {"新人的一周", "A newcomer’s week"},
		"scene.week.about":  {"一位新朋友进群，七个早晨，其中一天睡过了头", "Somebody joins; seven mornings, one of them slept through"},
		"scene.storm":       {"打卡风暴", "Check-in storm"},
		"scene.storm.about": {"6:20 一到，二十多个人同时打卡", "At 6:20 more than twenty people check in at once"},
		"scene.race":        {"邀请赛", "Referral race"},
		"scene.race.about":  {"三个人比着带朋友来，新人又带来新人", "Three members bring friends, and one of those brings another"},
		"scene.network":     {"网络很差", "Bad network"},
		"scene.network.about": {
			"机器人断线、丢回音、被限速，然后恢复", "The bot’s lines break, answers get lost, WeChat throttles; then all is well",
		},
		"signin.in":        {"机器人已登录", "The bot is signed in"},
		"signin.waiting":   {"机器人在等扫码", "The bot waits to be scanned in"},
		"signin.scanned":   {"已扫码，等手机确认", "Scanned; the phone is asked"},
		"signin.confirmed": {"已确认，正在登录", "Confirmed; signing in"},
		"signin.expired":   {"二维码过期了", "The QR code has expired"},
		"signin.none":      {"机器人还没来", "No bot has come yet"},
		"signin.go":        {"去扫码", "Scan it"},
		"signin.look":      {"看看", "Look"},
		"js.offline":       {"连接断了，正在重新连上……", "The connection is lost; trying again…"},
		"js.failed":        {"没有送到：连不上服务。", "That did not arrive: the server cannot be reached."},
		"js.nomic":         {"用不了麦克风：请允许使用，或在本机地址打开这一页，也可以选一个音频文件。", "No microphone: allow it, open this page at a local address, or choose an audio file."},
		"js.recording":     {"再点一下发送，Esc 取消", "Click again to send, Esc to cancel"},
		"js.longvoice":     {"语音最长 60 秒；长的可以当文件发。", "A voice message lasts up to 60 seconds; send longer ones as a file."},
		"js.large":         {"文件太大了，最大 25 MB。", "That is too large: 25 MB at most."},
		"js.unplayable":    {"这段声音放不出来。", "This sound cannot be played."},
		"js.full":          {"桌上最多放 8 部手机，先收起一部吧。", "The desk holds 8 phones: put one away first."},
		"js.sending":       {"正在发送……", "Sending…"},
		"js.unwound":       {"时间停在这里了。", "The clock stopped here."},
		"day.0":            {"星期日", "Sunday"},
		"day.1":            {"星期一", "Monday"},
		"day.2":            {"星期二", "Tuesday"},
		"day.3":            {"星期三", "Wednesday"},
		"day.4":            {"星期四", "Thursday"},
		"day.5":            {"星期五", "Friday"},
		"day.6":            {"星期六", "Saturday"},
		"day.yesterday":    {"昨天", "Yesterday"},
		"day.date":         {"1月2日", "Jan 2"},
		"day.full":         {"2006年1月2日", "Jan 2, 2006"},
		"day.long":         {"1月2日", "January 2"},
	}
}

func errorWords() map[string][2]string {
	return map[string][2]string{
		"err.empty":     {"空消息发不出去，写点什么吧。", "An empty message cannot be sent."},
		"err.nofile":    {"没有收到文件，再选一次吧。", "No file arrived; choose it again."},
		"err.emptyfile": {"这个文件是空的。", "This file is empty."},
		"err.large":     {"太大了，最大 25 MB。", "That is too large: 25 MB at most."},
		"err.form":      {"这个请求看不懂，刷新页面再试一次。", "This request makes no sense; reload the page and try again."},
		"err.noimage":   {"这不是图片：能发 PNG、JPEG 和 GIF。", "This is no picture: PNG, JPEG and GIF can be sent."},
		"err.novoice":   {"这不是能放的声音：试试 MP3、WAV、OGG、M4A。", "This is no sound that plays: try MP3, WAV, OGG or M4A."},
		"err.nolength":  {"量不出这段声音有多长。", "The length of this sound cannot be told."},
		"err.longvoice": {"语音最长 60 秒；长的可以当文件发。", "A voice message lasts up to 60 seconds; send longer ones as a file."},
		"err.noname":    {"名字不能是空的。", "A name cannot be empty."},
		"err.longname":  {"名字太长了，短一点吧。", "This name is too long."},
		"err.nobody":    {"先选一个人。", "Choose somebody first."},
		"err.time":      {"这个时间拨不过去：一次最多 31 天，只能往前。", "The clock cannot be wound there: forward only, 31 days at most."},
		"err.winding":   {"时间正在走，等它停下来再拨。", "The clock is being wound already."},
		"err.wound":     {"时间停在半路了。", "The winding ended on its way."},
		"err.speed":     {"时钟走不了这么快。", "The clock cannot run at that speed."},
		"err.playing":   {"台上正演着一出，先让它演完或停演。", "A scene is playing; let it end or stop it."},
		"err.scene":     {"这出戏没能演下去。", "The scene could not go on."},
		"err.alone":     {"群里除了群主和机器人还没有别人，演不起来。", "There is nobody in the group but its owner and the bot."},
		"err.nogroup":   {"机器人的账号还不在任何群里。", "The bot’s account is in no group yet."},
		"err.nochat":    {"这个聊天不在了。", "This chat is gone."},
		"err.notin":     {"你不在这个群里。", "You are not in this group."},
		"err.unknown":   {"找不到「%s」。", "There is no “%s”."},
		"err.nearest":   {"找不到「%s」，是不是「%s」？", "There is no “%s”; did you mean “%s”?"},
		"err.ambiguous": {"叫「%s」的不止一个：%s", "Several are called “%s”: %s"},
		"err.closed":    {"盒子已经关上了。", "The box is closed."},
		"err.internal":  {"出错了，已记录（%s）。", "Something went wrong and was logged (%s)."},
		"err.page":      {"这一页画不出来，已记录。", "This page could not be drawn; it was logged."},
		"err.streams":   {"打开的页面太多了，关掉几个再来。", "Too many pages are open."},
		"no.show":       {"这里现在看不了。", "This cannot be shown now."},
		"no.say":        {"没发出去：你不在这个群里，或者还不是对方的朋友，或者太长了。", "Not sent: you are not in this group, not a friend, or it is too long."},
		"no.read":       {"没能标为已读。", "This could not be marked as read."},
		"no.recall":     {"撤不回了：只能撤回自己两分钟内发的消息。", "Too late: only your own messages of the last two minutes can be recalled."},
		"no.tickle":     {"这一下没拍到。", "You cannot tickle here."},
		"no.invite":     {"没能邀请：可能已经在群里，或者你不在这个群。", "Not invited: perhaps they are in the group already, or you are not."},
		"no.join":       {"没能进群：可能已经在群里，或者分享的人走了。", "Not joined: perhaps you are in it already, or the sharer has left."},
		"no.leave":      {"你已经不在这个群里了。", "You are not in this group any more."},
		"no.remove":     {"只有群主能请人出群。", "Only the owner can remove people."},
		"no.title":      {"没能改群名。", "The group could not be renamed."},
		"no.card":       {"没能改群昵称。", "Your name in the group could not be changed."},
		"no.save":       {"没能改这个设置。", "This could not be changed."},
		"no.nick":       {"没能保存。", "This could not be saved."},
		"no.remark":     {"只能给朋友写备注。", "Only friends can have a remark."},
		"no.befriend":   {"没能改通讯录。", "The contacts could not be changed."},
		"no.scan":       {"现在没有可扫的二维码，它可能用过或过期了。", "There is no QR code to scan now; it may be used or expired."},
		"no.kick":       {"机器人现在没有登录。", "The bot is not signed in."},
		"note.asked":    {"发出去了，等对方通过", "Sent; they have to accept"},
		"note.saved":    {"存好了", "Saved"},
		"note.scanned":  {"扫好了，机器人正在登录", "Scanned; the bot is signing in"},
		"note.kicked":   {"已让机器人下线", "The bot was signed out"},
	}
}
