package notify

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
)

// fewJobs is with how many jobs the indexes and counts are made at once, in a fraction of a second. With more they are
// made in the background: a million take minutes, and the host gives a plugin seconds to start. Until then everything
// that uses them does the same without, more slowly.
const fewJobs = 10_000

// stateIndexes is the name of what database_state has of the indexes and counts.
const stateIndexes = "notification_indexes"

// indexState is which version has made the indexes.
type indexState struct {
	Version int `json:"version"`
	// Counted is true when the counts are those of all notifications.
	Counted bool `json:"counted"`
}

// builder makes the indexes and counts.
type builder struct {
	riverStore
	store *store.Store
	few   int // see fewJobs
	// told is told of each thing that is made in the background, and how long that took.
	told func(what string, took time.Duration)
}

// prepare makes what takes no time, and everything where there are few jobs. The rest is left to build: there are many,
// others hold a lock, or what there is will do and only the table's owner may make more.
func (b *builder) prepare(ctx context.Context) (made, error) {
	if err := b.store.Make(ctx, makeCounts); err != nil {
		return made{}, err
	}
	if b.dialect.hasClass != "" { // Every query may use it.
		if err := b.makeClass(ctx); err != nil {
			return made{}, err
		}
	}
	now, err := b.made(ctx, b.reader)
	if err != nil || now.complete {
		return now, err
	}
	var jobs int
	if err := b.reader.QueryRowContext(ctx, fmt.Sprintf("SELECT COUNT(*) FROM (SELECT 1 FROM river_job LIMIT %d) AS few",
		b.few+1)).Scan(&jobs); err != nil || jobs > b.few {
		return now, err
	}
	// Others that write at the moment are not to keep this process from starting.
	if err := b.makeAll(ctx); isLocked(err) || now.usable && refusedWith(err, pgerrcodeInsufficientPrivilege) {
		return now, nil
	} else if err != nil {
		return made{}, err
	}
	return b.made(ctx, b.reader)
}

// isLocked reports whether a lock could not be had in time, or was not to be had: each of two waited for the other.
func isLocked(err error) bool { return refusedWith(err, pgerrcodeNotAvailable, pgerrcodeDeadlock) }

// refusedWith reports whether PostgreSQL has refused with one of the codes.
func refusedWith(err error, codes ...string) bool {
	var refused *pgconn.PgError
	return errors.As(err, &refused) && slices.Contains(codes, refused.Code)
}

// lock_not_available and insufficient_privilege, in the appendix of PostgreSQL's manual.
const (
	pgerrcodeNotAvailable          = "55P03"
	pgerrcodeInsufficientPrivilege = "42501"
)

// makeCounts makes the table of counts.
const makeCounts = "CREATE TABLE IF NOT EXISTS notification_count (class TEXT NOT NULL, count BIGINT NOT NULL);\n"

func (b *builder) makeClass(ctx context.Context) error {
	var there bool
	if err := b.reader.QueryRowContext(ctx, b.dialect.hasClass).Scan(&there); err != nil || there {
		return err
	}
	return b.store.Together(ctx, true, func(transaction *sql.Tx) error {
		if err := transaction.QueryRowContext(ctx, b.dialect.hasClass).Scan(&there); err != nil || there {
			return err
		}
		_, err := transaction.ExecContext(ctx, postgresClassFunction)
		return err
	})
}

// made is what there is of what builder makes.
type made struct {
	complete bool // nothing is to be made or removed
	usable   bool // nothing is missing but what is optional
	folded   bool // nor are the optional indexes of folded recipients
}

// made finds out what there is. What a later version has made will do.
func (b *builder) made(ctx context.Context, database store.Executor) (made, error) {
	var state indexState
	found, err := store.ReadState(ctx, database, stateIndexes, &state)
	if err != nil {
		return made{}, err
	}
	there, err := b.existing(ctx, database)
	if err != nil {
		return made{}, err
	}
	missing := b.missing(there)
	lacks := func(optional bool) bool {
		return slices.ContainsFunc(missing, func(one index) bool { return one.optional == optional })
	}
	later := found && state.Version > indexVersion
	counted := found && state.Version >= countsVersion && state.Counted
	return made{
		complete: later || counted && len(missing) == 0 && len(b.unwanted(there)) == 0 && state.Version == indexVersion,
		usable:   later || counted && !lacks(false),
		folded:   !lacks(true),
	}, nil
}

