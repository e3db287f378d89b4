package oauth

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
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
	// Life is for how long Access was good when it was stored, and Left for how long it is now, by the clock that all
	// processes share; 0 when it is not.
	Life, Left time.Duration
	// Doubt is why the tokens may not be the last ones that the endpoint has given; empty when nothing speaks for it.
	Doubt Doubt
}

// Doubt is why tokens may not be the last ones that the endpoint has given.
type Doubt string

// The doubts.
const (
	// Interrupted is that a process ended while it renewed the grant.
	Interrupted Doubt = "interrupted"
	// Unheard is that the endpoint was asked, and its answer was lost or could not be stored.
	Unheard Doubt = "unheard"
	// Restored is that an older state of what keeps the grant may have been put back.
	Restored Doubt = "restored"
)

// Grants keeps one grant for all processes. Its methods are single statements of a database: no endpoint is asked
// within a transaction.
type Grants interface {
	// Load returns the grant as it is now. The error is [ErrNoGrant] when there is none.
	Load(ctx context.Context) (Grant, error)
	// Lease takes the right to use the refresh token of the version for so long. It is nil when another process has it, or
	// when there is another version. All that storing what the endpoint answers needs is had with it.
	Lease(ctx context.Context, version int64, life time.Duration) (Lease, error)
}

// Lease is the right to renew one version of a grant. It is over when one of its methods has returned without an error.
type Lease interface {
	// Replace puts what the endpoint has given in the place of the version. It is false when the lease has ended and
	// another process has replaced the grant.
	Replace(ctx context.Context, next Answer) (bool, error)
	// Release ends the lease. refused means that the endpoint has refused the refresh token, which is noted; so is a new
	// doubt, where there was none.
	Release(ctx context.Context, refused bool, doubt Doubt) error
}

var (
	// ErrNoGrant means that nobody has signed in, or that the one who had has signed out.
	ErrNoGrant = errors.New("nobody has signed in")
	// ErrElsewhere means that a grant was given for other settings. It is of use again when those are.
	ErrElsewhere = errors.New("the sign-in was for other settings")
)

const (
	// leaseLife is how long a process that was killed while it renewed holds the others up. It is longer than the endpoint
	// may take, by leaseMargin: a process that was stopped for so long asks the endpoint no more.
	leaseLife   = timeLimit + 2*leaseMargin
	leaseMargin = 5 * time.Second
	// storeLimit is for one attempt to store what the endpoint has given.
	storeLimit = 10 * time.Second
	// The others look again after leaseLook, and then each time after twice as long, up to leaseWait.
	leaseLook = 20 * time.Millisecond
	leaseWait = 200 * time.Millisecond
)

// Registration is a client at a provider where people sign in.
type Registration struct {
	// Endpoints are where it is asked; without a token endpoint the Issuer says so, see [Client.Resolve].
	Endpoints
	// Issuer is how the provider calls itself; empty when it has a name for each of its tenants.
	Issuer   string
	ClientID string
	// Secret is empty for a public client.
	Secret shared.SecretText
	Scope  string
	// InHeader sends client id and secret by HTTP Basic instead of in the form.
	InHeader bool
	// TakesRefreshAgain is true of a provider that takes a refresh token which was replaced. Another one may take that for
	// a theft, and end the grant.
	TakesRefreshAgain bool
	// RedirectURL is where the browser comes back to.
	RedirectURL string
	// Parameters are what a provider wants to be sent beside, when a user signs in in a browser.
	Parameters map[string]string
}

// NewGrantSource makes a source of the access tokens of a grant. identity tells the grant from all others.
func NewGrantSource(client Client, registration Registration, grants Grants, identity string) *Source {
	renewer := &renewer{client: client, registration: registration, grants: grants}
	return &Source{fetch: renewer.token, identity: identity, method: ByGrant, hints: hintsFor(registration.Token)}
}

// renewer gets access tokens of a grant that other processes use as well.
type renewer struct {
	client       Client
	registration Registration
	grants       Grants

	mu     sync.Mutex
	newest given // what this process has got last
}

// given is what the endpoint has given, and the version of the grant that it is.
type given struct {
	version int64
	answer  Answer
}

// token returns the access token that the processes share, or renews it. One process at a time does; the others wait
// for what it gets.
func (r *renewer) token(ctx context.Context, refused shared.SecretText) (Answer, error) {
	for wait := leaseLook; ; wait = min(2*wait, leaseWait) {
		grant, err := r.grants.Load(ctx)
		if err != nil {
			return Answer{}, err
		}
		if !grant.Access.IsEmpty() && grant.Access != refused && grant.Left > renewMargin(grant.Life) {
			return r.shared(grant), nil
		}
		began := time.Now()
		lease, err := r.grants.Lease(ctx, grant.Version, leaseLife)
		if err != nil {
			return Answer{}, err
		}
		if lease != nil {
			answer, moved, err := r.use(ctx, grant, lease, began)
			if !moved {
				return answer, err
			}
			continue
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return Answer{}, ctx.Err()
		}
	}
}

// shared is a token that another process, or this one before, has got.
func (r *renewer) shared(grant Grant) Answer {
	return Answer{
		Text: grant.Access, Expires: time.Now().Add(grant.Left), From: hostOf(r.registration.where()), known: true,
	}
}

