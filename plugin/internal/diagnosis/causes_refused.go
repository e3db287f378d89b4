package diagnosis

// refusedCauses are about which application the endpoint does not take.
func refusedCauses() []cause {
	return []cause{
		{code: "oauth_application_disabled", field: "oauth_client_id", words: []wording{
			{
				when:    numbered(70001),
				summary: "The application does not exist in this tenant, or is disabled.",
				detail: "Check “Application (client) ID” and “Directory (tenant) ID”, and whether it is enabled in Entra " +
					"under Enterprise applications › your app › Properties.",
			},
			{
				summary: "The application is disabled or deleted at the provider.",
				detail:  "Its owner has to enable it, or to register another one.",
			},
		}},
		{code: "oauth_client_refused", field: "oauth_client_secret", words: []wording{
			{
				when:    byCertificate,
				field:   "oauth_certificate",
				summary: "The endpoint does not accept the client id with its certificate.",
				detail:  "Enter this certificate at the provider, and check the client id and the clock of this machine.",
			},
			{
				when:    byServiceAccount,
				field:   "oauth_service_account",
				summary: "Google does not know the service account of this key.",
				detail:  "Make a new key in the Google Cloud console, and paste its JSON here.",
			},
			{
				when:    worded("client was not found", "client not found", "unknown client"),
				field:   "oauth_client_id",
				summary: "The provider does not know this client id.",
				detail:  "Check “Application (client) ID”: it is copied whole from where the application is registered.",
			},
			{
				when:    choosesStyle,
				summary: "The endpoint does not accept the client id with its secret.",
				detail:  "Check both, and whether the endpoint wants them by HTTP Basic.",
			},
			{
				summary: "The endpoint does not accept the client id with its secret.",
				detail:  "Check both.",
			},
		}},
	}
}

const signInForMailbox = "Sign in with the account of the mailbox, or give the one that has signed in Full Access to " +
	"it in Exchange Online (Add-MailboxPermission)." + upToAnHour

// endedCauses are about a permission that has ended, or does not reach as far as the mailbox.
func endedCauses() []cause {
	return []cause{
		{code: "oauth_grant_ended", field: "oauth_grant", words: []wording{
			{
				when:    worded("invalid_rapt"),
				summary: "Google wants a new sign-in: the organisation limits for how long one holds.",
				detail: "Sign in again. Its administrator can exempt trusted apps from the session length in Google's admin " +
					"console.",
			},
			{
				provider: "gmail",
				summary:  "Google has ended the permission to send.",
				detail: "That happens when the owner removes the app from their account or changes the password, after 6 " +
					"months without use, when the same client has more than 100 sign-ins of this account, and every 7 days as " +
					"long as the app is not published. Sign in again.",
				link: "https://developers.google.com/identity/protocols/oauth2#expiration",
			},
			{
				summary: "The permission to send has ended: it has expired, or was withdrawn.",
				detail:  signInAgain,
			},
		}},
		{code: "oauth_mailbox_not_open", field: "login", words: []wording{
			{
				when:    fromGrant,
				summary: "The account that has signed in may not open the mailbox {login}.",
				detail:  signInForMailbox,
			},
			{
				when:    fromGrant,
				summary: "The account that has signed in may not open the mailbox.",
				detail:  signInForMailbox,
			},
			{
				summary: "The application may not open the mailbox {login}.",
				detail:  giveFullAccess,
			},
			{
				summary: "The application may not open the mailbox.",
				detail:  giveFullAccess,
			},
		}},
	}
}
