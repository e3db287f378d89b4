package health

import (
	"context"
	"errors"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/smtp-settings/smtp-settings/plugin/internal/secret"
	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
)

// Configuration is what a Watcher works with.
type Configuration struct {
	Policy
	Store  *store.Store
	Keeper *secret.Keeper
	Logger hclog.Logger
	// Node names this process among those of the database.
	Node string
	// Delivers reports whether this process delivers: only such a one looks. alone is that no other one may.
	Delivers func() (delivers, alone bool)
	// Observe tells what is known without asking the server.
	Observe func(context.Context) (Observation, error)
	// Look looks at the server with the settings in force, within LookLimit. The ending is that of the certificate that it
	// has shown; nil when it has shown none. An error means that it could not be looked.
	Look func(context.Context) (Look, *Ending, error)
	// Alert tells a receiver of a transition, and Beat fetches the heartbeat; nil where there is none.
	Alert func(context.Context, Event) error
	Beat  func(context.Context) error
	// Clock is that of the database.
	Clock func(context.Context) (time.Time, error)
}

// LookLimit bounds a look.
const LookLimit = 6 * time.Minute

// Observation is what is known without asking the server.
type Observation struct {
	// Version differs when anything of the settings does; empty means that there are none, and Unusable that they cannot
	// be used at the moment, because a secret cannot be had, for instance. Look says why.
	Version string
	// Revised is when they were saved, by the clock of the process that has done so; zero when that is not known.
	Revised time.Time
	// Proof is when a test has passed with them; zero when none has lately.
	Proof time.Time
	// Pause is why deliveries wait; nil while they go on.
	Pause *Pause
	// Passed is when one was last taken by the server with these settings.
	Passed time.Time
	// Waiting is how many notifications wait.
	Waiting int64
	// Server is the ending of the certificate that the server has shown to a delivery; nil when it has shown none.
	Server *Ending
	// Endings are what else ends by itself.
	Endings []Ending
}

// Unusable is the version of settings that cannot be used at the moment.
const Unusable = "unusable"

// Watcher has one process of a database look regularly whether the saved settings still work. It is for one goroutine.
type Watcher struct {
	Configuration

	settings identity
	leads    bool
	failed   string // what was last in the way
}

// NewWatcher makes a Watcher.
func NewWatcher(c Configuration) *Watcher {
	if c.Logger == nil {
		c.Logger = hclog.NewNullLogger()
	}
	return &Watcher{Configuration: c, settings: identity{keeper: c.Keeper}}
}

// longestStep bounds how long nothing is noticed.
const longestStep = 5 * time.Second

// Run looks until ctx ends, and lets another process do so then.
func (w *Watcher) Run(ctx context.Context) {
	every := longestStep
	if w.Every > 0 {
		every = min(every, max(w.Every/4, 200*time.Millisecond))
	}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			w.note(ctx, w.Step(ctx))
		case <-ctx.Done():
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
			defer cancel()
			w.note(ctx, w.Release(ctx))
			return
		}
	}
}

// note says once what is in the way.
func (w *Watcher) note(ctx context.Context, err error) {
	said := ""
	if err != nil && ctx.Err() == nil {
		said = err.Error()
	}
	if said != "" && said != w.failed {
		w.Logger.Warn("it cannot be told at the moment whether the saved settings work; it is tried again", "error", err)
	}
	w.failed = said
}

// Step notices what has happened since the last step, and looks at the server when it is time to.
func (w *Watcher) Step(ctx context.Context) error {
	delivers, alone := w.Delivers()
	if !delivers {
		w.leads = false
		return nil
	}
	now, err := w.Clock(ctx)
	if err != nil {
		return err
	}
	stored, r, err := read(ctx, w.Store)
	if err != nil {
		return err
	}
	if !alone && r.heldByOther(w.Node, now) {
		w.leads = false
		return nil
	}
	seen, err := w.Observe(ctx)
	if err != nil {
		return err
	}
	next, err := w.advance(ctx, r, seen, now)
	if err != nil {
		return err
	}
	due := seen.Version != "" && w.Due(next.State, now, seen.Waiting > 0)
	switch {
	case due:
		next.State, next.Until = w.Begin(next.State, now), now.Add(LookLimit+lease)
	case alone: // Nobody asks.
	case r.Node != w.Node || r.Until.Sub(now) < lease/2 || r.Until.Sub(now) > lease:
		next.Until = now.Add(lease)
	}
	next.Node = w.Node
	if w.Alert == nil { // One that is named later is not told of what was before.
		next.Outbox.Sent, next.Outbox.Tries = next.Number, 0
	}
	written, err := write(ctx, w.Store, stored, next)
	if err != nil || !written {
		return err
	}
	w.tell(r.State, next.State)
	if w.leads = true; due {
		return w.look(ctx, next, seen.Version)
	}
	return w.send(ctx, now)
}

