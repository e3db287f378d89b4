// Package oauth gets access tokens of OAuth 2.0 for the login at a mail server.
//
// An [Application] says who asks, where, and how it proves to be itself. A [Client] carries the question to the
// endpoint, by the operator's policy and within bounds. A [Source] keeps the answer as long as it is of use, and asks
// once for all who want it. What the endpoint refuses is an [*Error], which is data: package diagnosis has the words.
//
// Tokens live in memory only. Nothing that is secret stands in an error, whatever the endpoint repeats.
//
// The documents are RFC 6749 (OAuth 2.0), RFC 7521 and RFC 7523 (assertions), RFC 7515 and RFC 7518 (their signatures),
// RFC 8414 (discovery).
package oauth

import (
	"net/http"
	"time"
)

// Bounds of one question to an endpoint.
const (
	// timeLimit is for all of it, whoever waits for the answer.
	timeLimit = 20 * time.Second
	// maxBody is how many bytes an answer may have. Tokens of Microsoft have 2 to 3 KiB.
	maxBody = 64 << 10
	// maxHeader is how many bytes its header may have.
	maxHeader = 32 << 10
)

// Client asks endpoints. It may be used concurrently.
type Client struct {
	// Transport carries the requests; [NewTransport] makes it.
	Transport http.RoundTripper
	// Now is the clock of assertions; nil means time.Now.
	Now func() time.Time
}

func (c Client) now() time.Time {
	if c.Now == nil {
		return time.Now()
	}
	return c.Now()
}