// use is renew, unless what keeps the grant has gone back to an older version than this process knows: then it is told
// the newer one, for a second use of an old refresh token would end the grant.
func (r *renewer) use(
	ctx context.Context, grant Grant, lease Lease, began time.Time,
) (_ Answer, moved bool, _ error) {
	r.mu.Lock()
	newest := r.newest
	r.mu.Unlock()
	if newest.version <= grant.Version {
		return r.renew(ctx, grant, lease, began)
	}
	return Answer{}, true, r.store(context.WithoutCancel(ctx), grant.Version, lease, newest.answer, began)
}

// renew uses the refresh token up, and stores what comes for it before anybody uses it. moved means that another
// process has replaced the grant all the same: the caller looks again. What is stored is not given up with the caller.
// began is just before the lease did.
func (r *renewer) renew(
	ctx context.Context, grant Grant, lease Lease, began time.Time,
) (_ Answer, moved bool, _ error) {
	kept := context.WithoutCancel(ctx)
	inTime, cancel := context.WithDeadline(kept, began.Add(leaseLife-leaseMargin))
	answer, err := r.client.Refresh(inTime, r.registration, grant.Refresh)
	cancel()
	kept, cancel = context.WithDeadline(kept, began.Add(2*leaseLife))
	defer cancel()
	if err != nil {
		now, again := r.grants.Load(kept)
		moved = again == nil && now.Version != grant.Version
		ended, doubt := endsGrant(err), Doubt("")
		if ended != nil && !moved && !r.registration.TakesRefreshAgain {
			ended.Doubt = grant.Doubt
		}
		if wasUnheard(err) {
			doubt = Unheard
		}
		err = errors.Join(err, lease.Release(kept, ended != nil && !moved, doubt))
		return Answer{}, moved, err
	}
	err = r.store(kept, grant.Version, lease, answer, began)
	return answer, errors.Is(err, errMoved), err
}

// errMoved means that another process has replaced the version all the same.
var errMoved = errors.New("another process has renewed the sign-in")

// store puts what the endpoint has given, which is the only refresh token that is good, in the place of the version. A
// database that is away for a moment is asked again until the lease ends. Then this process still knows what is to be
// stored, and does so the next time.
func (r *renewer) store(ctx context.Context, version int64, lease Lease, next Answer, began time.Time) error {
	for {
		soon, cancel := context.WithTimeout(ctx, storeLimit)
		replaced, err := lease.Replace(soon, next)
		cancel()
		switch {
		case err == nil && !replaced:
			return errMoved
		case err == nil, time.Since(began) >= leaseLife:
			r.mu.Lock()
			r.newest = given{version: version + 1, answer: next}
			r.mu.Unlock()
			if err != nil {
				err = errors.Join(err, lease.Release(ctx, false, Unheard))
			}
			return err
		}
		time.Sleep(leaseWait)
	}
}

// endsGrant returns the answer that the refresh token is of no use any more; nil when the error is none.
func endsGrant(err error) *Error {
	var failure *Error
	if errors.As(err, &failure) && failure.Kind == KindRefused && failure.Code == "invalid_grant" {
		return failure
	}
	return nil
}

// wasUnheard reports whether the endpoint may have replaced the refresh token, and what it gave was lost.
func wasUnheard(err error) bool {
	var failure *Error
	return errors.As(err, &failure) && failure.Unheard
}

// config is the registration as x/oauth2 has it.
func (r Registration) config() *oauth2.Config {
	style := oauth2.AuthStyleInParams
	if r.inHeader() {
		style = oauth2.AuthStyleInHeader
	}
	return &oauth2.Config{
		ClientID: r.ClientID, ClientSecret: r.Secret.Reveal(), RedirectURL: r.RedirectURL, Scopes: scopes(r.Scope),
		Endpoint: oauth2.Endpoint{
			TokenURL: r.Token, AuthURL: r.Authorization, DeviceAuthURL: r.Device, AuthStyle: style,
		},
	}
}

// inHeader reports whether client id and secret are sent by HTTP Basic. A public client has only an id.
func (r Registration) inHeader() bool { return r.InHeader && !r.Secret.IsEmpty() }

// where is the address that gives tokens, or that says which one does.
func (r Registration) where() string { return cmp.Or(r.Token, r.Issuer) }

// Identity tells the registration from all others, its secret included. It is not to be shown.
func (r Registration) Identity() string {
	return strings.Join([]string{r.Token, r.Issuer, r.ClientID, r.Scope, fmt.Sprint(r.InHeader), r.Secret.Reveal()},
		"\x00")
}

func (r Registration) asked() Asked {
	return Asked{
		Endpoint: hostOf(r.where()), ClientID: r.ClientID, Method: ByGrant, SecretIsGUID: IsGUID(r.Secret.Reveal()),
	}
}

// Refresh asks for an access token with a refresh token (RFC 6749 section 6). Where the endpoint gives no other refresh
// token, the answer has the same one. The error is an *Error.
func (c Client) Refresh(ctx context.Context, r Registration, refresh shared.SecretText) (Answer, error) {
	r, err := c.Resolve(ctx, r)
	if err != nil {
		return Answer{}, err
	}
	return c.exchange(ctx, r.asked(), func(ctx context.Context) (*oauth2.Token, error) {
		return r.config().TokenSource(ctx, &oauth2.Token{RefreshToken: refresh.Reveal()}).Token()
	})
}
