package notify

import (
	"context"
	"database/sql"

	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
)

// One process leads River's: it deletes old jobs and takes over those that no reply comes for. What it does, it does to
// all jobs, with the times of its own version. So one of a version that says nothing of itself leads only while none
// that does delivers. It asks to lead every few seconds, and by that it is known to live: its row has no PID.
const postgresLeader = `
CREATE OR REPLACE FUNCTION notification_leader() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	seen DOUBLE PRECISION := EXTRACT(EPOCH FROM now());
BEGIN
	IF EXISTS (SELECT 1 FROM delivery_node WHERE id = NEW.leader_id AND pid > 0) THEN RETURN NEW; END IF;
	INSERT INTO delivery_node (id, host, pid, started_at, seen_at) VALUES (NEW.leader_id, '', 0, seen, seen)
	ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at;
	IF EXISTS (SELECT 1 FROM delivery_node WHERE pid > 0 AND seen_at > seen - 30) THEN RETURN NULL; END IF;
	RETURN NEW;
END $$;
DROP TRIGGER IF EXISTS notification_leader ON river_leader;
CREATE TRIGGER notification_leader BEFORE INSERT OR UPDATE ON river_leader
FOR EACH ROW EXECUTE FUNCTION notification_leader();
`

// prepareLeader has PostgreSQL ask who leads.
func (r *riverStore) prepareLeader(ctx context.Context, database *store.Store) error {
	if database.Pool() == nil {
		return nil // The process that has the claim clears the leader of before.
	}
	var there bool
	err := r.db.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM pg_trigger WHERE tgname = 'notification_leader'"+
		" AND tgrelid = to_regclass('river_leader'))").Scan(&there)
	if err != nil || there {
		return err
	}
	return database.Together(ctx, true, func(transaction *sql.Tx) error {
		_, err := transaction.ExecContext(ctx, postgresLeader)
		return err
	})
}

// dismissLeader ends the leadership of a process that says nothing of itself, and notes that it lives.
func (r *riverStore) dismissLeader(ctx context.Context) error {
	_, err := r.db.ExecContext(ctx, "WITH dismissed AS (DELETE FROM river_leader"+
		" WHERE leader_id NOT IN (SELECT id FROM delivery_node WHERE pid > 0) RETURNING leader_id)"+
		" INSERT INTO delivery_node (id, host, pid, started_at, seen_at)"+
		" SELECT leader_id, '', 0, EXTRACT(EPOCH FROM now()), EXTRACT(EPOCH FROM now()) FROM dismissed"+
		" ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at")
	return err
}

// hasStranger reports whether a process delivers that says nothing of itself.
func (r *riverStore) hasStranger(ctx context.Context) (has bool, err error) {
	err = r.db.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM delivery_node WHERE pid = 0 AND seen_at >"+
		" EXTRACT(EPOCH FROM now()) - $1) OR EXISTS (SELECT 1 FROM river_leader WHERE expires_at > now()"+
		" AND leader_id NOT IN (SELECT id FROM delivery_node WHERE pid > 0))", lease.Seconds()).Scan(&has)
	return has, err
}
