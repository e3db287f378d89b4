package plugin

import (
	"context"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/health"
	"github.com/smtp-settings/smtp-settings/plugin/internal/language"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

var _ shared.HealthReporter = (*Page)(nil)

// healthPoll is how often it is asked whether a process of the database has noted a transition.
const healthPoll = time.Second

// Health tells whether the saved settings work, whichever process of the database has found that out.
func (p *Page) Health(ctx context.Context, request shared.HealthRequest, send func(shared.Health) error) error {
	reader, after := language.Of(request.Locale), request.After
	ticker := time.NewTicker(healthPoll)
	defer ticker.Stop()
	for first := true; ; first = false {
		known, err := health.Read(ctx, p.store)
		if err != nil {
			return err
		}
		told := 0
		for _, one := range known.Events {
			if one.Number <= after || first && after == 0 {
				continue
			}
			now, err := p.healthOf(ctx, known, one, reader)
			if err == nil {
				err = send(now)
			}
			if err != nil {
				return err
			}
			told++
		}
		if first && told == 0 || known.Number < after { // Or an older state of the database was put back.
			now, err := p.healthNow(ctx, known, reader)
			if err != nil {
				return err
			}
			if err := send(now); err != nil {
				return err
			}
		}
		after = known.Number
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// healthNow is how it is.
func (p *Page) healthNow(ctx context.Context, known health.State, reader text.Language) (shared.Health, error) {
	waiting, err := p.notifications.Waiting(ctx)
	if err != nil {
		return shared.Health{}, err
	}
	state := known.Status
	if state == "" {
		state = shared.HealthUnknown
	}
	return p.healthOf(ctx, known, health.Event{
		ID: known.ID, Number: known.Number, From: known.From, To: state, At: known.Since, Cause: known.Cause,
		Waiting: waiting,
	}, reader)
}

// healthOf is a transition with what else is known.
func (p *Page) healthOf(
	ctx context.Context, known health.State, event health.Event, reader text.Language,
) (told shared.Health, err error) {
	told = shared.Health{
		State: event.To, Since: event.At, Cause: causeIn(event.Cause, reader), Waiting: event.Waiting,
		CheckedAt: known.Checked, CheckPassed: known.Passed, Number: event.Number, ID: event.ID, From: event.From,
	}
	for _, one := range known.Endings {
		told.Endings = append(told.Endings, shared.Ending{What: one.What, Field: one.Field, At: one.At})
	}
	told.Watched, err = p.watched(ctx, reader)
	return told, err
}

func causeIn(cause *finding.Finding, reader text.Language) *shared.Diagnostic {
	if cause == nil {
		return nil
	}
	written := cause.In(reader)
	return &written
}
