package schedules

import "time"

var _ rule = interval{}

// An interval fires each time so many seconds have gone by, counted from midnight of 1 January 2000 in the zone. With
// a fixed anchor neither a restart nor setting the same spec again moves it, and "@every 2h" falls on even hours
// (on odd ones in summer, where the zone has daylight saving time: elapsed time knows no clocks).
type interval struct{ seconds int64 }

func (i interval) next(after time.Time, zone *time.Location) time.Time {
	anchor := time.Date(2000, time.January, 1, 0, 0, 0, 0, zone).Unix()
	gone := after.Unix() - anchor
	rest := (gone%i.seconds + i.seconds) % i.seconds
	return time.Unix(after.Unix()-rest+i.seconds, 0).In(zone)
}
