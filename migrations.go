package main

import (
	"errors"

	"sixtwenty/handlers/referral"
	"sixtwenty/store"
	"sixtwenty/store/bolt"
)

// spareDisk is more than the largest commit writes, which takes all that the journal holds to as many pages, so that a disk that
// fills up is found before one.
const spareDisk = 64 << 20

// schema is the layout of the database that this program knows. Whoever changes what a kept row looks like, or how a key is
// made, adds the step that turns the old rows into the new at the end, and a file of the old layout to testdata/schemas. A
// step sees the tables with the account's prefix, and those that an archive brings alone: none may be missed, none be needed.
func schema() bolt.Options {
	return bolt.Options{Spare: spareDisk, Migrations: []func(store.Tx) error{
		ofEveryAccount(referral.Derive),
		ofEveryAccount(referral.Arrive),
		func(store.Tx) error { return nil }, // the store keeps a journal, and who does not know it must not open the file
	}}
}

// ofEveryAccount makes a step of one that knows the tables by their own names.
func ofEveryAccount(step func(store.Tx) error) func(store.Tx) error {
	return func(tx store.Tx) error {
		return errors.Join(step(tx), step(store.PrefixedTx(tx, accountName+"/")))
	}
}

// newest is the number of the layout.
func newest() int { return len(schema().Migrations) + 1 }
