package plugin

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/settings"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

const (
	// firstWatch is after how long it is looked for the first time: a start has other things to do.
	firstWatch = time.Minute
	// watchEvery is how often it is looked then.
	watchEvery = time.Hour
)

// noticeTimes are how long before its end a secret is warned of, and 0 for when it has ended.
var noticeTimes = []time.Duration{30 * 24 * time.Hour, 7 * 24 * time.Hour, 24 * time.Hour, 0}

// expiryNotices are the warnings that were given, by field. Each process gives each of them once.
type expiryNotices map[string]expiryNotice

type expiryNotice struct {
	ends  time.Time
	given int // how many of noticeTimes have come
}

// due reports whether a warning is to be given, and notes that it was.
func (n expiryNotices) due(field string, ends, now time.Time) bool {
	come := 0
	for _, before := range noticeTimes {
		if !ends.IsZero() && !now.Before(ends.Add(-before)) {
			come++
		}
	}
	earlier := n[field]
	n[field] = expiryNotice{ends: ends, given: come}
	return come > 0 && (come > earlier.given || !ends.Equal(earlier.ends))
}

// startWatch looks regularly at what ends by itself, and whether the saved settings still work, until the function
// that it returns is called.
func (p *Page) startWatch() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var watches sync.WaitGroup
	watches.Go(func() { p.watchExpiry(ctx) })
	watches.Go(func() { p.newWatcher().Run(ctx) })
	watches.Go(func() { p.watchDomain(ctx) })
	return func() {
		cancel()
		watches.Wait()
	}
}

func (p *Page) watchExpiry(ctx context.Context) {
	notices := expiryNotices{}
	for timer := time.NewTimer(firstWatch); ; timer.Reset(watchEvery) {
		select {
		case <-timer.C:
			p.lookAtExpiry(ctx, notices, time.Now())
		case <-ctx.Done():
			timer.Stop()
			return
		}
	}
}

// expiries are when the secrets that the settings in force use end, the one that ends first at the beginning.
func (p *Page) expiries(ctx context.Context, reader text.Language) ([]shared.SecretExpiry, error) {
	snapshot, err := p.Load(ctx, shared.LoadRequest{})
	if err != nil {
		return nil, err
	}
	var known []shared.SecretExpiry
	for field, state := range snapshot.Secrets {
		if !state.Expires.IsZero() {
			known = append(known, shared.SecretExpiry{
				Field: field, Label: reader.Render(settings.Label(field)), Expires: state.Expires,
			})
		}
	}
	slices.SortFunc(known, func(one, other shared.SecretExpiry) int {
		return cmp.Or(one.Expires.Compare(other.Expires), cmp.Compare(one.Field, other.Field))
	})
	return known, nil
}

// lookAtExpiry warns of what ends soon, renews the sign-in that nothing uses, and deletes those that are of no use any
// more.
func (p *Page) lookAtExpiry(ctx context.Context, notices expiryNotices, now time.Time) {
	snapshot, err := p.Load(ctx, shared.LoadRequest{})
	if err != nil {
		p.logger.Debug("it cannot be told what ends soon", "error", err)
		return
	}
	for _, field := range slices.Sorted(maps.Keys(snapshot.Secrets)) {
		ends := snapshot.Secrets[field].Expires
		if !notices.due(field, ends, now) {
			continue
		}
		words := "what the settings log in with ends soon, and deliveries with it"
		if !now.Before(ends) {
			words = "what the settings log in with has ended"
		}
		p.logger.Warn(words, "field", field, "ends", ends.UTC().Format(time.RFC3339),
			"days", int(ends.Sub(now).Hours()/24))
	}
	p.renewUnused(ctx)
	count, err := p.forgetGrants(ctx, false)
	if err != nil {
		p.logger.Debug("it cannot be told which sign-ins are of use", "error", err)
	}
	if count > 0 {
		p.logger.Info("sign-ins were deleted that the settings do not name any more", "count", count)
	}
}