// tell logs a transition.
func (w *Watcher) tell(before, after State) {
	if before.Number == after.Number {
		return
	}
	level, cause := hclog.Info, ""
	if after.Status == shared.HealthBroken {
		level = hclog.Warn
	}
	if after.Cause != nil {
		cause = after.Cause.Code
	}
	w.Logger.Log(level, "whether the saved settings work", "state", string(after.Status), "cause", cause)
}

// advance is the record after what was seen.
func (w *Watcher) advance(ctx context.Context, r record, seen Observation, now time.Time) (record, error) {
	if seen.Proof.After(now) { // The clock of the process that has tested is ahead of the database's.
		seen.Proof = now
	}
	s, unusable := r.State, seen.Version == Unusable && len(r.Settings) > 0
	same, err := unusable, error(nil)
	if !unusable {
		same, err = w.settings.same(ctx, r.Settings, seen.Version)
	}
	if err != nil && ctx.Err() == nil && seen.Revised.After(s.Saved) {
		err = nil // There was a save since. A service that refuses the key for good would hold up everything else.
	}
	if err != nil {
		return r, err
	}
	if !same {
		if r.Settings, err = w.settings.seal(ctx, seen.Version); err != nil {
			return r, err
		}
		r.Server = nil
		s = w.Changed(s, now, seen.Proof)
	}
	if seen.Version == "" {
		r.State = w.Settle(w.Unconfigured(s), now, seen.Waiting)
		return r, nil
	}
	if !w.leads {
		s = w.Started(s, now)
	}
	if seen.Version == Unusable && s.Failure == nil && w.Every > 0 {
		s.Next = now // That takes no login.
	}
	if seen.Server != nil {
		r.Server = seen.Server
	}
	if seen.Pause != nil {
		s = w.Paused(s, now, *seen.Pause)
	} else {
		s = w.GoOn(s, now, seen.Passed)
	}
	r.State = w.Settle(w.ends(s, r, seen), now, seen.Waiting)
	return r, nil
}

// ends is Ends with what was seen. What settings need that cannot be used at the moment is not seen, and has not ended.
func (w *Watcher) ends(s State, r record, seen Observation) State {
	if seen.Version == Unusable {
		return s
	}
	return w.Ends(s, r.endings(seen))
}

// endings are all that end by themselves.
func (r record) endings(seen Observation) []Ending {
	endings := seen.Endings
	if r.Server != nil {
		endings = append(endings[:len(endings):len(endings)], *r.Server)
	}
	return endings
}

// errOvertaken means that another process looks since.
var errOvertaken = errors.New("another process looks meanwhile whether the saved settings work")

// look looks at the server, and notes what it has found, unless other settings were saved meanwhile.
func (w *Watcher) look(ctx context.Context, begun record, version string) error {
	limited, cancel := context.WithTimeout(ctx, LookLimit)
	found, server, failed := w.Look(limited)
	cancel()
	if ctx.Err() != nil { // It was cut off, and counts: its login may have been refused.
		return ctx.Err()
	}
	seen, err := w.Observe(ctx)
	if err != nil {
		return errors.Join(failed, err)
	}
	now, err := w.Clock(ctx)
	if err != nil {
		return errors.Join(failed, err)
	}
	for written := false; !written && err == nil; { // Others write to the record as well, [Reseal] for instance.
		written, err = w.conclude(ctx, begun, func(r record) record {
			if failed != nil || seen.Version != version {
				r.State = w.Abandoned(r.State, now)
			} else {
				if r.Server = server; found.Cause != nil && server == nil {
					r.Server = begun.Server
				}
				r.State = w.Settle(w.ends(w.Looked(r.State, now, found), r, seen), now, seen.Waiting)
			}
			r.Until = now.Add(lease)
			return r
		})
	}
	return errors.Join(failed, err)
}

// conclude notes what a look has found that was begun with a record. It is false when the record was changed meanwhile.
func (w *Watcher) conclude(ctx context.Context, begun record, note func(record) record) (bool, error) {
	stored, r, err := read(ctx, w.Store)
	if err != nil {
		return false, err
	}
	if r.Node != w.Node || !secret.IsSame(r.Settings, begun.Settings) {
		return false, errOvertaken
	}
	r = note(r)
	written, err := write(ctx, w.Store, stored, r)
	if written {
		w.tell(begun.State, r.State)
	}
	return written, err
}

// Release lets another process look.
func (w *Watcher) Release(ctx context.Context) error {
	stored, r, err := read(ctx, w.Store)
	if err != nil || r.Node != w.Node {
		return err
	}
	w.leads, r.Node, r.Until = false, "", time.Time{}
	_, err = write(ctx, w.Store, stored, r)
	return err
}
