package wechat

import (
	"regexp"
	"strings"

	"sixtwenty/bot"
)

// noticeKind is what a system text tells of.
type noticeKind string

const (
	noticeJoin     noticeKind = "join"
	noticeRename   noticeKind = "rename"
	noticeRemove   noticeKind = "remove"
	noticeDismiss  noticeKind = "dismiss"
	noticeFriend   noticeKind = "friend-confirm"
	noticeTickle   noticeKind = "tickle" // of the account
	noticeChatter  noticeKind = "notice" // known, and nothing follows from it
	noticeUnknown  noticeKind = "unknown"
	noticeUserText noticeKind = "user-text" // has a sender, so it is no system text at all
)

// A notice is what a system text says. Names are as written, and the account's own doing has no name.
type notice struct {
	kind noticeKind
	join bot.Join
	who  string // who renamed, removed, dismissed or tickled; "" is the account itself
	name string // the new name of the group
}

// The pieces of the patterns. A name may hold anything but a line break, so each pattern holds on to what WeChat writes around
// names, takes the first possible end for the first name and the last possible one for the last.
const (
	pQuote = `["“”「」]`
	pName  = `(.+?)`
	pNames = `(.+)`
	pGroup = `(?:该|該|了|此)?(?:群聊|群組|群组)`
	pTail  = `[\s.。!！]*(?:撤销|撤銷|Undo|Revoke)?[\s.。]*$`
	pQR    = `(?:二维码|二維碼|行動條碼|(?i:qr ?code))`
	pVia   = `(?:通过|通過|透過)(?:扫描|掃描)`
	pYou   = `(?:你|您)`
	// In English.
	pTo     = ` to (?:join )?(?:the|this|a) group chat`
	pJoined = `\s*joined (?:(?:the|this) )?group chat`
	pBy     = ` (?:via|by scanning) (?:(?:the|a|an) )?` + pQR
)

// A rule reads one wording. The first that matches is right, so the order matters.
type rule struct {
	re   *regexp.Regexp
	read func(m []string) notice
}

func when(pattern string, read func(m []string) notice) rule {
	return rule{regexp.MustCompile(pattern), read}
}

func joined(j bot.Join) notice { return notice{kind: noticeJoin, join: j} }

func is(k noticeKind) func([]string) notice {
	return func([]string) notice { return notice{kind: k} }
}

func didBy(k noticeKind) func([]string) notice {
	return func(m []string) notice { return notice{kind: k, who: tidy(m[1])} }
}

var aQR = regexp.MustCompile(pQR)

var qrJoins = []rule{
	when(`^`+pQuote+pNames+pQuote+pVia+`你分享的`+pQR+`加入`+pGroup+pTail, func(m []string) notice {
		return joined(bot.Join{ByQR: true, Single: true, SelfInvited: true, Names: tidy(m[1])})
	}),
	when(`^`+pQuote+pName+pQuote+pVia+pQuote+pNames+pQuote+`分享的`+pQR+`加入`+pGroup+pTail, qrThrough),
	when(`^`+pQuote+pName+pQuote+`(?:通过|通過|透過)`+pQuote+pNames+pQuote+`的(?:邀请|邀請)`+pQR+`加入`+pGroup+pTail, qrThrough),
	when(`^`+pQuote+pName+pQuote+`(?:通过|通過|透過)你的(?:邀请|邀請)`+pQR+`加入`+pGroup+pTail, func(m []string) notice {
		return joined(bot.Join{ByQR: true, Single: true, SelfInvited: true, Names: tidy(m[1])})
	}),
	when(`^`+pQuote+`?`+pName+pQuote+`?`+pVia+`([^"“”「」]+)分享的`+pQR+`加入`+pGroup+pTail, func(m []string) notice {
		if m[2] == "你" {
			return joined(bot.Join{ByQR: true, Single: true, SelfInvited: true, Names: tidy(m[1])})
		}
		return qrThrough(m)
	}),
	when(`^`+pQuote+`?`+pName+pQuote+`?(?:通过|通過|透過)([^"“”「」]*)加入`+pGroup+pOthers, func(m []string) notice {
		j := bot.Join{ByQR: aQR.MatchString(m[2]), Single: true, Names: tidy(m[1])}
		if m[1] == "你" {
			j = bot.Join{ByQR: j.ByQR, Self: true}
		}
		return joined(j)
	}),
	when(`^`+pQuote+pNames+pQuote+pJoined+pBy+` you shared`+pTail, func(m []string) notice {
		return joined(bot.Join{ByQR: true, Single: true, SelfInvited: true, Names: tidy(m[1])})
	}),
	when(`^`+pQuote+pName+pQuote+pJoined+pBy+` shared by\s*`+pQuote+pNames+pQuote+pTail, qrThrough),
	when(`^You(?:'ve|’ve| have)? joined (?:the|this|a) group chat via (?:the |an )?`+pQR+`(?:\W|$)`, func([]string) notice {
		return joined(bot.Join{ByQR: true, Self: true})
	}),
}

