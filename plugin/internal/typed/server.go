package typed

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
)

// Server is a server as it may have been meant, with what was typed beside its name.
type Server struct {
	Host string
	// Port is 0 when none was named.
	Port int
	// Encrypted tells that encryption was named, or that the port is used with nothing else.
	Encrypted bool
	// Login is the name of the user; empty when none was named.
	Login string
	// Web tells that it was written as the address of a web page.
	Web bool
}

var (
	scheme  = compiled(`(?i)^([a-z][a-z0-9+.\-]*):/+(.*)$`)
	noColon = compiled(`(?i)^(https?|smtps?|ssl|tls)//+(.*)$`)
	// literal is an address of IPv6 in brackets, as in a web address, or as in EHLO (RFC 5321 section 4.1.3).
	literal = compiled(`(?i)^\[(?:ipv6:)?([0-9a-f:.]+(?:%[^\]]+)?)\]?(.*)$`)
	// leadingZeros are those of the parts of an IPv4 address.
	leadingZeros = compiled(`\b0+([0-9])`)
	fourParts    = compiled(`^\d{1,3}(\.\d{1,3}){3}$`)
	// tldAlone is the last part of a name, for names whose dots were left out or written as other characters.
	tldAlone = compiled(`^(com|net|org|edu|gov|info|biz|[a-z]{2})$`)
	// beforeHost and afterTLD are blanks behind a dot within a name.
	beforeHost = compiled(`(?i)(^|[\s"'<(=])([a-z0-9\-]+)\.\s+([a-z0-9\-]+\.)`)
	afterTLD   = compiled(`(?i)([a-z0-9]\.[a-z0-9\-]+)\.\s+(com|net|org|edu|gov|info|biz)\b`)
)

// keywords are words beside a name that are no names.
var keywords = []string{
	"smtp", "esmtp", "server", "host", "hostname", "port", "address", "outgoing", "mail", "name", "mx", "srv", "in", "ttl",
	"exchanger", "preference", "use", "via", "over", "with", "and", "or", "on", "the", "at", "auth", "user", "username",
	"login", "password", "security", "encryption", "connection", "type", "yes", "true", "set", "relay", "to", "is",
	"serveur", "servidor", "anschluss", "puerto", "porta", "und", "oder", "mit", "et", "ou", "y", "tcp", "nslookup", "dig",
}

// webPorts are those of web pages: they say nothing about mail.
var webPorts = []int{80, 443, 8080, 8443, 2083, 2087, 2095, 2096}

// Servers returns the servers that a text names, at most three, the most likely first. What was typed beside a name (a
// port, the word STARTTLS, a login) is taken along. Hosts are valid names or addresses.
func Servers(text string) []Server {
	if len(text) > Longest {
		return nil
	}
	text = markdown().ReplaceAllString(joined(Plain(decoded(text))), "$1")
	r := &reading{}
	for _, token := range strings.FieldsFunc(text, between) {
		r.token(token)
	}
	return r.servers()
}

func between(r rune) bool { return strings.ContainsRune(" ,;|<>\"'`(){}=\\→·!*", r) }

// joined mends names whose dots have blanks beside them, or are commas.
func joined(text string) string {
	if parts := strings.Split(text, ","); len(parts) > 2 && !strings.ContainsAny(text, ". ") {
		if last := parts[len(parts)-1]; tldAlone().MatchString(last) || isNumber(last) {
			return strings.Join(parts, ".")
		}
	}
	text = beforeHost().ReplaceAllStringFunc(text, func(found string) string {
		parts := beforeHost().FindStringSubmatch(found)
		if slices.Contains(keywords, strings.ToLower(parts[2])) && strings.ToLower(parts[2]) != "smtp" &&
			strings.ToLower(parts[2]) != "mail" {
			return found
		}
		return parts[1] + parts[2] + "." + parts[3]
	})
	text = blankDot().ReplaceAllString(text, "$1.$2")
	text = afterTLD().ReplaceAllString(text, "$1.$2")
	return commaForDot().ReplaceAllString(text, "$1.$2$3")
}

// reading collects what the words of a text say.
type reading struct {
	names []name
	// ports stand between the names; near is the number of names before each.
	ports []portAt
	words []string
	// mailbox is an e-mail address that is none of the names.
	mailbox string
}

type name struct {
	Server
	// sure names have a dot, are addresses, or are this machine.
	sure bool
	// word tells that it is a common word, and a name only if there is no other.
	word bool
}

type portAt struct {
	number, after int
	// named follows the word port.
	named bool
}

// token reads a word.
func (r *reading) token(token string) {
	token = strings.TrimRight(token, ".,;?")
	found := scheme().FindStringSubmatch(token)
	if found == nil {
		found = noColon().FindStringSubmatch(token)
	}
	web := false
	if found != nil {
		kind := strings.ToLower(found[1])
		web = strings.HasPrefix(kind, "http") || kind == "ftp"
		if !web {
			r.words = append(r.words, strings.FieldsFunc(kind, func(c rune) bool { return c == '+' || c == '.' || c == '-' })...)
		}
		token = found[2]
	}
	token = strings.TrimLeft(token, "/.")
	authority, rest := token, ""
	if i := strings.IndexAny(token, "/?#"); i >= 0 {
		authority, rest = token[:i], token[i+1:]
	}
	r.authority(authority, found != nil, web)
	if !web {
		r.behind(rest)
	}
}

