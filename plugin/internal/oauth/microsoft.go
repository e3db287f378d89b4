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
}

// Clouds returns them, the one that nearly everybody has first.
func Clouds() []Cloud {
	return []Cloud{
		{"global", "login.microsoftonline.com", "outlook.office365.com", "outlook.office.com", "smtp.office365.com"},
		{"us_gov", "login.microsoftonline.us", "outlook.office365.us", "outlook.office365.us", "smtp.office365.us"},
		{"china", "login.partner.microsoftonline.cn", "partner.outlook.cn", "partner.outlook.cn", "smtp.partner.outlook.cn"},
	}
}

// Microsoft is an application of Microsoft Entra that sends through Exchange Online. tenant is a GUID or one of the
// tenant's domains; an unknown cloud counts as global.
func Microsoft(cloud, tenant, clientID string, proof Proof) Application {
	chosen := cloudNamed(cloud)
	return Application{
		TokenURL: "https://" + chosen.Authority + "/" + url.PathEscape(tenant) + "/oauth2/v2.0/token",
		ClientID: clientID, Scope: "https://" + chosen.Exchange + "/.default", Proof: proof,
	}
}

func cloudNamed(name string) Cloud {
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
