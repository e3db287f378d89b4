package diagnosis

import (
	"slices"
	"strings"
	"sync"

	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
)

// rule says which cause is meant by a failure. Its conditions are joined by and, an empty one holds always; the entries
// of steps, kinds, replies, enhanced and providers are joined by or.
type rule struct {
	// cause is the code of a cause.
	cause string

	steps     []smtpconn.Step
	kinds     []smtpconn.Kind
	replies   []int    // reply codes; a number below 10 stands for all codes that begin with it
	enhanced  []string // enhanced status codes; "x.1.8" stands for any class
	says      []*concept
	unless    []*concept // none of these
	providers []string
	hosts     []string // the server's name ends like this
	when      func(*reading) bool
}

// rules are all of them, the strongest first: what only one provider or the circumstances can mean; codes that say one
// thing only; the few phrases that outweigh other codes; codes that are clear; phrases; what the words mean together;
// codes that only say no; what remains of a step.
var rules = sync.OnceValue(func() []rule {
	return slices.Concat(
		generalRules, certainRules, codedRules, unmistakableRules, overrulingRules, clearRules, contrastRules, specificRules,
		authRules, earlyRules, startTLSRules, envelopeRules, tokenRules(), failureRules, lastRules,
	)
})

// match returns the index of the first rule that holds, -1 when none does.
func match(r *reading) int {
	return slices.IndexFunc(rules(), func(one rule) bool { return one.holds(r) })
}

func (u rule) holds(r *reading) bool {
	switch {
	case len(u.steps) > 0 && !slices.Contains(u.steps, r.failure.Step),
		len(u.kinds) > 0 && !slices.Contains(u.kinds, r.failure.Kind),
		u.readsReply() && !u.matchesReply(r),
		len(u.providers) > 0 && !slices.Contains(u.providers, r.provider),
		len(u.hosts) > 0 && !slices.ContainsFunc(u.hosts, r.hostEnds):
		return false
	}
	return u.when == nil || u.when(r)
}

func (u rule) readsReply() bool {
	return len(u.replies) > 0 || len(u.enhanced) > 0 || len(u.says) > 0
}

func (u rule) matchesReply(r *reading) bool {
	reply := r.failure.Reply
	if reply == nil {
		return false
	}
	if len(u.replies) > 0 && !slices.Contains(u.replies, reply.Code) && !slices.Contains(u.replies, reply.Code/100) {
		return false
	}
	if len(u.enhanced) > 0 && !slices.ContainsFunc(u.enhanced, r.hasEnhanced) {
		return false
	}
	for _, one := range u.says {
		if !r.says(one) {
			return false
		}
	}
	return !slices.ContainsFunc(u.unless, r.says) && !u.outlasts(r)
}

// checked are the causes that a check of the message or a policy finds. One that has not come to its end names the same
// things: “451 Attachment scan timed out, retry”.
var checked = []string{
	"content_refused", "policy_refused", "virus_found", "attachment_refused", "message_malformed", "url_blocklisted",
	"recipient_restricted",
}

// outlasts reports whether a rule would make lasting what the reply itself says will pass. One that goes by words that
// merely stand together, or names what is checked, is not believed then; what else a phrase or a code says plainly is,
// even in a 4xx.
func (u rule) outlasts(r *reading) bool {
	return r.failure.Reply.Code/100 == 4 && causes()[u.cause].lasting == shared.LastingPermanent &&
		(slices.ContainsFunc(u.says, (*concept).isGist) && r.passes() ||
			slices.Contains(checked, u.cause) && (r.passes() || r.says(couldNot)))
}

// passes reports whether the reply says that it is another one later.
func (r *reading) passes() bool {
	return r.says(tryLater) || r.says(temporarily) || r.says(forNow)
}

func (r *reading) hasEnhanced(code string) bool {
	if rest, anyClass := strings.CutPrefix(code, "x"); anyClass {
		return len(r.enhanced) > 1 && r.enhanced[1:] == rest
	}
	return r.enhanced == code
}

func (r *reading) hostEnds(name string) bool {
	return r.host == name || strings.HasSuffix(r.host, "."+name)
}

// broken are the ways in which a connection that was used already comes to an end.
var broken = kinds(
	smtpconn.KindClosed, smtpconn.KindReset, smtpconn.KindNetwork, smtpconn.KindTLSHandshake, smtpconn.KindUnreachable,
	smtpconn.KindConnectionRefused,
)

var (
	early      = steps(smtpconn.StepGreeting, smtpconn.StepHello)
	greeting   = steps(smtpconn.StepGreeting)
	hello      = steps(smtpconn.StepHello)
	startTLS   = steps(smtpconn.StepStartTLS)
	auth       = steps(smtpconn.StepAuth)
	sender     = steps(smtpconn.StepSender)
	recipient  = steps(smtpconn.StepRecipient)
	message    = steps(smtpconn.StepMessage)
	addressing = steps(smtpconn.StepSender, smtpconn.StepRecipient)
	demanding  = steps(smtpconn.StepAuth, smtpconn.StepSender)
	sending    = steps(smtpconn.StepSender, smtpconn.StepMessage)
	receiving  = steps(smtpconn.StepRecipient, smtpconn.StepMessage)
	// atEnvelope are the steps at which servers say what they should have said at the login: Postfix, for one, asks for a
	// login only when the recipient is given.
	atEnvelope = steps(smtpconn.StepSender, smtpconn.StepRecipient, smtpconn.StepMessage)
	// conversing are all steps with a reply of an SMTP server before the message.
	conversing = steps(smtpconn.StepGreeting, smtpconn.StepHello, smtpconn.StepSender, smtpconn.StepRecipient,
		smtpconn.StepMessage)
)

func steps(s ...smtpconn.Step) []smtpconn.Step { return s }
func kinds(k ...smtpconn.Kind) []smtpconn.Kind { return k }
func replies(codes ...int) []int               { return codes }
func enhanced(codes ...string) []string        { return codes }
func providers(ids ...string) []string         { return ids }
func hosts(names ...string) []string           { return names }
func all(c ...*concept) []*concept             { return c }
func none(c ...*concept) []*concept            { return c }

var refused = kinds(smtpconn.KindRefusedByReply)
