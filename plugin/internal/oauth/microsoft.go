package oauth

import (
	"net/url"
	"strings"
)

// Cloud is one of Microsoft's, each with accounts and mail servers of its own.
type Cloud struct {
	// Name is how the settings name it.
	Name string
	// Authority is the host that gives tokens, Exchange the one that those of applications are for, Delegated the one of
	// those of people, and Server its mail server.
	Authority, Exchange, Delegated, Server string
	// Graph and ExchangeOnline are its environments in Microsoft's PowerShell modules; empty for the global one. See
	// Get-MgEnvironment and Connect-ExchangeOnline.
	Graph, ExchangeOnline string
}

// Clouds returns them, the one that nearly everybody has first.
func Clouds() []Cloud {
	return []Cloud{
		{
			Name: "global", Authority: "login.microsoftonline.com", Exchange: "outlook.office365.com",
			Delegated: "outlook.office.com", Server: "smtp.office365.com",
		},
		{
			Name: "us_gov", Authority: "login.microsoftonline.us", Exchange: "outlook.office365.us",
			Delegated: "outlook.office365.us", Server: "smtp.office365.us",
			Graph: "USGov", ExchangeOnline: "O365USGovGCCHigh",
		},
		{
			Name: "china", Authority: "login.partner.microsoftonline.cn", Exchange: "partner.outlook.cn",
			Delegated: "partner.outlook.cn", Server: "smtp.partner.outlook.cn",
			Graph: "China", ExchangeOnline: "O365China",
		},
	}
}

// Microsoft is an application of Microsoft Entra that sends through Exchange Online. tenant is a GUID or one of the
// tenant's domains; an unknown cloud counts as global.
func Microsoft(cloud, tenant, clientID string, proof Proof) Application {
	chosen := CloudNamed(cloud)
	return Application{
		TokenURL: "https://" + chosen.Authority + "/" + url.PathEscape(tenant) + "/oauth2/v2.0/token",
		ClientID: clientID, Scope: "https://" + chosen.Exchange + "/.default", Proof: proof,
	}
}

// CloudNamed is the cloud with the name; the global one for an unknown name.
func CloudNamed(name string) Cloud {
	clouds := Clouds()
	for _, one := range clouds {
		if one.Name == name {
			return one
		}
	}
	return clouds[0]
}

// isMicrosoft reports whether tokens from there are Microsoft's.
func isMicrosoft(tokenURL string) bool {
	host := strings.ToLower(hostOf(tokenURL))
	for _, one := range Clouds() {
		if host == one.Authority {
			return true
		}
	}
	return false
}
