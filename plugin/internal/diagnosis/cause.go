package diagnosis

import (
	"slices"
	"sync"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// cause is what is wrong, whichever reply or failure says so. Which cause is meant, the rules decide.
type cause struct {
	// code is its stable name.
	code string
	// outcome is that of a test; see outcomeAt.
	outcome Outcome
	// loginAtAuth makes the outcome LoginFailed where the cause is met at the login itself.
	loginAtAuth bool
	// scope says who is hit, lasting whether it passes by itself.
	scope   shared.Scope
	lasting shared.Lasting
	// field is the name of the field it concerns; senderField is whichever holds the sender, empty is none.
	field string
	// words are the ways to say it; the first that fits is taken.
	words []wording
	fixes []finding.Fix
	// otherPorts adds which other ports of the host answer, and offers them.
	otherPorts bool
}

// wording is a cause in words. Its conditions are joined by and; an empty one holds always. A wording that leaves open
// a word which is not known does not fit.
type wording struct {
	when     func(*reading) bool
	provider string
	replies  []int
	steps    []smtpconn.Step
	// field replaces that of the cause; empty keeps it.
	field string
	// summary is one sentence that says what is wrong.
	summary text.Message
	// detail says what to do about it after a test; delivery says it where a message could not be delivered, empty means
	// the same.
	detail, delivery text.Message
	// link is a page of the provider about it; empty when there is none.
	link string
}

// senderField stands in a cause for the field that holds the sender.
const senderField = "(sender)"

// causes are all of them by code.
var causes = sync.OnceValue(func() map[string]cause {
	byCode := map[string]cause{}
	for _, one := range causeList() {
		byCode[one.code] = one
	}
	return byCode
})

func causeList() []cause {
	return slices.Concat(
		networkCauses, certificateCauses, encryptionCauses, greetingCauses, loginCauses, credentialCauses,
		accountCauses, clientCauses,
		senderCauses, recipientCauses, messageCauses, serverCauses, oauthCauses(),
	)
}

// outcomeAt is the outcome of a test that met the cause. What a server refuses before anything was asked of it is a
// connection that failed; the same refusal later is not.
func (c cause) outcomeAt(failure *smtpconn.Error) Outcome {
	refusedByReply := failure.Reply != nil
	switch failure.Step {
	case smtpconn.StepTLS, smtpconn.StepGreeting, smtpconn.StepHello, smtpconn.StepStartTLS:
		if refusedByReply || c.outcome == LoginFailed {
			return ConnectionFailed
		}
	case smtpconn.StepAuth:
		if c.loginAtAuth || c.outcome == ConnectionFailed && refusedByReply {
			return LoginFailed
		}
	case smtpconn.StepSender, smtpconn.StepRecipient, smtpconn.StepMessage:
		if c.outcome == ConnectionFailed && refusedByReply {
			return Failed
		}
	}
	return c.outcome
}

// wordingFor returns the first wording that fits.
func (c cause) wordingFor(r *reading, known map[string]text.Text) wording {
	for _, one := range c.words {
		if one.fits(r, known) {
			return one
		}
	}
	return c.words[len(c.words)-1]
}

func (w wording) fits(r *reading, known map[string]text.Text) bool {
	switch {
	case w.when != nil && !w.when(r),
		w.provider != "" && w.provider != r.provider,
		len(w.steps) > 0 && !slices.Contains(w.steps, r.failure.Step),
		len(w.replies) > 0 && (r.failure.Reply == nil || !slices.Contains(w.replies, r.failure.Reply.Code)):
		return false
	}
	for _, name := range (w.summary + w.advice(r)).Names() {
		if known[name].IsZero() {
			return false
		}
	}
	return true
}

func (w wording) advice(r *reading) text.Message {
	if r.Delivery && w.delivery != "" {
		return w.delivery
	}
	return w.detail
}
