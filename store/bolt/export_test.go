package bolt

// Strain has the journal carry everything home after a few rows, so that a test sees many rounds of it.
func (db *DB) Strain() *DB {
	db.enough, db.large = 8*entrySize, 1<<10
	return db
}
