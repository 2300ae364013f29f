package bot

import (
	"context"
	"sync"

	"sixtwenty/store"
)

type spy struct {
	store.DB

	mu      sync.Mutex
	updates int
	puts    []string // bucket and key, of what was kept
	gate    func(ctx context.Context) error
}

type spyTx struct {
	store.Tx
	puts *[]string
}

func (tx spyTx) Put(bucket, key string, value []byte) error {
	*tx.puts = append(*tx.puts, bucket+" "+store.FormatKey(key))
	return tx.Tx.Put(bucket, key, value)
}

func (s *spy) Update(ctx context.Context, fn func(store.Tx) error) error {
	s.mu.Lock()
	gate := s.gate
	s.mu.Unlock()
	if gate != nil {
		if err := gate(ctx); err != nil {
			return err
		}
	}
	var puts []string
	err := s.DB.Update(ctx, func(tx store.Tx) error {
		puts = nil
		return fn(spyTx{tx, &puts})
	})
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.updates++; err == nil {
		s.puts = append(s.puts, puts...)
	}
	return err
}

func (s *spy) stopAt(gate func(ctx context.Context) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gate = gate
}

func (s *spy) kept() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := s.puts
	s.puts = nil
	return list
}
