package notify

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// worker delivers one notification.
type worker struct {
	river.WorkerDefaults[outgoing]
	service *Service
}

// Work is one attempt. What it returns tells River what becomes of the job: reported, it was delivered and committed; a
// snooze, the attempt does not count; a cancellation, it is a dead letter; any other error, another attempt follows.
func (w *worker) Work(ctx context.Context, job *river.Job[outgoing]) error {
	err := w.attempt(ctx, job)
	var back *inPlace
	if errors.As(err, &back) {
		err = w.service.inPlace(ctx, job.ID, back.failed)
	}
	return untilExpiry(job.Args, w.service.clock.Now(), err)
}

func (w *worker) attempt(ctx context.Context, job *river.Job[outgoing]) error {
	s := w.service
	if job.Args.expired(s.clock.Now()) {
		return s.expired(job)
	}
	if wait, behind := s.behind(ctx, job); behind {
		return river.JobSnooze(wait)
	}
	looked := time.Now()
	if !s.mayBegin(ctx, job) {
		return backToQueue()
	}
	beginning := s.drain.hand(ctx)
	defer beginning.done()
	permit, ok := s.breaker.admit(beginning, newAttempt(job.JobRow, job.Args.To))
	if !ok && s.drain.stopping() {
		return errInPlace
	}
	if !ok {
		s.noticeSave(ctx)
		return s.putBack(permit.until)
	}
	saved := s.pool.settings()
	delivery, missing, err := s.configuration.Delivery(ctx)
	if err != nil || missing != nil {
		return s.unconfigured(ctx, permit, missing, err)
	}
	if err := s.flow.follow(ctx, delivery); err != nil {
		s.configuration.Logger.Warn("what is known of the server cannot be read", "error", err)
		s.breaker.release(ctx, permit)
		return backToQueue()
	}
	done, err := s.holdAttached(beginning, job.Args.Attached)
	if err != nil {
		s.breaker.release(ctx, permit)
		return errInPlace
	}
	defer done()
	return s.send(ctx, job, permit, delivery, saved, looked)
}

// mayBegin reports whether a job that was taken is not one of an older state of the database that was put back since,
// which is held.
func (s *Service) mayBegin(ctx context.Context, job *river.Job[outgoing]) bool {
	if err := s.pulse.sure(ctx); err != nil {
		return false
	}
	if !s.pulse.heldSince(time.Now().Add(-lease)) {
		return true
	}
	ours, err := s.queue.isOurs(ctx, job.JobRow, s.node) // It may have been taken before it was held.
	return err == nil && ours
}

// send composes a message and delivers it. saved is closed when the settings are no longer the latest; looked is when
// the database was not put back.
func (s *Service) send(
	ctx context.Context, job *river.Job[outgoing], permit permit, delivery Delivery, saved <-chan struct{},
	looked time.Time,
) error {
	composed, err := s.compose(ctx, job, delivery)
	if err != nil {
		s.breaker.release(ctx, permit)
		return s.uncomposed(ctx, job, err)
	}
	s.composed(job)
	one := &underway{
		service: s, job: job, permit: permit, delivery: delivery, told: s.attempts.begin(job),
		envelope: smtpconn.Envelope{Sender: delivery.From.Address, Recipient: job.Args.To, ID: envelopeID(job)},
	}
	opening := opening{
		trace:   one.told.trace(),
		allowed: func() bool { one.begins(); return s.breaker.valid(permit) && !s.pulse.heldSince(looked) },
		saved:   saved,
		pace: func(ctx context.Context) error { // In its turn: what is more urgent goes first here, too.
			if err := s.statistics.pace(ctx, s.configuration.MessagesPerMinute); err != nil {
				return err
			}
			return s.flow.pace(ctx, one.mayGo(saved))
		},
		failed: func(err error) {
			if one.slower = one.crowds(err, s.pool.others(), 0); !one.slower {
				one.judge(ctx, err)
			}
		},
	}
	defer one.ends()
	lapses, _ := s.standby.claim.lapses()
	if err := s.deliver(ctx, one, composed, opening); err != nil {
		return s.ifOurs(ctx, job, lapses, one.refused(ctx, err))
	}
	one.delivered(ctx)
	ended := deliveredNote{Reply: one.reply, Made: one.record(nil)}
	if err := s.completed(context.WithoutCancel(ctx), job.ID, ended); err != nil {
		s.configuration.Logger.Warn("a delivery could not be committed, and is left to the queue", "error", err)
		return nil // River sets the job completed, and repeats that until it succeeds: what was delivered stays delivered.
	}
	s.dropDelivered(ctx, job.Args)
	s.wakeNext(ctx, job)
	return reported{}
}

