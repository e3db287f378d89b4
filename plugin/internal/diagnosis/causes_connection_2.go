package diagnosis

import "github.com/smtp-settings/smtp-settings/shared"

// moreConnectionCauses are more of them.
var moreConnectionCauses = []cause{
	{
		code: "certificate_invalid", outcome: ConnectionFailed, scope: shared.ScopeServer, lasting: shared.LastingPermanent,
		field: "server",
		words: []wording{
			{
				summary: "The server's certificate cannot be accepted: {reason}.",
				detail:  "The operator of {host} has to replace it.",
			},
			{
				summary: "The server's certificate cannot be accepted.",
				detail:  "The operator of {host} has to replace it.",
			},
		},
	},
	{
		code: "client_certificate_required", outcome: ConnectionFailed, scope: shared.ScopeServer, lasting: shared.LastingPermanent,
		field: "server",
		words: []wording{
			{
				summary: "The server demands a certificate of this machine, which cannot be given here.",
				detail:  "Use another port or another server of your provider: one that asks for login and password.",
			},
		},
	},
	{
		code: "tls_version_too_old", outcome: ConnectionFailed, scope: shared.ScopeServer, lasting: shared.LastingPermanent,
		field: "server",
		words: []wording{
			{
				summary: "The server only knows versions of TLS that are no longer safe.",
				detail:  "Its operator has to turn on TLS 1.2 or 1.3.",
			},
		},
	},
	{
		code: "tls_no_common_method", outcome: ConnectionFailed, scope: shared.ScopeServer, lasting: shared.LastingPermanent,
		field: "server",
		words: []wording{
			{
				summary: "The server and this software have no method of encryption in common.",
				detail:  "The operator of {host} has to allow current methods.",
			},
		},
	},
	{
		code: "tls_broken", outcome: ConnectionFailed, scope: shared.ScopeServer, lasting: shared.LastingPermanent,
		field: "server",
		words: []wording{
			{
				summary: "The server broke the encryption off with an internal error.",
				detail: "Its TLS set-up is broken; often its certificate or key is missing. Only its operator can mend " +
					"that.",
			},
		},
	},
	{
		code: "tls_unrecognized_name", outcome: ConnectionFailed, scope: shared.ScopeServer, lasting: shared.LastingPermanent,
		field: "server",
		words: []wording{
			{
				summary: "The server does not know itself under the name {host}.",
				detail:  "Enter the name under which the server expects to be called.",
			},
		},
	},
	{
		code: "tls_closed", outcome: ConnectionFailed, scope: shared.ScopeServer, lasting: shared.LastingTemporary,
		field:      "use_ssl",
		otherPorts: true,
		words: []wording{
			{
				summary: "The server closed the connection when encryption was to begin.",
				detail:  "Perhaps this port does not speak TLS, or the server's TLS set-up is broken.",
			},
		},
	},
	{
		code: "tls_timeout", outcome: ConnectionFailed, scope: shared.ScopeServer, lasting: shared.LastingTemporary,
		field:      "use_ssl",
		otherPorts: true,
		words: []wording{
			{
				summary: "The server did not answer when encryption was to begin.",
				detail:  "Perhaps this port does not speak TLS, or something on the way swallows it.",
			},
		},
	},
	{
		code: "tls_handshake_failed", outcome: ConnectionFailed, scope: shared.ScopeServer, lasting: shared.LastingPermanent,
		field: "server",
		words: []wording{
			{
				summary: "The encrypted connection could not be set up: {reason}.",
				detail:  "Perhaps this port does not speak TLS, or the server's TLS set-up is broken.",
			},
			{
				summary: "The encrypted connection could not be set up.",
				detail:  "Perhaps this port does not speak TLS, or the server's TLS set-up is broken.",
			},
		},
	},
	{
		code: "starttls_injection", outcome: ConnectionFailed, scope: shared.ScopeServer, lasting: shared.LastingPermanent,
		field: "server",
		words: []wording{
			{
				summary: "Plain text came where encryption was to begin. Someone may be tampering with the connection.",
				detail: "Nothing secret was sent. Use port 465, which is encrypted from the start; if that is not " +
					"possible, tell the operator of {host}.",
			},
		},
	},
	{
		code: "starttls_unavailable", outcome: ConnectionFailed, scope: shared.ScopeServer, lasting: shared.LastingPermanent,
		field:      "use_ssl",
		otherPorts: true,
		words: []wording{
			{
				summary: "The server offers encryption but cannot begin it at the moment.",
				detail:  "Try again later, or use another port.",
			},
		},
	},
	{
		code: "starttls_refused", outcome: ConnectionFailed, scope: shared.ScopeServer, lasting: shared.LastingPermanent,
		field:      "use_ssl",
		otherPorts: true,
		words: []wording{
			{
				summary: "The server offers encryption but refuses to begin it.",
				detail:  "Use another port; if there is none, only the operator of {host} can mend that.",
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
				summary: "The server greeted but then stopped answering.",
				detail:  "It may be overloaded, or a firewall that inspects mail holds the answer back. Try again later.",
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
		code: "password_needs_encryption", outcome: ConnectionFailed, scope: shared.ScopeLogin, lasting: shared.LastingPermanent,
		field: "use_ssl",
		words: []wording{
			{
				summary: "The password was not sent, because the connection is not encrypted.",
				detail:  "Use a port that offers encryption.",
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
				summary: "Another server than {host} has answered: something on the way redirects mail connections.",
				detail: "Hosting providers and networks do this on port 25 and 587. Ask yours to allow connections to " +
					"{host}, or use port 465. Nothing secret was sent to the other server.",
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
