package diagnosis

import (
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/smtp-settings/smtp-settings/plugin/internal/provider"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
)

// Circumstances that rules ask for beside the reply.

func loggedIn(r *reading) bool {
	return r.failure.Session != nil && r.failure.Session.Login == smtpconn.LoginDone
}

// withLogin reports whether there is a login, whether it was used or not.
func withLogin(r *reading) bool { return !noLogin(r) }

// choosesStyle reports whether the settings say how client id and secret are sent.
func choosesStyle(r *reading) bool {
	return r.ShownFields == nil || slices.Contains(r.ShownFields, "oauth_client_style")
}

func noLogin(r *reading) bool { return !loggedIn(r) && !r.Target.WantsLogin() }

func loginSwitchedOff(r *reading) bool { return r.Target.Authentication == smtpconn.AuthenticateNever }

// ofSecurity reports whether the enhanced status code speaks of security or policy (x.7.y).
func ofSecurity(r *reading) bool { return len(r.enhanced) > 3 && r.enhanced[1:4] == ".7." }

func notOfSecurity(r *reading) bool { return !ofSecurity(r) }

func loginNotOffered(r *reading) bool {
	return r.failure.Session != nil && r.failure.Session.Login == smtpconn.LoginNotOffered
}

func usedOAuth2(r *reading) bool { return r.Target.Authentication == smtpconn.AuthenticateOAuth2 }

// usedPassword is a login that was none with a token.
func usedPassword(r *reading) bool { return !usedOAuth2(r) }

// authUnknown are the replies to AUTH that mean the command or its mechanism, not what it was given.
var authUnknown = []int{500, 502, 503, 504}

// commandKnown reports whether the reply is not one to the command itself.
func commandKnown(r *reading) bool {
	return r.failure.Reply != nil && !slices.Contains(authUnknown, r.failure.Reply.Code)
}

func unencrypted(r *reading) bool {
	return r.failure.Session != nil && !r.failure.Session.LoginEncrypted()
}

func encrypted(r *reading) bool {
	return r.failure.Session != nil && r.failure.Session.LoginEncrypted()
}

// onlyPinned is a target whose connection may be unencrypted but for the pinned certificate.
func onlyPinned(r *reading) bool { return !r.Target.Encrypt }

func nothingAnswers(r *reading) bool { return r.Looked && len(r.OpenPorts) == 0 }

// portalAnswered reports whether the login page of a network has answered: one that sends the caller elsewhere, wants
// a login (RFC 6585 section 6), or stands where a known provider has no web server.
func portalAnswered(r *reading) bool {
	if r.failure.Protocol != "HTTP" {
		return false
	}
	var answer *smtpconn.WebAnswerError
	if errors.As(r.failure.Err, &answer) &&
		(answer.Status/100 == 3 || answer.Status == http.StatusNetworkAuthenticationRequired) {
		return true
	}
	return r.provider != ""
}

