package diagnosis

import (
	"slices"
	"strings"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// loginRefused are the causes behind which may stand a mechanism that the server offers but cannot do.
var loginRefused = []string{"wrong_credentials", "login_refused", "login_exchange_broken", "mechanism_unusable",
	"no_common_mechanism"}

// hides reports whether a login by the mechanism does not show the password to the server.
func hides(mechanism string) bool {
	return mechanism == "CRAM-MD5" || strings.HasPrefix(mechanism, "SCRAM-")
}

func hidPassword(r *reading) bool { return hides(r.failure.Mechanism) }

// mechanismFixes offers a login that shows the password to the server, where one that hides it was refused: a server
// that keeps its passwords as they should be kept cannot do some of those, and answers as if the password were wrong.
// It is offered only over an encrypted connection to a server that has proven who it is.
func mechanismFixes(found cause, failure *smtpconn.Error) []finding.Fix {
	session := failure.Session
	if failure.Step != smtpconn.StepAuth || session == nil || !slices.Contains(loginRefused, found.code) {
		return nil
	}
	if !hides(failure.Mechanism) || !session.LoginEncrypted() || session.Unverified != nil {
		return nil
	}
	offered := strings.Fields(session.Extensions["AUTH"])
	for _, one := range []struct{ mechanism, choice string }{{"PLAIN", "plain"}, {"LOGIN", "login"}} {
		if slices.Contains(offered, one.mechanism) {
			return fixes(finding.Fix{
				Label:  text.Of("Log in by {mechanism}", "mechanism", one.mechanism),
				Values: shared.Values{"authentication": shared.Text(one.choice)},
			})
		}
	}
	return nil
}
