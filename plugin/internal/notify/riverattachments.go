package notify

import (
	"context"
	"time"
)

// The attachments of notifications stand beside River's table: a job is read and written often, and whole. These are
// the statements on them.

// sealedAttachment is an attachment as it is stored.
type sealedAttachment struct {
	parcel string
	place  int
	sealed []byte
}

// storeParcel commits the attachments of one notification, before its job. What is there already stays.
func (r *riverStore) storeParcel(ctx context.Context, at time.Time, attachments []sealedAttachment) error {
	transaction, err := r.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer transaction.Rollback() //nolint:errcheck // after Commit there is nothing to roll back
	for _, one := range attachments {
		if _, err := transaction.ExecContext(ctx,
			"INSERT INTO notification_attachment (parcel, place, stored_at, sealed) VALUES ($1, $2, $3, $4)"+
				" ON CONFLICT DO NOTHING",
			one.parcel, one.place, float64(at.UnixMilli())/1000, one.sealed); err != nil {
			return err
		}
	}
	return transaction.Commit()
}

// claimParcel says which job the attachments belong to.
func (r *riverStore) claimParcel(ctx context.Context, parcel string, job int64) error {
	_, err := r.db.ExecContext(ctx, "UPDATE notification_attachment SET job = $1 WHERE parcel = $2", job, parcel)
	return err
}

func (r *riverStore) dropParcel(ctx context.Context, parcel string) error {
	_, err := r.db.ExecContext(ctx, "DELETE FROM notification_attachment WHERE parcel = $1", parcel)
	return err
}

// attachment returns one of a parcel; sql.ErrNoRows when it is not there.
func (r *riverStore) attachment(ctx context.Context, parcel string, place int) (sealed []byte, err error) {
	err = r.db.QueryRowContext(ctx, "SELECT sealed FROM notification_attachment WHERE parcel = $1 AND place = $2",
		parcel, place).Scan(&sealed)
	return sealed, err
}

// attachmentsAfter names the attachments that follow one, in the order of parcels and places, without their content.
func (r *riverStore) attachmentsAfter(ctx context.Context, last sealedAttachment) ([]sealedAttachment, error) {
	rows, err := r.db.QueryContext(ctx, "SELECT parcel, place FROM notification_attachment"+
		" WHERE parcel > $1 OR parcel = $1 AND place > $2 ORDER BY parcel, place LIMIT $3", last.parcel, last.place, pageSize)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found []sealedAttachment
	for rows.Next() {
		var one sealedAttachment
		if err := rows.Scan(&one.parcel, &one.place); err != nil {
			return nil, err
		}
		found = append(found, one)
	}
	return found, rows.Err()
}

// replaceAttachment stores an attachment sealed anew, unless it was removed meanwhile.
func (r *riverStore) replaceAttachment(ctx context.Context, one sealedAttachment) error {
	_, err := r.db.ExecContext(ctx, "UPDATE notification_attachment SET sealed = $1 WHERE parcel = $2 AND place = $3",
		one.sealed, one.parcel, one.place)
	return err
}

// sweepAttachments removes the attachments of notifications that were delivered or are not there any more, and those
// that were stored before a time for notifications that were never accepted. It does so part by part: what is sent
// meanwhile does not wait.
func (r *riverStore) sweepAttachments(ctx context.Context, before time.Time) error {
	for last := ""; ; {
		var end string
		err := r.bulk.QueryRowContext(ctx, "SELECT COALESCE(MAX(parcel), '') FROM (SELECT DISTINCT parcel FROM"+
			" notification_attachment WHERE parcel > $1 ORDER BY parcel LIMIT $2) AS part", last, sweptAtOnce).Scan(&end)
		if err != nil || end == "" {
			return err
		}
		stored := float64(before.Unix())
		for _, one := range []statement{
			{sweepFinished, []any{last, end}}, {claimAccepted, []any{last, end, stored}},
			{sweepUnclaimed, []any{last, end, stored}},
		} {
			if _, err := r.db.ExecContext(ctx, one.text, one.arguments...); err != nil {
				return err
			}
		}
		last = end
	}
}

// sweptAtOnce is how many parcels one transaction looks at.
const sweptAtOnce = 1000

// The steps of sweepAttachments, for the parcels after $1 up to $2.
const (
	sweptParcels  = " WHERE parcel > $1 AND parcel <= $2"
	sweepFinished = "DELETE FROM notification_attachment" + sweptParcels + " AND job IS NOT NULL AND NOT EXISTS" +
		" (SELECT 1 FROM river_job WHERE id = job AND state <> 'completed')"
	unclaimed     = sweptParcels + " AND job IS NULL AND stored_at < $3"
	claimAccepted = "UPDATE notification_attachment SET job = (SELECT MAX(id) FROM river_job WHERE " + unindexedKind +
		" AND args ->> 'parcel' = notification_attachment.parcel)" + unclaimed
	sweepUnclaimed = "DELETE FROM notification_attachment" + unclaimed
)
