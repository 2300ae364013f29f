package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"sixtwenty/schedules"
)

// workingDays are those that came with the program and those that the owner put into the data folder, for later years.
func workingDays(data string) (*schedules.Days, error) {
	name := filepath.Join(data, "holidays.txt")
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return schedules.Published(), nil
	}
	if err != nil {
		return nil, fmt.Errorf("the working days: %w", err)
	}
	defer f.Close()
	days, err := schedules.Published().With(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return days, nil
}
