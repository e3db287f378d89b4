// Package alert tells others that the settings do not work any more: a webhook is told of transitions, as CloudEvents
// 1.0 in structured mode, and a heartbeat is fetched as long as they work.
//
// Redirects are not followed: the signature is for the address that the operator has named, and for no other one. What
// a receiver answers is not read. No error has an address: often it is a secret by itself.
package alert

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/diagnosis"
	"github.com/smtp-settings/smtp-settings/plugin/internal/health"
	"github.com/smtp-settings/smtp-settings/plugin/internal/oauth"
	"github.com/smtp-settings/smtp-settings/plugin/internal/secret"
	"github.com/smtp-settings/smtp-settings/shared"
)

// Address is where to tell: an address that begins with https://, or with http:// for this machine alone, or env://NAME
// or file:///path where one stands. Empty means nowhere.
type Address string

// UnmarshalText reads an address. No error repeats it.
func (a *Address) UnmarshalText(given []byte) error {
	*a = Address(given)
	if isSource(string(given)) {
		return secret.CheckSource(string(given))
	}
	return oauth.CheckURL(string(given))
}

func isSource(given string) bool {
	return strings.HasPrefix(given, "env://") || strings.HasPrefix(given, "file://")
}

// Read returns the address itself.
func (a Address) Read() (string, error) {
	address, err := secret.Read(string(a))
	if err != nil {
		return "", err
	}
	return address, oauth.CheckURL(address)
}

// Secret is what is signed with, or env://NAME or file:///path where that stands. Empty signs nothing.
type Secret string

// shortestSecret is how many bytes a secret has at least: who sees a signature can try shorter ones.
const shortestSecret = 16

var errShortSecret = errors.New("must have at least 16 characters, such as those of openssl rand -hex 32")

// UnmarshalText reads a secret. No error repeats it.
func (s *Secret) UnmarshalText(given []byte) error {
	*s = Secret(given)
	if isSource(string(given)) {
		return secret.CheckSource(string(given))
	}
	if len(given) < shortestSecret {
		return errShortSecret
	}
	return nil
}

// Read returns the secret itself; empty where there is none.
func (s Secret) Read() (shared.SecretText, error) {
	if s == "" {
		return shared.SecretText{}, nil
	}
	key, err := secret.Read(string(s))
	if err == nil && len(key) < shortestSecret {
		err = errShortSecret
	}
	return shared.NewSecretText(key), err
}

// Limit is how long a receiver may take to answer.
const Limit = 10 * time.Second

// Caller asks by HTTP. It may be used concurrently.
type Caller struct {
	transport http.RoundTripper
	limit     time.Duration
}

// NewCaller makes a Caller that connects by the transport. The transport is asked itself, not by an http.Client: that
// one reads where a redirect leads to, which is not followed.
func NewCaller(transport http.RoundTripper) *Caller {
	return &Caller{transport: transport, limit: Limit}
}

// do makes a request. Only an answer of the kind 2xx is success. No error repeats words of the receiver, or its name.
func (c *Caller) do(request *http.Request) error {
	ctx, cancel := context.WithTimeout(request.Context(), c.limit)
	defer cancel()
	request.Header.Set("User-Agent", "smtp-settings")
	reply, err := c.transport.RoundTrip(request.WithContext(ctx))
	if err != nil {
		return failureOf(err)
	}
	defer reply.Body.Close()
	switch kind := reply.StatusCode / 100; kind {
	case 2:
		return nil
	case 3:
		return fmt.Errorf("the receiver redirects (status %d), which is not followed", reply.StatusCode)
	default:
		return fmt.Errorf("the receiver answers with status %d", reply.StatusCode)
	}
}

// Beat fetches an address.
func (c *Caller) Beat(ctx context.Context, address string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return oauth.ErrNotAURL
	}
	return c.do(request)
}

// Signature is the name of the header that has the HMAC-SHA256 of the body: sha256= and hexadecimal digits.
const Signature = "X-Signature-256"

// Tell tells a webhook of a transition.
func (c *Caller) Tell(ctx context.Context, address string, key shared.SecretText, event health.Event) error {
	body, err := json.Marshal(documentOf(event))
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return oauth.ErrNotAURL
	}
	request.GetBody = nil // It is sent once.
	request.Header.Set("Content-Type", "application/cloudevents+json; charset=utf-8")
	if !key.IsEmpty() {
		sum := hmac.New(sha256.New, []byte(key.Reveal()))
		sum.Write(body)
		request.Header.Set(Signature, "sha256="+hex.EncodeToString(sum.Sum(nil)))
	}
	return c.do(request)
}

// document is an event of CloudEvents 1.0 in the JSON format.
type document struct {
	SpecVersion     string    `json:"specversion"`
	ID              string    `json:"id"`
	Source          string    `json:"source"`
	Type            string    `json:"type"`
	Time            time.Time `json:"time"`
	DataContentType string    `json:"datacontenttype"`
	Data            data      `json:"data"`
}

type data struct {
	State    shared.HealthState `json:"state"`
	Previous shared.HealthState `json:"previous"`
	Since    time.Time          `json:"since"`
	// Severity is critical, warning or info.
	Severity string `json:"severity"`
	// Cause is the code of the cause, and Summary what that means, in English and without a value: names, addresses and
	// words of servers are for nobody else.
	Cause   string `json:"cause,omitempty"`
	Summary string `json:"summary,omitempty"`
	Waiting int64  `json:"waiting"`
}

var severities = map[shared.HealthState]string{
	shared.HealthBroken: "critical", shared.HealthSuspect: "warning", shared.HealthHealthy: "info",
	shared.HealthUnknown: "info",
}

func documentOf(event health.Event) document {
	told := data{
		State: event.To, Previous: event.From, Since: event.At.UTC(), Severity: severities[event.To], Waiting: event.Waiting,
	}
	if event.Cause != nil {
		told.Cause, told.Summary = event.Cause.Code, diagnosis.General(event.Cause.Code)
		if told.Summary == "" {
			told.Summary = "The saved settings do not work; the settings page says why."
		}
	}
	return document{
		SpecVersion: "1.0", ID: event.ID, Source: "urn:smtp-settings:smtp", Type: "smtp-settings.health.changed",
		Time: event.At.UTC(), DataContentType: "application/json", Data: told,
	}
}
