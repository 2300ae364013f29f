// Package bot is the middle of the house: what happens in an account becomes an Event, what the bot does becomes a row,
// and both are kept in one transaction.
//
// The life of an event, in order:
//
//	account   translates what the service said into an Event and gives it to the Inbox (Put). It may go on at once; Mark,
//	          which keeps the account's place in the stream, returns only when everything put before it is committed.
//	engine    one goroutine takes all that waits (events, due timers, the console's questions; at most 1,000) and opens
//	          ONE transaction for them.
//	seen      an event whose ID is already marked is passed over; the mark is written in this same transaction.
//	people    the tables of chats, people and member lists take what the event says of them. A join text is resolved
//	          against the list before and after (see resolveJoin).
//	router    picks the one Command that the text calls, or else every Watch on the event's kind, and checks role, place and
//	          power. Of a group that is not followed nothing is kept.
//	feature   runs in a nested transaction of its own with a Call: it changes its tables and asks for effects, timers,
//	          works and facts. A refusal or a failure undoes that feature's changes and nothing else.
//	commit    state, effects, timers and seen marks become durable together. An fsync later they are true.
//	outbox    another goroutine does the kept effects through the account: in order within a chat, paced, each attempt
//	          committed before it is made. What the service answers is kept as a receipt.
//
// Time comes from one Clock. Whatever must happen later is a timer row; a Job is a timer that the engine sets again,
// whatever became of the run. Slow things (reading files, fetching, drawing) are Works: rows too, done outside the loop,
// whose result comes back as an event.
//
// Why one goroutine and one transaction: a storm of a thousand check-ins costs one fsync, nothing needs a lock, and there
// is no moment in which the bot has answered and not remembered, or remembered and never answers.
package bot
