package skeleton

import (
	"net"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// state is what is stored, as JSON, in files that only their owner can read.
type state struct {
	Values shared.Values `json:"values"`
	Token  string        `json:"token,omitempty"`
	// Destination is where the token was entered for, and Since when. It goes nowhere else: otherwise those who may change
	// the address could have it sent to a server of theirs.
	Destination string    `json:"destination,omitempty"`
	Since       time.Time `json:"since,omitzero"`
}

// WithoutSecrets is what filestore keeps of a revision once a newer one is saved.
func (s state) WithoutSecrets() state { return state{Values: s.Values} }

// text returns a field's value, or its default.
func (s state) text(field string) string { return schema.Effective(field, s.Values).String() }

// target is what a connection is made to.
func (s state) target() string {
	if ip := s.text(fieldIP); ip != "" {
		if _, port, err := net.SplitHostPort(s.text(fieldAddress)); err == nil {
			return net.JoinHostPort(ip, port)
		}
	}
	return s.text(fieldAddress)
}

// next is what the draft would lead to, and what is wrong with it.
func next(current state, draft shared.Draft) (state, shared.Diagnostics) {
	after := current
	after.Values = draft.Apply(current.Values)
	switch change := draft.Secrets[fieldToken]; change.Action {
	case shared.SecretReplace:
		after.Token, after.Destination, after.Since = change.Text.Reveal(), after.target(), time.Now().UTC()
	case shared.SecretClear:
		after.Token, after.Destination, after.Since = "", "", time.Time{}
	}
	// First what the schema says, then what it cannot say. A code is stable; texts are for people.
	found := schema.Validate(after.Values, func(string) bool { return after.Token != "" })
	if _, _, err := net.SplitHostPort(after.text(fieldAddress)); err != nil && len(found.ForField(fieldAddress)) == 0 {
		found = append(found, shared.Diagnostic{Severity: shared.SeverityError, Code: "not_an_address", Field: fieldAddress,
			Summary: "“Address” must be a host and a port.", Detail: "Write it as localhost:514."})
	}
	if ip := after.text(fieldIP); ip != "" && net.ParseIP(ip) == nil && len(found.ForField(fieldIP)) == 0 {
		found = append(found, shared.Diagnostic{Severity: shared.SeverityError, Code: "not_an_ip_address", Field: fieldIP,
			Summary: "“IP address” must be one.", Detail: "For example 192.0.2.1. “Find addresses” lists them."})
	}
	if after.Token != "" && after.Destination != after.target() {
		found = append(found, shared.Diagnostic{Severity: shared.SeverityError, Code: "secret_needed_again",
			Field: fieldToken, Summary: "Enter “Token” again.",
			Detail: "It was saved for another address, and goes nowhere else without you."})
	}
	return after, found
}