// behind reads what stands behind a slash: words about encryption, or a port.
func (r *reading) behind(rest string) {
	for _, word := range strings.FieldsFunc(strings.ToLower(rest), func(c rune) bool {
		return strings.ContainsRune("/?#&:+-.", c)
	}) {
		if number, valid := portNumber(word); valid && slices.Contains(mailPorts, number) {
			r.port(number)
		}
		r.words = append(r.words, word)
	}
}

// authority reads [user[:password]@]host[:port[:user[:password]]]. The password is left out.
func (r *reading) authority(authority string, isURL, web bool) {
	if host, port, user, pasted := pastedLogin(authority); pasted {
		r.name(host, web)
		r.port(port)
		r.names[len(r.names)-1].Login = user
		return
	}
	login := ""
	if at := strings.LastIndexByte(authority, '@'); at >= 0 {
		user := authority[:at]
		authority = authority[at+1:]
		if strings.EqualFold(user, "smtp") { // The sign was typed for a dot.
			r.hostAndPort(user+"."+authority, web)
			return
		}
		name, _, withPassword := strings.Cut(user, ":")
		if !isURL && !withPassword && !strings.Contains(authority, ":") && !isServerName(authority) {
			r.mailbox = tidy(user + "@" + authority)
			return
		}
		if decoded, err := url.PathUnescape(name); err == nil {
			name = decoded
		}
		login = name
	}
	before := len(r.names)
	r.hostAndPort(authority, web)
	if len(r.names) > before && shared.IsEmailAddress(login) || login != "" && !strings.ContainsAny(login, " <>\"'") {
		if len(r.names) > before {
			r.names[len(r.names)-1].Login = login
		}
	}
}

var pasted = compiled(`^([^@:\s\[\]]+):(\d{1,5}):([^:\s]+)(?::.*)?$`)

// pastedLogin recognises host:port:user and host:port:user:password.
func pastedLogin(text string) (host string, port int, user string, ok bool) {
	parts := pasted().FindStringSubmatch(text)
	if parts == nil || slices.Contains(encrypting, strings.ToLower(parts[3])) {
		return "", 0, "", false
	}
	port, valid := portNumber(parts[2])
	_, isHost := hostName(parts[1])
	return parts[1], port, parts[3], valid && isHost
}

// hostAndPort reads host[:port] with further words between colons.
func (r *reading) hostAndPort(text string, web bool) {
	if _, err := netip.ParseAddr(text); err == nil {
		r.name(text, web)
		return
	}
	if parts := literal().FindStringSubmatch(text); parts != nil {
		r.name(parts[1], web)
		text = parts[2]
	}
	for _, piece := range strings.Split(text, ":") {
		piece = strings.Trim(piece, "[]/")
		word := strings.ToLower(piece)
		number, valid := portNumber(strings.TrimPrefix(word, "port"))
		switch {
		case piece == "":
		case valid:
			r.port(number)
		case isNumber(piece): // One that is no port.
		default:
			r.name(piece, web)
			r.words = append(r.words, word)
		}
	}
}

func isNumber(text string) bool { return strings.Trim(text, "0123456789") == "" }

// port notes a number, and whether the word before it says that it is a port.
func (r *reading) port(number int) {
	named := len(r.words) > 0 && slices.Contains([]string{"port", "puerto", "porta", "anschluss"}, r.words[len(r.words)-1])
	r.ports = append(r.ports, portAt{number: number, after: len(r.names), named: named})
}

// name notes a name, if it can be one.
func (r *reading) name(text string, web bool) {
	host, valid := hostName(text)
	if !valid || slices.Contains(encrypting, strings.ToLower(host)) {
		return
	}
	_, err := netip.ParseAddr(host)
	r.names = append(r.names, name{
		Server: Server{Host: host, Web: web}, word: slices.Contains(keywords, strings.ToLower(host)),
		sure: err == nil || strings.Contains(host, ".") || strings.EqualFold(host, "localhost"),
	})
}

// hostName brings a name into the form in which it is valid.
func hostName(text string) (string, bool) {
	if address, err := netip.ParseAddr(text); err == nil {
		return address.String(), true
	}
	host, _ := Latin(strings.Trim(dots().ReplaceAllString(text, "."), ".-_:/[]&?#%+~^$"))
	if fourParts().MatchString(host) {
		host = leadingZeros().ReplaceAllString(host, "$1")
	}
	if _, err := smtpconn.ASCIIHost(host); err != nil || host == "" || isNumber(host) || len(host) > 253 {
		return "", false
	}
	return host, true
}
