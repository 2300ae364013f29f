// Package onebot is an account that speaks OneBot v11, as NapCat, Lagrange, LLOneBot and several bridges do, and the only
// importer of a WebSocket library.
//
// OneBot says nothing of how an implementation comes to its powers, so nothing is assumed: what it can send is asked at each
// connection, and what the account may do to people is asked for each group. A power that is not there is one that features do
// without.
//
//	source   dials the implementation (forward) or lets it dial us (reverse); the token is checked both ways.
//	link     one connection: a goroutine reads frames, gives answers to those who wait for them by their echo, and the rest to
//	         the session, in order.
//	session  who we are, what was missed while away, then the stream: translate, Put, and every few seconds Mark. A watchdog
//	         ends a connection on which nothing is heard.
//	Do       may run beside the session, for several chats at once.
//
// Nothing is done twice: a message's event ID is made of the account's id, the chat and the service's message id, so one that is
// told again after a reconnection, or found in the history, is one that was seen. Ids are prefixed by the platform ("qq"), so
// that the same community can be known elsewhere too.
package onebot
