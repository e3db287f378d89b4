package mailserver

import (
	"crypto/tls"
	"errors"
)

// encryptionFaults are disagreements about whether and how to encrypt.
func encryptionFaults() []Fault {
	demandClientCertificate := func(c *tls.Config) { c.ClientAuth = tls.RequireAnyClientCert }
	oldTLS := func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 }
	good := &Request{}
	return []Fault{
		{Name: "tls-on-plain-port", Label: "Use SSL on a port that only speaks plain text", UseSSL: true,
			Expect: Expectation{"connection_failed", "starttls_not_offered", "starttls", "use_ssl"}},
		{Name: "plain-on-tls-port", Label: "No SSL on a port that expects TLS", implicit: true, certificate: good, Slow: true,
			Expect: Expectation{"connection_failed", "plain_expected_tls", "greeting", "use_ssl"}},
		{Name: "tls-found-starttls", Label: "Use SSL on a port with STARTTLS", UseSSL: true, certificate: good,
			Expect: Expectation{"complete", "starttls_used", "starttls", "port"}},
		{Name: "tls-client-certificate", Label: "The server demands a client certificate (TLS 1.3)", UseSSL: true,
			implicit: true, certificate: good,
			tls: demandClientCertificate, Expect: Expectation{"connection_failed", "client_certificate_required",
				"greeting", "server"}},
		{Name: "tls-client-certificate-12", Label: "The server demands a client certificate (TLS 1.2)", UseSSL: true,
			implicit: true, certificate: good,
			tls:    func(c *tls.Config) { demandClientCertificate(c); c.MaxVersion = tls.VersionTLS12 },
			Expect: Expectation{"connection_failed", "client_certificate_required", "tls", "server"}},
		{Name: "tls-old-version", Label: "The server knows only TLS 1.1", UseSSL: true, implicit: true,
			certificate: good, tls: oldTLS,
			Expect: Expectation{"connection_failed", "tls_version_too_old", "tls", "server"}},
		{Name: "tls-unrecognized-name", Label: "The server does not know itself under the name", UseSSL: true, implicit: true,
			certificate: good,
			tls:         func(c *tls.Config) { c.Certificates = nil },
			Expect:      Expectation{"connection_failed", "tls_unrecognized_name", "tls", "server"}},
		{Name: "tls-no-certificate", Label: "The server's certificate cannot be loaded", UseSSL: true, implicit: true,
			certificate: good,
			tls:         func(c *tls.Config) { c.Certificates = nil; c.GetCertificate = noCertificate },
			Expect:      Expectation{"connection_failed", "tls_broken", "tls", "server"}},
		{Name: "tls-no-common-method", Label: "No method of encryption in common", UseSSL: true, implicit: true,
			certificate: good,
			tls: func(c *tls.Config) {
				c.MaxVersion, c.CipherSuites = tls.VersionTLS12, []uint16{tls.TLS_RSA_WITH_RC4_128_SHA}
			},
			Expect: Expectation{"connection_failed", "tls_no_common_method", "tls", "server"}},
	}
}

func noCertificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	return nil, errors.New("the key file is missing")
}

// handshakeFaults are handshakes that come to nothing where TLS begins at once.
func handshakeFaults() []Fault {
	good := &Request{}
	handshake := func(name, label, action, code, field string, slow bool) Fault {
		return Fault{Name: "tls-" + name, Label: label, UseSSL: true, implicit: true, certificate: good, Slow: slow,
			replies: replies("handshake", action), Expect: Expectation{"connection_failed", code, "tls", field}}
	}
	return []Fault{
		handshake("closed", "The server closes at the handshake", actionClose, "tls_closed", "use_ssl", false),
		handshake("reset", "The server tears the connection down at the handshake", actionReset, "tls_closed",
			"use_ssl", false),
		handshake("silent", "The server does not answer the handshake", actionSilent, "tls_timeout", "use_ssl", true),
		handshake("garbage", "The server answers the handshake with rubbish", actionGarbage, "tls_handshake_failed",
			"server", false),
		{Name: "tls-speaks-http", Label: "Use SSL on a port that speaks HTTP", UseSSL: true,
			replies: replies("greeting", "HTTP/1.1 400 Bad Request"),
			Expect:  Expectation{"connection_failed", "wrong_protocol", "tls", "port"}},
		{Name: "tls-speaks-ssh", Label: "Use SSL on a port that speaks SSH", UseSSL: true,
			replies: replies("greeting", "SSH-2.0-OpenSSH_9.2p1"),
			Expect:  Expectation{"connection_failed", "wrong_protocol", "tls", "port"}},
	}
}

// demandedSTARTTLSFaults are the ways in which STARTTLS fails that Use SSL demands.
func demandedSTARTTLSFaults() []Fault {
	good := &Request{}
	starttls := func(name, label, key, reply, code, step, field string) Fault {
		return Fault{Name: "starttls-" + name, Label: label, UseSSL: true, certificate: good, replies: replies(key, reply),
			Expect: Expectation{"connection_failed", code, step, field}}
	}
	return []Fault{
		starttls("refused-454", "STARTTLS is offered but not available", "STARTTLS",
			"454 4.7.0 TLS not available due to local problem", "starttls_unavailable", "starttls", "use_ssl"),
		starttls("refused-502", "STARTTLS is offered but refused", "STARTTLS", "502 5.5.1 Command not implemented",
			"starttls_refused", "starttls", "use_ssl"),
		starttls("closed", "The server closes at STARTTLS", "STARTTLS", actionClose, "tls_closed", "starttls", "use_ssl"),
		starttls("injected", "Plain text is smuggled in behind STARTTLS", "STARTTLS",
			"220 Go ahead\r\n250-fake\r\n250 AUTH PLAIN", "starttls_injection", "starttls", "server"),
		starttls("injected-late", "Plain text follows STARTTLS a moment later", "handshake", actionPlain,
			"starttls_injection", "starttls", "server"),
		starttls("garbage", "Rubbish follows STARTTLS", "handshake", actionGarbage, "tls_handshake_failed",
			"starttls", "server"),
		starttls("handshake-closed", "The server closes at the handshake after STARTTLS", "handshake", actionClose,
			"tls_closed", "starttls", "use_ssl"),
		starttls("ehlo-refused", "EHLO is refused after STARTTLS", "EHLO tls", "504 5.5.2 Name refused", "hello_name_refused",
			"hello", "ehlo_name"),
	}
}
