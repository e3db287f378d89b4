package diagnosis

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/language"
	"github.com/smtp-settings/smtp-settings/plugin/internal/provider"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// TestNoWordIsEmpty writes every cause at every provider's server with one word after the other unknown, and with none
// known but the server: no sentence has a hole in it.
func TestNoWordIsEmpty(t *testing.T) {
	hosts := []string{"mail.example", "smtp.gmail.com", "smtp.office365.com", "smtp-mail.outlook.com",
		"smtp.mail.yahoo.com", "email-smtp.eu-west-1.amazonaws.com", "smtp.sendgrid.net", "mail.gmx.net", "smtp.qq.com"}
	for _, host := range hosts {
		for _, delivery := range []bool{false, true} {
			failure, c := example{host: host, step: smtpconn.StepAuth, reply: "535 No"}.failure()
			failure.Mechanism, c.Delivery = "PLAIN", delivery
			r := newReading(failure, c)
			known := wordsFor(failure, c)
			for name := range known {
				checkWithout(t, r, known, name)
			}
			checkWithout(t, r, known, slices.Sorted(maps.Keys(known))...)
		}
	}
}

// checkWithout writes all causes with some words unknown. Host, port and step are always known.
func checkWithout(t *testing.T, r *reading, known map[string]text.Text, unknown ...string) {
	t.Helper()
	known = maps.Clone(known)
	for _, name := range unknown {
		if name != "host" && name != "port" && name != "step" && name != "hello" {
			known[name] = text.Text{}
		}
	}
	for _, one := range causeList() {
		if one.code == "wrong_protocol" {
			continue // Its rule asks that the protocol is known.
		}
		said := one.wordingFor(r, known)
		for _, name := range (said.summary + said.advice(r)).Names() {
			if known[name].IsZero() {
				t.Errorf("%s at %s without %q leaves {%s} empty: %s", one.code, r.host, unknown, name, said.summary)
			}
		}
	}
}

// TestLinks holds the pages that causes point to: those of the providers themselves, encrypted, and one for each
// provider that has a page about how programs log in.
func TestLinks(t *testing.T) {
	linked := map[string]bool{}
	for _, one := range causeList() {
		for _, said := range one.words {
			if said.link == "" {
				continue
			}
			linked[said.provider] = true
			linked[outlook] = linked[outlook] || said.link == outlookPage
			page, err := url.Parse(said.link)
			if err != nil || page.Scheme != "https" || page.Path == "" || page.Path == "/" || page.RawQuery != "" ||
				strings.ContainsAny(said.link, " {}") || !strings.Contains(page.Host, ".") {
				t.Errorf("%s: %q is no address of a page", one.code, said.link)
			}
		}
	}
	for _, id := range []string{
		"gmail", "microsoft365", "outlook", "yahoo", "icloud", "ses", "sendgrid", "mailgun", "postmark", "zoho", "brevo",
		"mailjet", "sparkpost", "fastmail", "yandex", "mailru", "gmx", "qq", "proton", "azure", "oracle", "resend",
	} {
		if !linked[id] {
			t.Errorf("no page of %s is named", id)
		}
	}
}

// TestProvidersAreKnown makes sure that rules and words name only providers that package provider knows.
func TestProvidersAreKnown(t *testing.T) {
	for _, one := range rules() {
		for _, id := range one.providers {
			if provider.ByID(id).ID == "" {
				t.Errorf("a rule for %s names provider %q", one.cause, id)
			}
		}
	}
	for _, one := range causeList() {
		for _, said := range one.words {
			if said.provider != "" && provider.ByID(said.provider).ID == "" {
				t.Errorf("words of %s name provider %q", one.code, said.provider)
			}
		}
	}
}

// TestConsumerOutlook tells a mailbox at Outlook.com from one of Microsoft 365: its owner has no administrator, and a
// password cannot be made to work.
func TestConsumerOutlook(t *testing.T) {
	const refused = "535 5.7.139 Authentication unsuccessful, basic authentication is disabled."
	for _, c := range []struct {
		host, login string
		consumer    bool
	}{
		{"smtp-mail.outlook.com", "alice@outlook.com", true},
		{"smtp-mail.outlook.com", "alice@example.com", true},
		{"smtp.live.com", "alice@hotmail.com", true},
		{"smtp.office365.com", "alice@hotmail.com", true},
		{"smtp.office365.com", "alice@msn.com", true},
		{"smtp.office365.com", "alice@example.com", false},
		{"outlook.office365.com", "alice@contoso.onmicrosoft.com", false},
	} {
		for _, reply := range []string{
			refused, "535 5.7.3 Authentication unsuccessful",
			"535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox.",
		} {
			failure, circumstances := example{host: c.host, step: smtpconn.StepAuth, reply: reply}.failure()
			circumstances.Target.Login = c.login
			_, got := Explain(failure, circumstances)
			if said := got.In(language.Of("en")); strings.Contains(said.Summary+said.Detail, "Outlook.com") != c.consumer {
				t.Errorf("%s at %s, %s: %s %s", c.login, c.host, reply, said.Summary, said.Detail)
			}
		}
	}
}

