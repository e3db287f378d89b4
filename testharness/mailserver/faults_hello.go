package mailserver

// largeHelloFaults do not read a TLS hello that comes in two segments.
func largeHelloFaults() []Fault {
	var faults []Fault
	for _, f := range []struct {
		action, label string
		slow          bool
	}{
		{actionClose, "The server closes at a TLS hello with ML-KEM", false},
		{actionReset, "The server tears the connection down at a TLS hello with ML-KEM", false},
		{actionSilent, "The server does not answer a TLS hello with ML-KEM", true},
	} {
		fault := Fault{Name: "large-hello-" + f.action[1:], Label: f.label, UseSSL: true, implicit: true,
			certificate: &Request{}, Slow: f.slow,
			replies: replies("large hello", f.action), Expect: Expectation{"complete", "delivery_not_guaranteed", "", ""}}
		starttls := fault
		starttls.Name, starttls.Label, starttls.UseSSL, starttls.implicit = "starttls-"+fault.Name,
			f.label+" (STARTTLS)", false, false
		expired := fault
		expired.Name, expired.Label, expired.certificate = fault.Name+"-expired", f.label+", and its certificate has expired",
			expiredRequest()
		expired.Expect = Expectation{"connection_failed", "certificate_expired", "tls", "server"}
		faults = append(faults, fault, starttls, expired)
	}
	return faults
}
