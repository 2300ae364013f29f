// Package wechatbox is WeChat in a box: the web-WeChat server in memory, with people and groups to script.
//
// A [Box] holds a small world: people with their phones, friendships, groups and what was said. One of the people is
// the account, whose phone scans the bot's QR code. Everything a person could do on the phone is a method: [Box.Say],
// [Box.Invite], [Box.Leave] and so on. Beside the world stands the server: [Box.Handler] speaks the protocol of
// web WeChat to any client that believes it talks to wx.qq.com, over HTTP, over CONNECT with TLS ([Box.Serve]) or without a
// socket ([Box.Transport], which also works inside a testing/synctest bubble).
//
// # Names
//
// People and groups have ids that last ("xiaoming"). Wherever a method takes a person or a group, the id or the shown name will do.
// A chat is named as the person who uses it would: a group, or the other person of a private conversation. The names on the wire
// ("@" and 64 hex digits) are new at every sign-in, as they are in WeChat; they never appear in this interface.
//
// # Concurrency
//
// Every method is safe from any goroutine. One mutex guards the world; no method that holds it waits for anything.
// A change is in the world file, if there is one, before the method returns.
//
// The package knows no bot and imports none: it is the ground truth of tests, not a part of what is tested.
package wechatbox
