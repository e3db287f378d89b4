package oauth

import (
	"net/url"

	"github.com/smtp-settings/smtp-settings/shared"
)

// MicrosoftSignIn is an application of Microsoft Entra with which the owner of a mailbox signs in. tenant is a GUID,
// one of the tenant's domains, or "common", "organizations" or "consumers"; an unknown cloud counts as global. The
// secret is empty for a public client. Nothing else is asked for beside the scope: a token is for one service.
func MicrosoftSignIn(cloud, tenant, clientID string, secret shared.SecretText) Registration {
	chosen := CloudNamed(cloud)
	base := "https://" + chosen.Authority + "/" + url.PathEscape(tenant) + "/oauth2/v2.0/"
	return Registration{
		Endpoints: Endpoints{Token: base + "token", Authorization: base + "authorize", Device: base + "devicecode"},
		ClientID:  clientID, Secret: secret, Scope: "https://" + chosen.Delegated + "/SMTP.Send offline_access",
		TakesRefreshAgain: true,
	}
}

// GoogleSignIn is a client of Google with which the owner of a mailbox signs in. Google asks for consent each time, for
// it gives no refresh token without, and gives this scope to no device.
func GoogleSignIn(clientID string, secret shared.SecretText) Registration {
	return Registration{
		Endpoints: Endpoints{
			Token: googleTokenURL, Authorization: "https://accounts.google.com/o/oauth2/v2/auth",
			Revocation: "https://oauth2.googleapis.com/revoke",
		},
		Issuer: "https://accounts.google.com", ClientID: clientID, Secret: secret,
		Scope: googleScope + " openid email", TakesRefreshAgain: true,
		Parameters: map[string]string{"access_type": "offline", "prompt": "consent"},
	}
}

// SignInAt is a client of any other provider, which publishes its endpoints. It asks for consent each time, as OpenID
// Connect Core 1.0 section 11 wants it for a permission that lasts.
func SignInAt(issuer, clientID string, secret shared.SecretText, scope string, inHeader bool) Registration {
	return Registration{
		Issuer: issuer, ClientID: clientID, Secret: secret, Scope: scope, InHeader: inHeader,
		Parameters: map[string]string{"prompt": "consent"},
	}
}