// TestSESCredentials tells what is wrong with credentials of Amazon SES from their form: no secret is shown.
func TestSESCredentials(t *testing.T) {
	for _, c := range []struct{ login, password, says string }{
		{"AKIAIOSFODNN7EXAMPLE", strings.Repeat("k", 40), "secret access key"},
		{"AKIAIOSFODNN7EXAMPLE", strings.Repeat("k", 44), "console for this region"},
		{"alice@example.com", "secret", "begins with AKIA"},
	} {
		failure, circumstances := example{
			host: "email-smtp.eu-west-1.amazonaws.com", step: smtpconn.StepAuth, reply: "535 Authentication Credentials Invalid",
		}.failure()
		circumstances.Target.Login, circumstances.Target.Password = c.login, shared.NewSecretText(c.password)
		_, got := Explain(failure, circumstances)
		said := got.In(language.Of("en"))
		if !strings.Contains(said.Summary+said.Detail, c.says) || strings.Contains(said.Summary+said.Detail, c.password) {
			t.Errorf("%s: %s %s", c.login, said.Summary, said.Detail)
		}
	}
}

// TestCaptivePortal names a network that wants a login first, wherever it shows.
func TestCaptivePortal(t *testing.T) {
	answers := func(status int) error { return &smtpconn.WebAnswerError{Status: status} }
	shows := func(name, issuer string) func(*smtpconn.Error, *Circumstances) {
		return presenting(x509.Certificate{
			DNSNames: []string{name}, Issuer: pkix.Name{CommonName: issuer}, NotAfter: time.Now().Add(time.Hour),
		}, x509.HostnameError{Certificate: &x509.Certificate{}, Host: "mail.example"})
	}
	web := func(err error) func(*smtpconn.Error, *Circumstances) {
		return func(f *smtpconn.Error, _ *Circumstances) { f.Protocol, f.Err = "HTTP", err }
	}
	for _, e := range []example{
		{step: smtpconn.StepGreeting, kind: smtpconn.KindNotSMTP, with: web(answers(302)), want: "captive_portal"},
		{step: smtpconn.StepGreeting, kind: smtpconn.KindNotSMTP, with: web(answers(511)), want: "captive_portal"},
		{step: smtpconn.StepGreeting, kind: smtpconn.KindNotSMTP, with: web(answers(400)), want: "wrong_protocol"},
		{host: "smtp.gmail.com", step: smtpconn.StepGreeting, kind: smtpconn.KindNotSMTP, with: web(answers(200)),
			want: "captive_portal"},
		{host: "smtp.gmail.com", step: smtpconn.StepTLS, kind: smtpconn.KindNotSMTP, with: web(errors.New("x")),
			want: "captive_portal"},
		{step: smtpconn.StepTLS, kind: smtpconn.KindCertificate, with: shows("captiveportal-login.example.net", "Example CA"),
			want: "captive_portal"},
		{step: smtpconn.StepTLS, kind: smtpconn.KindCertificate, with: shows("securelogin.arubanetworks.com", "Example CA"),
			want: "captive_portal"},
		{step: smtpconn.StepTLS, kind: smtpconn.KindCertificate, with: shows("hotspot.example.net", "Example CA"),
			want: "captive_portal"},
		{step: smtpconn.StepTLS, kind: smtpconn.KindCertificate, with: shows("portal.network.example", "Example CA"),
			want: "captive_portal"},
		{step: smtpconn.StepTLS, kind: smtpconn.KindCertificate, with: shows("mx.example.net", "Example CA"),
			want: "certificate_wrong_host"},
		{step: smtpconn.StepTLS, kind: smtpconn.KindCertificate, with: shows("mail.newlandhosting.com", "Example CA"),
			want: "certificate_wrong_host"},
		{step: smtpconn.StepTLS, kind: smtpconn.KindCertificate, with: shows("unified-mail.example.net", "Example CA"),
			want: "certificate_wrong_host"},
		{step: smtpconn.StepTLS, kind: smtpconn.KindCertificate, with: shows("web.portal.example.net", "Example CA"),
			want: "certificate_wrong_host"},
		{step: smtpconn.StepTLS, kind: smtpconn.KindCertificate, with: shows("captivedemand.example.net", "Example CA"),
			want: "certificate_wrong_host"},
		{host: "mail.example.com", step: smtpconn.StepTLS, kind: smtpconn.KindCertificate,
			with: shows("portal.example.com", "Example CA"), want: "certificate_wrong_host"},
		{host: "mail.example.com", step: smtpconn.StepTLS, kind: smtpconn.KindCertificate,
			with: shows("wifi.example.com", "Example CA"), want: "certificate_wrong_host"},
	} {
		failure, c := e.failure()
		if outcome, got := Explain(failure, c); got.Code != e.want || outcome != ConnectionFailed {
			t.Errorf("%s %s %v: %s, want %s", e.host, e.kind, failure.Err, got.Code, e.want)
		}
	}
}

