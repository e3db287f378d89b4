package oauth

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"golang.org/x/oauth2"

	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
)

// Answer is a token that an endpoint has given.
type Answer struct {
	Text    shared.SecretText
	Expires time.Time // zero when the endpoint does not say
	From    string    // the host of the endpoint
	// Refresh gets the next one (RFC 6749 section 6); empty when there is none.
	Refresh shared.SecretText
	// RefreshEnds is when that is of no use any more unless it is used before; zero when that is not known.
	RefreshEnds time.Time
	// Account is the e-mail address of who signed in; empty when the endpoint does not say. Nothing relies on it.
	Account string

	known bool // another process, or this one before, has got it
}

// exchange asks an endpoint once. request is what x/oauth2 offers for it.
func (c Client) exchange(
	ctx context.Context, asked Asked, request func(context.Context) (*oauth2.Token, error),
) (Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, timeLimit)
	defer cancel()
	heard := &answer{transport: c.Transport}
	token, err := request(context.WithValue(ctx, oauth2.HTTPClient, heard.client()))
	if err != nil {
		return Answer{}, heard.failure(asked, err)
	}
	if kind := token.Type(); !strings.EqualFold(kind, "Bearer") {
		return Answer{}, &Error{Asked: asked, Kind: KindUnusable, Status: heard.status, Words: heard.hide()(kind),
			Unheard: true}
	}
	if !isVisible(token.AccessToken) {
		return Answer{}, &Error{Asked: asked, Kind: KindUnusable, Status: heard.status, Unheard: true}
	}
	return Answer{
		Text: shared.NewSecretText(token.AccessToken), Refresh: shared.NewSecretText(token.RefreshToken),
		Expires: token.Expiry, From: asked.Endpoint, RefreshEnds: refreshEnds(token, asked.Endpoint, time.Now()),
		Account: accountOf(token),
	}, nil
}

