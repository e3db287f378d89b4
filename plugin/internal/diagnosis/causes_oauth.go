package diagnosis

import (
	"slices"

	"github.com/smtp-settings/smtp-settings/shared"
)

// oauthCauses are why there is no access token. Whom the endpoint refuses has a login that is of no use until it is
// changed; an endpoint that is away is a server that comes back.
func oauthCauses() []cause {
	causes := slices.Concat(secretCauses(), refusedCauses(), registrationCauses(), permissionCauses(), grantCauses(),
		endedCauses(), signInCauses(), signingInCauses())
	for i := range causes {
		causes[i].outcome, causes[i].scope, causes[i].lasting = LoginFailed, shared.ScopeLogin, shared.LastingPermanent
	}
	return slices.Concat(causes, endpointCauses(), answerCauses(), revocationCauses(), []cause{unreadableGrant()})
}

// Advice that several causes share.
const (
	answerSaysMore = "The provider's answer says more."
	copyTheValue   = "Copy the column “Value” in Entra under “Certificates & secrets”. It is shown only right " +
		"after the secret was made; else make a new one."
	signInAgain       = "Sign in again."
	setClock          = "Have the clock of this machine set by a time server."
	uploadCertificate = "Upload this certificate in Entra under “Certificates & secrets”. It takes a minute " +
		"until that counts."
	upToAnHour = " It takes up to an hour until that counts."
)

// secretCauses are about how the application proves to be itself.
func secretCauses() []cause {
	return []cause{
		{code: "oauth_secret_id", field: "oauth_client_secret", words: []wording{{
			summary: "The client secret is refused, and it has the form of a Secret ID, which is not the secret.",
			detail:  copyTheValue,
		}}},
		{code: "oauth_secret_wrong", field: "oauth_client_secret", words: []wording{{
			summary: "The client secret is not one of this application.",
			detail:  copyTheValue,
		}}},
		{code: "oauth_secret_expired", field: "oauth_client_secret", words: []wording{{
			summary: "The client secret has expired.",
			detail: "Make a new one in Entra under “Certificates & secrets”, and enter its “Value” and its new date " +
				"here.",
		}}},
		{code: "oauth_secret_missing", field: "oauth_client_secret", words: []wording{
			{
				when:    ofPerson,
				summary: "The endpoint wants a client secret.",
				detail: "Enter the client secret of the application, or allow public client flows in Entra under " +
					"Authentication.",
			},
			{
				summary: "The endpoint wants a client secret or a certificate.",
				detail:  "Enter the client secret of the application.",
			},
		}},
		{code: "oauth_public_client", field: "oauth_client_secret", words: []wording{{
			summary: "The application is registered as a public client, which has no secret.",
			detail:  "Register it as “Web” in Entra under Authentication, or clear the client secret.",
		}}},
		{code: "oauth_certificate_refused", field: "oauth_certificate", words: []wording{
			{
				summary: "Microsoft does not accept the certificate {thumbprint} of this application.",
				detail:  uploadCertificate,
			},
			{
				summary: "Microsoft does not accept the certificate of this application.",
				detail:  uploadCertificate,
			},
		}},
	}
}

// registrationCauses are about the application at its provider.
func registrationCauses() []cause {
	return []cause{
		{code: "oauth_clock_wrong", words: []wording{{
			summary: "The request was refused because of its time: the clock of this machine is wrong.",
			detail:  setClock,
		}}},
		{code: "oauth_application_unknown", field: "oauth_client_id", words: []wording{{
			summary: "There is no application with this client id in this tenant.",
			detail: "Check “Application (client) ID” and “Directory (tenant) ID”. Both stand in Entra under App " +
				"registrations › your app › Overview.",
		}}},
		{code: "oauth_tenant_unknown", field: "oauth_tenant", words: []wording{{
			summary: "There is no such tenant in this cloud.",
			detail:  "Enter the Directory (tenant) ID, which is a GUID, or a domain of the tenant, and check the cloud.",
		}}},
		{code: "oauth_flow_not_allowed", field: "oauth_client_id", words: []wording{
			{
				when:    ofPerson,
				summary: "The application may not have people sign in in this way.",
				detail: "Allow it the authorization code flow and refresh tokens at the provider, or the device flow where there " +
					"is no public address; Keycloak calls them “Standard flow” and “OAuth 2.0 Device Authorization Grant”.",
			},
			{
				summary: "The application may not get access tokens in this way.",
				detail:  "Allow it client credentials at the provider; Keycloak calls that “Service accounts roles”.",
			},
		}},
		{code: "oauth_key_deleted", field: "oauth_service_account", words: []wording{{
			summary: "Google does not know this key of the service account, or not any more.",
			detail:  "Make a new key in the Google Cloud console, and paste its JSON here.",
		}}},
		{code: "oauth_assertion_refused", field: "oauth_service_account", words: []wording{{
			summary: "Google does not accept what the service account has signed.",
			detail:  answerSaysMore,
		}}},
		{code: "oauth_request_refused", field: "oauth_token_url", words: []wording{{
			summary: "The endpoint for access tokens does not understand the request.",
			detail:  answerSaysMore,
		}}},
		{code: "oauth_token_denied", words: []wording{{
			summary: "The endpoint does not give an access token.",
			detail:  answerSaysMore,
		}}},
	}
}

