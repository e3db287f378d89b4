package health

import (
	"context"
	"time"
)

// Outbox is what others are still to be told. It is kept with the record, so that a restart loses nothing of it.
type Outbox struct {
	// Sent is the number of the last transition that a receiver was told of, or that was given up. Tries is how often the
	// next one was tried, and Retry when it is tried again.
	Sent  int64     `json:"sent,omitempty"`
	Tries int       `json:"tries,omitempty"`
	Retry time.Time `json:"retry,omitzero"`
	// Beaten is the success that the last heartbeat was for, and NextBeat when there may be another one.
	Beaten   time.Time `json:"beaten,omitzero"`
	NextBeat time.Time `json:"next_beat,omitzero"`
}

// retries are the waits after a try that has failed. After the last one the transition is given up.
var retries = []time.Duration{10 * time.Second, time.Minute}

// maxTries is how often a receiver is told of a transition.
const maxTries = 3

// sendLimit is longer than a receiver may take: for so long no other process is to send.
const sendLimit = 30 * time.Second

// beatAgain is after how long a heartbeat is tried again that has failed.
const beatAgain = time.Minute

// pending is the transition that is to be told next; nil when there is none.
func (r record) pending() *Event {
	for i, one := range r.Events {
		if one.Alert && one.Number > r.Outbox.Sent {
			return &r.Events[i]
		}
	}
	return nil
}

// send tells one transition, and fetches one heartbeat, when it is time to.
func (w *Watcher) send(ctx context.Context, now time.Time) error {
	if w.Alert != nil {
		if err := w.sendEvent(ctx, now); err != nil {
			return err
		}
	}
	if w.Beat != nil {
		return w.sendBeat(ctx, now)
	}
	return nil
}

// sendEvent tells a receiver of the oldest transition that it does not know. Each try is written down before it begins:
// a process that dies on it has had it.
func (w *Watcher) sendEvent(ctx context.Context, now time.Time) error {
	stored, r, err := read(ctx, w.Store)
	event := r.pending()
	if err != nil || r.Node != w.Node || event == nil {
		return err
	}
	if r.Outbox.Tries >= maxTries { // The last process that has tried it has died.
		return w.sent(ctx, *event)
	}
	if now.Before(r.Outbox.Retry) && r.Outbox.Retry.Sub(now) <= retries[len(retries)-1] {
		return nil
	}
	r.Outbox.Tries++
	r.Outbox.Retry = now.Add(sendLimit)
	if written, err := w.hold(ctx, &stored, &r, now); err != nil || !written {
		return err
	}
	failed := w.Alert(ctx, *event)
	switch {
	case failed == nil:
		return w.sent(ctx, *event)
	case ctx.Err() != nil:
		return ctx.Err()
	case r.Outbox.Tries >= maxTries:
		w.Logger.Error("the receiver of alerts was not told of a change, which is given up", "state", string(event.To),
			"tries", r.Outbox.Tries, "error", failed)
		return w.sent(ctx, *event)
	}
	w.Logger.Warn("the receiver of alerts was not told of a change; it is tried again", "state", string(event.To),
		"error", failed)
	again := now.Add(retries[r.Outbox.Tries-1])
	return w.noteOutbox(ctx, func(r *record) bool {
		awaited := r.awaits(*event)
		r.Outbox.Retry = again
		return awaited
	})
}

// sent notes that a transition was told, or given up.
func (w *Watcher) sent(ctx context.Context, event Event) error {
	return w.noteOutbox(ctx, func(r *record) bool {
		awaited := r.awaits(event)
		r.Outbox.Sent, r.Outbox.Tries, r.Outbox.Retry = event.Number, 0, time.Time{}
		return awaited
	})
}

// awaits reports whether a transition is still the one that is to be told next.
func (r record) awaits(event Event) bool {
	next := r.pending()
	return next != nil && next.ID == event.ID
}

// noteOutbox notes what a receiver was told, also when others have written to the record meanwhile, [Reseal] for
// instance: otherwise it would be told again. The note reports whether there is anything to write.
func (w *Watcher) noteOutbox(ctx context.Context, note func(*record) bool) error {
	for {
		stored, r, err := read(ctx, w.Store)
		if err != nil || !note(&r) {
			return err
		}
		if written, err := write(ctx, w.Store, stored, r); err != nil || written {
			return err
		}
	}
}

// hold writes the record, and keeps others from sending for a while. stored and r are then what is stored.
func (w *Watcher) hold(ctx context.Context, stored *string, r *record, now time.Time) (bool, error) {
	r.Until = later(r.Until, now.Add(sendLimit))
	written, err := write(ctx, w.Store, *stored, *r)
	if err != nil || !written {
		return written, err
	}
	*stored, *r, err = read(ctx, w.Store)
	return err == nil, err
}

// sendBeat fetches the heartbeat after a success, once in an interval.
func (w *Watcher) sendBeat(ctx context.Context, now time.Time) error {
	stored, r, err := read(ctx, w.Store)
	if err != nil || r.Node != w.Node || !r.Passed || !r.Checked.After(r.Outbox.Beaten) {
		return err
	}
	every := w.Every
	if every <= 0 {
		every = usualBeat
	}
	if now.Before(r.Outbox.NextBeat) && r.Outbox.NextBeat.Sub(now) <= max(every, beatAgain) {
		return nil
	}
	success := r.Checked
	r.Outbox.NextBeat = now.Add(beatAgain)
	if written, err := w.hold(ctx, &stored, &r, now); err != nil || !written {
		return err
	}
	if failed := w.Beat(ctx); failed != nil {
		w.Logger.Warn("the heartbeat could not be fetched; it is tried again", "error", failed)
		return nil
	}
	return w.noteOutbox(ctx, func(r *record) bool {
		r.Outbox.Beaten, r.Outbox.NextBeat = success, now.Add(every)
		return true
	})
}

// usualBeat is the least time between two heartbeats where nothing is looked at.
const usualBeat = 6 * time.Hour