// client asks by way of the answer, and follows no redirect.
func (a *answer) client() *http.Client {
	return &http.Client{Transport: a,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// isVisible reports whether a token has visible ASCII characters alone (RFC 6749 appendix A.12, without the blank, as a
// token of the type Bearer). Others would end the field of the login in which it stands.
func isVisible(token string) bool {
	return !strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' })
}

// answer carries one request, and remembers of the answer what the errors of x/oauth2 leave out.
type answer struct {
	transport http.RoundTripper

	connected bool // the request went out, as a whole or in part

	status  int
	wait    string
	tooLong bool
	broken  error // that ended the answer before its end
	sent    []shared.SecretText
}

// RoundTrip carries the request and bounds the answer.
func (a *answer) RoundTrip(request *http.Request) (*http.Response, error) {
	a.remember(request)
	request = request.WithContext(httptrace.WithClientTrace(request.Context(), &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { a.connected = true },
	}))
	response, err := a.transport.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	a.status, a.wait = response.StatusCode, response.Header.Get("Retry-After")
	response.Body = &boundedBody{ReadCloser: response.Body, left: maxBody, tooLong: &a.tooLong, broken: &a.broken}
	return response, nil
}

// notSecret are the parameters of a request that may be shown. All others count as secret.
var notSecret = map[string]bool{
	"grant_type": true, "scope": true, "client_id": true, "client_assertion_type": true, "redirect_uri": true,
	"token_type_hint": true,
}

// remember keeps what is sent and must not be shown, whatever the endpoint repeats.
func (a *answer) remember(request *http.Request) {
	if _, password, given := request.BasicAuth(); given {
		a.hides(password)
		if plain, err := url.QueryUnescape(password); err == nil {
			a.hides(plain)
		}
	}
	if request.GetBody == nil {
		return
	}
	body, err := request.GetBody()
	if err != nil {
		return
	}
	defer body.Close()
	content, _ := io.ReadAll(body)
	form, _ := url.ParseQuery(string(content))
	for name, values := range form {
		if !notSecret[name] {
			a.hides(values...)
		}
	}
}

func (a *answer) hides(texts ...string) {
	for _, one := range texts {
		a.sent = append(a.sent, shared.NewSecretText(one))
	}
}

// hide returns what makes the endpoint's words safe to show.
func (a *answer) hide() func(string) string {
	hide := smtpconn.Hiding(a.sent...)
	return func(text string) string { return hide(beginning(text, maxWords)) }
}

// beginning is at most so many bytes of a text, of which no character is cut.
func beginning(text string, most int) string {
	if len(text) <= most {
		return text
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most]
}

// maxWords bounds what is shown of an endpoint's words, in bytes.
const maxWords = 1500

// failure says what went wrong.
func (a *answer) failure(asked Asked, err error) *Error {
	failure := &Error{Asked: asked, Status: a.status}
	var refused *oauth2.RetrieveError
	switch {
	case a.tooLong:
		failure.Kind = KindTooLong
	case a.broken != nil:
		failure.Kind, failure.Err = KindUnreachable, a.broken
	case a.status == 0: // There was no answer.
		failure.Kind, failure.Err = KindUnreachable, a.clean(withoutURL(err))
	case a.status/100 == 3:
		failure.Kind = KindRedirected
	case errors.As(err, &refused):
		a.refused(failure, refused)
	default:
		failure.Kind = KindNotUnderstood // The text of err may hold the token.
	}
	failure.Unheard = a.unheard(failure)
	return failure
}

// unheard reports whether the endpoint may have done what it was asked for, and did not say so. What a gateway answers
// in its place has no code; with 503 it has not asked it.
func (a *answer) unheard(failure *Error) bool {
	switch failure.Kind {
	case KindUnreachable:
		return a.connected
	case KindBusy:
		return failure.Code == "" && failure.Status >= 500 && failure.Status != http.StatusServiceUnavailable
	case KindNotUnderstood:
		return failure.Status/100 == 2
	}
	return failure.Kind == KindTooLong
}

// withoutURL takes the address off an error of package http, which repeats it.
func withoutURL(err error) error {
	var at *url.Error
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}

// clean makes the text of an error safe to show, which may quote what came in the place of an answer. The cause stays
// within reach.
func (a *answer) clean(err error) error {
	if text := a.hide()(err.Error()); text != err.Error() {
		return &cleaned{text, err}
	}
	return err
}

type cleaned struct {
	text  string
	cause error
}

func (c *cleaned) Error() string { return c.text }
func (c *cleaned) Unwrap() error { return c.cause }

// knownCodes are those of RFC 6749 section 5.2, RFC 8628 section 3.5, OpenID Connect Core 1.0 section 3.1.2.6, and of
// Microsoft and Google. They are no secrets, whatever a secret looks like.
var knownCodes = []string{
	"invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type",
	"invalid_scope", "access_denied", "server_error", "temporarily_unavailable", "slow_down", "authorization_pending",
	"expired_token", "authorization_declined", "bad_verification_code", "interaction_required", "login_required",
	"consent_required", "invalid_resource", "invalid_target",
	"account_selection_required", "unsupported_response_type", "admin_policy_enforced", "disabled_client",
	"deleted_client", "org_internal", "invalid_token", "unsupported_token_type",
}

// refused reads an answer that means no.
func (a *answer) refused(failure *Error, refused *oauth2.RetrieveError) {
	hide := a.hide()
	failure.Kind, failure.Code, failure.Wait = KindRefused, refused.ErrorCode, waitOf(a.wait, time.Now())
	if !slices.Contains(knownCodes, failure.Code) {
		failure.Code = hide(failure.Code)
	}
	failure.Words = hide(refused.ErrorDescription)
	failure.Page = pageOf(refused.ErrorURI, failure.Endpoint, hide)
	failure.Number = numberOf(refused)
	switch {
	case a.status == http.StatusTooManyRequests, a.status >= 500, refused.ErrorCode == "temporarily_unavailable",
		refused.ErrorCode == "server_error":
		failure.Kind = KindBusy
	case refused.ErrorCode == "":
		failure.Kind = KindNotUnderstood
	}
	if refused.ErrorCode == "" && failure.Words == "" {
		failure.Words = hide(strings.TrimSpace(beginning(string(refused.Body), maxPage)))
	}
}

// longestLink is that of a page which an endpoint names, in bytes.
const longestLink = 300

// pageOf is the page that an endpoint names about its refusal: only one of the provider's own, encrypted, and without
// anything that was sent.
func pageOf(address, endpoint string, hide func(string) string) string {
	page, err := url.Parse(address)
	if err != nil || page.Scheme != "https" || page.User != nil || len(address) > longestLink || !isVisible(address) ||
		hide(address) != address {
		return ""
	}
	host, own := strings.ToLower(page.Host), strings.ToLower(endpoint)
	ofGoogle := strings.HasSuffix(own, ".googleapis.com") && strings.HasSuffix("."+host, ".google.com")
	if host != own && !ofGoogle {
		return ""
	}
	return address
}

// maxPage is how much of a page for people is shown, in bytes.
const maxPage = 300

// numbered is how Microsoft begins its descriptions.
var numbered = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`AADSTS(\d{4,9})\b`) })

// numberOf is the number that Microsoft gives to what is wrong.
func numberOf(refused *oauth2.RetrieveError) int {
	if number := numberIn(refused.ErrorDescription); number > 0 {
		return number
	}
	var said struct {
		Codes []int `json:"error_codes"`
	}
	if json.Unmarshal(refused.Body, &said) != nil || len(said.Codes) == 0 {
		return 0
	}
	return said.Codes[0]
}

// numberIn is the number in a description; 0 when there is none.
func numberIn(description string) int {
	found := numbered().FindStringSubmatch(description)
	if found == nil {
		return 0
	}
	number, _ := strconv.Atoi(found[1])
	return number
}

// longestWait is the longest that is believed.
const longestWait = 24 * time.Hour

// waitOf reads Retry-After: seconds or a date (RFC 9110 section 10.2.3).
func waitOf(header string, now time.Time) time.Duration {
	wait := time.Duration(0)
	if seconds, err := strconv.ParseUint(strings.TrimSpace(header), 10, 31); err == nil {
		wait = time.Duration(seconds) * time.Second
	} else if at, err := http.ParseTime(header); err == nil {
		wait = at.Sub(now).Round(time.Second)
	}
	return min(max(wait, 0), longestWait)
}

// boundedBody ends with an error where a body goes on for too long.
type boundedBody struct {
	io.ReadCloser
	left    int
	tooLong *bool
	broken  *error
}

var errTooLong = errors.New("the answer is too long")

func (b *boundedBody) Read(p []byte) (int, error) {
	if b.left < 0 {
		*b.tooLong = true
		return 0, errTooLong
	}
	n, err := b.ReadCloser.Read(p[:min(len(p), b.left+1)])
	b.left -= n
	if err != nil && !errors.Is(err, io.EOF) {
		*b.broken = err
	}
	return n, err
}
