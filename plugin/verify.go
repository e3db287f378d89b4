package plugin

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"errors"
	mathrand "math/rand/v2"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/health"
	"github.com/smtp-settings/smtp-settings/plugin/internal/probe"
	"github.com/smtp-settings/smtp-settings/plugin/internal/settings"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
)

// VerifyEvery is how often the saved settings are tried: a text such as "6h" in plugin.hcl, from "1s" on, or "0", which
// never tries them and is negative here.
type VerifyEvery time.Duration

const defaultVerifyEvery = 6 * time.Hour

// UnmarshalText reads it.
func (v *VerifyEvery) UnmarshalText(text []byte) error {
	if string(text) == "0" {
		*v = -1
		return nil
	}
	every, err := time.ParseDuration(string(text))
	if err != nil || every < time.Second {
		return errors.New(`must be a text such as "6h", from "1s" on, or "0" for never`)
	}
	*v = VerifyEvery(every)
	return nil
}

// healthPolicy is when the saved settings are tried. A login that is refused is tried twice more: several refusals lock
// accounts.
func (p *Page) healthPolicy() health.Policy {
	every := time.Duration(p.configuration.VerifyEvery)
	if every == 0 {
		every = defaultVerifyEvery
	}
	return health.Policy{
		Every: max(every, 0), Refused: []time.Duration{6 * time.Hour, 24 * time.Hour}, NewID: rand.Text,
		Jitter: func(wait time.Duration) time.Duration { return wait + mathrand.N(wait/10+1) }, //nolint:gosec // no secret
	}
}

// newWatcher makes what tells whether the saved settings still work.
func (p *Page) newWatcher() *health.Watcher {
	c := health.Configuration{
		Policy: p.healthPolicy(), Store: p.store, Keeper: p.keeper, Logger: p.logger.Named("health"),
		Node: p.notifications.Node(), Delivers: p.notifications.Delivers, Clock: p.store.Clock,
		Observe: p.observe, Look: p.verify,
	}
	p.tell(&c)
	return health.NewWatcher(c)
}

// recentTest is for how long a test that has passed is a proof of the settings that are saved after it.
const recentTest = time.Hour

// observe tells what is known of the saved settings without asking the server.
func (p *Page) observe(ctx context.Context) (health.Observation, error) {
	delivery, missing, err := p.deliveries.current(ctx)
	if err != nil {
		return health.Observation{}, err
	}
	seen := health.Observation{Version: delivery.Version}
	switch {
	case missing != nil && missing.Code == notConfigured:
		return health.Observation{}, nil
	case missing != nil:
		seen.Version = health.Unusable
	}
	state, err := p.store.Current(ctx)
	if err != nil {
		return health.Observation{}, err
	}
	seen.Revised = state.Revision.At
	snapshot, now := p.snapshot(state), time.Now()
	if verified := snapshot.Verified; verified != nil && len(verified.Changed) == 0 && now.Sub(verified.At) < recentTest {
		seen.Proof = verified.At
	}
	known, err := p.notifications.Observe(ctx, delivery.Version)
	if err != nil {
		return health.Observation{}, err
	}
	seen.Passed, seen.Waiting = known.Passed, known.Waiting
	if known.Cause != nil {
		seen.Pause = &health.Pause{Cause: *known.Cause, Since: known.Since, Refused: known.Refused}
	}
	if known.Certificate != nil && missing == nil {
		seen.Server = serverEnding(delivery.Target, known.Certificate)
	}
	// A sign-in that settings use which can be used can be told; one that cannot for a moment has not ended.
	err = p.describeGrant(ctx, state, &snapshot)
	if err != nil && missing == nil && settings.SignsIn(snapshot.Values) {
		return health.Observation{}, err
	}
	seen.Endings = endings(p.settingsOf(state.Revision), delivery.Target.AdditionalCA, snapshot, now)
	return seen, nil
}

// verify tries the saved settings: the way of a test, without a message.
func (p *Page) verify(ctx context.Context) (health.Look, *health.Ending, error) {
	bound, err := p.bind(ctx, shared.Draft{})
	if err != nil {
		return health.Look{}, nil, err
	}
	for _, one := range bound.found {
		if one.Severity == shared.SeverityError {
			return health.Look{Cause: &one}, nil, nil
		}
	}
	plan, err := bound.plan(ctx, shared.TestRequest{Options: settings.ReadOptions(nil)})
	if err != nil {
		unusable := unusableSecret(bound)
		return health.Look{Cause: &unusable}, nil, nil //nolint:nilerr // It is said so.
	}
	report, session, failure := probe.RunWithSession(ctx, plan, probe.Watch{})
	found := health.Look{LoggedIn: session != nil && session.Login == smtpconn.LoginDone}
	if failure != nil {
		found.Cause = &p.withoutLockedFixes(report.Findings)[0]
		if found.Refused = refusesCredentials(failure); found.Refused {
			p.tested.rememberRefused(plan.Target, time.Now())
		}
	}
	return found, serverEnding(plan.Target, leafOf(session)), nil
}

func leafOf(session *smtpconn.Session) *x509.Certificate {
	if session == nil || session.TLS == nil || len(session.TLS.PeerCertificates) == 0 {
		return nil
	}
	return session.TLS.PeerCertificates[0]
}
