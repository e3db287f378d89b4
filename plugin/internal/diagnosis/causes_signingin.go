package diagnosis

// beginAgain is what to do where a sign-in cannot go on.
const beginAgain = "Begin again with “Sign in”."

// signingInCauses are why the owner of a mailbox could not sign in.
func signingInCauses() []cause {
	const field = "oauth_grant"
	return []cause{
		{code: "oauth_sign_in_unknown", field: field, words: []wording{{
			summary: "This sign-in was not begun by you in this browser, or that was long ago.",
			detail:  beginAgain,
		}}},
		{code: "oauth_sign_in_finished", field: field, words: []wording{{
			summary: "This sign-in was already finished.",
			detail: "What it gave stands on the page that the browser showed then. If that was not saved, begin again with " +
				"“Sign in”.",
		}}},
		{code: "oauth_sign_in_expired", field: field, words: []wording{{
			summary: "This sign-in began more than 10 minutes ago.",
			detail:  beginAgain,
		}}},
		{code: "oauth_sign_in_mixed_up", field: field, words: []wording{{
			summary: "The browser came back from another provider than it was sent to; nothing was sent to either.",
			detail:  "Check the issuer, which has to be letter for letter what the provider calls itself, and sign in again.",
		}}},
		{code: "oauth_refresh_token_missing", field: "oauth_scope", words: []wording{{
			summary: "The provider permits it only for now: it gave no refresh token.",
			detail: "Add offline_access to the scope, or what the provider's documentation calls it, allow the application " +
				"refresh tokens, and sign in again.",
		}}},
		{code: "oauth_sign_in_denied", field: field, words: []wording{{
			summary: "The sign-in was cancelled at the provider, or the permission was denied there.",
			detail: "Sign in again, and allow access. An administrator of the provider may have to allow the application " +
				"first.",
		}}},
		{code: "oauth_admin_consent", field: "oauth_client_id", words: []wording{{
			summary: "An administrator of the tenant has to consent to the application first.",
			detail:  "Have them choose “Grant admin consent” in Entra under API permissions, and sign in again.",
		}}},
		{code: "oauth_user_not_assigned", field: "oauth_client_id", words: []wording{{
			summary: "This account is not assigned to the application.",
			detail:  "Assign it in Entra under Enterprise applications › your app › Users and groups.",
		}}},
		{code: "oauth_account_elsewhere", field: "oauth_tenant", words: []wording{{
			summary: "This account belongs to another tenant.",
			detail:  "Sign in with an account of the tenant, or enter the tenant of the account.",
		}}},
		{code: "oauth_device_code_expired", field: field, words: []wording{{
			summary: "The code was not entered in time.",
			detail:  beginAgain,
		}}},
		{code: "oauth_code_refused", field: field, words: []wording{{
			summary: "The provider does not take the code of this sign-in, or not any more.",
			detail:  "It is good once and for a few minutes. " + beginAgain,
		}}},
	}
}
