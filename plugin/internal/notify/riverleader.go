package notify

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
)

// One process leads River's: it deletes old jobs and takes over those that no reply comes for. What it does, it does to
// all jobs, with the times of its own version. So one of a version that says nothing of itself leads only while none
// that does delivers. It asks to lead every few seconds, and by that it is known to live: its row has no PID.
func postgresLeader(version int) string {
	return fmt.Sprintf(`
CREATE OR REPLACE FUNCTION %[1]s() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	seen DOUBLE PRECISION := EXTRACT(EPOCH FROM now());
BEGIN
	IF EXISTS (SELECT 1 FROM delivery_node WHERE id = NEW.leader_id AND pid > 0) THEN RETURN NEW; END IF;
	INSERT INTO delivery_node (id, host, pid, started_at, seen_at) VALUES (NEW.leader_id, '', 0, seen, seen)
	ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at;
	IF EXISTS (SELECT 1 FROM delivery_node WHERE pid > 0 AND seen_at > seen - %[2]g) THEN RETURN NULL; END IF;
	RETURN NEW;
END $$;
DROP TRIGGER IF EXISTS notification_leader ON river_leader;
CREATE TRIGGER notification_leader BEFORE INSERT OR UPDATE ON river_leader
FOR EACH ROW EXECUTE FUNCTION %[1]s();
`, leaderFunction(version), lease.Seconds())
}

// leaderVersion is raised with every change of postgresLeader. What a later version has made is left alone.
const leaderVersion = 1

// leaderFunction is the name of the trigger's function, which has its version behind if that is not the first.
func leaderFunction(version int) string {
	if version == 1 {
		return "notification_leader"
	}
	return fmt.Sprint("notification_leader_", version)
}

// prepareLeader has PostgreSQL ask who leads, in the way of the version or of a later one.
func (r *riverStore) prepareLeader(ctx context.Context, database *store.Store, version int) error {
	if database.Pool() == nil {
		return nil // The process that has the claim clears the leader of before.
	}
	made := 0
	err := r.db.QueryRowContext(ctx,
		"SELECT COALESCE(MAX(COALESCE(CAST(substring(proname FROM '[0-9]+$') AS INTEGER), 1)), 0)"+
			" FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid WHERE tgname = 'notification_leader'"+
			" AND tgrelid = to_regclass('river_leader')").Scan(&made)
	if err != nil || made >= version {
		return err
	}
	return database.Together(ctx, true, func(transaction *sql.Tx) error {
		_, err := transaction.ExecContext(ctx, postgresLeader(version))
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
