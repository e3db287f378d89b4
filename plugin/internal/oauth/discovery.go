package oauth

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// Endpoints are where an issuer is asked.
type Endpoints struct {
	Token, Authorization, Device, Revocation string
	// SaysIssuer is true when a browser that comes back says from whom (RFC 9207 section 3).
	SaysIssuer bool
}

// Resolve fills in the endpoints of a registration whose issuer publishes them. The error is an *Error.
func (c Client) Resolve(ctx context.Context, r Registration) (Registration, error) {
	if r.Token != "" {
		return r, nil
	}
	found, err := c.Discover(ctx, r.Issuer)
	if err != nil {
		return r, err
	}
	r.Endpoints = found
	return r, nil
}

// Discover asks an issuer where its endpoints are: by OpenID Connect Discovery 1.0 section 4, and where there is no
// such document by RFC 8414 section 3. The error is an *Error.
func (c Client) Discover(ctx context.Context, issuer string) (Endpoints, error) {
	var failure *Error
	for _, where := range documentsOf(issuer) {
		found, err := c.document(ctx, issuer, where)
		if err == nil {
			return found, nil
		}
		errors.As(err, &failure)
		if failure.Status != http.StatusNotFound {
			break
		}
	}
	return Endpoints{}, failure
}

// documentsOf are the addresses at which an issuer may publish.
func documentsOf(issuer string) []string {
	issuer = strings.TrimSuffix(issuer, "/")
	documents := []string{issuer + "/.well-known/openid-configuration"}
	if parsed, err := url.Parse(issuer); err == nil {
		path := parsed.Path
		parsed.Path = "/.well-known/oauth-authorization-server" + path
		documents = append(documents, parsed.String())
	}
	return documents
}

func (c Client) document(ctx context.Context, issuer, where string) (Endpoints, error) {
	ctx, cancel := context.WithTimeout(ctx, timeLimit)
	defer cancel()
	failure := &Error{Asked: Asked{Endpoint: hostOf(issuer)}, Kind: KindUnreachable}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, where, nil)
	if err != nil {
		failure.Err = ErrNotAURL
		return Endpoints{}, failure
	}
	request.Header.Set("Accept", "application/json")
	heard := &answer{transport: c.Transport}
	response, err := heard.RoundTrip(request)
	if err != nil {
		failure.Err = heard.clean(err)
		return Endpoints{}, failure
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	failure.Status = response.StatusCode
	switch {
	case heard.tooLong:
		failure.Kind = KindTooLong
	case response.StatusCode/100 == 3:
		failure.Kind = KindRedirected
	case response.StatusCode == http.StatusTooManyRequests, response.StatusCode >= 500:
		failure.Kind = KindBusy
	case response.StatusCode != http.StatusOK:
		failure.Kind, failure.Words = KindNotUnderstood, response.Status
	case err != nil:
		failure.Err = heard.clean(err)
	default:
		return readDocument(heard, failure, issuer, content)
	}
	return Endpoints{}, failure
}

// readDocument reads what an issuer publishes. A document of another issuer is not taken (RFC 8414 section 3.3), nor an
// endpoint that must not be asked.
func readDocument(heard *answer, failure *Error, issuer string, content []byte) (Endpoints, error) {
	var read struct {
		Issuer        string `json:"issuer"`
		Token         string `json:"token_endpoint"`
		Authorization string `json:"authorization_endpoint"`
		Device        string `json:"device_authorization_endpoint"`
		Revocation    string `json:"revocation_endpoint"`
		SaysIssuer    bool   `json:"authorization_response_iss_parameter_supported"`
	}
	failure.Kind = KindNotUnderstood
	if json.Unmarshal(content, &read) != nil || CheckURL(read.Token) != nil {
		return Endpoints{}, failure
	}
	if strings.TrimSuffix(read.Issuer, "/") != strings.TrimSuffix(issuer, "/") {
		failure.Kind, failure.Words = KindWrongIssuer, heard.hide()(read.Issuer)
		return Endpoints{}, failure
	}
	return Endpoints{
		Token: read.Token, Authorization: usable(read.Authorization), Device: usable(read.Device),
		Revocation: usable(read.Revocation), SaysIssuer: read.SaysIssuer,
	}, nil
}

// usable is an address that may be asked, or else none.
func usable(address string) string {
	if CheckURL(address) != nil {
		return ""
	}
	return address
}
