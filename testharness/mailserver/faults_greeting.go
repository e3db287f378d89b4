package mailserver

// protocolFaults are ports that speak another protocol than SMTP.
func protocolFaults() []Fault {
	other := func(name, protocol, greeting string) Fault {
		return Fault{Name: "speaks-" + name, Label: "The port speaks " + protocol, replies: replies("greeting", greeting),
			Expect: Expectation{"connection_failed", "wrong_protocol", "greeting", "port"}}
	}
	return []Fault{
		other("http", "HTTP", "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n"),
		other("ssh", "SSH", "SSH-2.0-OpenSSH_9.2p1 Debian-2"),
		other("imap", "IMAP", "* OK [CAPABILITY IMAP4rev1] Dovecot ready."),
		other("pop3", "POP3", "+OK Dovecot ready."),
		other("vnc", "VNC", "RFB 003.008"),
		{Name: "speaks-ftp", Label: "The port speaks FTP",
			Expect: Expectation{"connection_failed", "wrong_protocol_ftp", "hello", "port"},
			replies: map[string]string{"greeting": "220 (vsFTPd 3.0.3)", "EHLO": "530 Please login with USER and PASS.",
				"HELO": "530 Please login with USER and PASS."}},
		{Name: "speaks-ftp-500", Label: "The port speaks FTP and knows no EHLO",
			Expect: Expectation{"connection_failed", "wrong_protocol_ftp", "hello", "port"},
			replies: map[string]string{"greeting": "220 ProFTPD FTP Server ready", "EHLO": "500 EHLO not understood",
				"HELO": "500 HELO not understood"}},
	}
}

// greetingFaults are refusals and rubbish before the client has said anything.
func greetingFaults() []Fault {
	greeting := func(name, label, reply, code string) Fault {
		return Fault{Name: "greeting-" + name, Label: label, replies: replies("greeting", reply),
			Expect: Expectation{"connection_failed", code, "greeting", "server"}}
	}
	return []Fault{
		greeting("busy", "The server is busy (421)",
			"421 4.3.2 Service not available, closing transmission channel", "server_busy"),
		greeting("too-many", "Too many connections (421)", "421 4.7.0 Too many concurrent connections from your address",
			"too_many_connections"),
		greeting("denied", "The server turns this machine away (554)", "554 5.7.1 No SMTP service here", "access_denied"),
		greeting("blocklisted", "This machine's address is on a blocklist",
			"554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org", "address_blocklisted"),
		greeting("multi-line-refusal", "A refusal in several lines", "554-No\r\n554-really\r\n554 not here", "access_denied"),
		greeting("odd-refusal", "A refusal with an unusual code", "500 5.5.0 What?", "greeting_refused"),
		greeting("odd-success", "A greeting with the wrong code", "250 Hello", "greeting_refused"),
		{Name: "greeting-mixed-codes", Label: "A greeting whose lines contradict each other",
			replies: replies("greeting", "220-one\r\n554 two"),
			Expect:  Expectation{"failed", "malformed_reply", "greeting", "server"}},
		{Name: "greeting-many-lines", Label: "A greeting of two hundred lines",
			replies: replies("greeting", lines("220", 200)),
			Expect:  Expectation{"failed", "reply_too_long", "greeting", "server"}},
	}
}

// helloFaults are refusals of EHLO, and greetings and offers that are unusual and do no harm.
func helloFaults() []Fault {
	hello := func(name, label, reply, outcome, code, field string) Fault {
		return Fault{Name: "hello-" + name, Label: label, replies: map[string]string{"EHLO": reply, "HELO": reply},
			Expect: Expectation{outcome, code, "hello", field}}
	}
	return []Fault{
		hello("name-refused", "The EHLO name is refused (504)",
			"504 5.5.2 <console>: Helo command rejected: need fully-qualified hostname", "connection_failed",
			"hello_name_refused", "ehlo_name"),
		hello("name-refused-550", "The EHLO name is refused (550)", "550 5.7.1 Invalid HELO name", "connection_failed",
			"hello_name_refused", "ehlo_name"),
		hello("syntax", "The EHLO name is refused (501)", "501 Syntactically invalid EHLO argument(s)", "connection_failed",
			"hello_name_refused", "ehlo_name"),
		hello("busy", "The server becomes busy (421)", "421 4.3.2 Try again later", "connection_failed",
			"server_busy", "server"),
		hello("blocklisted", "The blocklist is consulted at EHLO", "550 5.7.1 Your IP is listed by a DNSBL",
			"connection_failed", "address_blocklisted", "server"),
		hello("not-known", "Neither EHLO nor HELO is known", "502 5.5.1 Unrecognized command", "connection_failed",
			"hello_refused", "port"),
		hello("mixed-codes", "The reply to EHLO contradicts itself", "250-practice\r\n550 no", "failed",
			"malformed_reply", "server"),
		hello("many-lines", "The reply to EHLO has two hundred lines", lines("250", 200), "failed",
			"reply_too_long", "server"),
		hello("no-separator", "The reply to EHLO is no reply", "250practice.mail.example", "failed",
			"malformed_reply", "server"),
		{Name: "hello-helo-only", Label: "An old server that knows only HELO",
			replies: replies("EHLO", "500 5.5.1 Unrecognized command"),
			Expect:  Expectation{"complete", "login_not_asked_for", "auth", "login"}},
		{Name: "hello-lower-case", Label: "Keywords in lower case", ehlo: []string{"pipelining", "auth plain login"},
			Expect: Expectation{"complete", "delivery_not_guaranteed", "", ""}},
		{Name: "hello-old-auth", Label: "The old form AUTH=LOGIN", ehlo: []string{"AUTH=LOGIN"},
			Expect: Expectation{"complete", "delivery_not_guaranteed", "", ""}},
		{Name: "greeting-latin1", Label: "A greeting in Latin-1", replies: replies("greeting", "220 H\xf4te pr\xeat"),
			Expect: Expectation{"complete", "delivery_not_guaranteed", "", ""}},
		{Name: "greeting-nul", Label: "A greeting with a NUL", replies: replies("greeting", "220 ready\x00 or not"),
			Expect: Expectation{"complete", "delivery_not_guaranteed", "", ""}},
	}
}

func lines(code string, n int) string {
	text := ""
	for range n {
		text += code + "-line\r\n"
	}
	return text + code + " end"
}
