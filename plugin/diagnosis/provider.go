package diagnosis

import "strings"

// providers maps the domains of well-known mail servers to the provider's id.
var providers = []struct{ id, domain string }{
	{"gmail", "gmail.com"}, {"gmail", "googlemail.com"}, {"gmail", "google.com"},
	{"microsoft365", "office365.com"}, {"microsoft365", "outlook.com"}, {"microsoft365", "hotmail.com"},
	{"microsoft365", "live.com"}, {"microsoft365", "protection.outlook.com"},
	{"yahoo", "yahoo.com"}, {"yahoo", "aol.com"}, {"yahoo", "yahoo.co.jp"},
	{"icloud", "me.com"}, {"icloud", "icloud.com"}, {"icloud", "mac.com"},
	{"ses", "amazonaws.com"},
	{"sendgrid", "sendgrid.net"},
	{"mailgun", "mailgun.org"},
	{"zoho", "zoho.com"}, {"zoho", "zoho.eu"}, {"zoho", "zoho.in"}, {"zoho", "zohocloud.ca"},
	{"postmark", "postmarkapp.com"},
	{"brevo", "brevo.com"}, {"brevo", "sendinblue.com"},
	{"mailjet", "mailjet.com"},
	{"sparkpost", "sparkpostmail.com"},
	{"fastmail", "fastmail.com"}, {"fastmail", "messagingengine.com"},
	{"yandex", "yandex.ru"}, {"yandex", "yandex.com"},
	{"mailru", "mail.ru"},
	{"gmx", "gmx.net"}, {"gmx", "gmx.com"}, {"gmx", "web.de"},
	{"qq", "qq.com"}, {"qq", "exmail.qq.com"}, {"netease", "163.com"}, {"netease", "126.com"},
	{"proton", "protonmail.ch"},
	{"ionos", "ionos.com"}, {"ionos", "ionos.de"}, {"ionos", "1und1.de"},
}

// providerOf returns the id of the provider whose server the host is; empty when it is not a known one.
func providerOf(host string) string {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	for _, provider := range providers {
		if host == provider.domain || strings.HasSuffix(host, "."+provider.domain) {
			return provider.id
		}
	}
	return ""
}
