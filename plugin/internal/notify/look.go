package notify

import (
	"context"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// How long nobody can have the server tried after somebody has. Servers lock an account whose login they have refused
// a few times in a short while.
const (
	byHandAgain      = time.Minute
	byHandAgainLogin = 5 * time.Minute
)

// askedLook is that an operator has had the server tried in this pause.
type askedLook struct {
	At time.Time `json:"at"`
	By string    `json:"by,omitempty"`
}

// LookNow has the server tried at once while deliveries are paused.
func (s *Service) LookNow(ctx context.Context, request shared.LookNowRequest) (shared.LookNowResult, error) {
	if err := s.breaker.sync(ctx); err != nil {
		return shared.LookNowResult{}, err
	}
	result := s.breaker.lookNow(ctx, request.Actor)
	if result.Begins {
		s.configuration.Logger.Info("the server is to be tried at once", "actor", request.Actor)
	}
	return result, nil
}

// lookNow makes the next probe of a pause due now. That it has been found in vain how often is not forgotten, so that
// the looks that follow by themselves are no sooner than they would be.
func (b *breaker) lookNow(ctx context.Context, by string) shared.LookNowResult {
	b.lock(ctx)
	defer b.unlock()
	for {
		before, now := b.current(), b.clock.Now()
		if before.Cause == nil {
			return shared.LookNowResult{}
		}
		if again := before.mayAskAgain(); again.After(now) && again.Sub(now) <= byHandAgainLogin {
			return shared.LookNowResult{Again: again}
		}
		next := before
		next.Asked = &askedLook{At: now.UTC(), By: briefly(by)}
		if !b.isProbing() && next.Next.After(now) {
			next.Next = now.UTC()
		}
		if b.store(ctx, next, !b.isLocal()) {
			return shared.LookNowResult{Begins: true, Again: next.mayAskAgain()}
		}
	}
}

// mayAskAgain is when somebody may have the server tried again; zero for at once.
func (p pause) mayAskAgain() time.Time {
	switch {
	case p.Asked == nil:
		return time.Time{}
	case p.Login:
		return p.Asked.At.Add(byHandAgainLogin)
	default:
		return p.Asked.At.Add(byHandAgain)
	}
}

// askedLook is who has had the server tried in the present pause.
func (p pause) askedLook() *shared.AskedLook {
	if p.Asked == nil {
		return nil
	}
	return &shared.AskedLook{At: p.Asked.At, Operator: p.Asked.By}
}
