// Package handlers lists the features of the bot, in the order in which they see an event. A new feature is a package
// beside this file and one line in All.
package handlers

import (
	"sixtwenty/bot"
	"sixtwenty/handlers/broadcast"
	"sixtwenty/handlers/checkin"
	"sixtwenty/handlers/friends"
	"sixtwenty/handlers/guard"
	"sixtwenty/handlers/history"
	"sixtwenty/handlers/keywords"
	"sixtwenty/handlers/moderation"
	"sixtwenty/handlers/onboarding"
	"sixtwenty/handlers/owner"
	"sixtwenty/handlers/people"
	"sixtwenty/handlers/points"
	"sixtwenty/handlers/referral"
	"sixtwenty/handlers/report"
	"sixtwenty/handlers/schedule"
	"sixtwenty/pictures"
)

// All gives every feature. claim is the code that makes somebody the owner, for this start of the program only.
func All(claim string) []bot.Feature {
	studio := pictures.Lazily(pictures.Options{})
	return []bot.Feature{
		owner.Feature(claim),
		people.Feature(),
		onboarding.Feature(),
		referral.Feature(studio),
		checkin.Feature(studio),
		points.Feature(),
		broadcast.Feature(),
		schedule.Feature(studio),
		report.Feature(studio),
		keywords.Feature(),
		guard.Feature(),
		friends.Feature(),
		moderation.Feature(),
		history.Feature(),
	}
}
