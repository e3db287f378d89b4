package diagnosis

import "github.com/smtp-settings/smtp-settings/shared"

// encryptionCauses are about TLS and STARTTLS, certificates left out.
var encryptionCauses = []cause{
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
		code: "client_certificate_required", outcome: ConnectionFailed, scope: shared.ScopeServer,
		lasting: shared.LastingPermanent,
		field:   "server",
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
				summary:  "The server offers encryption but cannot begin it at the moment.",
				detail:   "Try again later, or use another port.",
				delivery: orUseAnotherPort,
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
		code: "password_needs_encryption", outcome: ConnectionFailed, scope: shared.ScopeLogin,
		lasting: shared.LastingPermanent,
		field:   "use_ssl",
		words: []wording{
			{
				summary: "The password was not sent, because the connection is not encrypted.",
				detail:  "Use a port that offers encryption.",
			},
		},
	},
}