// permissionCauses are about what the application may do, and for whom.
func permissionCauses() []cause {
	return []cause{
		{code: "oauth_resource_unknown", field: "oauth_scope", words: []wording{{
			summary: "The endpoint does not know the service that the token is for.",
			detail:  "Check the cloud and the scope, and whether the tenant has Exchange Online.",
		}}},
		{code: "oauth_scope_refused", field: "oauth_scope", words: []wording{{
			summary: "The endpoint does not know this scope, or does not give it to the application.",
			detail:  "Check the scope. The provider's documentation has the one for SMTP.",
		}}},
		{code: "oauth_consent_missing", field: "oauth_client_id", words: []wording{
			{
				when:    ofPerson,
				summary: "Nobody has consented to the permissions of the application yet.",
				detail: "Sign in again and consent, or have an administrator choose “Grant admin consent” in Entra under API " +
					"permissions.",
			},
			{
				summary: "Nobody has consented to the permissions of the application yet.",
				detail:  "Have an administrator choose “Grant admin consent” in Entra under API permissions.",
			},
		}},
		{code: "oauth_permission_missing", field: "oauth_client_id", words: []wording{
			{
				when:    ofPerson,
				summary: "The registration of the application does not have the permission.",
				detail:  addSend,
			},
			{
				summary: "The registration of the application does not have the permission.",
				detail:  addSendAsApp,
			},
		}},
		{code: "oauth_delegation_missing", field: "oauth_service_account", words: []wording{
			{
				summary: "The service account may not act for {login}.",
				detail:  addDelegation,
				link:    delegationPage,
			},
			{
				summary: "The service account may not act for this mailbox.",
				detail:  addDelegation,
				link:    delegationPage,
			},
		}},
		{code: "oauth_mailbox_unknown", field: "login", words: []wording{
			{
				summary: "Google does not know the mailbox {login}.",
				detail:  enterMailbox,
			},
			{
				summary: "Google does not know the mailbox.",
				detail:  enterMailbox,
			},
		}},
	}
}

// grantCauses are about what a person has permitted, or an administrator forbids.
func grantCauses() []cause {
	return []cause{
		{code: "oauth_interaction_required", field: "oauth_grant", words: []wording{{
			summary: "The provider wants the owner of the mailbox to sign in once more.",
			detail:  signInAgain,
		}}},
		{code: "oauth_conditional_access", field: "oauth_client_id", words: []wording{{
			summary: "A Conditional Access policy of the tenant blocks this sign-in.",
			detail: "Its administrator sees in the sign-in logs of Entra which policy it is, and can exclude this " +
				"application.",
		}}},
		{code: "oauth_redirect_single_page", field: "oauth_client_id", words: []wording{{
			summary: "The redirect address is registered as that of a single-page application: what it permits ends " +
				"after 24 hours.",
			detail: "Register it as “Web” in Entra under Authentication, and sign in again.",
		}}},
		{code: "oauth_redirect_not_web", field: "oauth_client_id", words: []wording{{
			summary: "The redirect URI is registered as that of a single-page application, which only a script in a browser " +
				"can use.",
			detail: "Register it as “Web” in Entra under Authentication, and sign in again.",
		}}},
		{code: "oauth_account_unusable", field: "login", words: []wording{{
			summary: "The account does not exist, is disabled, or its password has expired.",
			detail:  answerSaysMore,
		}}},
		{code: "oauth_access_denied", field: "oauth_client_id", words: []wording{{
			summary: "The provider denies the application this access.",
			detail:  answerSaysMore,
		}}},
	}
}

