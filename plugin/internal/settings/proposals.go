package settings

import (
	"net"
	"net/mail"
	"net/netip"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/plugin/internal/typed"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// softHyphen shows a hyphen only at the end of a line. A name that was copied may have had one there, or none.
const softHyphen = "\u00ad"

// readings are a text without soft hyphens and, where it had some, with hyphens.
func readings(given string) []string {
	if !strings.Contains(given, softHyphen) {
		return []string{given}
	}
	return []string{strings.ReplaceAll(given, softHyphen, ""), strings.ReplaceAll(given, softHyphen, "-")}
}

// mailboxes are the addresses of all readings.
func mailboxes(given string) []mail.Address {
	var found []mail.Address
	for _, reading := range readings(given) {
		found = append(found, typed.Mailboxes(reading)...)
	}
	return found
}

// use writes one value into its field.
func use(field, value string) finding.Fix {
	return finding.Fix{Label: text.Of("Use “{value}”", "value", value),
		Values: shared.Values{field: shared.Text(value)}}
}

// proposePort reads a port with words beside it. A number that is no port leads to the usual ones.
func (b *binding) proposePort(given string) []finding.Fix {
	found := typed.Ports(given)
	if len(found) == 0 {
		found = []typed.Port{{Number: 587, Encrypted: true}}
		if standard, _ := b.schema.Evaluate(b.values).Default(Port).AsInteger(); standard > 0 {
			found = append(found, typed.Port{Number: int(standard)})
		}
	}
	var fixes []finding.Fix
	for _, port := range found {
		fix := finding.Fix{Label: text.Of("Use port {port}", "port", port.Number),
			Values: shared.Values{Port: shared.Integer(int64(port.Number))}}
		if port.Encrypted && !b.boolean(UseSSL) {
			fix.Label = text.Of("Use port {port} with SSL", "port", port.Number)
			fix.Values[UseSSL] = shared.Boolean(true)
		}
		if port.Number != 25 || !b.boolean(UseSSL) || len(found) == 1 {
			fixes = append(fixes, fix)
		}
	}
	return fixes
}

// proposeLogin reads an address with decoration; else the login with the characters that it looks like.
func (b *binding) proposeLogin(given string) []finding.Fix {
	var fixes []finding.Fix
	for _, one := range mailboxes(given) {
		fixes = append(fixes, use(Login, one.Address))
	}
	if len(fixes) > 0 {
		return fixes
	}
	written, _ := typed.Latin(typed.Undecorated(typed.Plain(given)))
	if written == "" {
		return nil
	}
	return []finding.Fix{use(Login, written)}
}

// proposeSender reads addresses with decoration. A name beside one fills the field for it, when that is empty.
func (b *binding) proposeSender(given string) []finding.Fix {
	var fixes []finding.Fix
	for _, one := range mailboxes(given) {
		fix := use(Email, one.Address)
		if one.Name != "" && b.text(Name) == "" && utf8.RuneCountInString(one.Name) <= 128 {
			fix.Label = text.Of("Use “{value}” and the name “{name}”", "value", one.Address, "name", one.Name)
			fix.Values[Name] = shared.Text(one.Name)
		}
		fixes = append(fixes, fix)
	}
	return fixes
}

// proposeReplyTo reads addresses with decoration.
func (b *binding) proposeReplyTo(given string) (fixes []finding.Fix) {
	for _, one := range mailboxes(given) {
		fixes = append(fixes, use(ReplyTo, one.Address))
	}
	return fixes
}

// proposeName reads a name with quotation marks, or with its address. Letters of all alphabets make names.
func (b *binding) proposeName(given string) []finding.Fix {
	name := typed.Visible(typed.Undecorated(given))
	if boxes := typed.Mailboxes(given); strings.Contains(given, "<") && len(boxes) == 1 && boxes[0].Name != "" {
		fix := use(Name, boxes[0].Name)
		if b.text(Email) == "" {
			fix.Label = text.Of("Use “{value}” and the name “{name}”", "value", boxes[0].Address, "name", boxes[0].Name)
			fix.Values[Email] = shared.Text(boxes[0].Address)
		}
		return []finding.Fix{fix}
	}
	if name == "" || name == strings.TrimSpace(given) {
		return nil
	}
	return []finding.Fix{use(Name, name)}
}

// affirmative are words for a ticked box. Those for an empty one are not read: a fix does not give up encryption.
var affirmative = []string{"yes", "y", "on", "true", "1", "ssl", "tls", "starttls",
	"ssl/tls", "ja", "oui", "sí", "sim",
	"да",
	"是", "はい", "enabled"}

func (b *binding) proposeUseSSL(given string) []finding.Fix {
	if !slices.Contains(affirmative, strings.ToLower(typed.Plain(given))) {
		return nil
	}
	return []finding.Fix{{Label: text.Of("Turn on Use SSL"), Values: shared.Values{UseSSL: shared.Boolean(true)}}}
}

// proposeChoice reads the value of an option in other letters.
func (b *binding) proposeChoice(given string) []finding.Fix {
	value := strings.ToLower(typed.Plain(given))
	declared, _ := b.schema.Field(Authentication)
	for _, option := range declared.Options {
		if option.Value == value || strings.EqualFold(option.Label, value) {
			return []finding.Fix{use(Authentication, option.Value)}
		}
	}
	return []finding.Fix{use(Authentication, authenticateAutomatically)}
}

// proposeEHLOName reads a name as it goes on the wire. Where there is none, this machine's own is always right.
func (b *binding) proposeEHLOName(given string) []finding.Fix {
	fixes := []finding.Fix{}
	for _, one := range typed.Servers(given) {
		if name, err := smtpconn.ASCIIHost(one.Host); err == nil {
			fixes = append(fixes, use(EHLOName, introduced(name)))
		}
	}
	return append(fixes, finding.Fix{Label: text.Of("Leave it empty: the host name is used"),
		Values: shared.Values{EHLOName: shared.Value{}}})
}

// introduced is the form in which a machine introduces itself (RFC 5321 section 4.1.3): without the dot at the end of a
// name, and an address as a literal.
func introduced(name string) string {
	switch address, err := netip.ParseAddr(name); {
	case err != nil:
		return strings.TrimSuffix(name, ".")
	case address.Is4():
		return "[" + name + "]"
	default:
		return "[IPv6:" + address.WithZone("").String() + "]"
	}
}

// proposeProxy reads the address of a proxy. What kind it is only its port tells, if at all.
func (b *binding) proposeProxy(given string) []finding.Fix {
	var fixes []finding.Fix
	plain := strings.ToLower(typed.Plain(given))
	for _, one := range typed.Servers(given) {
		kinds := []string{"http", "socks5"}
		if strings.Contains(plain, "socks") || one.Port == 1080 || one.Port == 9050 {
			kinds = []string{"socks5"}
		} else if strings.Contains(plain, "http:") {
			kinds = []string{"http"}
		}
		for _, kind := range kinds {
			port := one.Port
			if port == 0 {
				port = map[string]int{"http": 3128, "socks5": 1080}[kind]
			}
			fixes = append(fixes, use(Proxy, kind+"://"+net.JoinHostPort(one.Host, portText(port))))
		}
	}
	return fixes
}

// proposeTimeLimit reads a length of time with blanks, words, or as a number of seconds.
func (b *binding) proposeTimeLimit(given string) []finding.Fix {
	limit, found := typed.Duration(given)
	switch {
	case !found:
		return []finding.Fix{{Label: text.Of("Use “{value}”", "value", "30s"),
			Values: shared.Values{TimeLimit: shared.Value{}}}}
	case limit < shortestTimeLimit:
		limit = shortestTimeLimit
	case limit > longestTimeLimit:
		limit = longestTimeLimit
	}
	return []finding.Fix{use(TimeLimit, limit.Round(time.Second).String())}
}

// proposeReference reads a path or a variable without the scheme.
func (b *binding) proposeReference(given string) []finding.Fix {
	plain := typed.Undecorated(typed.Plain(given))
	scheme, rest, _ := strings.Cut(plain, ":")
	switch rest = strings.TrimLeft(rest, "/"); {
	case strings.HasPrefix(plain, "/"):
		return []finding.Fix{use(PasswordReference, "file://"+plain)}
	case strings.HasPrefix(plain, "$"):
		return []finding.Fix{use(PasswordReference, "env://"+strings.Trim(plain, "${}"))}
	case strings.EqualFold(scheme, "file"):
		return []finding.Fix{use(PasswordReference, "file:///"+rest)}
	case strings.EqualFold(scheme, "env"):
		return []finding.Fix{use(PasswordReference, "env://"+rest)}
	}
	return nil
}

// proposeCertificates reads certificates whose lines have suffered, and leaves out what else was pasted with them.
func (b *binding) proposeCertificates(given string) []finding.Fix {
	found := typed.Certificates(given)
	if found == "" {
		return nil
	}
	return []finding.Fix{{
		Label: text.Of("Use the certificate in it || Use the {count} certificates in it", "count",
			strings.Count(found, "BEGIN")), Values: shared.Values{CACertificate: shared.Text(found)},
	}}
}

// proposeFingerprint reads a fingerprint as other programs show it, or makes that of a certificate.
func (b *binding) proposeFingerprint(given string) []finding.Fix {
	found := typed.Fingerprint(given)
	if found == "" {
		return nil
	}
	return []finding.Fix{use(PinnedCertificate, found)}
}