// envelopeID is what a bounce calls the message: its key, or its number where that cannot be.
func envelopeID(job *river.Job[outgoing]) string {
	if smtpconn.IsEnvelopeID(job.Args.Key) {
		return job.Args.Key
	}
	return strconv.FormatInt(job.ID, 10)
}

// reported tells River that nothing is left to report about the job. River asks errors for the jobs that they concern,
// and then reports on these only; without it, River would look up each delivered job once more to find it completed.
type reported struct{}

func (reported) Error() string               { return "delivered and committed" }
func (reported) Jobs() []*rivertype.JobRow   { return nil }
func (reported) ErrorsByID() map[int64]error { return nil }

// absence is how long a job that may not be delivered now stays away. It is short: when the server is back, or the
// settings are others, no message waits longer than this.
const absence = 4 * time.Second

// backToQueue sends the job back to the queue for a moment, without counting the attempt.
func backToQueue() error { return river.JobSnooze(absence) }

// errInPlace sends the job back to its place in the queue without counting the attempt. What was accepted first is sent
// first, after an outage or a restart as well; what River puts back goes behind everything that waits.
var errInPlace = &inPlace{}

// inPlace is errInPlace after an attempt. failed are the attempts of the job, which are kept: what River is given to
// keep of a job is kept only with an outcome of River's.
type inPlace struct{ failed []attemptRecord }

func (*inPlace) Error() string { return "it goes back to its place in the queue" }

// putBack sends the job back to the queue until a time, without counting the attempt; zero is as soon as the service
// lets it.
func (s *Service) putBack(until time.Time) error {
	if until.IsZero() {
		return errInPlace
	}
	return river.JobSnooze(max(0, until.Sub(s.clock.Now())))
}

// inPlace does what errInPlace says.
func (s *Service) inPlace(ctx context.Context, id int64, failed []attemptRecord) error {
	if err := s.returned(context.WithoutCancel(ctx), id, failed); err != nil {
		return backToQueue()
	}
	return reported{}
}

// unconfigured holds deliveries back until there are settings.
func (s *Service) unconfigured(ctx context.Context, permit permit, missing *finding.Finding, err error) error {
	if missing == nil {
		s.configuration.Logger.Error("the settings for deliveries cannot be read", "error", err)
		missing = &finding.Finding{
			Severity: shared.SeverityError, Code: settingsUnreadable,
			Summary: text.Of("The settings cannot be read at the moment."),
		}
	}
	s.breaker.tripAlone(ctx, permit, *missing)
	return errInPlace
}

// noticeSave ends a pause when the settings are others than those that it was for: another process may have saved them.
func (s *Service) noticeSave(ctx context.Context) {
	if delivery, missing, err := s.configuration.Delivery(ctx); err == nil && missing == nil &&
		s.breaker.openFor(delivery.Version, false) {
		s.SettingsChanged(ctx)
	}
}

func (s *Service) compose(ctx context.Context, job *river.Job[outgoing], delivery Delivery) ([]byte, error) {
	texts, err := s.unseal(ctx, job.Args)
	if err != nil {
		return nil, err
	}
	attachments, err := s.unpack(ctx, job.Args, texts.Attachments)
	if err != nil {
		return nil, err
	}
	return Compose(Message{
		From: delivery.From, To: job.Args.To, ReplyTo: cmp.Or(texts.ReplyTo, delivery.ReplyTo),
		Subject: job.Args.Subject, Text: texts.Text, HTML: texts.HTML, Thread: job.Args.Thread, Attachments: attachments,
		Key: job.Args.Key, Date: dateOf(job.CreatedAt, s.clock.Now()),
	})
}

// longWait is how long a message may have waited that bears the date on which it was accepted. One that is older looks
// to mail programs as if it had been read long ago, and to spam filters as if its clock were wrong.
const longWait = time.Hour

