package diagnosis

import (
	"slices"

	"github.com/smtp-settings/smtp-settings/shared"
)

// serverCauses are about the server itself.
var serverCauses = []cause{
	{
		code: "server_busy", outcome: Failed, scope: shared.ScopeServer, lasting: shared.LastingTemporary,
		field: "server",
		words: []wording{
			{
				steps:    early,
				summary:  "The server is there but does not accept connections at the moment.",
				detail:   "Try again in a few minutes.",
				delivery: "It is tried again in a few minutes.",
			},
			{
				summary:  "The server is there but does not serve this machine at the moment.",
				detail:   "Try again in a few minutes.",
				delivery: "It is tried again in a few minutes.",
			},
		},
	},
	{
		code: "reply_too_long", outcome: Failed, scope: shared.ScopeServer, lasting: shared.LastingPermanent,
		field: "server",
		words: []wording{
			{
				summary: "The server's answer is longer than any mail server's should be, so it was not read to the end.",
				detail:  "Check address and port; this does not behave like a mail server.",
			},
		},
	},
	{
		code: "malformed_reply", outcome: Failed, scope: shared.ScopeServer, lasting: shared.LastingPermanent,
		field: "server",
		words: []wording{
			{
				summary: "The server's answer makes no sense as SMTP.",
				detail:  "Check address and port; the transcript shows what was answered.",
			},
		},
	},
	{
		code: "envelope_timeout", outcome: Failed, scope: shared.ScopeServer, lasting: shared.LastingTemporary,
		field: "server",
		words: []wording{
			{
				summary:  "The server stopped answering when the sender or recipient was given.",
				detail:   "It may be checking the address elsewhere, or be overloaded. Try again later.",
				delivery: orTellOperator,
			},
		},
	},
	{
		code: "envelope_closed", outcome: Failed, scope: shared.ScopeServer, lasting: shared.LastingTemporary,
		field: "server",
		words: []wording{
			{
				summary: "The server closed the connection when the sender, the recipient or the message was given.",
				detail: "It may be overloaded or refuse this sender. Try again later; if it stays like this, ask its " +
					"operator.",
				delivery: orTellOperator,
			},
		},
	},
	{
		code: "server_storage_full", outcome: Failed, scope: shared.ScopeServer, lasting: shared.LastingTemporary,
		field: "server",
		words: []wording{
			{
				summary:  "The server has no space for messages at the moment.",
				detail:   "Only its operator can mend that. Try again later.",
				delivery: orTellOperator,
			},
		},
	},
	{
		code: "message_refused_temporarily", outcome: Failed, scope: shared.ScopeServer, lasting: shared.LastingTemporary,
		words: []wording{
			{
				summary:  "The server does not accept the message at the moment.",
				detail:   "Try again in a few minutes. The server's answer says more.",
				delivery: "It is tried again. The server's answer says more.",
			},
		},
	},
	{
		code: "server_untrusted", outcome: Failed, scope: shared.ScopeServer, lasting: shared.LastingPermanent,
		field: "server",
		words: []wording{
			{
				summary: "The server could not prove that it knows the password itself, so it may be an impostor.",
				detail:  "Check the address of the server. If it is right, tell its operator.",
			},
		},
	},
	{
		code: "login_timeout", outcome: Failed, scope: shared.ScopeServer, lasting: shared.LastingTemporary,
		field: "server",
		words: []wording{
			{
				summary: "The server did not answer the login in time.",
				detail: "Its user database may be out of order. Try again later; if it stays like this, tell its " +
					"operator.",
				delivery: orTellOperator,
			},
		},
	},
	{
		code: "login_closed", outcome: Failed, scope: shared.ScopeServer, lasting: shared.LastingTemporary,
		field: "server",
		words: []wording{
			{
				summary: "The server closed the connection during the login.",
				detail: "Some servers do this after several wrong passwords, or when their user database is out of order." +
					" Wait a few minutes before you try again.",
				delivery: orTellOperator,
			},
		},
	},
	{
		code: "login_interrupted", outcome: Failed, scope: shared.ScopeServer, lasting: shared.LastingTemporary,
		field: "server",
		words: []wording{
			{
				summary:  "The server ended the conversation during the login.",
				detail:   "It may be restarting or overloaded. Try again in a few minutes.",
				delivery: orTellOperator,
			},
		},
	},
	{
		code: "login_temporarily_unavailable", outcome: Failed, scope: shared.ScopeServer, lasting: shared.LastingTemporary,
		field: "server",
		words: []wording{
			{
				summary: "The server cannot check logins at the moment.",
				detail: "Login and password may be right. Try again in a few minutes; if it stays like this, tell the " +
					"server's operator.",
				delivery: orTellOperator,
			},
		},
	},
	{
		code: "login_not_enabled", outcome: LoginFailed, scope: shared.ScopeServer, lasting: shared.LastingPermanent,
		field:      "authentication",
		otherPorts: true,
		words: []wording{
			{
				summary: "The server offers a login but does not carry it out.",
				detail: "Its operator has to enable it; or use another port (465 or 587), where logins are usually " +
					"accepted.",
			},
		},
	},
	{
		code: "out_of_time", outcome: Failed, scope: shared.ScopeServer, lasting: shared.LastingTemporary,
		words: append(slices.Clone(failedAttempt), []wording{
			{
				steps:   gettingToken,
				summary: "The test ran out of time at the step “{step}”.",
				detail:  "The endpoint for access tokens has not answered. Try again, or raise the time limit under Advanced.",
			},
			{
				summary: "The test ran out of time at the step “{step}”.",
				detail: "The server answers, but so slowly that the whole test took longer than allowed. Try again, or " +
					"raise the time limit under Advanced.",
			},
			{
				summary: "The test ran out of time.",
				detail: "The server answers, but so slowly that the whole test took longer than allowed. Try again, or " +
					"raise the time limit under Advanced.",
			},
		}...),
	},
	{
		code: "blocklist_query_broken", outcome: Failed, scope: shared.ScopeServer, lasting: shared.LastingPermanent,
		words: []wording{
			{
				summary: "The server names a blocklist, but only because the list refused the server's own query; this " +
					"machine is not listed.",
				detail: "Tell the server's operator: its name servers may not ask that list (open resolver or too many " +
					"queries).",
			},
		},
	},
	{
		code: "filter_unavailable", outcome: Failed, scope: shared.ScopeServer, lasting: shared.LastingTemporary,
		words: []wording{
			{
				summary:  "The filter of the server (against spam or viruses) does not answer at the moment.",
				detail:   "Try again in a few minutes; if it stays like this, tell the server's operator.",
				delivery: orTellOperator,
			},
		},
	},
	{
		code: "login_backend_broken", outcome: Failed, scope: shared.ScopeServer, lasting: shared.LastingPermanent,
		words: []wording{
			{
				summary: "The server's own check of passwords is out of order, so nothing is known about this login and " +
					"password.",
				detail: "Do not change the password. Tell the server's operator.",
			},
		},
	},
	{
		code: "login_not_taken_here", outcome: LoginFailed, scope: shared.ScopeServer, lasting: shared.LastingPermanent,
		field: "login",
		words: []wording{
			{
				summary: "This server takes no logins: it receives mail for its own recipients.",
				detail:  "Enter the provider's server for sending (submission), or clear login and password.",
			},
		},
	},
	{
		code: "server_lookup_failed", outcome: Failed, scope: shared.ScopeServer, lasting: shared.LastingTemporary,
		words: []wording{
			{
				summary:  "The server's own directory or database does not answer at the moment.",
				detail:   "Try again in a few minutes; if it stays like this, tell the server's operator.",
				delivery: orTellOperator,
			},
		},
	},
	{
		code: "server_misconfigured", outcome: Failed, scope: shared.ScopeServer, lasting: shared.LastingPermanent,
		words: []wording{
			{
				summary: "The server's own configuration is out of order.",
				detail:  "Only the server's operator can mend that.",
			},
		},
	},
	{
		code: "server_temporary_fault", outcome: Failed, scope: shared.ScopeServer, lasting: shared.LastingTemporary,
		words: []wording{
			{
				summary:  "The server has a fault of its own at the moment.",
				detail:   "Try again in a few minutes; if it stays like this, tell the server's operator.",
				delivery: orTellOperator,
			},
		},
	},
	{
		code: "simulated_fault", outcome: Failed, scope: shared.ScopeServer, lasting: shared.LastingTemporary,
		words: []wording{
			{
				summary: "A test server made this fault up.",
				detail:  "Turn the fault off in the test server's settings.",
			},
		},
	},
	{
		code: "unexplained", outcome: Failed, scope: shared.ScopeServer, lasting: shared.LastingTemporary,
		words: append(slices.Clone(failedAttempt), []wording{
			{
				summary: "The test failed at the step “{step}”.",
				detail:  "The transcript below shows what was said.",
			},
			{
				summary: "The test failed.",
				detail:  "The transcript below shows what was said.",
			},
		}...),
	},
}