func qrThrough(m []string) notice {
	return joined(bot.Join{ByQR: true, Single: true, Names: tidy(m[1]), InviterName: tidy(m[2])})
}

const (
	pInvite = `(?:邀请|邀請)`
	pOthers = `(?:[，,。.：:\s].*)?$` // the people who were there before
	pWith   = `(?:[，,]\s*(?:群聊参与人还有|群組成員還有)[：:].*|` + pTail + `)`
)

var zhJoins = []rule{
	when(`^你(?:加入|已加入)`+pGroup+pOthers, func([]string) notice { return joined(bot.Join{Self: true}) }),
	when(`^`+pQuote+pName+pQuote+pInvite+`你(?:和|、)`+pQuote+pNames+pQuote+`加入`+pGroup+pTail, func(m []string) notice {
		return joined(bot.Join{Self: true, InviterName: tidy(m[1]), Names: tidy(m[2])})
	}),
	when(`^`+pQuote+pName+pQuote+pInvite+`你加入`+pGroup+pOthers, func(m []string) notice {
		return joined(bot.Join{Self: true, InviterName: tidy(m[1])})
	}),
	when(`^`+pYou+pInvite+pQuote+pNames+pQuote+`加入`+pGroup+pTail, func(m []string) notice {
		return joined(bot.Join{SelfInvited: true, Names: tidy(m[1])})
	}),
	when(`^`+pQuote+pName+pQuote+`\s*`+pInvite+`\s*`+pQuote+pNames+pQuote+`\s*加入`+pGroup+pWith, func(m []string) notice {
		return joined(bot.Join{InviterName: tidy(m[1]), Names: tidy(m[2])})
	}),
	when(`^`+pQuote+pNames+pQuote+`加入`+pGroup+pTail, func(m []string) notice {
		return joined(bot.Join{Single: true, Names: tidy(m[1])})
	}),
}

var enJoins = []rule{
	when(`^You(?:'ve|’ve| have)? joined (?:the|this|a) group chat`+pOthers, func([]string) notice {
		return joined(bot.Join{Self: true})
	}),
	when(`^You(?:'ve|’ve| have)? invited\s*`+pNames+pTo+pTail, func(m []string) notice {
		return joined(bot.Join{SelfInvited: true, Names: unquote(m[1])})
	}),
	when(`^`+pName+`\s*invited you (?:and\s*`+pNames+` ?)?to (?:join )?(?:the|this|a) group chat(?: with .*)?`+pTail, func(m []string) notice {
		return joined(bot.Join{Self: true, InviterName: unquote(m[1]), Names: unquote(m[2])})
	}),
	when(`^`+pQuote+pName+pQuote+`\s*invited\s*`+pNames+` ?to (?:join )?(?:the|this|a) group chat`+pTail, func(m []string) notice {
		return joined(bot.Join{InviterName: tidy(m[1]), Names: unquote(m[2])})
	}),
	when(`^`+pName+` invited `+pNames+pTo+pTail, func(m []string) notice {
		return joined(bot.Join{InviterName: tidy(m[1]), Names: unquote(m[2])})
	}),
	when(`^`+pQuote+pNames+pQuote+pJoined+pTail, func(m []string) notice {
		return joined(bot.Join{Single: true, Names: tidy(m[1])})
	}),
}

