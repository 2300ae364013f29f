package console

import (
	"net/http"

	"sixtwenty/bot"
)

// A tongue says the pages' own words in one language.
type tongue struct{ Lang bot.Lang }

// T gives a text by its name; a test keeps every name that a page uses in the list.
func (t tongue) T(name string) string { return texts()[name].In(t.Lang) }

// tongueOf is the language of a request: chosen, else what the browser asks for first, else Chinese.
func tongueOf(r *http.Request) tongue {
	if c, err := r.Cookie(languageCookie); err == nil {
		if c.Value == string(bot.EN) {
			return tongue{bot.EN}
		}
		return tongue{bot.ZH}
	}
	if accepts := r.Header.Get("Accept-Language"); len(accepts) >= 2 && accepts[:2] == "en" {
		return tongue{bot.EN}
	}
	return tongue{bot.ZH}
}

func texts() map[string]bot.Text {
	return map[string]bot.Text{
		"name":      {ZH: "六点二十", EN: "Sixtwenty"},
		"today":     {ZH: "今天", EN: "Today"},
		"groups":    {ZH: "群", EN: "Groups"},
		"people":    {ZH: "人", EN: "People"},
		"referrals": {ZH: "邀请", EN: "Referrals"},
		"schedule":  {ZH: "排期", EN: "Schedule"},
		"account":   {ZH: "账号", EN: "Account"},
		"log":       {ZH: "记录", EN: "Log"},
		"other":     {ZH: "English", EN: "中文"},
		"leave":     {ZH: "退出", EN: "Sign out"},
		"skip":      {ZH: "跳到内容", EN: "Skip to content"},
		"menu":      {ZH: "页面", EN: "Pages"},
		"group":     {ZH: "群", EN: "Group"},
		"look":      {ZH: "看", EN: "Show"},
		"exposed":   {ZH: "这个页面没有加密（没有 TLS）：密码和内容在路上可能被人看到。放到反向代理后面，或设置 console.tls_cert，或用 ssh 转发。", EN: "This page is not encrypted (no TLS): password and contents can be read on the way. Put it behind a proxy, set console.tls_cert, or forward it by ssh."},
		"fault":     {ZH: "数据暂时存不进去，机器人先不说话：", EN: "Nothing can be kept just now, so the bot stays silent:"},
		"nothing":   {ZH: "还没有记录", EN: "Nothing yet"},
		"nogroup":   {ZH: "还没有在任何群里工作。先在「账号」页扫码登录，再看看 config.yaml 里的 groups，或者在群里发 /启用。", EN: "Not at work in any group yet. Scan to sign in on the Account page, then see groups in config.yaml, or send /enable in a group."},
		"broken":    {ZH: "这一块暂时读不出来，日志里有原因。", EN: "This part cannot be read just now; the log says why."},
		"all":       {ZH: "全部", EN: "All"},
		"more":      {ZH: "下一页", EN: "Next page"},
		"back":      {ZH: "返回", EN: "Back"},
		"table":     {ZH: "看数字", EN: "As a table"},
		"csv":       {ZH: "下载 CSV", EN: "Download CSV"},
		"xlsx":      {ZH: "下载 Excel", EN: "Download Excel"},
		"book":      {ZH: "这一页的表格（Excel）", EN: "Tables of this page (Excel)"},
		"up":        {ZH: "上移", EN: "Move up"},
		"down":      {ZH: "下移", EN: "Move down"},
		"do":        {ZH: "好", EN: "Do it"},
		"doing":     {ZH: "操作", EN: "Actions"},
		"file":      {ZH: "文件", EN: "File"},
		"sure":      {ZH: "确定吗？", EN: "Are you sure?"},
		"surewhat":  {ZH: "会以机主的身份执行：", EN: "This will be said in the owner's name:"},
		"surenote":  {ZH: "这一步收不回来，或者会发给很多人。", EN: "It cannot be taken back, or reaches many people."},
		"yes":       {ZH: "确定", EN: "Yes, do it"},
		"no":        {ZH: "算了", EN: "No"},
		"answer":    {ZH: "机器人说", EN: "The bot says"},
		"done":      {ZH: "好了。", EN: "Done."},
		"say":       {ZH: "用指令", EN: "By command"},
		"saywhere":  {ZH: "以机主的身份，在「%s」里说。发 /帮助 看看有哪些。", EN: "In the owner's name, in “%s”. Send /help for the list."},
		"send":      {ZH: "发送", EN: "Send"},
		"optional":  {ZH: "可不填", EN: "optional"},

		"enter":     {ZH: "请进", EN: "Come in"},
		"enterlink": {ZH: "打开终端里的一次性链接，或者把链接末尾的那一串贴在这里。没有了？运行 sixtwenty link 再要一个。", EN: "Open the one-time link from the terminal, or paste its last part here. None left? Run sixtwenty link for another."},
		"enterpass": {ZH: "输入控制台的密码。", EN: "Enter the console's password."},
		"secret":    {ZH: "链接或密码", EN: "Link or password"},
		"in":        {ZH: "进入", EN: "Enter"},
		"wrong":     {ZH: "不对，或者已经用过了。", EN: "Wrong, or used already."},
		"toomany":   {ZH: "错了太多次，十五分钟后再试。", EN: "Wrong too often. Try again in fifteen minutes."},
		"busy":      {ZH: "有别人正在登录，请过几秒再试。", EN: "Somebody else is signing in. Try again in a few seconds."},

		"online":       {ZH: "这个状态", EN: "Like this since"},
		"heard":        {ZH: "最近收到消息", EN: "Last message"},
		"hourly":       {ZH: "这一小时已发", EN: "Sent this hour"},
		"daily":        {ZH: "24 小时已发", EN: "Sent in 24 hours"},
		"waiting":      {ZH: "等着发", EN: "Waiting"},
		"of":           {ZH: "共 %d", EN: "of %d"},
		"unlimited":    {ZH: "不限", EN: "no limit"},
		"features":     {ZH: "功能", EN: "Features"},
		"featuresnote": {ZH: "点一下就开或关；关了的功能在这个群里不出声，记录都留着。", EN: "A click turns one on or off. One that is off is silent in this group; what it kept stays."},
		"on":           {ZH: "开着", EN: "on"},
		"off":          {ZH: "关着", EN: "off"},
		"faults":       {ZH: "出过的错", EN: "What went wrong"},
		"faultid":      {ZH: "编号", EN: "Id"},
		"past":         {ZH: "时间线", EN: "Time line"},
		"todos":        {ZH: "等您决定", EN: "Waits for you"},
		"notodo":       {ZH: "没有，都处理好了。", EN: "Nothing, all is dealt with."},
		"codes":        {ZH: "认领码", EN: "Codes"},
		"until":        {ZH: "有效到", EN: "good until"},
		"members":      {ZH: "成员", EN: "Members"},

		"settings":   {ZH: "这个群的设置", EN: "Settings of this group"},
		"value":      {ZH: "现在", EN: "Now"},
		"default":    {ZH: "默认", EN: "Default"},
		"config":     {ZH: "config.yaml", EN: "config.yaml"},
		"setby":      {ZH: "谁改的", EN: "Set by"},
		"change":     {ZH: "改", EN: "Change"},
		"restore":    {ZH: "恢复默认", EN: "Restore"},
		"owner":      {ZH: "机主", EN: "the owner"},
		"fixed":      {ZH: "只能在 config.yaml 里改", EN: "in config.yaml only"},
		"follow":     {ZH: "在这个群里工作", EN: "Work in this group"},
		"unfollow":   {ZH: "不在这个群里工作了", EN: "Stop working here"},
		"unfollowed": {ZH: "没有在里面工作的群", EN: "Groups it does not work in"},

		"search":     {ZH: "找人：名字、曾用名、拼音", EN: "Find: names, former names, pinyin"},
		"find":       {ZH: "找", EN: "Find"},
		"indexing":   {ZH: "正在整理名字，几秒后再试。", EN: "The names are being sorted; try again in a few seconds."},
		"nobody":     {ZH: "没有找到。", EN: "Nobody found."},
		"once":       {ZH: "曾用名", EN: "once"},
		"card":       {ZH: "名片", EN: "Card"},
		"names":      {ZH: "用过的名字", EN: "Names"},
		"identities": {ZH: "身份", EN: "Identities"},
		"merge":      {ZH: "和另一个人合并", EN: "Merge with somebody"},
		"mergefind":  {ZH: "另一个人的名字", EN: "The other one's name"},
		"preview":    {ZH: "合并以后", EN: "What a merge would move"},
		"mergeinto":  {ZH: "留下", EN: "Stays"},
		"mergefrom":  {ZH: "并进来", EN: "Moves in"},
		"mergenote":  {ZH: "打卡、积分、邀请会合在一起重新算；「拆开」能原样收回。", EN: "Check-ins, points and invitations are added up anew; unmerging takes it back as it was."},
		"reason":     {ZH: "理由", EN: "Reason"},
		"mergenow":   {ZH: "合并", EN: "Merge"},
		"merges":     {ZH: "合并过的", EN: "Merges"},
		"unmerge":    {ZH: "拆开", EN: "Unmerge"},
		"why":        {ZH: "为什么？", EN: "Why?"},
		"whywhat":    {ZH: "想问什么（可不填）", EN: "About what (optional)"},
		"people0":    {ZH: "用名字、曾用名、拼音或拼音首字母都能找到。", EN: "By name, former name, pinyin or initials."},

		"scan":     {ZH: "用微信扫这个码", EN: "Scan with WeChat"},
		"scannote": {ZH: "用机器人的微信扫，大约五分钟内有效，过期会自己换新的。", EN: "Scan with the bot's WeChat. It lasts about five minutes and renews itself."},
		"state":    {ZH: "状态", EN: "State"},
		"states":   {ZH: "最近的状态", EN: "Latest states"},
		"drops":    {ZH: "断线", EN: "Drops"},
		"dropdays": {ZH: "每天断线几分钟", EN: "Minutes away, by day"},
		"span":     {ZH: "时间", EN: "When"},
		"cause":    {ZH: "原因", EN: "Why"},
		"messages": {ZH: "消息", EN: "Messages"},
		"lost":     {ZH: "没有收到", EN: "never came in"},
		"caught":   {ZH: "事后补收了", EN: "came in later"},
		"risks":    {ZH: "账号安全", EN: "Risk signs"},
		"norisk":   {ZH: "看起来都好。", EN: "All looks well."},
		"alarm":    {ZH: "微信之外的提醒", EN: "Alarms outside WeChat"},
		"noalarm":  {ZH: "还没有设提醒地址：config.yaml 的 alarm.urls。", EN: "No address is set: alarm.urls in config.yaml."},
		"alarms":   {ZH: "已设 %d 个地址。", EN: "%d addresses are set."},
		"try":      {ZH: "发一条试试", EN: "Send a test"},
		"alarmok":  {ZH: "第 %d 个地址：发到了", EN: "Address %d: arrived"},
		"alarmbad": {ZH: "第 %d 个地址：%s", EN: "Address %d: %s"},
		"day":      {ZH: "日期", EN: "Day"},
		"minutes":  {ZH: "分钟", EN: "Minutes"},

		"audit":      {ZH: "谁用了什么权力", EN: "Who used which power"},
		"who":        {ZH: "谁", EN: "Who"},
		"when":       {ZH: "什么时候", EN: "When"},
		"where":      {ZH: "哪里", EN: "Where"},
		"command":    {ZH: "指令", EN: "Command"},
		"evidence":   {ZH: "凭什么", EN: "Evidence"},
		"outcome":    {ZH: "结果", EN: "Outcome"},
		"phone":      {ZH: "机器人的手机", EN: "the bot's phone"},
		"console":    {ZH: "控制台", EN: "console"},
		"code":       {ZH: "认领码", EN: "code"},
		"outdone":    {ZH: "做了", EN: "done"},
		"outrefused": {ZH: "没有做", EN: "refused"},
		"outfailed":  {ZH: "出错了", EN: "failed"},
		"receipts":   {ZH: "失败和不确定的发送", EN: "Sends that failed or are unsure"},
		"content":    {ZH: "内容", EN: "Content"},
		"retry":      {ZH: "再发一次", EN: "Send again"},
		"backups":    {ZH: "备份", EN: "Backups"},
		"backup":     {ZH: "现在备份", EN: "Back up now"},
		"made":       {ZH: "备份好了：%s", EN: "Backed up: %s"},
		"badbackup":  {ZH: "没有备份成：%s", EN: "No backup: %s"},
		"download":   {ZH: "下载", EN: "Download"},
		"dryrun":     {ZH: "试着恢复", EN: "Restore: dry run"},
		"drynote":    {ZH: "和现在的数据相比，什么都没有改。真的要换上：停下机器人，运行", EN: "Compared with the present state; nothing was changed. To put it in place, stop the bot and run"},
		"same":       {ZH: "和现在完全一样。", EN: "The same as the present state."},
		"gone":       {ZH: "会少", EN: "Would go"},
		"come":       {ZH: "会多", EN: "Would come"},
		"differ":     {ZH: "会变", EN: "Would change"},
		"tables":     {ZH: "数据表", EN: "Table"},
		"notaudio":   {ZH: "这不是能播的音频。支持 mp3、m4a、wav、amr。", EN: "This is no audio that can be played. mp3, m4a, wav and amr can."},
		"toolarge":   {ZH: "文件太大了，最多 20 MB。", EN: "The file is too large; 20 MB is the most."},
		"emptyfile":  {ZH: "这个文件是空的。", EN: "The file is empty."},
		"nofile":     {ZH: "没有选文件。", EN: "No file was chosen."},
		"stopped":    {ZH: "机器人没有回答：%s", EN: "The bot did not answer: %s"},
	}
}
