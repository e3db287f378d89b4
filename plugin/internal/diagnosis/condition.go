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

func noLogin(r *reading) bool {
	return !loggedIn(r) && r.Target.Login == "" && r.Target.Password.IsEmpty() &&
		r.Target.Authentication != smtpconn.AuthenticateOAuth2
}

// ofSecurity reports whether the enhanced status code speaks of security or policy (x.7.y).
func ofSecurity(r *reading) bool { return len(r.enhanced) > 3 && r.enhanced[1:4] == ".7." }

func notOfSecurity(r *reading) bool { return !ofSecurity(r) }

func loginNotOffered(r *reading) bool {
	return r.failure.Session != nil && r.failure.Session.Login == smtpconn.LoginNotOffered
}

func usedOAuth2(r *reading) bool { return r.Target.Authentication == smtpconn.AuthenticateOAuth2 }

func unencrypted(r *reading) bool {
	return r.failure.Session != nil && !r.failure.Session.LoginEncrypted()
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

var portalNames = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)captive|hotspot|secure-?login|wi-?fi|wlan|guest[.-]|login[.-]page|cloudessa|meraki|` +
		`(?:^|[.-])portal[.-]|networklogin|^n?logon[.-]|aruba-?networks|ruckus|unifi`)
})

// isPortal reports whether the login page of a network has shown its certificate.
func isPortal(r *reading) bool {
	certificate := certificateOf(r.failure)
	return certificate != nil && hasWrongName(r) && slices.ContainsFunc(
		append([]string{certificate.Subject.CommonName}, certificate.DNSNames...), portalNames().MatchString)
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

func loginMissing(r *reading) bool { return noLogin(r) || loginNotOffered(r) }

// inspectors are programs and devices that look into encrypted connections, by what stands in the issuer of their
// certificates.
var inspectors = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)avast|\bavg\b|kaspersky|\beset\b|bitdefender|fortinet|fortigate|` +
		`zscaler|sophos|palo ?alto|blue ?coat|symantec web|mcafee|trend ?micro|norton|` +
		`check ?point|watchguard|sonicwall|untangle|netskope|` +
		`cisco umbrella|barracuda|mail shield|web shield|g ?data|dr\.?web|comodo (?:firewall|internet)|` +
		`skyhigh|trellix|umbrella|cisco (?:secure|web|wsa|ironport)|ironport|(?:pf|opn)sense|dpi-ssl|lightspeed|iboss|` +
		`menlo security|cato networks|perimeter 81|stormshield|sangfor|hillstone|ipfire|endian|clearos|` +
		`f-secure|withsecure|panda security|webroot|malwarebytes|quick ?heal|bullguard|vipre|qustodio|net nanny|` +
		`portswigger|secure web (?:gateway|appliance)|web (?:security service|gateway|filter)|` +
		`ssl (?:inspect|intercept|proxy|decrypt|scan)|smoothwall|forcepoint|websense|content gateway|` +
		`cloudflare (?:gateway|for teams)|squid|mitmproxy|charles proxy|fiddler|burp|adguard`)
})

// isInspector reports whether the certificate comes from one that looks into connections.
func isInspector(r *reading) bool {
	certificate := certificateOf(r.failure)
	return certificate != nil && hasUnknownIssuer(r) && inspectors().MatchString(certificate.Issuer.String())
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

// greetedByStranger reports whether a server of a hosting provider greeted where one of a large mail provider was
// called.
func greetedByStranger(r *reading) bool {
	session := r.failure.Session
	if session == nil || r.provider == "" || !session.Greeting.Says(hostingGreeting()) {
		return false
	}
	words := strings.Fields(session.Greeting.Text())
	return len(words) > 0 && strings.Contains(words[0], ".") && provider.OfServer(words[0]) != r.provider
}