// dateOf is the date of a message that is sent now.
func dateOf(accepted, now time.Time) time.Time {
	if age := now.Sub(accepted); age < -longWait || age > longWait {
		return now
	}
	return accepted
}

// errLapsed means that another process may have taken the message over.
var errLapsed = errors.New("another process may have taken the message over")

// deliver sends one message over a connection of the pool.
func (s *Service) deliver(ctx context.Context, message *underway, composed []byte, opening opening) error {
	want := wanted{
		Delivery: message.delivery, place: place{message.job.Priority, message.job.ID},
		domain: domainOf(message.envelope.Recipient),
	}
	for fresh := false; ; {
		beginning := s.drain.hand(ctx)
		one, reused, err := s.pool.get(beginning, want, fresh, opening)
		stopped := beginning.stopped()
		beginning.done()
		switch {
		case err != nil && stopped:
			return errStopping
		case err != nil && message.slower: // It was refused because of the others, and goes when its turn comes.
			message.slower, fresh = false, false
			continue
		case err != nil:
			message.heardOpening(err)
			return err
		}
		if !opening.allowed() { // It has waited while others found out that it need not try.
			s.pool.put(one)
			return errHeldBack
		}
		if message.job.Args.expired(s.clock.Now()) {
			s.pool.put(one)
			return errExpired
		}
		if most := one.conn.Session().MaxMessageSize(); most > 0 && int64(len(composed)) > most {
			s.pool.put(one)
			return &smtpconn.Error{Step: smtpconn.StepMessage, Kind: smtpconn.KindTooBig}
		}
		one.conn.Observe(opening.trace)
		message.permit.attempt.Began = s.clock.Now()
		message.reply, err = s.handOver(ctx, one.conn, message.job.ID, message.envelope, composed)
		message.heard(one.conn, err)
		switch s.giveBack(message, one, reused, err) {
		case elsewhere:
			fresh, opening.pace = true, nil
		case inTurn:
			fresh = false
		default:
			return err
		}
	}
}

// handOver hands a message to the server. A reply that does not come soon after the last byte is written down as
// missing, so that the attempt counts even if this process does not live to see how it ends.
func (s *Service) handOver(ctx context.Context, conn *smtpconn.Conn, id int64, envelope smtpconn.Envelope,
	composed []byte) (reply string, err error) {
	var late *time.Timer
	// From here on the outcome must be learned: a message that may have been accepted must not be given up.
	handing := s.drain.hand(context.WithoutCancel(ctx))
	defer handing.done()
	lastByte := func() error {
		if _, current := s.standby.claim.lapses(); !current {
			return errLapsed
		}
		if err := handing.lastByte(); err != nil {
			return err
		}
		late = time.AfterFunc(markAfter, func() {
			if err := s.marked(context.Background(), id); err != nil {
				s.configuration.Logger.Warn("that a message has gone out could not be written down", "id", id, "error", err)
			}
		})
		return nil
	}
	final, err := conn.Deliver(handing, envelope, composed, lastByte)
	if late != nil {
		late.Stop()
	}
	if err != nil && handing.stopped() {
		return "", errStopping
	}
	return keptReply(final), err
}

// maxReply bounds the final reply that is kept, in characters.
const maxReply = 200

// keptReply is what is kept of a final reply: it has the name that the server has given the message.
func keptReply(final smtpconn.Reply) string {
	said := []rune(final.String())
	return string(said[:min(len(said), maxReply)])
}

// ifOurs returns what River is to make of a failed attempt; nothing, where another process has taken the job over
// because this one seemed to have died.
func (s *Service) ifOurs(ctx context.Context, job *river.Job[outgoing], lapses int, result error) error {
	if now, current := s.standby.claim.lapses(); current && now == lapses {
		return result
	}
	ours, err := s.queue.isOurs(context.WithoutCancel(ctx), job.JobRow, s.node)
	if err == nil && !ours {
		return reported{}
	}
	return result
}

// dead makes the notification a dead letter.
func dead(cause finding.Finding) error { return river.JobCancel(errors.New(encode(cause))) }

// encode writes a cause as the text of an error, which is all that River keeps.
func encode(cause finding.Finding) string {
	encoded, err := json.Marshal(cause)
	if err != nil {
		return cause.String()
	}
	return string(encoded)
}
