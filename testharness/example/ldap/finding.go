package ldap

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	goldap "github.com/go-ldap/ldap/v3"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/printable"
	"github.com/smtp-settings/smtp-settings/shared/socketerror"
)

// doing is what was being done when something went wrong.
type doing struct {
	// name is who was signed in or was being signed in; empty for nobody.
	name string
	// secret is not shown, should the server say it.
	secret string
	// field is the field that it concerns when nothing better is known; base the one with the base DN.
	field string
	base  string
	// most is how many entries a search asked for.
	most int
}

func failure(code, field, summary, detail string) *shared.Diagnostic {
	return &shared.Diagnostic{
		Severity: shared.SeverityError, Code: code, Scope: shared.ScopeServer, Lasting: shared.LastingPermanent,
		Field: field, Summary: summary, Detail: detail,
	}
}

func passing(d *shared.Diagnostic) *shared.Diagnostic { d.Lasting = shared.LastingTemporary; return d }

// usualPorts says which port belongs to which encryption.
const usualPorts = "The usual port is 636 for LDAPS, and 389 for StartTLS and without encryption."

func aboutLookup(host string, err error) *shared.Diagnostic {
	var dns *net.DNSError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &dns) && dns.IsNotFound:
		return failure("host_not_found", fieldServers, "There is no host “"+host+"”.",
			"Check the name in “Servers”, and whether this machine asks the right name server.")
	default:
		return passing(failure("lookup_failed", fieldServers, "The address of “"+host+"” could not be looked up.",
			"The name server of this machine does not answer: try again, or enter an IP address."))
	}
}

func aboutDialling(s settings, server string, err error) *shared.Diagnostic {
	var timeout net.Error
	switch {
	case socketerror.Refused(err):
		return failure("connection_refused", fieldServers, "Nothing listens at "+server+".",
			"Check the port, and whether the directory server is running. "+usualPorts)
	case errors.As(err, &timeout) && timeout.Timeout():
		return passing(failure("unreachable", fieldServers,
			fmt.Sprintf("%s did not answer within %s.", server, s.timeLimit),
			"Check host and port, and whether a firewall lets this machine connect. "+usualPorts))
	default:
		return passing(failure("unreachable", fieldServers, server+" cannot be reached.",
			"Check host and port, and the network of this machine."))
	}
}

// aboutTLS says why TLS could not be started.
func (c *session) aboutTLS(err error) *shared.Diagnostic {
	var issuer x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var record tls.RecordHeaderError
	refused, saidNo := refusal(err)
	switch {
	case errors.As(err, &issuer):
		return failure("certificate_unknown_issuer", fieldCA,
			"The certificate of "+c.server+" was issued by an authority that is not trusted.",
			"Enter the certificate of the authority “"+line(issuer.Cert.Issuer.String())+"” as “CA certificate”.")
	case errors.As(err, &name):
		return failure("certificate_wrong_host", fieldServers, "The certificate of the server is not for “"+c.host+"”.",
			"It is for "+names(name.Certificate)+". Enter the server by one of its names, or have it get another one.")
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return c.aboutDates(invalid.Cert)
	case c.distrust != nil:
		return failure("certificate_invalid", fieldCA, "The certificate of "+c.server+" cannot be accepted.",
			line(c.distrust.Error()))
	case errors.As(err, &record):
		return withFix(failure("tls_not_spoken", fieldEncryption, c.server+" does not speak TLS from the start.",
			"Choose StartTLS, or enter the port for LDAPS. "+usualPorts), "Choose StartTLS", encryptStartTLS)
	case saidNo:
		finding := failure("starttls_not_offered", fieldEncryption, c.server+" does not offer StartTLS.",
			"Choose LDAPS with its port, or have StartTLS set up on the server. "+usualPorts)
		finding.Evidence = evidence(refused, c.settings.password)
		return finding
	}
	return c.aboutEnd("tls_refused", "The server broke off TLS.",
		"Perhaps it has no certificate, asks for one of this machine, or speaks old versions of TLS only: its log says why.")
}

func (c *session) aboutDates(certificate *x509.Certificate) *shared.Diagnostic {
	if time.Now().Before(certificate.NotBefore) {
		return failure("certificate_not_yet_valid", fieldServers,
			"The certificate of "+c.server+" is valid from "+certificate.NotBefore.Format(time.DateOnly)+" on.",
			"Check the clock of this machine.")
	}
	return failure("certificate_expired", fieldServers,
		"The certificate of "+c.server+" expired on "+certificate.NotAfter.Format(time.DateOnly)+".",
		"The server needs a new one.")
}

// aboutEnd says why the connection ended before an answer; with nothing better to say, what is given.
func (c *session) aboutEnd(code, summary, detail string) *shared.Diagnostic {
	received, err := c.link.ended()
	plain := c.state.Version == 0 && c.settings.encryption != encryptLDAPS
	switch {
	case plain && received && !c.answered:
		return failure("not_a_directory", fieldServers, c.server+" does not speak LDAP.", "Check the port. "+usualPorts)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return passing(failure("no_answer", fieldServers,
			fmt.Sprintf("%s did not answer within %s.", c.server, c.settings.timeLimit),
			"It accepts connections but says nothing: check that it is a directory server. "+usualPorts))
	case plain && !received && !errors.Is(err, net.ErrClosed):
		finding := failure("closed_unanswered", fieldEncryption, c.server+" closed the connection without an answer.",
			"Perhaps it speaks TLS from the start: choose LDAPS. "+usualPorts)
		if strings.HasSuffix(c.server, ":636") {
			return withFix(finding, "Choose LDAPS", encryptLDAPS)
		}
		return finding
	case errors.Is(err, net.ErrClosed):
		return passing(failure("cancelled", "", "The test was cancelled.", ""))
	case code != "":
		return failure(code, fieldEncryption, summary, detail)
	case err != nil:
		return passing(failure("connection_lost", fieldServers, c.server+" closed the connection.", "Its log says why."))
	default:
		return failure("not_a_directory", fieldServers, c.server+" does not speak LDAP.", "Check the port. "+usualPorts)
	}
}

func withFix(d *shared.Diagnostic, label, encryption string) *shared.Diagnostic {
	d.Fixes = []shared.Fix{{Label: label, Values: shared.Values{fieldEncryption: shared.Text(encryption)}}}
	return d
}

// names are those that a certificate is for.
func names(certificate *x509.Certificate) string {
	list := certificate.DNSNames
	for _, address := range certificate.IPAddresses {
		list = append(list, address.String())
	}
	if len(list) == 0 {
		return "no name"
	}
	return line(strings.Join(list, ", "))
}

// maxShown is how many characters of the server's words are shown.
const maxShown = 500

// line makes words of the server safe to show, whatever of the secrets they repeat.
func line(words string, secrets ...string) string {
	for _, secret := range secrets {
		if secret != "" {
			words = strings.ReplaceAll(words, secret, "(hidden)")
		}
	}
	return printable.Shortened(printable.Line(words), maxShown)
}

// evidence is what the server said.
func evidence(err *goldap.Error, secrets ...string) *shared.Evidence {
	said := goldap.LDAPResultCodeMap[err.ResultCode]
	if err.Err != nil && err.Err.Error() != "" {
		said += ": " + err.Err.Error()
	}
	return &shared.Evidence{Code: int(err.ResultCode), Text: line(said, secrets...)}
}
