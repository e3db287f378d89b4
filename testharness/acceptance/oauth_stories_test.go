package acceptance

import (
	"slices"
	"strings"
	"testing"
)

// oauthFieldNames are the fields of OAuth 2.0, of which each way to authenticate shows some.
var oauthFieldNames = []string{
	"oauth_provider", "oauth_tenant", "oauth_cloud", "oauth_client_id", "oauth_client_secret", "oauth_secret_expires",
	"oauth_service_account", "oauth_certificate", "oauth_certificate_key", "oauth_token_url", "oauth_issuer",
	"oauth_scope", "oauth_client_style", "oauth_grant", "oauth_set_up", "oauth_delegation",
}

// TestProvidersInBrowser sets up Microsoft 365 and Google on the page: what a preset fills in, which fields show, what
// is to be copied, and that Microsoft's Secret ID is warned of while it is typed, and nobody else's GUID.
func TestProvidersInBrowser(t *testing.T) {
	t.Parallel()
	c := startConsole(t, "--manifest", manifest(t, "smtp", "smtp-plugin"))
	b := newTab(t)
	b.open(c.address + "settings/smtp/")
	b.await("#settings-form")
	b.microsoft(t)
	b.google(t)
}

// shows holds which fields of OAuth 2.0 are in sight.
func (b *tab) shows(t *testing.T, form string, fields ...string) {
	t.Helper()
	for _, name := range oauthFieldNames {
		if shown := !b.concealed(name); shown != slices.Contains(fields, name) {
			t.Errorf("%s: %s is shown: %t", form, name, shown)
		}
	}
}

// choosePreset presses a tile, and holds what it fills in.
func (b *tab) choosePreset(t *testing.T, name, server, port string) {
	t.Helper()
	read[bool](b, `(document.querySelector("[name=preset][value=`+name+`]").click(), true)`)
	if b.value("server") != server || b.value("port") != port ||
		!read[bool](b, `document.getElementById("control-use_ssl").checked`) {
		t.Errorf("%s fills in %s, %s", name, b.value("server"), b.value("port"))
	}
}

// toCopy is what a field has to be copied, with its button.
func (b *tab) toCopy(t *testing.T, field, want string) {
	t.Helper()
	b.awaitText(`document.getElementById("control-`+field+`").value`, want)
	if !read[bool](b, `document.querySelector("[data-copy=control-`+field+`]").offsetHeight > 0`) {
		t.Errorf("there is no button to copy %s", field)
	}
}

const secretID, secretIDWarning = "4c1f0b6e-2d57-4a0f-9a3e-15b0c5d2e915", "This looks like the Secret ID"

// typeSecret types a client secret, and waits until the page says something else of it.
func (b *tab) typeSecret(secret, said string) {
	b.t.Helper()
	b.retype("oauth_client_secret", secret)
	b.saysOfSecret(said)
}

func (b *tab) saysOfSecret(said string) {
	b.t.Helper()
	b.awaitText(`(t => t.includes("`+secretIDWarning+`") ? t : "nothing")(
		document.getElementById("findings-oauth_client_secret").textContent)`, said)
}

func (b *tab) microsoft(t *testing.T) {
	t.Helper()
	b.choosePreset(t, "microsoft365", "smtp.office365.com", "587")
	b.says("Microsoft is retiring logins with a password in favour of OAuth 2.0.")
	b.choose("authentication", "microsoft_app")
	b.shows(t, "Microsoft 365 app", "oauth_tenant", "oauth_cloud", "oauth_client_id", "oauth_client_secret",
		"oauth_secret_expires", "oauth_certificate", "oauth_certificate_key", "oauth_set_up")
	b.typeInto("#control-login", "box@contoso.example")
	b.typeInto("#control-oauth_tenant", "contoso.example")
	b.typeInto("#control-oauth_client_id", secretID) // Application ids are GUIDs.
	b.toCopy(t, "oauth_set_up", strings.Join([]string{
		"$id = '" + secretID + "'", "Connect-MgGraph -Scopes Application.Read.All",
		`$app = Get-MgServicePrincipal -Filter "appId eq '$id'"`, "Connect-ExchangeOnline",
		"New-ServicePrincipal -AppId $app.AppId -ObjectId $app.Id",
		"Add-MailboxPermission -Identity 'box@contoso.example' -User $app.Id -AccessRights FullAccess",
		"Set-CASMailbox -Identity 'box@contoso.example' -SmtpClientAuthenticationDisabled $false",
	}, "\n"))
	b.typeSecret(secretID, secretIDWarning)
	b.says("The secret is in the column “Value” in Entra under “Certificates & secrets”")
	b.axe("Microsoft's Secret ID")
	b.screenshot("oauth-secret-id")
	b.typeSecret("8Q~8Q~abcdefghijklmnopqrstuvwxyz012345", "nothing")
	b.choose("authentication", "sign_in")
	b.shows(t, "a sign-in at Microsoft", "oauth_provider", "oauth_tenant", "oauth_cloud", "oauth_client_id",
		"oauth_client_secret", "oauth_secret_expires", "oauth_grant")
	b.typeSecret(secretID, secretIDWarning)
}

func (b *tab) google(t *testing.T) {
	t.Helper()
	b.choosePreset(t, "gmail", "smtp.gmail.com", "465")
	b.choose("oauth_provider", "google")
	b.shows(t, "a sign-in at Google", "oauth_provider", "oauth_client_id", "oauth_client_secret", "oauth_secret_expires",
		"oauth_grant")
	b.saysOfSecret("nothing") // It is still there.
	b.choose("authentication", "google_service_account")
	b.shows(t, "a service account", "oauth_service_account", "oauth_delegation")
	file, key := serviceAccount(t)
	b.enterText("oauth_service_account", file)
	b.toCopy(t, "oauth_delegation", "103456789012345678901\nhttps://mail.google.com/")
	if shown := b.value("oauth_delegation"); strings.Contains(shown, key) || strings.Contains(shown, "@") {
		t.Errorf("what is to be copied is %q", shown)
	}
	b.axe("a service account")
}
