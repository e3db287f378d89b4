package diagnosis

import "github.com/smtp-settings/smtp-settings/shared"

// certificateCauses are about the certificate of the server.
var certificateCauses = []cause{
	{
		code: "certificate_pin_mismatch", outcome: ConnectionFailed, scope: shared.ScopeServer,
		lasting: shared.LastingPermanent,
		field:   "pinned_certificate",
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
		code: "certificate_not_yet_valid", outcome: ConnectionFailed, scope: shared.ScopeServer,
		lasting: shared.LastingPermanent,
		field:   "server",
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
		code: "certificate_issuer_expired", outcome: ConnectionFailed, scope: shared.ScopeServer,
		lasting: shared.LastingPermanent,
		field:   "server",
		words: []wording{
			{
				summary: "The server's certificate is valid, but that of its issuer has expired.",
				detail:  "The operator of {host} has to install the issuer's new certificate.",
			},
		},
	},
	{
		code: "certificate_without_names", outcome: ConnectionFailed, scope: shared.ScopeServer,
		lasting: shared.LastingPermanent,
		field:   "server",
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
		code: "certificate_wrong_host", outcome: ConnectionFailed, scope: shared.ScopeServer,
		lasting: shared.LastingPermanent,
		field:   "server",
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
		code: "certificate_wrong_purpose", outcome: ConnectionFailed, scope: shared.ScopeServer,
		lasting: shared.LastingPermanent,
		field:   "server",
		words: []wording{
			{
				summary: "The server's certificate is not meant for servers.",
				detail:  "The operator of {host} has to replace it.",
			},
		},
	},
	{
		code: "certificate_self_signed", outcome: ConnectionFailed, scope: shared.ScopeServer,
		lasting: shared.LastingPermanent,
		field:   "ca_certificate",
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
		code: "certificate_unknown_issuer", outcome: ConnectionFailed, scope: shared.ScopeServer,
		lasting: shared.LastingPermanent,
		field:   "ca_certificate",
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
}
