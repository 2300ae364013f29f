package archive

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"sixtwenty/store"
)

// Merge puts the rows, the blobs and the numbers of what was unpacked into another database, over the rows of the same key.
// A row that says the same already stays, with the fields that no archive has. The tables of emptied lose all they have
// first. It takes several transactions: give it a copy that can be thrown away.
func Merge(ctx context.Context, from, to store.DB, c Contents, tables []Table, emptied []string) error {
	for _, t := range emptied {
		if err := empty(ctx, to, t); err != nil {
			return fmt.Errorf("table %s: %w", t, err)
		}
	}
	for _, name := range c.Tables {
		t := Table{Name: name}
		if i := slices.IndexFunc(tables, func(t Table) bool { return t.Name == name }); i >= 0 {
			t = tables[i]
		}
		if err := mergeTable(ctx, from, to, t); err != nil {
			return fmt.Errorf("table %s: %w", name, err)
		}
	}
	for t, last := range c.Numbers {
		if err := advance(ctx, to, t, last); err != nil {
			return fmt.Errorf("table %s: %w", t, err)
		}
	}
	for _, sum := range c.Blobs {
		if err := mergeBlob(ctx, store.Blobs{DB: from}, store.Blobs{DB: to}, sum); err != nil {
			return fmt.Errorf("blob %s: %w", sum, err)
		}
	}
	return nil
}

// page reads the next rows of a table.
func page(ctx context.Context, db store.DB, table, after string) (rows []store.Pair, err error) {
	err = db.View(ctx, func(r store.Reader) error {
		rows = nil
		for p, err := range r.Scan(table, store.Range{From: after, Limit: batch}) {
			if err != nil {
				return err
			}
			rows = append(rows, p)
		}
		return nil
	})
	return rows, err
}

func mergeTable(ctx context.Context, from, to store.DB, t Table) error {
	for at := ""; ; {
		rows, err := page(ctx, from, t.Name, at)
		if err != nil || len(rows) == 0 {
			return err
		}
		err = to.Update(ctx, func(tx store.Tx) error {
			for _, p := range rows {
				if err := mergeRow(tx, t, p); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		at = rows[len(rows)-1].Key + "\x00"
	}
}

func mergeRow(tx store.Tx, t Table, p store.Pair) error {
	was, err := tx.Get(t.Name, p.Key)
	if err == nil && was != nil {
		was, err = t.bare(was)
	}
	if err != nil || was != nil && bytes.Equal(was, p.Value) {
		return err
	}
	return tx.Put(t.Name, p.Key, p.Value)
}

func empty(ctx context.Context, db store.DB, table string) error {
	for {
		rows, err := page(ctx, db, table, "")
		if err != nil || len(rows) == 0 {
			return err
		}
		err = db.Update(ctx, func(tx store.Tx) error {
			for _, p := range rows {
				if err := tx.Delete(table, p.Key); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
}

// advance moves a table's counter to at least last, so that it gives no number of the archive's again.
func advance(ctx context.Context, db store.DB, table string, last uint64) error {
	return db.Update(ctx, func(tx store.Tx) error {
		for n := uint64(0); n < last; {
			var err error
			if n, err = tx.Next(table); err != nil {
				return err
			}
		}
		return nil
	})
}

func mergeBlob(ctx context.Context, from, to store.Blobs, sum string) error {
	r, err := from.Open(ctx, sum)
	if err != nil {
		return err
	}
	defer r.Close()
	_, err = to.Put(ctx, r, r.Size)
	return err
}
