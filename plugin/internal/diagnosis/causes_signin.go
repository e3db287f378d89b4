package diagnosis

import "github.com/smtp-settings/smtp-settings/shared"

// signInCauses are about what this software keeps of a sign-in.
func signInCauses() []cause {
	const field = "oauth_grant"
	return []cause{
		{code: "oauth_grant_interrupted", field: field, words: []wording{{
			summary: "The permission to send was lost: a process was killed while it renewed it.",
			detail: "The provider takes each refresh token only once, and what it gave for the last one was not stored any " +
				"more. Sign in again.",
		}}},
		{code: "oauth_grant_unheard", field: field, words: []wording{{
			summary: "The permission to send was lost: an answer of the provider did not arrive, or could not be stored.",
			detail: "The provider takes each refresh token only once, and what it gave for the last one is not here. Sign in " +
				"again.",
		}}},
		{code: "oauth_grant_restored", field: field, words: []wording{{
			summary: "The permission to send has ended, or the database has an older one than the provider knows.",
			detail: "The database was not in use for a while. If it is from a backup or was moved back, what the provider " +
				"gave " +
				"meanwhile is missing. Sign in again.",
		}}},
		{code: "oauth_grant_missing", field: field, words: []wording{{
			summary: "Nobody has signed in, or the one who did has signed out.",
			detail:  "Sign in with a browser, and save.",
		}}},
		{code: "oauth_grant_locked", field: field, words: []wording{{
			summary: "The sign-in was for other settings.",
			detail:  "Sign in again, or change the settings back: then the present sign-in is used again.",
		}}},
	}
}

const withdrawThere = "Withdraw it there: the owner of the mailbox removes this application from their account."

// revocationCauses are why a sign-in could not be ended at the provider. Here it has ended all the same.
func revocationCauses() []cause {
	return []cause{
		{code: "oauth_revocation_unanswered", outcome: Failed, scope: shared.ScopeServer, lasting: shared.LastingTemporary,
			words: []wording{
				{
					summary: "The provider was to withdraw the permission, but {endpoint} cannot be reached: {reason}.",
					detail:  withdrawThere,
				},
				{
					summary: "The provider was to withdraw the permission, but cannot answer at the moment.",
					detail:  withdrawThere,
				},
			}},
		{code: "oauth_revocation_refused", outcome: Failed, scope: shared.ScopeServer, lasting: shared.LastingPermanent,
			words: []wording{{
				summary: "The provider was to withdraw the permission, and has refused it.",
				detail:  answerSaysMore,
			}}},
	}
}

// unreadableGrant is about a database that does not answer now.
func unreadableGrant() cause {
	return cause{code: "oauth_grant_unreadable", outcome: Failed, scope: shared.ScopeClient,
		lasting: shared.LastingTemporary, words: []wording{{
			summary:  "What is kept of the sign-in cannot be read or stored at the moment.",
			detail:   "The log of the plugin says why. Try again in a few minutes.",
			delivery: "It is tried again.",
		}}}
}
