package notify

import (
	"context"
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/notify/policy"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
)

// forgotten stands where the address of a recipient was of whom nothing is to be kept.
const forgotten = "(removed)"

// forget has the pause, and what is known of the messages before it, tell nothing of recipients whose notifications
// were purged. What is forgotten is learned anew where they get other ones.
func (b *breaker) forget(ctx context.Context, recipients []string) {
	if len(recipients) == 0 {
		return
	}
	if err := b.reconcile(ctx); err != nil {
		b.logger.Warn("the pause of the deliveries could not be read", "error", err)
	}
	b.lock(ctx)
	defer b.unlock()
	for {
		before := b.current()
		next, differs := before.without(recipients)
		if !differs || b.store(ctx, next, !b.isLocal()) {
			return
		}
	}
}

// without is the pause without what tells of recipients, and whether something did.
func (p pause) without(recipients []string) (pause, bool) {
	theirs := func(recipient string) bool {
		return slices.ContainsFunc(recipients, func(one string) bool { return strings.EqualFold(one, recipient) })
	}
	next := p
	next.Held = slices.DeleteFunc(slices.Clone(p.Held), func(one policy.Held) bool { return theirs(one.Recipient) })
	next.Refused = slices.DeleteFunc(slices.Clone(p.Refused), func(one policy.Refused) bool {
		return theirs(one.Recipient)
	})
	differs := len(next.Held) < len(p.Held) || len(next.Refused) < len(p.Refused)
	if p.Cause == nil {
		return next, differs
	}
	cause, changed := causeWithout(*p.Cause, recipients)
	if changed {
		next.Cause = &cause
	}
	return next, differs || changed
}

// causeWithout is a cause without addresses, as we write them and as a server may have repeated them.
func causeWithout(cause finding.Finding, addresses []string) (finding.Finding, bool) {
	encoded, err := json.Marshal(cause)
	if err != nil {
		return cause, false
	}
	shown := string(encoded)
	for _, address := range addresses {
		for _, form := range formsOf(address) {
			written, _ := json.Marshal(form) // Texts can be encoded.
			inText := strings.Trim(string(written), `"`)
			shown = regexp.MustCompile(`(?i)`+regexp.QuoteMeta(inText)).ReplaceAllLiteralString(shown, forgotten)
		}
	}
	var without finding.Finding
	if shown == string(encoded) || json.Unmarshal([]byte(shown), &without) != nil {
		return cause, false
	}
	return without, true
}

// formsOf are the ways to write an address.
func formsOf(address string) []string {
	at := strings.LastIndexByte(address, '@')
	if at < 1 { // Nothing is replaced that is not an address.
		return nil
	}
	forms := []string{address}
	if domain, err := smtpconn.ASCIIHost(address[at+1:]); err == nil && !strings.EqualFold(domain, address[at+1:]) {
		forms = append(forms, address[:at+1]+domain)
	}
	return forms
}
