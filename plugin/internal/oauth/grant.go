package oauth

import (
	"context"
	"errors"
	"time"

	"golang.org/x/oauth2"

	"github.com/smtp-settings/smtp-settings/shared"
)

// Grant is what the owner of a mailbox has permitted. It is used up and replaced: many endpoints give another refresh
// token with each access token, and take a second use of the old one for a theft, which ends the whole grant.
type Grant struct {
	// Version counts the replacements.
	Version int64
	// Refresh gets the next access token (RFC 6749 section 6).
	Refresh shared.SecretText
	// Access is the present one; empty when there is none yet.
	Access shared.SecretText
	// Left is how long Access is good, by the clock that all processes share; 0 when it is not.
	Left time.Duration
}

// Grants keeps one grant for all processes. Its methods are single statements of a database: no endpoint is asked
// within a transaction.
type Grants interface {
	// Load returns the grant as it is now. The error is [ErrNoGrant] when there is none.
	Load(ctx context.Context) (Grant, error)
	// Lease takes the right to use the refresh token of the version for so long. It is false when another process has it,
	// or when there is another version.
	Lease(ctx context.Context, version int64, life time.Duration) (bool, error)
	// Replace puts the next grant in the place of the version that was leased, and ends the lease. It is false when the
	// lease has ended and another process has replaced the grant.
	Replace(ctx context.Context, version int64, next Grant) (bool, error)
	// Release ends the lease of the version.
	Release(ctx context.Context, version int64) error
}

// ErrNoGrant means that nobody has signed in, or that the one who had has signed out.
var ErrNoGrant = errors.New("nobody has signed in")

const (
	// leaseLife is how long a process that was killed while it renewed holds the others up. It is longer than the endpoint
	// may take.
	leaseLife = timeLimit + 10*time.Second
	// leaseWait is after how long the others look again.
	leaseWait = 200 * time.Millisecond
)

// Registration is a client at a provider where people sign in.
type Registration struct {
	Endpoints
	ClientID string
	// Secret is empty for a public client.
	Secret shared.SecretText
	Scope  string
	// InHeader sends client id and secret by HTTP Basic instead of in the form.
	InHeader bool
	// RedirectURL is where the browser comes back to.
	RedirectURL string
}

// NewGrantSource makes a source of the access tokens of a grant. identity tells the grant from all others.
func NewGrantSource(client Client, registration Registration, grants Grants, identity string) *Source {
	renewer := &renewer{client: client, registration: registration, grants: grants}
	return &Source{fetch: renewer.token, identity: identity, hints: hintsFor(registration.Token)}
}

// renewer gets access tokens of a grant that other processes use as well.
type renewer struct {
	client       Client
	registration Registration
	grants       Grants
}

// token returns the access token that the processes share, or renews it. One process at a time does; the others wait
// for what it gets.
func (r *renewer) token(ctx context.Context, refused shared.SecretText) (Answer, error) {
	for {
		grant, err := r.grants.Load(ctx)
		if err != nil {
			return Answer{}, err
		}
		if !grant.Access.IsEmpty() && grant.Access != refused && grant.Left > renewBefore {
			return r.shared(grant), nil
		}
		leased, err := r.grants.Lease(ctx, grant.Version, leaseLife)
		if err != nil {
			return Answer{}, err
		}
		if leased {
			answer, moved, err := r.renew(ctx, grant)
			if !moved {
				return answer, err
			}
			continue
		}
		select {
		case <-time.After(leaseWait):
		case <-ctx.Done():
			return Answer{}, ctx.Err()
		}
	}
}

// shared is a token that another process, or this one before, has got.
func (r *renewer) shared(grant Grant) Answer {
	return Answer{
		Text: grant.Access, Expires: time.Now().Add(grant.Left), From: hostOf(r.registration.Token), known: true,
	}
}

// renew uses the refresh token up, and stores what comes for it before anybody uses it. moved means that another
// process has replaced the grant all the same: the caller looks again. What is stored is not given up with the caller.
func (r *renewer) renew(ctx context.Context, grant Grant) (_ Answer, moved bool, _ error) {
	kept := context.WithoutCancel(ctx)
	answer, err := r.client.Refresh(kept, r.registration, grant.Refresh)
	if err != nil {
		now, again := r.grants.Load(kept)
		if again == nil && now.Version != grant.Version {
			return Answer{}, true, nil
		}
		return Answer{}, false, errors.Join(err, r.grants.Release(kept, grant.Version))
	}
	next := Grant{Version: grant.Version + 1, Refresh: answer.Refresh, Access: answer.Text, Left: unknownLife}
	if !answer.Expires.IsZero() {
		next.Left = time.Until(answer.Expires)
	}
	replaced, err := r.grants.Replace(kept, grant.Version, next)
	return answer, err == nil && !replaced, err
}

// config is the registration as x/oauth2 has it.
func (r Registration) config() *oauth2.Config {
	style := oauth2.AuthStyleInParams
	if r.InHeader {
		style = oauth2.AuthStyleInHeader
	}
	return &oauth2.Config{
		ClientID: r.ClientID, ClientSecret: r.Secret.Reveal(), RedirectURL: r.RedirectURL, Scopes: scopes(r.Scope),
		Endpoint: oauth2.Endpoint{
			TokenURL: r.Token, AuthURL: r.Authorization, DeviceAuthURL: r.Device, AuthStyle: style,
		},
	}
}

func (r Registration) asked() Asked {
	return Asked{
		Endpoint: hostOf(r.Token), ClientID: r.ClientID, Method: ByGrant, SecretIsGUID: IsGUID(r.Secret.Reveal()),
	}
}

// Refresh asks for an access token with a refresh token (RFC 6749 section 6). Where the endpoint gives no other refresh
// token, the answer has the same one. The error is an *Error.
func (c Client) Refresh(ctx context.Context, r Registration, refresh shared.SecretText) (Answer, error) {
	return c.exchange(ctx, r.asked(), func(ctx context.Context) (*oauth2.Token, error) {
		return r.config().TokenSource(ctx, &oauth2.Token{RefreshToken: refresh.Reveal()}).Token()
	})
}
