package settings

import (
	"strings"

	"github.com/smtp-settings/smtp-settings/plugin/internal/oauth"
	"github.com/smtp-settings/smtp-settings/shared"
)

// Delegation is what Google's administrator enters for the service account with the key; empty where that cannot be
// read. Nothing of it is secret.
func (s Settings) Delegation(key shared.SecretText) string {
	account, err := oauth.ReadServiceAccount(key.Reveal())
	if err != nil || account.ClientID == "" {
		return ""
	}
	return account.ClientID + "\n" + account.Application(s.Login).Scope
}

// SetUp is what is to be done once at the provider, with the values filled in; empty while they are missing. A mailbox
// of the Department of Defense has environments of its own, which the settings do not tell from GCC High. See
// New-ServicePrincipal, Add-MailboxPermission and Set-CASMailbox of Exchange Online PowerShell, and
// Get-MgServicePrincipal of Microsoft Graph PowerShell.
func (s Settings) SetUp() string {
	if s.application.kind != authenticateMicrosoft || s.application.clientID == "" || s.Login == "" {
		return ""
	}
	client, mailbox := inPowerShell(s.application.clientID), inPowerShell(s.Login)
	cloud := oauth.CloudNamed(s.application.cloud)
	graph, exchange := "", ""
	if cloud.Graph != "" {
		graph, exchange = " -Environment "+cloud.Graph, " -ExchangeEnvironmentName "+cloud.ExchangeOnline
	}
	if cloud.Name == "us_gov" {
		graph, exchange = graph+" # DoD: USGovDoD", exchange+" # DoD: O365USGovDoD"
	}
	return strings.Join([]string{
		"$id = " + client,
		"Connect-MgGraph -Scopes Application.Read.All" + graph,
		`$app = Get-MgServicePrincipal -Filter "appId eq '$id'"`,
		"Connect-ExchangeOnline" + exchange,
		"New-ServicePrincipal -AppId $app.AppId -ObjectId $app.Id",
		"Add-MailboxPermission -Identity " + mailbox + " -User $app.Id -AccessRights FullAccess",
		"Set-CASMailbox -Identity " + mailbox + " -SmtpClientAuthenticationDisabled $false",
	}, "\n")
}

// inPowerShell is a text as a string of PowerShell in which nothing has a meaning: all that PowerShell takes for a
// quotation mark is doubled.
func inPowerShell(text string) string {
	var quoted strings.Builder
	for _, r := range strings.Join(strings.Fields(text), " ") {
		if strings.ContainsRune("'‘’‚‛", r) {
			quoted.WriteRune(r)
		}
		quoted.WriteRune(r)
	}
	return "'" + quoted.String() + "'"
}