const (
	addSendAsApp = "Add the application permission SMTP.SendAsApp of Office 365 Exchange Online in Entra under API " +
		"permissions, and grant admin consent."
	addSend = "Add the delegated permission SMTP.Send in Entra under API permissions › Microsoft Graph, and consent " +
		"to it by signing in again."
	addDelegation = "Enter its client ID, which is a number, with the scope https://mail.google.com/ in Google's " +
		"admin console under Security › API controls › Domain-wide delegation. It takes up to 24 hours until that counts."
	delegationPage = "https://developers.google.com/identity/protocols/oauth2/service-account"
	enterMailbox   = "Enter the address of a mailbox of your Google Workspace as “SMTP login”, not an alias " +
		"or a group."
	giveFullAccess = "Give the service principal Full Access to it in Exchange Online (Add-MailboxPermission)." +
		upToAnHour
	checkEndpoint = "Check its address, and whether the firewall or the proxy lets this machine reach it."
	operatorsCall = "The operator of this software limits where it may connect to. Ask them to allow this address."
	ownAuthority  = "Nothing secret was sent. If it was issued by an authority of your own, enter that one as " +
		"“Additional CA certificate”."
)

// endpointCauses are about the endpoint itself.
func endpointCauses() []cause {
	const field, server = "oauth_token_url", shared.ScopeServer
	const permanent, temporary = shared.LastingPermanent, shared.LastingTemporary
	return []cause{
		{code: "oauth_endpoint_busy", outcome: Failed, scope: server, lasting: temporary, words: []wording{{
			summary:  "The endpoint for access tokens cannot answer at the moment.",
			detail:   "Try again in a few minutes.",
			delivery: "It is tried again.",
		}}},
		{code: "oauth_too_many_requests", outcome: Failed, scope: server, lasting: temporary, words: []wording{{
			summary:  "The provider has seen the same request too often, and refuses it for a while.",
			detail:   "Try again in a few minutes.",
			delivery: "It is tried again.",
		}}},
		{code: "oauth_endpoint_unreachable", outcome: Failed, scope: server, lasting: temporary, field: field,
			words: []wording{
				{
					summary: "The endpoint for access tokens, {endpoint}, cannot be reached: {reason}.",
					detail:  checkEndpoint,
				},
				{
					summary: "The endpoint for access tokens cannot be reached.",
					detail:  checkEndpoint,
				},
			}},
		{code: "oauth_endpoint_not_permitted", outcome: Failed, scope: shared.ScopeClient, lasting: permanent, field: field,
			words: []wording{
				{
					when:    byRevocation,
					summary: "Connections to where the provider withdraws permissions are not permitted here: {reason}.",
					detail:  operatorsCall,
				},
				{
					summary: "Connections to the endpoint for access tokens are not permitted here: {reason}.",
					detail:  operatorsCall,
				},
				{
					summary: "Connections to the endpoint for access tokens are not permitted here.",
					detail:  operatorsCall,
				},
			}},
		{code: "oauth_endpoint_untrusted", outcome: Failed, scope: server, lasting: permanent, field: field,
			words: []wording{
				{
					when:    byRevocation,
					summary: "{endpoint}, where the provider withdraws permissions, could not prove who it is: {reason}.",
					detail:  ownAuthority,
				},
				{
					summary: "The endpoint for access tokens, {endpoint}, could not prove who it is: {reason}.",
					detail:  ownAuthority,
				},
				{
					summary: "The endpoint for access tokens could not prove who it is.",
					detail:  ownAuthority,
				},
			}},
	}
}

// answerCauses are about an endpoint that answers something else.
func answerCauses() []cause {
	const field, server, permanent = "oauth_token_url", shared.ScopeServer, shared.LastingPermanent
	return []cause{
		{code: "oauth_endpoint_redirects", outcome: Failed, scope: server, lasting: permanent, field: field,
			words: []wording{{
				summary: "The endpoint for access tokens sends the request elsewhere; a secret does not follow.",
				detail:  "Enter the address that answers itself.",
			}}},
		{code: "oauth_endpoint_not_understood", outcome: Failed, scope: server, lasting: permanent, field: field,
			words: []wording{{
				summary: "What answers there is no endpoint for access tokens.",
				detail:  "Check its address; most end with /token.",
			}}},
		{code: "oauth_issuer_wrong", outcome: Failed, scope: server, lasting: permanent, field: "oauth_issuer",
			words: []wording{{
				summary: "What is published there belongs to another issuer.",
				detail:  "Enter the issuer as it calls itself, letter for letter.",
			}}},
	}
}