// TestInspectors knows the programs and devices that look into encrypted connections by their certificates.
func TestInspectors(t *testing.T) {
	for _, issuer := range []string{
		"Avast Web/Mail Shield Root", "AVG Web/Mail Shield Root", "Kaspersky Anti-Virus Personal Root Certificate",
		"ESET SSL Filter CA", "Bitdefender Personal CA.Net-Defender", "Norton Web/Mail Shield Root", "Zscaler Root CA",
		"FortiGate CA", "Fortinet_CA_SSL", "Palo Alto Networks Decryption", "Sophos SSL CA_1234", "Cisco Umbrella Root CA",
		"Cisco Secure Web Appliance", "ca.netskope.com", "Blue Coat Public Services Intermediate CA",
		"Symantec Web Security Service Root", "McAfee Web Gateway", "Skyhigh Secure Web Gateway CA", "Trellix Web Gateway",
		"Check Point SSL Inspection", "Untangle Root CA", "pfSense squid-ca", "OPNsense proxy CA", "Squid Proxy CA",
		"SonicWall DPI-SSL", "WatchGuard Fireware HTTPS Proxy", "Forcepoint Cloud CA", "Smoothwall-default-root-CA",
		"Cloudflare Gateway CA - Managed", "Lightspeed Rocket", "iboss Network Security", "Menlo Security Intermediate CA",
		"Cato Networks CA", "G DATA Mail Scanner Root", "Dr.Web for Windows Root", "F-Secure Browsing Protection",
		"mitmproxy", "PortSwigger CA", "Charles Proxy CA", "DO_NOT_TRUST_FiddlerRoot", "AdGuard Personal CA",
		"Barracuda Web Filter", "Trend Micro Maximum Security", "Stormshield SSL proxy default authority",
		"Sangfor Technologies Inc", "Perimeter 81 Secure Web Gateway",
	} {
		failure, c := example{step: smtpconn.StepTLS, kind: smtpconn.KindCertificate, with: presenting(
			x509.Certificate{DNSNames: []string{"mail.example"}, Issuer: pkix.Name{CommonName: issuer}},
			x509.UnknownAuthorityError{},
		)}.failure()
		if _, got := Explain(failure, c); got.Code != "tls_inspected" {
			t.Errorf("a certificate of %s: %s", issuer, got.Code)
		}
	}
	for _, issuer := range []string{
		"Example Root CA", "Internal CA", "R3", "Portside Shipping CA", "My Company Mail CA", "BigData Internal CA",
		"Hosting Data CA", "Norton Healthcare CA", "Umbrella Insurance CA", "Squidward Ltd CA", "Little Endian Ltd CA",
		"Burpee Seeds CA", "Lightspeed Cycles CA", "Bartendian CA", "Resetter CA",
	} {
		failure, c := example{step: smtpconn.StepTLS, kind: smtpconn.KindCertificate, with: presenting(
			x509.Certificate{DNSNames: []string{"mail.example"}, Issuer: pkix.Name{CommonName: issuer}},
			x509.UnknownAuthorityError{},
		)}.failure()
		if _, got := Explain(failure, c); got.Code == "tls_inspected" {
			t.Errorf("a certificate of %s is taken for that of an inspecting device", issuer)
		}
	}
}

// TestWarningsSpeakTheLanguage looks for reasons that are in English whatever the language.
func TestWarningsSpeakTheLanguage(t *testing.T) {
	for _, reason := range []error{
		x509.HostnameError{Certificate: &x509.Certificate{}, Host: "mail.example"}, x509.UnknownAuthorityError{},
		x509.CertificateInvalidError{Reason: x509.Expired}, x509.InsecureAlgorithmError(x509.SHA1WithRSA),
	} {
		session := &smtpconn.Session{Encryption: smtpconn.StartTLS, Unverified: reason}
		checkWarning(t, session, "certificate_unverified")
	}
	for _, failure := range []*smtpconn.Error{
		{Step: smtpconn.StepStartTLS, Kind: smtpconn.KindTLSHandshake, Err: errors.New("remote error: tls: bad record MAC")},
		{Step: smtpconn.StepStartTLS, Kind: smtpconn.KindClosed},
		{Step: smtpconn.StepStartTLS, Kind: smtpconn.KindTimeout},
		{Step: smtpconn.StepStartTLS, Kind: smtpconn.KindUnexpectedBytes},
	} {
		checkWarning(t, &smtpconn.Session{StartTLSFailure: failure}, "starttls_failed")
	}
}

// checkWarning holds that the reason in a warning differs from English in every language.
func checkWarning(t *testing.T, session *smtpconn.Session, code string) {
	t.Helper()
	for _, one := range Warnings(session, Circumstances{}, time.Now()) {
		if one.Code != code {
			continue
		}
		_, english, _ := strings.Cut(one.In(language.Of("en")).Summary, ": ")
		for _, tag := range language.Catalog.Tags() {
			if said := one.In(language.Of(tag)).Summary; tag != "en" && strings.Contains(said, strings.Trim(english, ".")) {
				t.Errorf("%s in %s: %s", code, tag, said)
			}
		}
		return
	}
	t.Errorf("no warning %s", code)
}
