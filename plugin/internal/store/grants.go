package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"time"
)

// Grant is what an owner of a mailbox has permitted by signing in, as it is stored. What is relative is so by the clock
// of the database: those of the processes differ.
type Grant struct {
	ID string
	// Version counts the renewals.
	Version int64
	// Document is what is told of the grant. It stays the same.
	Document string
	// Sealed are the tokens.
	Sealed []byte
	// Renewed is when they were stored.
	Renewed time.Time
	// Life is for how long the access token was good then, and Left for how long it is now; 0 when it is not.
	Life, Left time.Duration
	// Ends is when the grant ends when it is not renewed; zero when that is not known.
	Ends time.Time
	// Refused is when the provider refused these tokens; zero when it did not.
	Refused time.Time
	// Unused is how long ago Renewed is.
	Unused time.Duration
	// Leased is true while a process renews it.
	Leased bool
	// Doubt is why the tokens may not be the last ones that the provider has given; empty when nothing speaks for it.
	Doubt string
}

// The doubts about a grant that are noted here.
const (
	// GrantInterrupted is that the process ended which had the lease.
	GrantInterrupted = "interrupted"
	// GrantRestored is that the database was not in use: an older state may have been put back, or another database was
	// used meanwhile.
	GrantRestored = "restored"
)

// ErrNoGrant means that there is no grant of the id.
var ErrNoGrant = errors.New("there is no such grant")

// now is the time of the database, in seconds since 1970.
func (s *Store) now() string {
	return s.either("unixepoch('subsec')", "CAST(EXTRACT(EPOCH FROM clock_timestamp()) AS DOUBLE PRECISION)")
}

// after is the time of the database so many seconds from now, or 0 where that is 0. number is that of the parameter.
func (s *Store) after(number int) string {
	seconds := fmt.Sprintf("CAST($%d AS DOUBLE PRECISION)", number)
	return "CASE WHEN " + seconds + " = 0 THEN 0 ELSE " + s.now() + " + " + seconds + " END"
}

// AddGrant stores a new grant, whose access token is good for so long, and which ends in so long; 0 when that is not
// known.
func (s *Store) AddGrant(ctx context.Context, grant Grant, access, ends time.Duration) error {
	_, err := s.changes(ctx, `INSERT INTO oauth_grant
		(id, version, document, sealed, renewed_at, access_until, ends_at, refused_at, lease, lease_until, doubt)
		VALUES ($1, $2, $3, $4, `+s.now()+`, `+s.after(5)+`, `+s.after(6)+`, 0, '', 0, '')`,
		grant.ID, grant.Version, grant.Document, grant.Sealed, access.Seconds(), ends.Seconds())
	return err
}

func (s *Store) selectGrant() string {
	return `SELECT id, version, document, sealed, renewed_at, access_until, ends_at, refused_at, lease, lease_until,
		doubt, ` + s.now() +
		` FROM oauth_grant `
}

// Grant returns the grant as it is now; the error is ErrNoGrant when there is none.
func (s *Store) Grant(ctx context.Context, id string) (Grant, error) {
	found, err := scanGrant(s.reader.QueryRowContext(ctx, s.selectGrant()+`WHERE id = $1`, id))
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return Grant{}, ErrNoGrant
	case err != nil:
		return Grant{}, s.unreadable(err)
	}
	return found, nil
}

// Grants returns all of them.
func (s *Store) Grants(ctx context.Context) ([]Grant, error) {
	rows, err := s.reader.QueryContext(ctx, s.selectGrant()+`ORDER BY id`)
	if err != nil {
		return nil, s.unreadable(err)
	}
	found, err := scanGrants(rows)
	if err != nil {
		return nil, s.unreadable(err)
	}
	return found, nil
}

func scanGrants(rows *sql.Rows) ([]Grant, error) {
	defer rows.Close()
	var found []Grant
	for rows.Next() {
		one, err := scanGrant(rows)
		if err != nil {
			return nil, err
		}
		found = append(found, one)
	}
	return found, rows.Err()
}

func scanGrant(row interface{ Scan(...any) error }) (Grant, error) {
	var grant Grant
	var lease string
	var renewed, accessUntil, ends, refused, leaseUntil, now float64
	if err := row.Scan(&grant.ID, &grant.Version, &grant.Document, &grant.Sealed, &renewed, &accessUntil, &ends, &refused,
		&lease, &leaseUntil, &grant.Doubt, &now); err != nil {
		return Grant{}, err
	}
	grant.Renewed, grant.Ends, grant.Refused = since1970(renewed), since1970(ends), since1970(refused)
	grant.Life = seconds(accessUntil - renewed)
	grant.Left = min(grant.Life, seconds(accessUntil-now)) // Perhaps the clock was set back.
	grant.Unused = seconds(now - renewed)
	grant.Leased = leaseUntil > now && leaseUntil <= now+LongestLease.Seconds()
	if lease != "" && !grant.Leased {
		grant.Doubt = GrantInterrupted
	}
	return grant, nil
}

