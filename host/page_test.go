package host

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/smtp-settings/smtp-settings/host/internal/process"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/settingstest/hostile"
)

// hangingPage answers no call before its deadline.
type hangingPage struct{}

func hanging[Reply any](ctx context.Context) (none Reply, err error) {
	<-ctx.Done()
	return none, ctx.Err()
}

func (hangingPage) Info(ctx context.Context) (shared.Info, error) { return hanging[shared.Info](ctx) }
func (hangingPage) Schema(ctx context.Context, _ shared.SchemaRequest) (shared.Schema, error) {
	return hanging[shared.Schema](ctx)
}

func (hangingPage) Load(ctx context.Context, _ shared.LoadRequest) (shared.Snapshot, error) {
	return hanging[shared.Snapshot](ctx)
}

func (hangingPage) Validate(ctx context.Context, _ shared.ValidateRequest) (shared.Validation, error) {
	return hanging[shared.Validation](ctx)
}

func (hangingPage) Save(ctx context.Context, _ shared.SaveRequest) (shared.SaveResult, error) {
	return hanging[shared.SaveResult](ctx)
}

func (hangingPage) Test(ctx context.Context, _ shared.TestRequest, _ func(shared.TestEvent) error) error {
	<-ctx.Done()
	return ctx.Err()
}

func (hangingPage) RunAction(ctx context.Context, _ shared.ActionRequest, _ func(shared.TestEvent) error) error {
	<-ctx.Done()
	return ctx.Err()
}

func (hangingPage) Revisions(ctx context.Context, _ shared.RevisionsRequest) (shared.RevisionList, error) {
	return hanging[shared.RevisionList](ctx)
}

func (hangingPage) Restore(ctx context.Context, _ shared.RestoreRequest) (shared.SaveResult, error) {
	return hanging[shared.SaveResult](ctx)
}

func (hangingPage) Purge(ctx context.Context, _ shared.PurgeRequest) (shared.PurgeResult, error) {
	return hanging[shared.PurgeResult](ctx)
}

func (hangingPage) Rekey(ctx context.Context, _ shared.RekeyRequest) (shared.RekeyResult, error) {
	return hanging[shared.RekeyResult](ctx)
}

func (hangingPage) Migrate(
	ctx context.Context, _ shared.MigrateRequest, _ func(shared.MigrateProgress),
) (shared.MigrateResult, error) {
	return hanging[shared.MigrateResult](ctx)
}

func (hangingPage) ReleaseHeld(ctx context.Context, _ shared.ReleaseHeldRequest) (shared.ReleaseHeldResult, error) {
	return hanging[shared.ReleaseHeldResult](ctx)
}

func (hangingPage) LookNow(ctx context.Context, _ shared.LookNowRequest) (shared.LookNowResult, error) {
	return hanging[shared.LookNowResult](ctx)
}

func (hangingPage) Notify(ctx context.Context, _ shared.NotifyRequest) ([]shared.Receipt, error) {
	return hanging[[]shared.Receipt](ctx)
}

func (hangingPage) Status(ctx context.Context, _ shared.StatusRequest) (shared.ServiceStatus, error) {
	return hanging[shared.ServiceStatus](ctx)
}

func (hangingPage) List(ctx context.Context, _ shared.ListRequest) (shared.NotificationList, error) {
	return hanging[shared.NotificationList](ctx)
}

func (hangingPage) Retry(ctx context.Context, _ shared.NotificationRequest) (shared.NotificationEntry, error) {
	return hanging[shared.NotificationEntry](ctx)
}

func (hangingPage) Cancel(ctx context.Context, _ shared.NotificationRequest) (shared.NotificationEntry, error) {
	return hanging[shared.NotificationEntry](ctx)
}

func (hangingPage) Show(ctx context.Context, _ shared.ShowRequest) (shared.NotificationDetail, error) {
	return hanging[shared.NotificationDetail](ctx)
}

func (hangingPage) Operate(ctx context.Context, _ shared.OperateRequest) (shared.OperateReport, error) {
	return hanging[shared.OperateReport](ctx)
}

func (hangingPage) Health(ctx context.Context, _ shared.HealthRequest, _ func(shared.Health) error) error {
	_, err := hanging[shared.Health](ctx)
	return err
}

func (hangingPage) Statistics(ctx context.Context, _ shared.StatisticsRequest) ([]shared.StatisticsBucket, error) {
	return hanging[[]shared.StatisticsBucket](ctx)
}

// limits are how long each call may take, as docs/contract.md says; zero is a call that no caller of the page makes.
var limits = map[string]time.Duration{
	"Info": 10 * time.Second, "Schema": 10 * time.Second, "Load": 10 * time.Second, "Validate": 10 * time.Second,
	"Revisions": 10 * time.Second, "Status": 10 * time.Second, "List": 10 * time.Second,
	"Save": 30 * time.Second, "Restore": 30 * time.Second,
	"LookNow": 30 * time.Second, "Notify": 30 * time.Second, "Retry": 30 * time.Second, "Cancel": 30 * time.Second,
	"Test": 6 * time.Minute, "RunAction": 6 * time.Minute,
	"ReleaseHeld": 10 * time.Minute, "Migrate": 6 * time.Hour,
	"Rekey": 10 * time.Minute, "Purge": 10 * time.Minute,
	"Show": 10 * time.Second, "Statistics": 10 * time.Second, "Operate": 10 * time.Minute,
	"Drain": 0, "Deliveries": 0, "Health": 10 * time.Second, // of the Console; those who follow it have none.
}

// TestLimitsOfCalls makes every call to a plugin that hangs, and to one in a debugger.
func TestLimitsOfCalls(t *testing.T) {
	for _, method := range hostile.Methods() {
		limit, known := limits[method]
		if !known {
			t.Errorf("no limit for %s", method)
		}
		if limit == 0 {
			continue
		}
		for _, attached := range []bool{false, true} {
			if attached {
				limit = process.AttachedLimit
			}
			synctest.Test(t, func(t *testing.T) {
				s := newStage(t)
				s.page, s.health.Every = hangingPage{}, time.Hour
				if err := s.open(t.Context(), false); err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
				h := &Host{supervisor: s.supervisor, page: &page{supervisor: s.supervisor, attached: attached}}
				defer s.close()
				began := time.Now()
				_, err := calls[method](t.Context(), &victim{Host: h})
				if took := time.Since(began); took != limit || !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("%s, attached %t: after %s: %v", method, attached, took, err)
				}
			})
		}
	}
}

// TestCallsOfAPluginThatIsAway holds that every call fails when the plugin cannot answer, and none is made.
func TestCallsOfAPluginThatIsAway(t *testing.T) {
	for method, limit := range limits {
		if limit == 0 {
			continue
		}
		synctest.Test(t, func(t *testing.T) {
			s := situations["failed"](t)
			defer s.close()
			h := &Host{supervisor: s.supervisor, page: &page{supervisor: s.supervisor}}
			_, err := calls[method](t.Context(), &victim{Host: h})
			if !errors.Is(err, shared.ErrPluginUnavailable) {
				t.Errorf("%s: %v", method, err)
			}
		})
	}
}
