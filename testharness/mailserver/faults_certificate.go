package mailserver

import (
	"slices"
	"time"
)

// certificateFaults are certificates that are not to be trusted, at a port with TLS and behind STARTTLS.
func certificateFaults() []Fault {
	year := 365 * 24 * time.Hour
	expired := *expiredRequest()
	future := Request{From: time.Now().Add(year), Until: time.Now().Add(2 * year)}
	soon := Request{Until: time.Now().Add(72 * time.Hour)}
	fault := func(name, label string, request Request, code, field string) []Fault {
		implicit := Fault{Name: "certificate-" + name, Label: label, UseSSL: true, implicit: true, certificate: &request,
			Expect: Expectation{"connection_failed", code, "tls", field}}
		starttls := implicit
		starttls.Name, starttls.Label, starttls.implicit = "starttls-"+implicit.Name, label+" (STARTTLS)", false
		starttls.Expect.Step = "starttls"
		return []Fault{implicit, starttls}
	}
	faults := slices.Concat(
		fault("expired", "Expired certificate", expired, "certificate_expired", "server"),
		fault("not-yet-valid", "Certificate that is not valid yet", future, "certificate_not_yet_valid", "server"),
		fault("wrong-host", "Certificate for another host", Request{Names: []string{"mail.example.com", "mx.example.com"}},
			"certificate_wrong_host", "server"),
		fault("self-signed", "Self-signed certificate", Request{SelfSigned: true}, "certificate_self_signed",
			"ca_certificate"),
		fault("wrong-purpose", "Certificate for clients only", Request{ForClients: true},
			"certificate_wrong_purpose", "server"),
		fault("weak", "Certificate signed with SHA-1", Request{Weak: true}, "certificate_weak", "server"),
		fault("issuer-expired", "The issuer's certificate has expired", Request{ExpiredIssuer: true},
			"certificate_issuer_expired", "server"),
		fault("without-names", "Certificate without a host name", Request{NoNames: true},
			"certificate_without_names", "server"),
	)
	unknown := fault("unknown-issuer", "Certificate of an unknown authority", Request{}, "certificate_unknown_issuer",
		"ca_certificate")
	for i := range unknown {
		unknown[i].untrusted = true
	}
	ending := fault("ends-soon", "Certificate that expires in three days", soon, "certificate_expires_soon", "server")
	for i := range ending {
		ending[i].Expect.Outcome = "complete"
	}
	unverified := Fault{Name: "certificate-unverified", Label: "Self-signed certificate without Use SSL",
		certificate: &Request{SelfSigned: true},
		Expect:      Expectation{"complete", "certificate_unverified", "starttls", "use_ssl"}}
	return append(slices.Concat(faults, unknown, ending[:1]), unverified)
}

func expiredRequest() *Request {
	return &Request{From: time.Now().AddDate(-2, 0, 0), Until: time.Now().Add(-time.Hour)}
}
