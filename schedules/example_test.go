package schedules_test

import (
	"fmt"
	"time"

	"sixtwenty/schedules"
)

func ExampleDue() {
	zone, _ := schedules.Zone("Asia/Shanghai")
	spec, _ := schedules.Parse("每天 6:20")
	due := time.Date(2026, 3, 1, 6, 20, 0, 0, zone)
	back := time.Date(2026, 3, 2, 6, 35, 0, 0, zone) // down since yesterday, back a quarter of an hour late

	owed := schedules.Due(spec, zone, due, back, schedules.Missed{Grace: 30 * time.Minute})
	fmt.Println("run:", owed.Run)
	fmt.Println("skipped:", owed.Skipped)
	fmt.Println("next:", owed.Next)
	// Output:
	// run: [2026-03-02 06:20:00 +0800 CST]
	// skipped: 1
	// next: 2026-03-03 06:20:00 +0800 CST
}
