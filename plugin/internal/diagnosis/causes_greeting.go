package diagnosis

import "github.com/smtp-settings/smtp-settings/shared"

// greetingCauses are about who answers at all, the greeting and the introduction.
var greetingCauses = []cause{
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
		code: "greeting_refused", outcome: ConnectionFailed, scope: shared.ScopeClient, lasting: shared.LastingPermanent,
		field: "server",
		words: []wording{
			{
				summary: "The server greeted with a refusal.",
				detail:  "The server's answer says more.",
			},
		},
	},
	{
		code: "greeting_timeout", outcome: ConnectionFailed, scope: shared.ScopeServer, lasting: shared.LastingTemporary,
		field:      "port",
		otherPorts: true,
		words: []wording{
			{
				summary: "Port {port} of {host} accepted the connection but never said anything.",
				detail:  "It may not be a mail server, or the server is overloaded. Check the port.",
			},
		},
	},
	{
		code: "greeting_closed", outcome: ConnectionFailed, scope: shared.ScopeServer, lasting: shared.LastingTemporary,
		field:      "port",
		otherPorts: true,
		words: []wording{
			{
				summary: "Port {port} of {host} closed the connection without a word.",
				detail: "The server may refuse this machine, or the port may belong to another service. A firewall that " +
					"inspects mail also does this.",
			},
		},
	},
	{
		code: "greeting_reset", outcome: ConnectionFailed, scope: shared.ScopeServer, lasting: shared.LastingTemporary,
		field:      "port",
		otherPorts: true,
		words: []wording{
			{
				summary: "The connection to port {port} of {host} was torn down before the server said anything.",
				detail: "A firewall on the way often does this. Make sure that the specified port is not blocked by your " +
					"firewall.",
			},
		},
	},
	{
		code: "hello_name_refused", outcome: Failed, scope: shared.ScopeClient, lasting: shared.LastingPermanent,
		field: "ehlo_name",
		words: []wording{
			{
				summary: "The server does not accept the name under which this machine introduces itself ({hello}).",
				detail:  "Enter a full host name, such as console.example.com, as EHLO name under Advanced.",
			},
		},
	},
	{
		code: "hello_refused", outcome: ConnectionFailed, scope: shared.ScopeClient, lasting: shared.LastingPermanent,
		field:      "port",
		otherPorts: true,
		words: []wording{
			{
				summary: "The server refuses to begin a conversation.",
				detail:  "It may not be a mail server, or not one for sending. Check address and port.",
			},
		},
	},
	{
		code: "hello_timeout", outcome: Failed, scope: shared.ScopeServer, lasting: shared.LastingTemporary,
		field: "server",
		words: []wording{
			{
				summary:  "The server greeted but then stopped answering.",
				detail:   "It may be overloaded, or a firewall that inspects mail holds the answer back. Try again later.",
				delivery: orTellOperator,
			},
		},
	},
	{
		code: "hello_closed", outcome: Failed, scope: shared.ScopeServer, lasting: shared.LastingTemporary,
		field: "server",
		words: []wording{
			{
				summary: "The server greeted but then closed the connection.",
				detail:  "It may refuse this machine, or a firewall that inspects mail cut the connection.",
			},
		},
	},
	{
		code: "proxy_header_expected", outcome: ConnectionFailed, scope: shared.ScopeClient, lasting: shared.LastingPermanent,
		field:      "port",
		otherPorts: true,
		words: []wording{
			{
				summary: "Port {port} of {host} is meant for a load balancer, not for mail programs (PROXY protocol).",
				detail:  "Use the address of the load balancer, or another port.",
			},
		},
	},
	{
		code: "smtp_redirected", outcome: ConnectionFailed, scope: shared.ScopeClient, lasting: shared.LastingPermanent,
		field: "server",
		words: []wording{
			{
				steps:   auth,
				when:    usedOAuth2,
				summary: "Another server than {host} has answered: something on the way redirects mail connections.",
				detail: "The access token may have reached the other server: revoke it. Hosting providers and networks " +
					"do this on port 25 and 587. Ask yours to allow connections to {host}, or use port 465.",
			},
			{
				steps:   auth,
				when:    hidPassword,
				summary: "Another server than {host} has answered: something on the way redirects mail connections.",
				detail: "The password itself was not sent to it, but a weak one can be guessed from what was: change " +
					"such a one. Hosting providers and networks do this on port 25 and 587. Ask yours to allow connections " +
					"to {host}, or use port 465.",
			},
			{
				steps:   auth,
				summary: "Another server than {host} has answered: something on the way redirects mail connections.",
				detail: "The password may have reached the other server: change it. Hosting providers and networks do " +
					"this on port 25 and 587. Ask yours to allow connections to {host}, or use port 465.",
			},
			{
				summary: "Another server than {host} has answered: something on the way redirects mail connections.",
				detail: "Hosting providers and networks do this on port 25 and 587. Ask yours to allow connections to " +
					"{host}, or use port 465. Nothing secret was sent to the other server.",
			},
		},
	},
	{
		code: "captive_portal", outcome: ConnectionFailed, scope: shared.ScopeClient, lasting: shared.LastingPermanent,
		field: "server",
		words: []wording{
			{
				summary: "A web page of the network has answered instead of {host}: the network wants a login first (captive " +
					"portal).",
				detail: "Sign in to the network with a web browser on this machine, then try again. On a server, have the " +
					"network's operator let connections to {host} pass. Nothing secret was sent.",
				delivery: signInToNetwork,
			},
		},
	},
	{
		code: "tls_inspected", outcome: ConnectionFailed, scope: shared.ScopeClient, lasting: shared.LastingPermanent,
		field: "ca_certificate",
		words: []wording{
			{
				summary: "The certificate comes from {issuer}, which opens encrypted connections to look into them.",
				detail: "That is an antivirus program or a firewall. Exempt this server from it, or add its certificate " +
					"under Advanced as an additional CA certificate.",
			},
			{
				summary: "The certificate comes from a program that opens encrypted connections to look into them.",
				detail: "That is an antivirus program or a firewall. Exempt this server from it, or add its certificate " +
					"under Advanced as an additional CA certificate.",
			},
		},
	},
	{
		code: "wrong_protocol", outcome: ConnectionFailed, scope: shared.ScopeServer, lasting: shared.LastingPermanent,
		field:      "port",
		otherPorts: true,
		words: []wording{
			{
				summary: "Port {port} of {host} is no mail server for sending: it speaks {protocol}.",
				detail:  "Enter the port of the SMTP service.",
			},
		},
	},
}
