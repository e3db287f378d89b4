package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
)

// connectLimit bounds how long a database may take to answer at the start.
const connectLimit = 10 * time.Second

// lockSchema is held until the end of the transaction: CREATE TABLE IF NOT EXISTS alone fails when two do it at once.
const lockSchema = "SELECT pg_advisory_xact_lock(7465837264);\n"

// OpenPostgres opens the database at the address, postgres://user@host:port/name. The address may hold a password, so
// it is never shown.
func OpenPostgres(ctx context.Context, address string) (*Store, error) {
	ctx, cancel := context.WithTimeout(ctx, connectLimit)
	defer cancel()
	config, err := parseAddress(address)
	if err != nil {
		return nil, err
	}
	place := fmt.Sprintf("PostgreSQL database %q on %s:%d", config.ConnConfig.Database, config.ConnConfig.Host,
		config.ConnConfig.Port)
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be used: %w", place, err)
	}
	db := stdlib.OpenDBFromPool(pool)
	store := &Store{db: db, reader: db, pool: pool, place: place, close: func() error {
		err := db.Close()
		pool.Close()
		return err
	}}
	if err := store.prepare(ctx, lockSchema); err != nil {
		_ = store.Close()
		return nil, fmt.Errorf("%s cannot be used: %w", place, err)
	}
	return store, nil
}