// bareRules read what some versions write without quotes. They come last: without quotes only the words around tell names.
var bareRules = []rule{
	when(`^`+pYou+pInvite+pNames+`加入`+pGroup+pTail, func(m []string) notice {
		return joined(bot.Join{SelfInvited: true, Names: tidy(m[1])})
	}),
	when(`^`+pName+pInvite+pYou+`(?:和|、)`+pNames+`加入`+pGroup+pTail, func(m []string) notice {
		return joined(bot.Join{Self: true, InviterName: tidy(m[1]), Names: tidy(m[2])})
	}),
	when(`^`+pName+pInvite+pYou+`加入`+pGroup+pOthers, func(m []string) notice {
		return joined(bot.Join{Self: true, InviterName: tidy(m[1])})
	}),
	when(`^`+pName+pInvite+pNames+`加入`+pGroup+pTail, func(m []string) notice {
		return joined(bot.Join{InviterName: tidy(m[1]), Names: tidy(m[2])})
	}),
	when(`^`+pQuote+`?`+pName+pQuote+`?`+pJoined+pBy+` you shared`+pTail, func(m []string) notice {
		return joined(bot.Join{ByQR: true, Single: true, SelfInvited: true, Names: tidy(m[1])})
	}),
	when(`^`+pQuote+`?`+pName+pQuote+`?`+pJoined+` (?:via|by scanning) your `+pQR+pTail, func(m []string) notice {
		return joined(bot.Join{ByQR: true, Single: true, SelfInvited: true, Names: tidy(m[1])})
	}),
	when(`^`+pName+pJoined+pBy+` shared by `+pName+pTail, qrThrough),
	when(`^`+pQuote+`?`+pName+pQuote+`?`+pJoined+pBy+pTail, func(m []string) notice {
		return joined(bot.Join{ByQR: true, Single: true, Names: tidy(m[1])})
	}),
	when(`^`+pName+pJoined+pTail, func(m []string) notice { return joined(bot.Join{Single: true, Names: tidy(m[1])}) }),
	when(`^`+pName+` changed the group name to `+pQuote+pNames+pQuote+`[\s.]*$`, renamed),
}

func renamed(m []string) notice {
	return notice{kind: noticeRename, who: tidy(m[1]), name: strings.TrimSpace(m[2])}
}

