package diagnosis

import (
	"regexp/syntax"
	"slices"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
)

// TestClearCodesWin puts the words of every other rule behind every clear code: none talks the code over but those of
// one product, those that [outweighing] names, and those that [refining] does. Each code meets other phrasings of a
// rule; the codes together meet them all, most of them several times.
func TestClearCodesWin(t *testing.T) {
	products := len(generalRules) + len(certainRules) + len(codedRules)
	turn := 0
	for _, clear := range slices.Concat(unmistakableRules, clearRules) {
		for _, code := range clear.enhanced {
			for _, step := range clear.steps {
				turn++
				want := match(withCode(step, code, clear.says, 0))
				for i, other := range rules()[products:] {
					if len(other.says) == 0 || len(other.steps) > 0 && !slices.Contains(other.steps, step) {
						continue
					}
					r := withCode(step, code, slices.Concat(clear.says, other.says), turn)
					got := match(r)
					if got >= products && !slices.ContainsFunc(clear.unless, r.says) && !mayOutweigh(got, want) {
						t.Errorf("%s with the words of rule %d:%s: %s, want %s", step, products+i, r.text.text,
							rules()[got].cause, rules()[want].cause)
					}
				}
			}
		}
	}
}

// mayOutweigh reports whether words may lead to one rule where a clear code alone leads to another.
func mayOutweigh(got, want int) bool {
	overruling := len(generalRules) + len(certainRules) + len(codedRules) + len(unmistakableRules)
	words, code := rules()[got].cause, rules()[want].cause
	switch {
	case words == code, slices.Contains(refining[words], code):
		return true
	case got >= overruling+len(overrulingRules):
		return false
	}
	return want >= overruling && slices.Contains(outweighing, words)
}

// outweighing are the causes whose words count for more than a clear code, for servers are known that contradict
// themselves so: 5.1.1 for a mailbox that is full, 5.2.1 for a limit, 5.1.2 for relaying. There are no others.
var outweighing = []string{
	// What is counted or full.
	"rate_limited", "sending_limit_reached", "recipient_rate_limited", "recipient_mailbox_full", "sender_mailbox_full",
	"server_temporary_fault",
	// Whom a list names, who does not want whom.
	"address_blocklisted", "sender_blocklisted", "recipient_restricted", "recipient_suppressed", "sender_not_owned",
	"account_suspended",
	// A check of an address or of a domain.
	"sender_check_failed", "sender_mailbox_unknown", "recipient_unknown", "recipient_check_failed",
	"sender_domain_lookup_failed", "sender_domain_no_mail", "recipient_domain_no_mail", "sender_domain_disabled",
	"sender_domain_too_new",
	// Relaying, and what an address is written in.
	"relay_denied", "login_demanded_not_offered", "smtputf8_not_offered",
}

// refining are causes that say more of what a clear code says, each with those of the codes.
var refining = map[string][]string{
	"recipient_unknown":       {"recipient_disabled", "recipient_domain_no_mail"},
	"reverse_dns_missing":     {"sender_domain_lookup_failed", "sender_domain_not_found", "sender_not_verified"},
	"sender_domain_not_found": {"sender_syntax_refused"},
	"sender_not_verified":     {"sender_domain_not_found"},
}

// TestOverrulingCausesAreNamed: a rule that outweighs clear codes is an exception that is known.
func TestOverrulingCausesAreNamed(t *testing.T) {
	for _, one := range overrulingRules {
		if !slices.Contains(outweighing, one.cause) {
			t.Errorf("%s outweighs clear codes", describe(one))
		}
		if len(one.says) == 0 {
			t.Errorf("%s outweighs clear codes without words", describe(one))
		}
	}
	for _, cause := range outweighing {
		if !slices.ContainsFunc(overrulingRules, func(one rule) bool { return one.cause == cause }) {
			t.Errorf("%s outweighs nothing", cause)
		}
	}
}

// TestMisleadingWords has all kinds of words behind the codes that everybody knows.
func TestMisleadingWords(t *testing.T) {
	const misleading = " greylisted, too many, rate limit, try again later, blocked by spamhaus, not owned " +
		"by, not verified, relay, spam"
	for reply, want := range map[string]string{
		"550 5.1.1": "recipient_unknown", "550 5.1.2": "recipient_domain_not_found", "550 5.1.3": "recipient_syntax_refused",
		"552 5.2.2": "recipient_mailbox_full", "452 4.3.1": "server_storage_full", "550 5.1.8": "sender_domain_not_found",
		"550 5.7.26": "sender_authentication_missing", "550 5.7.25": "reverse_dns_missing",
		"550 5.6.7": "smtputf8_not_offered",
	} {
		failure, c := example{step: smtpconn.StepRecipient, reply: reply + misleading}.failure()
		if _, got := Explain(failure, c); got.Code != want {
			t.Errorf("%s with misleading words: %s, want %s", reply, got.Code, want)
		}
	}
}

// withCode is a refusal with an enhanced status code and words of the concepts.
func withCode(step smtpconn.Step, code string, says []*concept, turn int) *reading {
	class := "5"
	if code[0] == '4' {
		class = "4"
	}
	text := class + "50 " + class + code[1:]
	for _, one := range says {
		text += " " + one.sampleAt(turn)
	}
	return newReading(example{step: step, reply: text}.failure())
}

// sample is a text that has the concept.
func (c *concept) sample() string { return c.sampleAt(0) }

// sampleAt is a text that has the concept by another phrasing at each turn.
func (c *concept) sampleAt(turn int) string {
	if len(c.parts) == 0 {
		all := c.samples()
		return all[turn%len(all)]
	}
	var parts []string
	for _, part := range c.parts {
		parts = append(parts, part.sampleAt(turn))
	}
	return strings.Join(parts, " ")
}

var sampled = map[*concept][]string{}

// samples is a text of each phrasing: of alternatives the first, of repetitions the fewest.
func (c *concept) samples() []string {
	if all, known := sampled[c]; known {
		return all
	}
	var all []string
	for _, one := range c.phrasings() {
		parsed, _ := syntax.Parse(one.expression().String(), syntax.Perl)
		all = append(all, strings.TrimSpace(sampleOf(parsed.Simplify())))
	}
	sampled[c] = all
	return all
}

func sampleOf(expression *syntax.Regexp) string {
	switch expression.Op {
	case syntax.OpLiteral:
		return string(expression.Rune)
	case syntax.OpCharClass:
		return string(expression.Rune[0])
	case syntax.OpConcat:
		var text string
		for _, part := range expression.Sub {
			text += sampleOf(part)
		}
		return text
	case syntax.OpAlternate, syntax.OpCapture, syntax.OpPlus:
		return sampleOf(expression.Sub[0])
	}
	return ""
}
