package notify

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"

	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
)

// transaction is one of the database, whatever its engine.
type transaction interface {
	// insert inserts notifications, of which no two have the same identity.
	insert(ctx context.Context, notifications []outgoing) ([]accepted, error)
	execute(ctx context.Context, one statement) error
}

func openClient(ctx context.Context, database *store.Store, config *river.Config) (client, error) {
	pool := database.Pool()
	if pool == nil {
		opened, err := newClient(ctx, database, riversqlite.New(database.DB()), config)
		return &sqliteClient{Client: opened, db: database.DB()}, err
	}
	opened, err := newClient(ctx, database, riverpgxv5.New(pool), config)
	if err != nil {
		return nil, err
	}
	inserter, err := newInserter(riverpgxv5.New(pool), config)
	return &postgresClient{Client: opened, inserter: inserter, begin: pool.Begin}, err
}

// newInserter makes a client that inserts with the database's clock, and does nothing else: River has one clock for
// what is inserted and for what is taken from the queue, and the latter is best done with the database's own.
func newInserter(driver riverdriver.Driver[pgx.Tx], config *river.Config) (*river.Client[pgx.Tx], error) {
	inserting := &river.Config{Logger: config.Logger, MaxAttempts: config.MaxAttempts}
	if clock, known := config.Test.Time.(*databaseClock); known {
		inserting.Test.Time = insertClock{clock}
	}
	return river.NewClient(driver, inserting)
}

// newClient brings the tables up to date and makes the client.
func newClient[TTx any](
	ctx context.Context, database *store.Store, driver riverdriver.Driver[TTx], config *river.Config,
) (*river.Client[TTx], error) {
	if err := database.CheckPrivileges(ctx, `river\_%`, `notification\_%`); err != nil {
		return nil, err
	}
	migrator, err := rivermigrate.New(driver, &rivermigrate.Config{Logger: config.Logger})
	if err != nil {
		return nil, err
	}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return nil, fmt.Errorf("its tables cannot be made: %w", database.Unprivileged(ctx, err))
	}
	owner, err := database.Owns(ctx, "river_job")
	if err != nil {
		return nil, err
	}
	if !owner { // Each night River rebuilds indexes, which only their owner may do.
		config.ReindexerSchedule = river.NeverSchedule()
	}
	return river.NewClient(driver, config)
}

type sqliteClient struct {
	*river.Client[*sql.Tx]
	db        *sql.DB
	announced time.Time // when River's producers were told of a job
}

func (c *sqliteClient) together(ctx context.Context, do func(transaction) error) error {
	tx, err := c.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after Commit there is nothing to roll back
	if err := do(sqliteTransaction{tx, c}); err != nil {
		return err
	}
	return tx.Commit()
}

type sqliteTransaction struct {
	tx     *sql.Tx
	client *sqliteClient
}

func (t sqliteTransaction) execute(ctx context.Context, one statement) error {
	_, err := t.tx.ExecContext(ctx, one.text, one.arguments...)
	return err
}

type postgresClient struct {
	*river.Client[pgx.Tx]
	inserter *river.Client[pgx.Tx]
	begin    func(context.Context) (pgx.Tx, error)
}

func (c *postgresClient) together(ctx context.Context, do func(transaction) error) error {
	tx, err := c.begin(ctx)
	if err != nil {
		return err
	}
	// After Commit there is nothing to roll back; and what was begun is ended even if ctx has ended.
	defer tx.Rollback(context.WithoutCancel(ctx)) //nolint:errcheck
	if err := do(postgresTransaction{tx, c}); err != nil {
		return err
	}
	return tx.Commit(ctx)
}

type postgresTransaction struct {
	tx     pgx.Tx
	client *postgresClient
}

func (t postgresTransaction) insert(ctx context.Context, notifications []outgoing) ([]accepted, error) {
	inserted, err := t.client.inserter.InsertManyTx(ctx, t.tx, insertParams(notifications))
	return acceptedFrom(inserted), err
}

func (t postgresTransaction) execute(ctx context.Context, one statement) error {
	_, err := t.tx.Exec(ctx, one.text, one.arguments...)
	return err
}
