// Package wechat is an account of web WeChat: it drives openwechat's Caller, and is the only package that imports it.
//
// Why its own loop and not openwechat.Bot: the Bot keeps its place before a message is handled, so a crash loses messages; it
// dies of one answer without a SyncKey, spins when the network is down, and sorts all contacts for every message. Here the
// place (the session with its sync key) is kept by Inbox.Mark in the commit of the events it covers, every answer is checked
// before it is believed, and every failure backs off.
//
//	Run      hot sign-in from the kept place, else a QR code; then synccheck, webwxsync, translate, Put, Mark, and again.
//	batch    one webwxsync answer: what must be asked first (member lists, unknown names) is asked in few requests, new ids
//	         are kept in one commit, and only then are the messages translated, in order, by a pure function.
//	names    WeChat's names last for one sign-in. The directory maps them to ids of ours and finds them again, after a new
//	         scan, by evidence; what is ambiguous becomes somebody new.
//	Do       may run beside the loop: it uses only the session's credentials, which never change in place, and the map from
//	         our ids to this session's names, which has its own lock.
//
// Secrets (cookies, keys, tickets) appear in the place and nowhere else: errors are stripped of URLs before they are passed on.
package wechat
