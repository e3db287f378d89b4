package notify

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
)

// jobTable has the notifications.
const jobTable = "river_job"

// treatments are what a move to another database does with each table. TestEveryTableIsTreated holds that each has one.
func treatments() map[string]store.Treatment {
	const ofProcesses = "it is about processes that use this database"
	all := map[string]store.Treatment{
		jobTable:             {Guarded: true, Numbered: "id", Columns: jobColumns},
		"river_leader":       {Left: ofProcesses},
		"river_queue":        {Left: ofProcesses},
		"river_notification": {Left: ofProcesses},
		"river_migration":    {Left: "River makes it with its tables"},
		"notification_count": {Left: "it is counted as the notifications are written"},
	}
	maps.Copy(all, store.Treatments())
	return all
}

// jobColumns are the columns of jobs that the engines write down differently. On the way they are JSON, and times as
// RFC 3339 has them.
var jobColumns = func() map[string]store.Column {
	document := store.Column{
		FromSQLite: "json(%s)", FromPostgres: "CAST(%s AS TEXT)", ToSQLite: "jsonb(%s)", ToPostgres: "CAST(%s AS JSONB)",
	}
	list := func(elements string) store.Column {
		return store.Column{
			FromSQLite: "json(%s)", FromPostgres: "CAST(array_to_json(%s) AS TEXT)", ToSQLite: "jsonb(%s)",
			ToPostgres: "CASE WHEN CAST(%s AS TEXT) IS NOT NULL THEN ARRAY(SELECT " + elements +
				"(CAST(CAST(%s AS TEXT) AS JSONB))) END",
		}
	}
	time := store.Column{
		FromSQLite:   "strftime('%Y-%m-%dT%H:%M:%fZ', %s)",
		FromPostgres: `to_char(%s AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`,
		ToSQLite:     "strftime('%Y-%m-%d %H:%M:%f', %s)",
		ToPostgres:   "CAST(CAST(%s AS TEXT) AS TIMESTAMPTZ)",
	}
	return map[string]store.Column{
		"args": document, "metadata": document,
		"attempted_by": list("jsonb_array_elements_text"), "errors": list("jsonb_array_elements"),
		"tags":         list("jsonb_array_elements_text"),
		"attempted_at": time, "created_at": time, "finalized_at": time, "scheduled_at": time,
		"state":         {FromPostgres: "CAST(%s AS TEXT)", ToPostgres: "CAST(CAST(%s AS TEXT) AS river_job_state)"},
		"unique_states": {FromPostgres: "CAST(%s AS INTEGER)", ToPostgres: "CAST(CAST(%s AS INTEGER) AS BIT(8))"},
	}
}()

// hasLeader reports whether some process lets River work, of whatever version: one of them leads.
func (r *riverStore) hasLeader(ctx context.Context) (leads bool, err error) {
	err = r.db.QueryRowContext(ctx,
		"SELECT EXISTS (SELECT 1 FROM river_leader WHERE expires_at > "+r.dialect.now+")").Scan(&leads)
	return leads, err
}

// SealedWaits reports whether a notification waits in the database, which may be one that was never used: its texts and
// attachments are sealed.
func SealedWaits(ctx context.Context, database *store.Store) (waits bool, err error) {
	known := "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'river_job')"
	if database.Pool() != nil {
		known = "SELECT to_regclass('river_job') IS NOT NULL"
	}
	for _, query := range []string{known, "SELECT EXISTS (SELECT 1 FROM river_job WHERE finalized_at IS NULL)"} {
		if err := database.Reader().QueryRowContext(ctx, query).Scan(&waits); err != nil || !waits {
			return false, database.Unprivileged(ctx, err)
		}
	}
	return true, nil
}

// hasJobs reports whether there is any job.
func (r *riverStore) hasJobs(ctx context.Context) (has bool, err error) {
	err = r.db.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM river_job)").Scan(&has)
	return has, err
}

// errDelivering is part of an error that says who delivers.
var errDelivering = errors.New("stop what delivers first")

// Quiesce makes sure that no process delivers from the database, and that none begins to before release is called,
// where the database is embedded. It is for a service that was not started.
func (s *Service) Quiesce(ctx context.Context) (release func(), err error) {
	if s.configuration.Store.Pool() == nil {
		taken, err := s.standby.claim.take(ctx)
		if err != nil {
			return nil, err
		}
		if taken {
			return func() { s.standby.claim.release(context.WithoutCancel(ctx)) }, nil
		}
	}
	holders, err := s.standby.claim.holders(ctx)
	if err != nil {
		return nil, err
	}
	place := s.configuration.Store.Place()
	if len(holders) > 0 {
		return nil, fmt.Errorf("process %d on %s delivers notifications from %s: %w", holders[0].PID, holders[0].Host, place,
			errDelivering)
	}
	leads, err := s.queue.hasLeader(ctx)
	if err != nil {
		return nil, err
	}
	if leads || s.configuration.Store.Pool() == nil {
		return nil, fmt.Errorf("a process delivers notifications from %s, or was killed less than half a minute ago: %w",
			place, errDelivering)
	}
	return func() {}, nil
}
