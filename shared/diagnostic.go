package shared

import (
	"fmt"
	"slices"
	"strconv"
)

// Severity ranks a Diagnostic.
type Severity string

// The severities: an error stands in the way, a warning does not, information is worth knowing.
const (
	SeverityError   Severity = "error"
	SeverityWarning Severity = "warning"
	SeverityInfo    Severity = "info"
)

// Scope says who is hit by a cause.
type Scope string

// The scopes. For a queue it matters whether only one message or one recipient is hit, or everything that is sent.
const (
	ScopeMessage   Scope = "message"
	ScopeRecipient Scope = "recipient"
	ScopeSender    Scope = "sender"
	ScopeLogin     Scope = "login"
	ScopeClient    Scope = "client"
	ScopeServer    Scope = "server"
)

// Lasting says whether a cause passes, judged by its meaning: servers say 4xx and 5xx as they like.
type Lasting string

// A permanent cause is met again until something is changed; a temporary one passes by itself; a limit is a rate or
// quota, for which sending slower helps.
const (
	LastingPermanent Lasting = "permanent"
	LastingTemporary Lasting = "temporary"
	LastingLimit     Lasting = "limit"
)

// Known reports whether it is one of the scopes, or none.
func (s Scope) Known() bool {
	switch s {
	case "", ScopeMessage, ScopeRecipient, ScopeSender, ScopeLogin, ScopeClient, ScopeServer:
		return true
	}
	return false
}

// Known reports whether it is one of the values, or none.
func (l Lasting) Known() bool {
	switch l {
	case "", LastingPermanent, LastingTemporary, LastingLimit:
		return true
	}
	return false
}

// Diagnostic is one finding about the settings, in words for the administrator. A user's mistake and a server's refusal
// are Diagnostics in a successful reply, never errors of the call.
type Diagnostic struct {
	Severity Severity `json:"severity"`
	// Code is the stable, machine-readable name of the cause, such as "certificate_expired".
	Code string `json:"code"`
	// Scope says who is hit, Lasting whether it passes by itself; both are empty outside an exchange with a server.
	Scope   Scope   `json:"scope,omitempty"`
	Lasting Lasting `json:"lasting,omitempty"`
	// Step is the id of the test step the finding belongs to; empty outside a test.
	Step string `json:"step,omitempty"`
	// Field is the name of the field it concerns; empty when it concerns none.
	Field string `json:"field,omitempty"`
	// Summary is one sentence that says what is wrong.
	Summary string `json:"summary"`
	// Detail says what to do about it; may be empty.
	Detail string `json:"detail,omitempty"`
	// Evidence is the other side's own words; nil when there are none.
	Evidence *Evidence `json:"evidence,omitempty"`
	// Fixes are changes of the form that would mend it, best first; only given where the cause is certain.
	Fixes []Fix `json:"fixes,omitempty"`
}

// String is one line for people who look at a program's output: severity, field, code, summary.
func (d Diagnostic) String() string {
	where := ""
	if d.Field != "" {
		where = " at " + strconv.Quote(d.Field)
	}
	return fmt.Sprintf("%s%s (%s): %s", d.Severity, where, d.Code, d.Summary)
}

// Evidence is what the remote server said, untouched but safe to show: credentials hidden, valid UTF-8, no control
// characters, bounded in length.
type Evidence struct {
	// Code is the reply code of the protocol; 0 when it has none.
	Code int `json:"code,omitempty"`
	// EnhancedCode is the enhanced status code (RFC 3463), such as "5.7.8"; empty when none was given.
	EnhancedCode string `json:"enhanced_code,omitempty"`
	// Text is the reply in its own words; may be empty.
	Text string `json:"text,omitempty"`
}

// Fix is a change of the form that one click applies.
type Fix struct {
	// Label is the text of the button.
	Label string `json:"label"`
	// Values are written into the form, never a secret; fields that are not named stay as they are.
	Values Values `json:"values"`
}

// Diagnostics is a list of findings in the order in which they are to be read.
type Diagnostics []Diagnostic

// HasErrors reports whether any finding is of SeverityError.
func (d Diagnostics) HasErrors() bool {
	return slices.ContainsFunc(d, func(one Diagnostic) bool { return one.Severity == SeverityError })
}

// ForField returns the findings that concern the named field.
func (d Diagnostics) ForField(name string) Diagnostics {
	var found Diagnostics
	for _, one := range d {
		if one.Field == name {
			found = append(found, one)
		}
	}
	return found
}
