package diagnosis

import (
	"crypto/sha256"
	"slices"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

var (
	useSSL  = fix("Turn on Use SSL", shared.Values{"use_ssl": shared.Boolean(true)})
	port465 = fix("Use port 465 with SSL", shared.Values{"port": shared.Integer(465), "use_ssl": shared.Boolean(true)})
	// withoutStartTLS is only ever offered beside another fix.
	withoutStartTLS = fix("Send everything unencrypted, the password too", shared.Values{"starttls": shared.Text("never")})
	port587         = fix("Use port 587 with SSL", shared.Values{
		"port": shared.Integer(587), "use_ssl": shared.Boolean(true),
	})
)

func fix(label text.Message, values shared.Values) finding.Fix {
	return finding.Fix{Label: text.Of(label), Values: values}
}

func fixes(f ...finding.Fix) []finding.Fix { return f }

// fixesFor are the fixes of a cause, best first: those that change something. One that gives up encryption is never
// the only one, and there is none where encryption was asked for.
func fixesFor(found cause, failure *smtpconn.Error, c Circumstances) []finding.Fix {
	fixes := append(slices.Clone(found.fixes), mechanismFixes(found, failure)...)
	if found.otherPorts || startTLSFailed(failure, c) {
		fixes = append(fixes, portFixes(c)...)
	}
	if startTLSFailed(failure, c) {
		if !slices.ContainsFunc(fixes, encrypts) {
			fixes = append(fixes, useSSL)
		}
		fixes = append(fixes, withoutStartTLS) // Last, and never alone.
	}
	return slices.DeleteFunc(fixes, func(one finding.Fix) bool { return changesNothing(one, c.Target) })
}

// changesNothing reports whether the target is already as a fix would have it.
func changesNothing(fix finding.Fix, target smtpconn.Target) bool {
	is := shared.Values{
		"port": shared.Integer(int64(target.Port)), "use_ssl": shared.Boolean(target.Encrypt),
		"authentication": shared.Text(map[smtpconn.Authentication]string{
			smtpconn.AuthenticatePlain: "plain", smtpconn.AuthenticateLogin: "login",
		}[target.Authentication]),
	}
	for name, value := range fix.Values {
		if is[name] != value {
			return false
		}
	}
	return true
}

// portFixes offers the other ports of the host that answer, those that encrypt first: port 465 from the start, the
// others by STARTTLS. Port 25 of a relay often does not, so who has not asked for encryption is offered both.
func portFixes(c Circumstances) []finding.Fix {
	var fixes []finding.Fix
	at := func(port int, encrypt bool) {
		label := text.Of("Use port {port} without SSL", "port", port)
		if encrypt {
			label = text.Of("Use port {port} with SSL", "port", port)
		}
		fixes = append(fixes, finding.Fix{
			Label:  label,
			Values: shared.Values{"port": shared.Integer(int64(port)), "use_ssl": shared.Boolean(encrypt)},
		})
	}
	others := slices.DeleteFunc(slices.Clone(c.OpenPorts), func(port int) bool { return port == c.Target.Port })
	for _, port := range others {
		if port != 25 {
			at(port, true)
		}
	}
	if slices.Contains(others, 25) {
		if len(fixes) == 0 {
			at(25, true)
		}
		if !c.Target.Encrypt {
			at(25, false) // Last, and never alone.
		}
	}
	return fixes
}

func encrypts(fix finding.Fix) bool { return fix.Values["use_ssl"] == shared.Boolean(true) }

// startTLSFailed reports whether the login was kept back only because an offered STARTTLS did not work. Who accepts
// that the password can be read along the way may then say so.
func startTLSFailed(failure *smtpconn.Error, c Circumstances) bool {
	if c.Target.Encrypt || c.Target.PinnedCertificate != [sha256.Size]byte{} {
		return false
	}
	switch failure.Kind {
	case smtpconn.KindCancelled, smtpconn.KindOutOfTime, smtpconn.KindInternal:
		return false
	}
	secured := failure.Session != nil && failure.Session.Encryption == smtpconn.StartTLS
	return failure.Step == smtpconn.StepStartTLS || failure.Step == smtpconn.StepHello && secured && failure.Reply == nil
}
