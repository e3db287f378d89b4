package diagnosis

import "github.com/smtp-settings/smtp-settings/shared"

// connectionCauses are those for which no conversation could be had.
var connectionCauses = []cause{
	{
		code: "name_invalid", outcome: ConnectionFailed, scope: shared.ScopeServer, lasting: shared.LastingPermanent,
		field: "server",
		words: []wording{
			{
				summary: "“{host}” cannot be the name of a server.",
				detail:  "Enter a host name such as smtp.email.com or an IP address, without http:// and without a path.",
			},
		},
	},
	{
		code: "name_not_found", outcome: ConnectionFailed, scope: shared.ScopeServer, lasting: shared.LastingPermanent,
		field: "server",
		words: []wording{
			{
				summary: "There is no server named {host}.",
				detail: "Check the spelling. If the name is only known inside your network, check that this machine uses " +
					"the right name servers.",
			},
		},
	},
	{
		code: "name_lookup_failed", outcome: ConnectionFailed, scope: shared.ScopeServer, lasting: shared.LastingTemporary,
		field: "server",
		words: []wording{
			{
				summary: "The name {host} could not be looked up: the name servers of this machine failed.",
				detail: "Check the network connection and the name servers (DNS) of the machine on which this software " +
					"runs.",
			},
		},
	},
	{
		code: "name_lookup_timeout", outcome: ConnectionFailed, scope: shared.ScopeServer, lasting: shared.LastingTemporary,
		field: "server",
		words: []wording{
			{
				summary: "The name servers did not answer in time when asked for {host}.",
				detail: "Check the network connection and the name servers (DNS) of the machine on which this software " +
					"runs.",
			},
		},
	},
	{
		code: "no_usable_address", outcome: ConnectionFailed, scope: shared.ScopeServer, lasting: shared.LastingPermanent,
		field: "server",
		words: []wording{
			{
				summary: "The name {host} exists but has no address that can be connected to.",
				detail:  "Perhaps it is a mail domain, not a server: ask your provider for the name of its SMTP server.",
			},
		},
	},
	{
		code: "proxy_unreachable", outcome: ConnectionFailed, scope: shared.ScopeClient, lasting: shared.LastingTemporary,
		field: "proxy",
		words: []wording{
			{
				summary: "The proxy {proxy} cannot be reached: {reason}.",
				detail:  "Check its address and port, and that it runs; or clear “Proxy” to connect directly.",
			},
			{
				summary: "The proxy cannot be reached.",
				detail:  "Check its address and port, and that it runs; or clear “Proxy” to connect directly.",
			},
		},
	},
	{
		code: "proxy_refused", outcome: ConnectionFailed, scope: shared.ScopeClient, lasting: shared.LastingPermanent,
		field: "proxy",
		words: []wording{
			{
				summary: "The proxy {proxy} did not connect to {host}, port {port}: {reason}.",
				detail: "Check server and port. If they are right, the proxy may not permit this port or reach this " +
					"server; its operator knows.",
			},
			{
				summary: "The proxy did not connect to {host}, port {port}.",
				detail: "Check server and port. If they are right, the proxy may not permit this port or reach this " +
					"server; its operator knows.",
			},
		},
	},
	{
		code: "address_not_permitted", outcome: ConnectionFailed, scope: shared.ScopeClient, lasting: shared.LastingPermanent,
		field: "server",
		words: []wording{
			{
				summary: "Connections to {host} are not permitted here: {reason}.",
				detail: "The operator of this software limits where it may connect to. Ask them to allow this address, or" +
					" use another server.",
			},
			{
				summary: "Connections to {host} are not permitted here.",
				detail: "The operator of this software limits where it may connect to. Ask them to allow this address, or" +
					" use another server.",
			},
		},
	},
	{
		code: "connection_refused", outcome: ConnectionFailed, scope: shared.ScopeServer, lasting: shared.LastingTemporary,
		field:      "port",
		otherPorts: true,
		words: []wording{
			{
				summary: "The server {host} is there, but nothing answers on port {port}.",
				detail: "Check the port number. If it is right, the mail service on that machine is not running, or a " +
					"firewall rejects the connection.",
			},
		},
	},
	{
		code: "host_silent", outcome: ConnectionFailed, scope: shared.ScopeServer, lasting: shared.LastingTemporary,
		field:      "server",
		otherPorts: true,
		words: []wording{
			{
				summary: "The server {host} does not answer at all from here.",
				detail: "Check the address. If it is right, the server is down or a firewall between it and this machine " +
					"swallows the packets. Make sure that the specified port is not blocked by your firewall.",
			},
		},
	},
	{
		code: "port_blocked", outcome: ConnectionFailed, scope: shared.ScopeClient, lasting: shared.LastingPermanent,
		field:      "port",
		otherPorts: true,
		words: []wording{
			{
				summary: "Port {port} of {host} does not answer: something swallows the packets.",
				detail: "Make sure that the specified port is not blocked by your firewall. Many internet providers block" +
					" port 25.",
			},
		},
	},
	{
		code: "host_unreachable", outcome: ConnectionFailed, scope: shared.ScopeServer, lasting: shared.LastingTemporary,
		field: "server",
		words: []wording{
			{
				summary: "There is no way from this machine to {host}.",
				detail:  "Check the address and the network connection; perhaps a VPN or a route is missing.",
			},
		},
	},
	{
		code: "connection_reset", outcome: ConnectionFailed, scope: shared.ScopeServer, lasting: shared.LastingTemporary,
		field:      "port",
		otherPorts: true,
		words: []wording{
			{
				summary: "The connection to port {port} of {host} was torn down at once.",
				detail: "A firewall or a proxy on the way often does this. Make sure that the specified port is not " +
					"blocked by your firewall.",
			},
		},
	},
	{
		code: "network_failure", outcome: ConnectionFailed, scope: shared.ScopeServer, lasting: shared.LastingTemporary,
		field:      "server",
		otherPorts: true,
		words: []wording{
			{
				summary: "The connection to {host} on port {port} failed: {reason}.",
				detail:  "Check the network connection of the machine on which this software runs.",
			},
			{
				summary: "The connection to {host} on port {port} failed.",
				detail:  "Check the network connection of the machine on which this software runs.",
			},
		},
	},
	{
		code: "wrong_protocol_ftp", outcome: ConnectionFailed, scope: shared.ScopeServer, lasting: shared.LastingPermanent,
		field:      "port",
		otherPorts: true,
		words: []wording{
			{
				summary: "Port {port} of {host} is no mail server: it speaks FTP.",
				detail:  "Enter the port of the SMTP service.",
			},
		},
	},
	{
		code: "not_smtp", outcome: ConnectionFailed, scope: shared.ScopeServer, lasting: shared.LastingPermanent,
		field:      "port",
		otherPorts: true,
		words: []wording{
			{
				summary: "Port {port} of {host} does not speak SMTP.",
				detail:  "Enter the address and the port of the SMTP service; the transcript shows what was answered.",
			},
		},
	},
	{
		code: "plain_expected_tls", outcome: ConnectionFailed, scope: shared.ScopeClient, lasting: shared.LastingPermanent,
		field: "use_ssl",
		fixes: fixes(useSSL),
		words: []wording{
			{
				summary: "Port {port} of {host} expects an encrypted connection from the start.",
				detail:  "Turn on “Use SSL”.",
			},
		},
	},
	{
		code: "tls_expected_plain", outcome: ConnectionFailed, scope: shared.ScopeClient, lasting: shared.LastingPermanent,
		field:      "use_ssl",
		otherPorts: true,
		words: []wording{
			{
				summary: "Port {port} of {host} answered in plain text where an encrypted connection was expected.",
				detail:  "Use a port that offers encryption.",
			},
		},
	},
	{
		code: "starttls_not_offered", outcome: ConnectionFailed, scope: shared.ScopeServer, lasting: shared.LastingPermanent,
		field:      "use_ssl",
		otherPorts: true,
		words: []wording{
			{
				when:    onlyPinned,
				field:   "pinned_certificate",
				summary: "Port {port} of {host} offers no encryption, but a certificate is pinned.",
				detail: "Nothing was sent that an impostor could use. Use a port that offers encryption; if the server " +
					"has none, its certificate cannot be checked.",
			},
			{
				summary: "Port {port} of {host} offers no encryption, but “Use SSL” is on.",
				detail: "Use a port that offers encryption. Turn off “Use SSL” only if the server is in your own network " +
					"and you accept that the connection can be read along the way.",
			},
		},
	},
	{
		code: "certificate_pin_mismatch", outcome: ConnectionFailed, scope: shared.ScopeServer, lasting: shared.LastingPermanent,
		field: "pinned_certificate",
		words: []wording{
			{
				summary: "The server's certificate is not the pinned one.",
				detail: "Its SHA-256 fingerprint is {fingerprint}. If the server's operator confirms that it was renewed," +
					" enter this fingerprint; otherwise someone may be reading along.",
			},
			{
				summary: "The server's certificate is not the pinned one.",
				detail: "If the server's operator confirms that it was renewed, enter the fingerprint of the new one; " +
					"otherwise someone may be reading along.",
			},
		},
	},
	{
		code: "certificate_expired", outcome: ConnectionFailed, scope: shared.ScopeServer, lasting: shared.LastingPermanent,
		field: "server",
		words: []wording{
			{
				summary: "The server's certificate expired on {until}.",
				detail:  "Only the operator of {host} can renew it. Check that the clock of this machine is right.",
			},
			{
				summary: "The server's certificate has expired.",
				detail:  "Only the operator of {host} can renew it. Check that the clock of this machine is right.",
			},
		},
	},
	{
		code: "certificate_not_yet_valid", outcome: ConnectionFailed, scope: shared.ScopeServer, lasting: shared.LastingPermanent,
		field: "server",
		words: []wording{
			{
				summary: "The server's certificate is valid only from {from} on.",
				detail: "Check that the clock of this machine is right; if it is, the operator of {host} has to replace " +
					"the certificate.",
			},
			{
				summary: "The server's certificate is not valid yet.",
				detail: "Check that the clock of this machine is right; if it is, the operator of {host} has to replace " +
					"the certificate.",
			},
		},
	},
	{
		code: "certificate_issuer_expired", outcome: ConnectionFailed, scope: shared.ScopeServer, lasting: shared.LastingPermanent,
		field: "server",
		words: []wording{
			{
				summary: "The server's certificate is valid, but that of its issuer has expired.",
				detail:  "The operator of {host} has to install the issuer's new certificate.",
			},
		},
	},
	{
		code: "certificate_without_names", outcome: ConnectionFailed, scope: shared.ScopeServer, lasting: shared.LastingPermanent,
		field: "server",
		words: []wording{
			{
				summary: "The server's certificate names no host, so it cannot prove that this is {host}.",
				detail: "The operator of {host} has to replace it. If you know the certificate, pin it under Advanced " +
					"(SHA-256 {fingerprint}).",
			},
			{
				summary: "The server's certificate names no host, so it cannot prove that this is {host}.",
				detail:  "The operator of {host} has to replace it.",
			},
		},
	},
	{
		code: "certificate_wrong_host", outcome: ConnectionFailed, scope: shared.ScopeServer, lasting: shared.LastingPermanent,
		field: "server",
		words: []wording{
			{
				summary: "The server's certificate is not for {host} but for {names}.",
				detail:  "If the server is yours, enter it under one of these names.",
			},
			{
				summary: "The server's certificate is not for {host}.",
				detail:  "If the server is yours, enter it under one of these names.",
			},
		},
	},
	{
		code: "certificate_weak", outcome: ConnectionFailed, scope: shared.ScopeServer, lasting: shared.LastingPermanent,
		field: "server",
		words: []wording{
			{
				summary: "The server's certificate uses a method that is no longer safe.",
				detail:  "The operator of {host} has to replace it.",
			},
		},
	},
	{
		code: "certificate_wrong_purpose", outcome: ConnectionFailed, scope: shared.ScopeServer, lasting: shared.LastingPermanent,
		field: "server",
		words: []wording{
			{
				summary: "The server's certificate is not meant for servers.",
				detail:  "The operator of {host} has to replace it.",
			},
		},
	},
	{
		code: "certificate_self_signed", outcome: ConnectionFailed, scope: shared.ScopeServer, lasting: shared.LastingPermanent,
		field: "ca_certificate",
		words: []wording{
			{
				summary: "The server's certificate is self-signed: nobody vouches for it.",
				detail: "If this is your own server, add its certificate under Advanced as an additional CA certificate, " +
					"or pin it (SHA-256 {fingerprint}).",
			},
			{
				summary: "The server's certificate is self-signed: nobody vouches for it.",
				detail:  "If this is your own server, add its certificate under Advanced as an additional CA certificate.",
			},
		},
	},
	{
		code: "certificate_unknown_issuer", outcome: ConnectionFailed, scope: shared.ScopeServer, lasting: shared.LastingPermanent,
		field: "ca_certificate",
		words: []wording{
			{
				summary: "The server's certificate was issued by {issuer}, which this machine does not trust.",
				detail: "If it is the CA of your organisation, add its certificate under Advanced as an additional CA " +
					"certificate. Otherwise the server does not send its intermediate certificates, which its " +
					"operator has to mend.",
			},
			{
				summary: "The server's certificate was issued by an authority that this machine does not trust.",
				detail: "If it is the CA of your organisation, add its certificate under Advanced as an additional CA " +
					"certificate. Otherwise the server does not send its intermediate certificates, which its " +
					"operator has to mend.",
			},
		},
	},
}
