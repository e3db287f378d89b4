package oauth

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/oauth2"

	"github.com/smtp-settings/smtp-settings/shared"
)

// Device is a sign-in that goes on in a browser anywhere (RFC 8628).
type Device struct {
	// URL is where the code is entered; see [CheckURL].
	URL string
	// Code is what is entered there. It is shown to the one who signs in.
	Code string
	// Expires is when that is of no use any more.
	Expires time.Time

	// Secret is what the endpoint is asked with. It is kept where nobody reads it.
	Secret shared.SecretText
	// Interval is between two questions.
	Interval time.Duration
}

// Bounds of what an endpoint says of a device code.
const (
	deviceLife         = 15 * time.Minute // where it says nothing, and the longest
	deviceInterval     = 5 * time.Second  // where it says nothing (RFC 8628 section 3.2)
	longestInterval    = time.Minute
	longestDeviceField = 200
)

// BeginDevice asks for a code (RFC 8628 section 3.1). The registration has its endpoints; see [Client.Resolve]. The
// error is an *Error.
func (c Client) BeginDevice(ctx context.Context, r Registration) (Device, error) {
	ctx, cancel := context.WithTimeout(ctx, timeLimit)
	defer cancel()
	var options []oauth2.AuthCodeOption
	heard := &answer{transport: under(ctx, c.Transport)}
	switch {
	case r.inHeader():
		heard.transport = basicAuth{heard.transport, r}
	case !r.Secret.IsEmpty():
		options = append(options, oauth2.SetAuthURLParam("client_secret", r.Secret.Reveal()))
	}
	given, err := r.config().DeviceAuth(context.WithValue(ctx, oauth2.HTTPClient, heard.client()), options...)
	if err != nil {
		return Device{}, heard.failure(r.signingIn(), withCode(err))
	}
	if CheckURL(given.VerificationURI) != nil || given.DeviceCode == "" || !isVisible(given.UserCode) ||
		given.UserCode == "" || len(given.UserCode) > longestDeviceField {
		return Device{}, &Error{Asked: r.signingIn(), Kind: KindNotUnderstood, Status: heard.status}
	}
	device := Device{
		URL: given.VerificationURI, Code: given.UserCode, Expires: time.Now().Add(deviceLife),
		Secret: shared.NewSecretText(given.DeviceCode), Interval: deviceInterval,
	}
	if !given.Expiry.IsZero() && given.Expiry.Before(device.Expires) {
		device.Expires = given.Expiry
	}
	if given.Interval > 0 && given.Interval <= int64(longestInterval/time.Second) {
		device.Interval = time.Duration(given.Interval) * time.Second
	}
	return device, nil
}

// under has a transport carry each request under ctx, whatever context it was made with: x/oauth2 asks for a code with
// none, and leaves the connection open. The end of ctx closes it.
func under(ctx context.Context, transport http.RoundTripper) http.RoundTripper {
	return carry(func(request *http.Request) (*http.Response, error) {
		return transport.RoundTrip(request.WithContext(ctx))
	})
}

// withCode reads what an endpoint that refuses a code for a device says, which x/oauth2 does for tokens only.
func withCode(err error) error {
	var refused *oauth2.RetrieveError
	var said struct {
		Code  string `json:"error"`
		Words string `json:"error_description"`
	}
	if errors.As(err, &refused) && refused.ErrorCode == "" && json.Unmarshal(refused.Body, &said) == nil {
		refused.ErrorCode, refused.ErrorDescription = said.Code, said.Words
	}
	return err
}

// basicAuth sends client id and secret with each request (RFC 6749 section 2.3.1).
type basicAuth struct {
	http.RoundTripper
	of Registration
}

func (b basicAuth) RoundTrip(request *http.Request) (*http.Response, error) {
	request = request.Clone(request.Context())
	request.SetBasicAuth(url.QueryEscape(b.of.ClientID), url.QueryEscape(b.of.Secret.Reveal()))
	return b.RoundTripper.RoundTrip(request)
}

// FinishDevice asks until the code was entered and access was allowed, denied, or the code has expired (RFC 8628
// section 3.5). It returns when ctx ends, and where asking on is of no use. The error is an *Error, or that of ctx; of
// an endpoint that did not answer until the end it is the last failure.
func (c Client) FinishDevice(ctx context.Context, r Registration, device Device) (Answer, error) {
	last := error(&Error{Asked: r.signingIn(), Kind: KindRefused, Code: "expired_token"})
	for ended := last; ; {
		select {
		case <-time.After(device.Interval):
		case <-ctx.Done():
			return Answer{}, ctx.Err()
		}
		if !time.Now().Before(device.Expires) {
			return Answer{}, last
		}
		got, err := c.AskDevice(ctx, r, device)
		if !IsPending(err) {
			return got, err
		}
		device, last = device.After(err), ended
		if IsAway(err) {
			last = err
		}
	}
}

// After is a code for a device as it is to be asked for after an answer that is pending: less often where the endpoint
// wants that, or is away.
func (d Device) After(pending error) Device {
	var failure *Error
	if errors.As(pending, &failure) && failure.Code != "authorization_pending" {
		d.Interval = min(max(d.Interval+deviceInterval, failure.Wait), longestInterval)
	}
	return d
}

// AskDevice asks once what FinishDevice asks for. Until access was allowed or denied, the error is pending. Whether the
// code has expired is for the endpoint to say: the one who asks may have another clock than the one who began.
func (c Client) AskDevice(ctx context.Context, r Registration, device Device) (Answer, error) {
	got, err := c.exchange(ctx, r.signingIn(), func(ctx context.Context) (*oauth2.Token, error) {
		config := r.config()
		config.RedirectURL = ""
		return config.Exchange(ctx, "",
			oauth2.SetAuthURLParam("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
			oauth2.SetAuthURLParam("device_code", device.Secret.Reveal()))
	})
	if ctx.Err() != nil {
		return Answer{}, ctx.Err()
	}
	return r.lasting(got, err)
}

// IsPending reports whether the same question of a device may be answered later.
func IsPending(err error) bool { return isWaiting(err) || IsAway(err) }

// isWaiting is the answer that nobody has allowed or denied access yet.
func isWaiting(err error) bool {
	var failure *Error
	return errors.As(err, &failure) && (failure.Code == "authorization_pending" || failure.Code == "slow_down")
}

// IsAway reports whether an endpoint does not answer a device now, and may later with nothing changed.
func IsAway(err error) bool {
	var failure *Error
	return errors.As(err, &failure) && failure.passes() && !failure.stays() && !isWaiting(err)
}
