// Package provider knows the mail providers that many administrators use: by which names their servers, their mail
// boxes and the servers that take mail for them are known, and which server sends for them.
package provider

import "strings"

// Provider is a mail provider.
type Provider struct {
	// ID is the stable name, such as "gmail".
	ID string
	// Name is what people call it.
	Name string
	// Server and Port are where mailboxes of the provider send; Server is empty where that depends on the customer.
	// All of them are encrypted: port 465 from the start, port 587 by STARTTLS.
	Server string
	Port   int
	// Servers are the domains of its servers, Boxes those of its mailboxes, and Exchanges those of the servers that take
	// mail for domains of its customers (MX).
	Servers, Boxes, Exchanges []string
}

var providers = []Provider{
	{ID: "gmail", Name: "Gmail", Server: "smtp.gmail.com", Port: 465,
		Servers: []string{"gmail.com", "googlemail.com", "google.com"},
		Boxes:   []string{"gmail.com", "googlemail.com"}, Exchanges: []string{"google.com", "googlemail.com"}},
	{ID: "microsoft365", Name: "Microsoft 365", Server: "smtp.office365.com", Port: 587,
		Servers: []string{"office365.com", "office.com", "mail.protection.outlook.com", "mx.microsoft", "office365.us",
			"partner.outlook.cn"},
		Exchanges: []string{"mail.protection.outlook.com", "mx.microsoft"}},
	{ID: "outlook", Name: "Outlook.com", Server: "smtp-mail.outlook.com", Port: 587,
		Servers: []string{"outlook.com", "hotmail.com", "live.com"},
		Boxes:   []string{"outlook.com", "hotmail.com", "live.com", "msn.com"}},
	{ID: "yahoo", Name: "Yahoo", Server: "smtp.mail.yahoo.com", Port: 465,
		Servers:   []string{"yahoo.com", "aol.com", "yahoo.co.jp"},
		Boxes:     []string{"yahoo.com", "yahoo.de", "yahoo.fr", "yahoo.es", "yahoo.co.uk", "yahoo.com.br", "ymail.com"},
		Exchanges: []string{"yahoodns.net"}},
	{ID: "icloud", Name: "iCloud", Server: "smtp.mail.me.com", Port: 587,
		Servers: []string{"me.com", "icloud.com", "mac.com"},
		Boxes:   []string{"icloud.com", "me.com", "mac.com"}, Exchanges: []string{"mail.icloud.com"}},
	{ID: "ses", Name: "Amazon SES", Servers: []string{"amazonaws.com"}},
	{ID: "sendgrid", Name: "SendGrid", Server: "smtp.sendgrid.net", Port: 465, Servers: []string{"sendgrid.net"}},
	{ID: "mailgun", Name: "Mailgun", Server: "smtp.mailgun.org", Port: 465, Servers: []string{"mailgun.org"}},
	{ID: "postmark", Name: "Postmark", Server: "smtp.postmarkapp.com", Port: 587, Servers: []string{"postmarkapp.com"}},
	{ID: "zoho", Name: "Zoho", Server: "smtp.zoho.com", Port: 465,
		Servers: []string{"zoho.com", "zoho.eu", "zoho.in", "zohocloud.ca"},
		Boxes:   []string{"zohomail.com", "zoho.com"}, Exchanges: []string{"zoho.com", "zohomail.com"}},
	{ID: "zoho", Name: "Zoho (EU)", Server: "smtp.zoho.eu", Port: 465, Boxes: []string{"zohomail.eu"},
		Exchanges: []string{"zoho.eu", "zohomail.eu"}},
	{ID: "brevo", Name: "Brevo", Server: "smtp-relay.brevo.com", Port: 587,
		Servers: []string{"brevo.com", "sendinblue.com"}},
	{ID: "mailjet", Name: "Mailjet", Server: "in-v3.mailjet.com", Port: 587, Servers: []string{"mailjet.com"}},
	{ID: "sparkpost", Name: "SparkPost", Server: "smtp.sparkpostmail.com", Port: 587,
		Servers: []string{"sparkpostmail.com"}},
	{ID: "fastmail", Name: "Fastmail", Server: "smtp.fastmail.com", Port: 465,
		Servers: []string{"fastmail.com", "messagingengine.com"},
		Boxes:   []string{"fastmail.com", "fastmail.fm"}, Exchanges: []string{"messagingengine.com"}},
	{ID: "yandex", Name: "Yandex", Server: "smtp.yandex.ru", Port: 465, Servers: []string{"yandex.ru", "yandex.com"},
		Boxes: []string{"yandex.ru", "yandex.com", "ya.ru"}, Exchanges: []string{"mx.yandex.net", "mx.yandex.ru"}},
	{ID: "mailru", Name: "Mail.ru", Server: "smtp.mail.ru", Port: 465, Servers: []string{"mail.ru"},
		Boxes:     []string{"mail.ru", "bk.ru", "inbox.ru", "list.ru", "internet.ru"},
		Exchanges: []string{"mxs.mail.ru", "emx.mail.ru"}},
	{ID: "gmx", Name: "GMX", Server: "mail.gmx.net", Port: 465, Servers: []string{"gmx.net", "gmx.com", "web.de"},
		Boxes: []string{"gmx.net", "gmx.de", "gmx.at", "gmx.ch"}},
	{ID: "gmx", Name: "GMX", Server: "mail.gmx.com", Port: 465, Boxes: []string{"gmx.com", "gmx.us", "gmx.co.uk"}},
	{ID: "gmx", Name: "WEB.DE", Server: "smtp.web.de", Port: 587, Boxes: []string{"web.de"}},
	{ID: "qq", Name: "QQ Mail", Server: "smtp.qq.com", Port: 465, Servers: []string{"qq.com"},
		Boxes: []string{"qq.com", "foxmail.com"}},
	{ID: "netease", Name: "NetEase Mail", Server: "smtp.163.com", Port: 465, Servers: []string{"163.com", "126.com"},
		Boxes: []string{"163.com"}},
	{ID: "netease", Name: "NetEase Mail", Server: "smtp.126.com", Port: 465, Boxes: []string{"126.com"}},
	{ID: "naver", Name: "Naver", Server: "smtp.naver.com", Port: 465, Servers: []string{"naver.com"},
		Boxes: []string{"naver.com"}, Exchanges: []string{"naver.com"}},
	{ID: "azure", Name: "Azure Communication Services", Server: "smtp.azurecomm.net", Port: 587,
		Servers: []string{"azurecomm.net"}},
	{ID: "oracle", Name: "Oracle Cloud", Servers: []string{"oraclecloud.com"}},
	{ID: "resend", Name: "Resend", Server: "smtp.resend.com", Port: 465, Servers: []string{"resend.com"}},
	{ID: "proton", Name: "Proton", Server: "smtp.protonmail.ch", Port: 587, Servers: []string{"protonmail.ch"},
		Exchanges: []string{"protonmail.ch"}},
	{ID: "ionos", Name: "IONOS", Servers: []string{"ionos.com", "ionos.de", "1und1.de"}},
	{ID: "ionos", Name: "IONOS", Server: "smtp.ionos.com", Port: 465, Servers: nil, Exchanges: []string{"ionos.com"}},
	{ID: "ionos", Name: "IONOS", Server: "smtp.ionos.de", Port: 465, Exchanges: []string{"ionos.de", "kundenserver.de"}},
}

// OfServer returns the id of the provider that a server belongs to; empty when it is not a known one.
func OfServer(host string) string {
	found, _ := find(host, func(p Provider) []string { return p.Servers })
	return found.ID
}

// OfBox returns the provider of the mailboxes of a domain, as far as the domain itself tells.
func OfBox(domain string) (Provider, bool) {
	domain = normal(domain)
	for _, one := range providers {
		for _, box := range one.Boxes {
			if domain == box {
				return one, true
			}
		}
	}
	return Provider{}, false
}

// OfExchange returns the provider of domains whose mail the server takes (MX).
func OfExchange(host string) (Provider, bool) {
	return find(host, func(p Provider) []string { return p.Exchanges })
}

// ByID returns the first provider of an id.
func ByID(id string) Provider {
	for _, one := range providers {
		if one.ID == id {
			return one
		}
	}
	return Provider{}
}

func find(host string, domains func(Provider) []string) (Provider, bool) {
	host = normal(host)
	for _, one := range providers {
		for _, domain := range domains(one) {
			if host == domain || strings.HasSuffix(host, "."+domain) {
				return one, true
			}
		}
	}
	return Provider{}, false
}

func normal(name string) string { return strings.TrimSuffix(strings.ToLower(name), ".") }
