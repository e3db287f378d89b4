package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/riverqueue/river/rivertype"

	"github.com/smtp-settings/smtp-settings/plugin/internal/language"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

var _ shared.NotificationOperator = (*Service)(nil)

// operated notes who has done something with a notification, and what; earlier versions did not note the latter.
type operated struct {
	By   string           `json:"by"`
	At   time.Time        `json:"at"`
	What shared.Operation `json:"what,omitempty"`
}

func (s *Service) newOperated(actor string, what shared.Operation) operated {
	return operated{By: actor, At: s.clock.Now().UTC(), What: what}
}

func (o operated) encode() string {
	encoded, _ := json.Marshal(o) // Texts and times can be encoded.
	return string(encoded)
}

// operatedOf reads who has done something with a job, and when it was set aside.
func operatedOf(job *rivertype.JobRow) (by operated, setAside time.Time) {
	var metadata struct {
		Operated   operated  `json:"operated"`
		SetAsideAt time.Time `json:"set_aside_at"`
	}
	_ = json.Unmarshal(job.Metadata, &metadata) // What cannot be read is not shown.
	return metadata.Operated, metadata.SetAsideAt
}

// operationsOf reads what was done with a job, oldest first. An earlier version that uses the same database notes the
// last operation only.
func operationsOf(job *rivertype.JobRow) (records []shared.OperationRecord) {
	var metadata struct {
		Operations []operated `json:"operations"`
		Last       operated   `json:"operated"`
	}
	_ = json.Unmarshal(job.Metadata, &metadata) // What cannot be read is not shown.
	all := metadata.Operations
	if last := len(all) - 1; !metadata.Last.At.IsZero() && (last < 0 || all[last].At.Before(metadata.Last.At)) {
		all = append(all, metadata.Last)
	}
	for _, one := range all[max(0, len(all)-shared.MaxShownOperations):] {
		records = append(records, shared.OperationRecord{Operation: one.What, Operator: one.By, At: one.At})
	}
	return records
}

// Retry has a notification tried at once.
func (s *Service) Retry(ctx context.Context, request shared.NotificationRequest) (shared.NotificationEntry, error) {
	return s.act(ctx, request, shared.OperationRetry)
}

// Cancel takes a notification out of the queue.
func (s *Service) Cancel(ctx context.Context, request shared.NotificationRequest) (shared.NotificationEntry, error) {
	return s.act(ctx, request, shared.OperationCancel)
}

// english is for those who retry or cancel: they say no language.
var english text.Language

func (s *Service) act(
	ctx context.Context, request shared.NotificationRequest, what shared.Operation,
) (shared.NotificationEntry, error) {
	job, err := s.job(ctx, request.ID)
	if err != nil {
		return shared.NotificationEntry{}, err
	}
	changed, err := s.queue.operate(ctx, what, []int64{job.ID}, s.newOperated(request.Actor, what))
	if err != nil {
		return shared.NotificationEntry{}, err
	}
	if job, err = s.job(ctx, request.ID); err != nil {
		return shared.NotificationEntry{}, err
	}
	if changed == 0 && what == shared.OperationRetry && job.State != rivertype.JobStateCompleted && isTextless(job) {
		return shared.NotificationEntry{}, fmt.Errorf("%w: the texts of notification %s were removed, because it ended "+
			"longer ago than keep_texts; send it anew", shared.ErrInvalidRequest, request.ID)
	}
	if changed > 0 {
		s.configuration.Logger.Info("a notification was changed", "operation", what, "id", request.ID,
			"actor", request.Actor)
	}
	return newEntry(job, english), nil
}

// job returns the job of an id that a caller has said.
func (s *Service) job(ctx context.Context, said string) (*rivertype.JobRow, error) {
	id, err := strconv.ParseInt(said, 10, 64)
	if err != nil {
		return nil, shared.ErrNoNotification
	}
	job, err := s.queue.client.JobGet(ctx, id)
	if errors.Is(err, rivertype.ErrNotFound) {
		return nil, shared.ErrNoNotification
	}
	return job, err
}

// shownAttempts is how many attempts are told of at most.
const shownAttempts = 100

// Show tells everything about a notification but its texts.
func (s *Service) Show(ctx context.Context, request shared.ShowRequest) (shared.NotificationDetail, error) {
	job, err := s.job(ctx, request.ID)
	if err != nil {
		return shared.NotificationDetail{}, err
	}
	reader := language.Of(request.Locale)
	by, _ := operatedOf(job)
	detail := shared.NotificationDetail{
		NotificationEntry: s.entry(job, reader), Operator: by.By, Operated: by.At,
		Operations: operationsOf(job),
	}
	all := attemptsOf(job)
	for _, one := range all[max(0, len(all)-shownAttempts):] {
		shown := one.shown(reader)
		if one.Failure == nil {
			shown.Reply = detail.Reply
		}
		detail.Attempts = append(detail.Attempts, shown)
	}
	return detail, nil
}

// Operate does the same with all notifications that the filter chooses.
func (s *Service) Operate(ctx context.Context, request shared.OperateRequest) (shared.OperateReport, error) {
	if err := request.Check(); err != nil {
		return shared.OperateReport{}, err
	}
	if !slices.Contains(shared.Operations, request.Operation) {
		return shared.OperateReport{}, fmt.Errorf("%w: there is no operation %q", shared.ErrInvalidRequest,
			request.Operation)
	}
	which := shared.ListRequest{
		State: request.State, Search: request.Search, NotificationFilter: request.NotificationFilter,
	}
	by := s.newOperated(request.Actor, request.Operation)
	do := func(ctx context.Context, ids []int64) (changed int64, err error) {
		return s.queue.operate(ctx, request.Operation, ids, by)
	}
	if request.Operation == shared.OperationPurge {
		do = s.newPurge(request, by).part
		if strings.Contains(request.Recipient, "@") { // Nothing of theirs may be left, and a pause still tell of them.
			defer s.breaker.forget(ctx, []string{request.Recipient})
		}
	}
	report, err := s.queue.operateAll(ctx, which, do)
	if report.Changed > 0 {
		s.configuration.Logger.Info("notifications were changed", "operation", request.Operation, "matched", report.Matched,
			"changed", report.Changed, "actor", request.Actor)
	}
	return report, err
}

// Statistics returns what happened.
func (s *Service) Statistics(
	ctx context.Context, request shared.StatisticsRequest,
) ([]shared.StatisticsBucket, error) {
	switch request.Width {
	case 0:
		request.Width = time.Hour
	case time.Minute, time.Hour, 24 * time.Hour:
	default:
		return nil, fmt.Errorf("%w: there are no statistics by %s", shared.ErrInvalidRequest, request.Width)
	}
	now := s.clock.Now()
	if earliest := now.Add(-keepDays); request.From.Before(earliest) {
		request.From = earliest
	}
	if request.Until.IsZero() {
		request.Until = now.Add(time.Second)
	}
	found, err := s.buckets.read(ctx, s.configuration.Store.Reader(), request)
	if err != nil {
		return nil, err
	}
	return s.buckets.withPending(found, request, now), nil
}
