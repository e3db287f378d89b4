package mailserver

// opportunisticFaults are the ways in which an offered STARTTLS fails that nobody has demanded. With a login the test
// ends there; without one there is nothing to lose, and it goes on in plain text.
func opportunisticFaults() []Fault {
	var faults []Fault
	for _, f := range []struct {
		name, label, key, reply string
		code, step, field       string
		slow, onlyWithLogin     bool
	}{
		{name: "refused-454", label: "STARTTLS is refused (454)", key: "STARTTLS", reply: "454 4.7.0 TLS not available",
			code: "starttls_unavailable", step: "starttls", field: "use_ssl"},
		{name: "refused-421", label: "STARTTLS is refused (421)", key: "STARTTLS", reply: "421 4.7.0 Closing",
			code: "starttls_unavailable", step: "starttls", field: "use_ssl"},
		{name: "refused-502", label: "STARTTLS is refused (502)", key: "STARTTLS", reply: "502 5.5.1 Command not implemented",
			code: "starttls_refused", step: "starttls", field: "use_ssl"},
		{name: "odd-success", label: "STARTTLS is answered with the wrong code", key: "STARTTLS", reply: "250 2.0.0 Fine",
			code: "starttls_refused", step: "starttls", field: "use_ssl"},
		{name: "closed", label: "The server closes at STARTTLS", key: "STARTTLS", reply: actionClose, code: "tls_closed",
			step: "starttls", field: "use_ssl"},
		{name: "reset", label: "The server tears the connection down at STARTTLS", key: "STARTTLS", reply: actionReset,
			code: "tls_closed", step: "starttls", field: "use_ssl"},
		{name: "silent", label: "STARTTLS is not answered", key: "STARTTLS", reply: actionSilent, code: "tls_timeout",
			step: "starttls", field: "use_ssl", slow: true},
		{name: "injected", label: "Plain text is smuggled in behind STARTTLS", key: "STARTTLS",
			reply: "220 Go ahead\r\n250-fake\r\n250 AUTH PLAIN", code: "starttls_injection", step: "starttls", field: "server"},
		{name: "injected-late", label: "Plain text follows STARTTLS a moment later", key: "handshake", reply: actionPlain,
			code: "starttls_injection", step: "starttls", field: "server"},
		{name: "injected-before", label: "The answer to STARTTLS is there before the question", key: "EHLO",
			reply: "250-practice.mail.example\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n220 Go ahead", code: "starttls_injection",
			step: "starttls", field: "server", onlyWithLogin: true},
		{name: "garbage", label: "Rubbish follows STARTTLS", key: "handshake", reply: actionGarbage,
			code: "tls_handshake_failed", step: "starttls", field: "server"},
		{name: "handshake-closed", label: "The server closes at the handshake", key: "handshake", reply: actionClose,
			code: "tls_closed", step: "starttls", field: "use_ssl"},
		{name: "handshake-reset", label: "The server tears the connection down at the handshake", key: "handshake",
			reply: actionReset, code: "tls_closed", step: "starttls", field: "use_ssl"},
		{name: "handshake-silent", label: "The server does not answer the handshake", key: "handshake", reply: actionSilent,
			code: "tls_timeout", step: "starttls", field: "use_ssl", slow: true},
		{name: "ehlo-closed", label: "The server closes at the EHLO that follows STARTTLS", key: "EHLO tls",
			reply: actionClose, code: "hello_closed", step: "hello", field: "server"},
		{name: "ehlo-refused", label: "EHLO is refused after STARTTLS", key: "EHLO tls", reply: "504 5.5.2 Name refused",
			code: "hello_name_refused", step: "hello", field: "ehlo_name"},
	} {
		fault := Fault{Name: "starttls-" + f.name + "-not-demanded", Label: f.label + ", without Use SSL",
			certificate: &Request{}, Slow: f.slow,
			replies: replies(f.key, f.reply), Expect: Expectation{"connection_failed", f.code, f.step, f.field}}
		if f.name == "ehlo-closed" {
			fault.Expect.Outcome = "failed"
		}
		faults = append(faults, fault)
		if f.onlyWithLogin {
			continue
		}
		relay := fault
		relay.Name, relay.Label, relay.NoLogin = fault.Name+"-no-login", fault.Label+" and login", true
		relay.Expect = Expectation{"complete", "starttls_failed", "starttls", "use_ssl"}
		faults = append(faults, relay)
	}
	return faults
}