// portalNames are names that the login pages of networks have: whole labels, or the first part of one, so that no part
// of another word counts.
var portalNames = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)(?:^|[.\s-])(?:captive(?:-?portal)?|hotspot|secure-?login|wi-?fi[0-9]*|wlan[0-9]*|` +
		`guests?|guest-?(?:wifi|wlan|net|network|portal|access)|login-?page|cloudessa|meraki|network-?(?:login|auth)|` +
		`aruba-?networks|ruckus(?:wireless)?|unifi)(?:$|[.\s-])|^n?logon[.-]|^portal[.-]`)
})

// isPortal reports whether the login page of a network has shown its certificate. One that has a name of the server's
// own domain is for another host of it.
func isPortal(r *reading) bool {
	certificate := certificateOf(r.failure)
	if certificate == nil || !hasWrongName(r) {
		return false
	}
	names := append([]string{certificate.Subject.CommonName}, certificate.DNSNames...)
	ownDomain := func(name string) bool { return domainOf(name) == domainOf(r.host) }
	return slices.ContainsFunc(names, portalNames().MatchString) && !slices.ContainsFunc(names, ownDomain)
}

// domainOf is the domain of a host name as far as its last two labels tell. Two companies may share them under a
// suffix of two labels, such as co.uk; then less is claimed than could be.
func domainOf(host string) string {
	labels := strings.Split(strings.ToLower(strings.TrimSuffix(host, ".")), ".")
	return strings.Join(labels[max(0, len(labels)-2):], ".")
}

// consumerOutlook reports whether the mailbox is one of Outlook.com, which has no administrator, and not of Microsoft
// 365. Both may use the same servers.
func consumerOutlook(r *reading) bool {
	_, domain, _ := strings.Cut(r.Target.Login, "@")
	box, _ := provider.OfBox(domain)
	return r.provider == outlook || r.provider == microsoft365 && box.ID == outlook
}

// Credentials of Amazon SES: the login is an access key, the SMTP password of which has 44 characters and its secret
// key 40.
const accessKey, secretKeyLength = "AKIA", 40

func secretKeyAtSES(r *reading) bool {
	return strings.HasPrefix(r.Target.Login, accessKey) && len(r.Target.Password.Reveal()) == secretKeyLength
}

func loginNotOfSES(r *reading) bool {
	return r.Target.Login != "" && !strings.HasPrefix(r.Target.Login, accessKey)
}

// atHost is a server whose name ends like this.
func atHost(name string) func(*reading) bool {
	return func(r *reading) bool { return r.hostEnds(name) }
}

func protocolKnown(r *reading) bool { return r.failure.Protocol != "" }

func mustEncrypt(r *reading) bool { return r.Target.Encrypt }

// atExchange reports whether the server takes mail for domains instead of sending it (MX).
func atExchange(r *reading) bool {
	if _, exchange := provider.OfExchange(r.host); exchange {
		return true
	}
	return exchangeName().MatchString(r.host)
}

// exchangePort is where servers take mail for domains (RFC 5321 section 2.3.5); logins are for other ports.
const exchangePort = 25

// atExchangePort reports whether no port for logins was called, or the server is one that has none.
func atExchangePort(r *reading) bool {
	_, exchange := provider.OfExchange(r.host)
	return exchange || r.Target.Port == exchangePort
}

var exchangeName = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(
		`^(?:[a-z0-9-]*mx[a-z]?[0-9]*[.-]|aspmx|inbound|mailin|mx-|smtp-in|mta[0-9]+\.)|-mx-|\.mx\.|^gmail-smtp-in`)
})

var (
	asterisks   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[*\s]{8,}$`) })
	maskedWord  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^X{3,}[A-Z]?$`) })
	ftpGreeting = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)\bftp\b|filezilla`) })
)

// inspected reports whether a firewall on the way has made the greeting or keywords of EHLO unreadable, as "inspect
// esmtp" of Cisco ASA and the fixup of PIX do.
func inspected(r *reading) bool {
	session := r.failure.Session
	if session == nil {
		return false
	}
	if session.Greeting.Says(asterisks()) {
		return true
	}
	for keyword := range session.Extensions {
		if maskedWord().MatchString(keyword) {
			return true
		}
	}
	return false
}

func greetedAsFTP(r *reading) bool {
	return r.failure.Session != nil && r.failure.Session.Greeting.Says(ftpGreeting())
}

// givesNoReason reports whether a refusal of the message does not say that it is for what is in it.
func givesNoReason(r *reading) bool {
	return r.failure.Reply != nil && !r.says(spam) && !r.says(namesSpam)
}

// both joins conditions.
func both(conditions ...func(*reading) bool) func(*reading) bool {
	return func(r *reading) bool {
		return !slices.ContainsFunc(conditions, func(one func(*reading) bool) bool { return !one(r) })
	}
}

// servedHere reports whether the server most likely has the mailboxes of the recipient's domain: without a login it
// takes mail for no others, and who sends to its own domain uses that domain's server.
func servedHere(r *reading) bool {
	if noLogin(r) {
		return true
	}
	_, own, _ := strings.Cut(r.Envelope.Sender, "@")
	_, theirs, _ := strings.Cut(r.Envelope.Recipient, "@")
	return own != "" && strings.EqualFold(own, theirs)
}

