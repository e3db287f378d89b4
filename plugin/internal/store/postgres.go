package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
)

// connectLimit bounds how long a database may take to answer at the start.
const connectLimit = 10 * time.Second

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
	store, err := openPool(ctx, config, place)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be used: %w", place, explained(err, config.ConnConfig))
	}
	return store, nil
}

func openPool(ctx context.Context, config *pgxpool.Config, place string) (*Store, error) {
	pooled, err := isPooled(ctx, config.ConnConfig)
	if err != nil {
		return nil, err
	}
	if pooled {
		// Another transaction may meet another session, which has not prepared the statement.
		config.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeCacheDescribe
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	db := stdlib.OpenDBFromPool(pool)
	store := &Store{db: db, reader: db, bulk: db, pool: pool, pooled: pooled, place: place, close: func() error {
		err := db.Close()
		pool.Close()
		return err
	}}
	if err := store.prepare(ctx); err != nil {
		_ = store.Close()
		return nil, err
	}
	return store, nil
}

// isPooled reports whether a pooler answers in the place of the server: it gives out process ids of its own, for
// requests to cancel.
func isPooled(ctx context.Context, config *pgx.ConnConfig) (bool, error) {
	config = config.Copy()
	config.DefaultQueryExecMode = pgx.QueryExecModeSimpleProtocol
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return false, err
	}
	defer conn.Close(context.WithoutCancel(ctx)) //nolint:errcheck // It was only asked.
	var process uint32
	err = conn.QueryRow(ctx, "SELECT pg_backend_pid()").Scan(&process)
	return process != conn.PgConn().PID(), err
}
