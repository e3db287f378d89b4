package form

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// Bounds of jobs: how long the reader waits for one before the page shows how far it is, how long it is shown after its
// end, and how many there are at once.
const (
	jobPatience = 2 * time.Second
	jobShown    = 10 * time.Minute
	maxJobs     = 8
)

// job does the same with many notifications, part by part, so that it can be seen how far it is, and stopped. It goes
// on when the browser that has begun it is gone. What was done stays done.
type job struct {
	ID, Actor string
	Operation shared.Operation
	Of        wanted
	Total     int64 // how many there are to be done; 0 when that is not known
	stop      context.CancelFunc
	ended     chan struct{}

	mu        sync.Mutex
	report    shared.OperateReport
	err       error
	endedAt   time.Time // zero while it goes on
	stoppedBy string
	told      bool // to whoever has begun it: nobody else need be told
}

// jobs are those of all readers. The zero value is ready.
type jobs struct {
	mu  sync.Mutex
	all []*job
}

// begin begins a job; it is nil where there are too many.
func (j *jobs) begin(ctx context.Context, one *job, work func(context.Context, *job) error) *job {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.all = slices.DeleteFunc(j.all, func(old *job) bool { return old.isOver(time.Now()) })
	if len(j.all) >= maxJobs {
		return nil
	}
	ctx, one.stop = context.WithCancel(context.WithoutCancel(ctx))
	one.ID, one.ended = rand.Text(), make(chan struct{})
	j.all = append(j.all, one)
	go func() {
		defer close(one.ended)
		defer one.stop()
		err := work(ctx, one)
		one.mu.Lock()
		defer one.mu.Unlock()
		one.err, one.endedAt = err, time.Now()
	}()
	return one
}

// shown are the jobs that are under way, and those that have lately ended and of which nobody was told.
func (j *jobs) shown() (all []jobView) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, one := range j.all {
		if !one.isOver(time.Now()) {
			all = append(all, one.view())
		}
	}
	return all
}

// stop stops the job of an id, which says by whom. It is false where there is none that goes on.
func (j *jobs) stop(id, actor string) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	at := slices.IndexFunc(j.all, func(one *job) bool { return one.ID == id })
	if at < 0 {
		return false
	}
	one := j.all[at]
	one.mu.Lock()
	defer one.mu.Unlock()
	if !one.endedAt.IsZero() {
		return false
	}
	one.stoppedBy = actor
	one.stop()
	return true
}

// isOver reports whether nobody need be told of the job any more.
func (o *job) isOver(now time.Time) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return !o.endedAt.IsZero() && (o.told || now.Sub(o.endedAt) >= jobShown)
}

// outcome is what the job has done when it has ended; whoever asks tells of it.
func (o *job) outcome() (shared.OperateReport, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.told = true
	return o.report, o.err
}

func (o *job) add(report shared.OperateReport) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.report.Matched, o.report.Changed = o.report.Matched+report.Matched, o.report.Changed+report.Changed
}

// jobView is how far a job is.
type jobView struct {
	ID, Actor   string
	Running     bool
	Failed      bool
	Done, Total int64
	Said        text.Text
}

func (o *job) view() jobView {
	o.mu.Lock()
	defer o.mu.Unlock()
	view := jobView{ID: o.ID, Actor: o.Actor, Running: o.endedAt.IsZero(), Done: o.report.Matched,
		Total: max(o.Total, o.report.Matched)}
	name, report := operationName(o.Operation), doneText(o.Operation, o.report.Changed, o.report.Matched-o.report.Changed)
	switch {
	case view.Running && o.Total > 0:
		view.Said = text.Of("{operation} is under way: {done} of {total}.", "operation", name, "done", view.Done,
			"total", view.Total)
	case view.Running:
		view.Said = text.Of("{operation} is under way: {done} so far.", "operation", name, "done", view.Done)
	case o.stoppedBy != "" && errors.Is(o.err, context.Canceled):
		view.Said = text.Join(report, text.Of("{actor} has stopped it: the others are as they were.", "actor", o.stoppedBy))
	case o.err != nil:
		view.Failed = true
		view.Said = text.Join(report, text.Of("It has ended early, because the service does not answer as it should. Do the "+
			"same again for the others."))
	default:
		view.Said = report
	}
	return view
}

// work does what a job is for, the newest first. What comes meanwhile is not among it.
func (n *notifications) work(ctx context.Context, one *job) error {
	operator := offered(n.options.Operator)
	if operator == nil {
		return shared.ErrUnsupported
	}
	request := one.Of.list("", "", groupedPage)
	for {
		list, err := n.notifier.List(ctx, request)
		if err != nil {
			return err
		}
		chosen := request.NotificationFilter
		chosen.IDs = nil
		for _, entry := range list.Entries { // See first.
			if !request.Unseen || entry.SetAsideAt.IsZero() {
				chosen.IDs = append(chosen.IDs, entry.ID)
			}
		}
		if len(chosen.IDs) > 0 {
			report, err := operator.Operate(ctx, shared.OperateRequest{
				Actor: one.Actor, Operation: one.Operation, State: request.State, Search: request.Search,
				NotificationFilter: chosen,
			})
			if err == nil { // One whose state is another by now is left as it is.
				report.Matched = max(report.Matched, int64(len(chosen.IDs)))
			}
			if one.add(report); err != nil {
				return err
			}
		}
		if !list.More || len(list.Entries) == 0 {
			return nil
		}
		request.Before = list.Entries[len(list.Entries)-1].ID
	}
}

// stopJob stops a job, and shows the page again, which says what it has done.
func (n *notifications) stopJob(w http.ResponseWriter, r *http.Request) {
	id, ok := n.text(w, r, r.PostForm, "job")
	if !ok {
		return
	}
	if n.jobs.stop(id, actorOf(r)) {
		n.options.Logger.Info("an operation on notifications was stopped", "actor", actorOf(r))
	}
	toPage(w, r, "")
}