var otherRules = []rule{
	when(`^(?:你|`+pQuote+pName+pQuote+`)(?:修改|将|將)(?:了)?(?:群名|群聊名称|群聊名稱|群組名稱|群名称)(?:为|為|成)`+pQuote+pNames+pQuote+`\s*$`, renamed),
	when(`^(?:You|`+pQuote+pName+pQuote+`) changed the group name to `+pQuote+pNames+pQuote+`[\s.]*$`, renamed),
	when(`^你(?:将|將|把)`+pQuote+pNames+pQuote+`移出`+pGroup+pTail, is(noticeRemove)),
	when(`^你被`+pQuote+pNames+pQuote+`移出`+pGroup+pTail, didBy(noticeRemove)),
	when(`^`+pQuote+pName+pQuote+`(?:将|將|把)`+pQuote+pNames+pQuote+`移出`+pGroup+pTail, didBy(noticeRemove)),
	when(`^You removed `+pNames+` from the group chat`+pTail, is(noticeRemove)),
	when(`^You (?:were|have been) removed from the group chat(?: by `+pQuote+pNames+pQuote+`)?`+pTail, didBy(noticeRemove)),
	when(`^(?:群主`+pQuote+pNames+pQuote+`|你)(?:已解散|解散了|已經解散)`+pGroup+pTail, didBy(noticeDismiss)),
	when(`^(?:You|The group owner `+pQuote+pNames+pQuote+`) (?:dismissed|dissolved|disbanded) (?:the|this) group chat`+pTail, didBy(noticeDismiss)),
	when(`^`+pQuote+pNames+pQuote+`\s*拍了拍我(?:\s|的|$)`, didBy(noticeTickle)),
	when(`^`+pQuote+pNames+pQuote+`\s*(?:tickled|nudged) me\b`, didBy(noticeTickle)),
	when(`^`+pNames+`\s*(?:拍了拍|tickled |nudged )`, is(noticeChatter)),
	when(`^你已添加了.+现在可以开始聊天了|刚刚把你添加到通讯录，现在可以开始聊天了|通过了你的朋友验证请求|^以上是打招呼的内容`, is(noticeFriend)),
	when(`^You have added .+ as your WeChat contact|just added you to his/her contacts list`, is(noticeFriend)),
	when(`与群里其他人都不是(?:微信)?朋友关系|^收到红包，请在手机上查看|红包.*请在手机|^位置共享已经结束|^Red packet received|开启了(?:好友|朋友)验证|被对方拒收`, is(noticeChatter)),
}

// senderPrefix is how the text of a member begins on the wire. A system text has no sender.
var senderPrefix = regexp.MustCompile(`^@[0-9a-zA-Z_-]+:(?:<br ?/?>|\n)`)

// maxNotice bounds what is read; the longest texts name forty people.
const maxNotice = 16 << 10

// readNotice reads a system text in its wire form. It believes the wording, so it must only be given texts that WeChat wrote:
// of type 10000 and without a sender.
func readNotice(content string) notice {
	if senderPrefix.MatchString(content) {
		return notice{kind: noticeUserText}
	}
	if len(content) > maxNotice {
		return notice{kind: noticeUnknown}
	}
	text := strings.TrimSpace(plainNotice(content))
	if strings.ContainsAny(text, "\n\r") { // names have no line breaks, so no wording that matters has one
		return notice{kind: noticeUnknown}
	}
	text = strings.Join(strings.Fields(text), " ") // names are compared without blanks
	tight := blankQuote.ReplaceAllString(text, "$1")
	if n := readWording(tight); n.kind != noticeUnknown || tight == text {
		return n
	}
	return readWording(text)
}

// blankQuote is a quote with blanks around it: some versions write them in Chinese, where they say nothing; English needs them.
var blankQuote = regexp.MustCompile(`\s*(` + pQuote + `)\s*`)

func readWording(text string) notice {
	for _, rules := range [][]rule{qrJoins, zhJoins, enJoins, otherRules, bareRules} {
		for _, r := range rules {
			if m := r.re.FindStringSubmatch(text); m != nil {
				return r.read(m).checked()
			}
		}
	}
	return notice{kind: noticeUnknown}
}

// checked refuses a join of nobody.
func (n notice) checked() notice {
	if n.kind == noticeJoin && !n.join.Self && n.join.Names == "" {
		return notice{kind: noticeUnknown}
	}
	return n
}

// tidy takes the blanks that WeChat puts around some names.
func tidy(name string) string { return strings.TrimSpace(name) }

// unquote takes the quotes around a whole list, which some versions write and some do not.
func unquote(s string) string {
	s = strings.TrimSpace(s)
	for _, pair := range [][2]string{{`"`, `"`}, {"“", "”"}} {
		if inner, ok := strings.CutPrefix(s, pair[0]); ok {
			if inner, ok = strings.CutSuffix(inner, pair[1]); ok && inner != "" {
				return strings.TrimSpace(inner)
			}
		}
	}
	return s
}