// since1970 is the time so many seconds after 1970; 0 is none.
func since1970(at float64) time.Time {
	if at == 0 {
		return time.Time{}
	}
	whole, part := math.Modf(at)
	return time.Unix(int64(whole), int64(part*float64(time.Second))).UTC()
}

// seconds are so many; those of the past are none.
func seconds(count float64) time.Duration {
	return time.Duration(max(count, 0) * float64(time.Second))
}

// LongestLease is that of a grant. One that ends later is from before the clock of the database was set back.
const LongestLease = 2 * time.Minute

// LeaseGrant gives the one who calls it so the lease for so long; false when another one has it, or when there is
// another version or none.
func (s *Store) LeaseGrant(
	ctx context.Context, id string, version int64, lease string, life time.Duration,
) (bool, error) {
	return s.changes(ctx, `UPDATE oauth_grant SET lease = $1, lease_until = `+s.after(2)+
		`, doubt = CASE WHEN lease = '' THEN doubt ELSE '`+GrantInterrupted+`' END`+
		` WHERE id = $3 AND version = $4 AND (lease_until <= `+s.now()+` OR lease_until > `+s.after(5)+`)`,
		lease, min(life, LongestLease).Seconds(), id, version, LongestLease.Seconds())
}

// ReplaceGrant stores the next version of the grant with other tokens, and ends the lease of anybody: of two
// tokens that the provider gave, the first that is stored counts. It is false when there is another version already, or
// none.
func (s *Store) ReplaceGrant(
	ctx context.Context, id string, version int64, sealed []byte, access, ends time.Duration,
) (bool, error) {
	return s.changes(ctx, `UPDATE oauth_grant SET version = version + 1, sealed = $1, renewed_at = `+s.now()+
		`, access_until = `+s.after(2)+`, ends_at = `+s.after(3)+
		`, refused_at = 0, lease = '', lease_until = 0, doubt = '' WHERE id = $4 AND version = $5`,
		sealed, access.Seconds(), ends.Seconds(), id, version)
}

// ReleaseGrant ends a lease. refused notes that the provider has refused the tokens. So is a doubt noted, where there
// was none.
func (s *Store) ReleaseGrant(ctx context.Context, id, lease string, refused bool, doubt string) error {
	note := ""
	if refused {
		note = ", refused_at = " + s.now()
	}
	_, err := s.changes(ctx, `UPDATE oauth_grant SET lease = '', lease_until = 0`+note+
		`, doubt = CASE WHEN doubt = '' THEN $1 ELSE doubt END WHERE id = $2 AND lease = $3`, doubt, id, lease)
	return err
}

// ResealGrant stores the same tokens sealed anew; false when they are others by now.
func (s *Store) ResealGrant(ctx context.Context, id string, before, after []byte) (bool, error) {
	return s.changes(ctx, `UPDATE oauth_grant SET sealed = $1 WHERE id = $2 AND sealed = $3`, after, id, before)
}

// DropGrant deletes the version of a grant for the one who has the lease; empty for a grant that nobody renews. It is
// false when it is another version, or a process renews it.
func (s *Store) DropGrant(ctx context.Context, id string, version int64, lease string) (bool, error) {
	return s.changes(ctx, `DELETE FROM oauth_grant WHERE id = $1 AND version = $2 AND (lease = $3 OR lease_until <= `+
		s.now()+`)`, id, version, lease)
}

// DropUnnamedGrant deletes the version of a grant that the revision does not name, unless there is a newer revision by
// now, or a process renews the grant.
func (s *Store) DropUnnamedGrant(ctx context.Context, id string, version, revision int64) (bool, error) {
	return s.changes(ctx, `DELETE FROM oauth_grant WHERE id = $1 AND version = $2 AND lease_until <= `+s.now()+
		` AND (SELECT COALESCE(MAX(revision), 0) FROM settings_revision) = $3`, id, version, revision)
}

// DoubtGrants notes that another state of the database may have been used meanwhile.
func DoubtGrants(ctx context.Context, in Executor) error {
	_, err := in.ExecContext(ctx, `UPDATE oauth_grant SET doubt = $1 WHERE doubt = ''`, GrantRestored)
	return err
}