// existing are the indexes that there are, by name, and whether each is whole: PostgreSQL leaves one behind that was
// not finished.
func (b *builder) existing(ctx context.Context, database store.Executor) (map[string]bool, error) {
	rows, err := database.QueryContext(ctx, b.dialect.readIndexes)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	there := map[string]bool{}
	for rows.Next() {
		var name string
		var whole bool
		if err := rows.Scan(&name, &whole); err != nil {
			return nil, err
		}
		there[name] = whole
	}
	return there, rows.Err()
}

func (b *builder) missing(there map[string]bool) (missing []index) {
	for _, one := range b.dialect.indexes() {
		if !there[one.name] {
			missing = append(missing, one)
		}
	}
	return missing
}

// unwanted are the names of indexes that are not whole, that an earlier version has made, or that River has made and
// nothing here uses.
func (b *builder) unwanted(there map[string]bool) (names []string) {
	for name, whole := range there {
		if !whole || !slices.ContainsFunc(b.dialect.indexes(), func(one index) bool { return one.name == name }) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// makeAll makes everything in one transaction, unless another process is at it.
func (b *builder) makeAll(ctx context.Context) error {
	return b.store.Together(ctx, true, func(transaction *sql.Tx) error {
		if now, err := b.made(ctx, transaction); err != nil || now.complete {
			return err // Another process has made them meanwhile.
		}
		if alone, err := b.isAlone(ctx, transaction); err != nil || !alone {
			return err
		}
		if err := b.beginCounts(ctx, transaction); err != nil {
			return err
		}
		there, err := b.existing(ctx, transaction)
		if err != nil {
			return err
		}
		for _, name := range b.unwanted(there) {
			if _, err := transaction.ExecContext(ctx, "DROP INDEX "+name); err != nil {
				return err
			}
		}
		for _, one := range b.missing(there) {
			if _, err := transaction.ExecContext(ctx, "CREATE INDEX "+one.name+" ON river_job "+one.on); err != nil {
				return err
			}
		}
		counts, err := b.countNow(ctx, transaction)
		if err != nil {
			return err
		}
		return b.endCounts(ctx, transaction, counts)
	})
}

// build makes what is missing, one thing at a time, while the queue is used. What was interrupted goes on where it was.
func (b *builder) build(ctx context.Context) error {
	release, alone, err := b.alone(ctx)
	if err != nil || !alone {
		return err
	}
	defer release()
	var state indexState
	found, err := store.ReadState(ctx, b.db, stateIndexes, &state)
	if err != nil || found && state.Version > indexVersion {
		return err
	}
	there, err := b.existing(ctx, b.db)
	if err != nil {
		return err
	}
	for _, name := range b.unwanted(there) {
		if err := b.step(ctx, "DROP INDEX "+b.dialect.concurrently+" IF EXISTS "+name); err != nil {
			return err
		}
	}
	if !found || state.Version < countsVersion || !state.Counted {
		if err := b.count(ctx); err != nil {
			return err
		}
	}
	for _, one := range b.missing(there) {
		statement := "CREATE INDEX " + b.dialect.concurrently + " IF NOT EXISTS " + one.name + " ON river_job " + one.on
		if err := b.step(ctx, statement); err != nil {
			return err
		}
	}
	return store.WriteState(ctx, b.db, stateIndexes, indexState{Version: indexVersion, Counted: true})
}

// step executes a statement, and leaves the embedded database to others for as long as that took.
func (b *builder) step(ctx context.Context, statement string) error {
	began := time.Now()
	if _, err := b.db.ExecContext(ctx, statement); err != nil {
		return fmt.Errorf("%w, in %s", err, statement)
	}
	took := time.Since(began)
	b.told(statement, took)
	leaveToOthers(ctx, b.store, took)
	return ctx.Err()
}

// alone keeps other processes from building until release is called.
func (b *builder) alone(ctx context.Context) (release func(), alone bool, err error) {
	if b.store.Pool() == nil {
		return func() {}, true, nil // Who delivers is alone.
	}
	transaction, err := b.db.BeginTx(ctx, nil)
	if err != nil {
		return nil, false, err
	}
	release = func() { _ = transaction.Rollback() }
	if alone, err = b.isAlone(ctx, transaction); err == nil && alone {
		// The server is not to end it. And a query keeps its snapshot until the next statement of the transaction: an index
		// that is made concurrently would wait for it.
		_, err = transaction.ExecContext(ctx, "SET LOCAL idle_in_transaction_session_timeout = 0")
	}
	if err != nil || !alone {
		release()
	}
	return release, alone, err
}

// isAlone reports whether no other process builds, nor will until the transaction ends.
func (b *builder) isAlone(ctx context.Context, transaction *sql.Tx) (alone bool, err error) {
	if b.store.Pool() == nil {
		return true, nil // There is one writer.
	}
	err = transaction.QueryRowContext(ctx, "SELECT pg_try_advisory_xact_lock(7465837265)").Scan(&alone)
	return alone, err
}

// count counts anew: from one moment on the triggers count what changes, and what there was at that moment is read
// from a snapshot, for which nobody waits.
func (b *builder) count(ctx context.Context) error {
	began := time.Now()
	var snapshot *sql.Tx
	err := b.store.Together(ctx, false, func(transaction *sql.Tx) error {
		err := b.beginCounts(ctx, transaction)
		if err != nil {
			return err
		}
		if snapshot, err = b.store.Bulk().BeginTx(ctx, b.dialect.snapshot); err != nil {
			return err
		}
		var any int // What is read first makes the snapshot.
		return snapshot.QueryRowContext(ctx, "SELECT COUNT(*) FROM notification_count").Scan(&any)
	})
	if snapshot != nil {
		defer snapshot.Rollback() //nolint:errcheck // It has only read.
	}
	if err != nil {
		return err
	}
	counts, err := b.countNow(ctx, snapshot)
	if err != nil {
		return err
	}
	err = b.store.Together(ctx, false, func(transaction *sql.Tx) error { return b.endCounts(ctx, transaction, counts) })
	if err == nil {
		b.told("counts", time.Since(began))
	}
	return err
}

// beginCounts has the triggers count from now on, beginning with nothing.
func (b *builder) beginCounts(ctx context.Context, transaction *sql.Tx) error {
	for _, statement := range b.dialect.counting {
		if _, err := transaction.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("%w, in %s", err, statement)
		}
	}
	for name, trigger := range b.dialect.triggers() {
		var there bool
		if err := transaction.QueryRowContext(ctx, b.dialect.hasTrigger, name).Scan(&there); err != nil {
			return err
		}
		if there {
			continue
		}
		if _, err := transaction.ExecContext(ctx, trigger); err != nil {
			return err
		}
	}
	return store.WriteState(ctx, transaction, stateIndexes, indexState{Version: indexVersion})
}

// countNow counts the classes of what the transaction sees.
func (b *builder) countNow(ctx context.Context, transaction *sql.Tx) (map[string]int64, error) {
	return readCounts(transaction.QueryContext(ctx, b.countAll()))
}

// countAll counts without the help of the triggers.
func (r *riverStore) countAll() string {
	return "SELECT " + r.dialect.class + ", COUNT(*) FROM river_job WHERE kind = 'notification' GROUP BY 1" +
		" UNION ALL SELECT '" + heldClass + "', COUNT(*) FROM river_job WHERE " + isHeld + " AND " + r.ours() +
		" HAVING COUNT(*) > 0"
}

// endCounts adds what there was before the triggers counted.
func (b *builder) endCounts(ctx context.Context, transaction *sql.Tx, counts map[string]int64) error {
	for class, count := range counts {
		if _, err := transaction.ExecContext(ctx, b.dialect.addCount, class, count); err != nil {
			return err
		}
	}
	var state indexState
	if _, err := store.ReadState(ctx, transaction, stateIndexes, &state); err != nil {
		return err
	}
	if state.Version != indexVersion {
		return errors.New("another version counts meanwhile")
	}
	return store.WriteState(ctx, transaction, stateIndexes, indexState{Version: indexVersion, Counted: true})
}