// nothingElse reports whether the reply only names a page.
func nothingElse(r *reading) bool {
	return !r.says(namesMailbox) && !r.says(senderMeant) && !r.says(ipMeant) && !r.says(namesMessage)
}

// saysUnroutable reports whether the server has no route to an address: Exim says so of a domain and of a mailbox.
func saysUnroutable(r *reading) bool { return r.says(addressUnroutable) }

func loginMissing(r *reading) bool { return noLogin(r) || loginNotOffered(r) }

// inspectors are programs and devices that look into encrypted connections, by what stands in the issuer of their
// certificates: whole words, and with names that others have, too, what the product calls itself.
var inspectors = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\b(?:avast|avg|kaspersky|eset|bitdefender|fortinet|fortigate\w*|` +
		`zscaler|sophos|palo ?alto|blue ?coat|symantec web|mcafee|trend ?micro|` +
		`norton (?:antivirus|anti-virus|security|internet security|360|family|web|personal)|` +
		`check ?point|watchguard|sonicwall|untangle|netskope|cisco umbrella|` +
		`barracuda|mail shield|web shield|g ?data|dr\.? ?web|comodo (?:firewall|internet)|` +
		`skyhigh|trellix|cisco (?:secure|web|wsa|ironport)|ironport|(?:pf|opn)sense|dpi-ssl|` +
		`lightspeed (?:systems|rocket|relay|filter)|iboss|` +
		`menlo security|cato networks|perimeter 81|stormshield|sangfor|hillstone|ipfire|clearos|` +
		`endian (?:firewall|utm|hotspot|community)|` +
		`f-secure|withsecure|panda security|webroot|malwarebytes|quick ?heal|bullguard|vipre|qustodio|net nanny|` +
		`portswigger|secure web (?:gateway|appliance)|web (?:security service|gateway|filter)|` +
		`ssl (?:inspect\w*|intercept\w*|proxy|decrypt\w*|scan\w*)|smoothwall|forcepoint|websense|content gateway|` +
		`cloudflare (?:gateway|for teams)|squid[ -](?:proxy|cache|ca|ssl|root)|mitmproxy|charles proxy|` +
		`fiddler(?:root)?|burp suite|adguard)\b`)
})

// isInspector reports whether the certificate comes from one that looks into connections.
func isInspector(r *reading) bool {
	certificate := certificateOf(r.failure)
	if certificate == nil || !hasUnknownIssuer(r) {
		return false
	}
	return inspectors().MatchString(strings.ReplaceAll(certificate.Issuer.String(), "_", " "))
}

// isStranger reports whether a server of a known provider was called and another one shows its certificate. Servers of
// known providers never have one for another name.
func isStranger(r *reading) bool {
	certificate := certificateOf(r.failure)
	if r.provider == "" || certificate == nil || len(certificate.DNSNames) == 0 || !hasWrongName(r) &&
		!hasUnknownIssuer(r) {
		return false
	}
	return !slices.ContainsFunc(certificate.DNSNames, func(name string) bool {
		return provider.OfServer(strings.TrimPrefix(name, "*.")) == r.provider
	})
}

var hostingGreeting = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\bexim\b|cpanel|plesk|directadmin`)
})

// proven reports whether the server has shown a certificate that proves who it is.
func proven(session *smtpconn.Session) bool {
	return session.LoginEncrypted() && session.TLS != nil && session.Unverified == nil
}

// greetedByStranger reports whether a server of a hosting provider greeted where one of a large mail provider was
// called.
func greetedByStranger(r *reading) bool {
	session := r.failure.Session
	if session == nil || r.provider == "" || proven(session) || !session.Greeting.Says(hostingGreeting()) {
		return false
	}
	words := strings.Fields(session.Greeting.Text())
	return len(words) > 0 && strings.Contains(words[0], ".") && provider.OfServer(words[0]) != r.provider
}
