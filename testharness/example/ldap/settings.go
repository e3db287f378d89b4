package ldap

import (
	"crypto/x509"
	"maps"
	"net"
	"slices"
	"strings"
	"time"

	goldap "github.com/go-ldap/ldap/v3"

	"github.com/smtp-settings/smtp-settings/shared"
)

// settings are the values of the form as the connection needs them. What is hidden is not among them.
type settings struct {
	servers    []string
	encryption string
	ca         string
	bindDN     string // empty means anonymous
	password   string
	baseDN     string
	login      string
	userFilter string
	groups     bool
	source     string
	groupBase  string
	member     string
	roles      map[string]string
	timeLimit  time.Duration
	sizeLimit  int
}

func read(values shared.Values, password string) settings {
	schema := form()
	follows := schema.Evaluate(values)
	value := func(name string) shared.Value {
		if field, _ := schema.Field(name); !follows.Visible(field) {
			return shared.Value{}
		}
		return follows.Effective(name)
	}
	written := func(name string) string { text, _ := value(name).AsText(); return text }
	s := settings{
		encryption: written(fieldEncryption), ca: written(fieldCA), bindDN: written(fieldBindDN),
		baseDN: written(fieldBaseDN), login: written(fieldLogin), userFilter: written(fieldUserFilter),
		source: written(fieldSource), groupBase: written(fieldGroupBase), member: written(fieldMember),
	}
	s.servers, _ = value(fieldServers).AsList()
	s.groups, _ = value(fieldGroups).AsBoolean()
	s.roles, _ = value(fieldRoles).AsMap()
	s.timeLimit, _ = time.ParseDuration(written(fieldTimeLimit))
	size, _ := value(fieldSizeLimit).AsInteger()
	s.sizeLimit = int(size)
	if s.bindDN != "" {
		s.password = password
	}
	return s
}

// destination is where a password goes: it is of use for nothing else, until it is entered again.
func (s settings) destination() string {
	return strings.Join(slices.Sorted(slices.Values(s.servers)), " ") + "\n" + s.encryption + "\n" + s.ca
}

// urls is what other programs call the servers (RFC 4516).
func (s settings) urls() string {
	scheme := "ldap://"
	if s.encryption == encryptLDAPS {
		scheme = "ldaps://"
	}
	list := make([]string, len(s.servers))
	for i, server := range s.servers {
		list[i] = scheme + server
	}
	return strings.Join(list, " ")
}

// exposed reports whether the password would go over a network unencrypted.
func (s settings) exposed() bool {
	return s.encryption == encryptNone && s.bindDN != "" && slices.ContainsFunc(s.servers, func(server string) bool {
		host, _, _ := net.SplitHostPort(server)
		address := net.ParseIP(host)
		return host != "localhost" && (address == nil || !address.IsLoopback())
	})
}

// preview says what a test would do.
func (s settings) preview() string {
	how := map[string]string{
		encryptNone: "without encryption", encryptStartTLS: "with StartTLS", encryptLDAPS: "with TLS",
	}
	as := "anonymously"
	if s.bindDN != "" {
		as = "as " + s.bindDN
	}
	return "Will connect to " + strings.Join(s.servers, ", ") + " " + how[s.encryption] + ", bind " + as +
		" and look for users below " + s.baseDN + "."
}

// check finds what the schema cannot say.
func (s settings) check() shared.Diagnostics {
	var found shared.Diagnostics
	refuse := func(field, code, summary, detail string) {
		found = append(found, shared.Diagnostic{
			Severity: shared.SeverityError, Code: code, Field: field, Summary: summary, Detail: detail,
		})
	}
	if s.ca != "" && !x509.NewCertPool().AppendCertsFromPEM([]byte(s.ca)) {
		refuse(fieldCA, "not_a_certificate", "“CA certificate” has no certificate in it.",
			"It begins with -----BEGIN CERTIFICATE-----.")
	}
	const howDN = "It is written like dc=example,dc=com (RFC 4514)."
	if _, err := goldap.ParseDN(s.baseDN); err != nil {
		refuse(fieldBaseDN, "not_a_dn", "“Base DN” is not a DN.", howDN)
	}
	if _, err := goldap.ParseDN(s.groupBase); err != nil {
		refuse(fieldGroupBase, "not_a_dn", "“Base DN of groups” is not a DN.", howDN)
	}
	for _, group := range slices.Sorted(maps.Keys(s.roles)) {
		if _, err := goldap.ParseDN(group); err != nil {
			refuse(fieldRoles, "not_a_dn", "“"+group+"” is not the DN of a group.", howDN)
			break
		}
	}
	if _, err := goldap.CompileFilter(s.userFilter); s.userFilter != "" && err != nil {
		refuse(fieldUserFilter, "not_a_filter", "“User filter” is not a filter.",
			"It is written like (objectClass=person) or (&(objectClass=person)(active=TRUE)).")
	}
	if s.exposed() {
		found = append(found, shared.Diagnostic{
			Severity: shared.SeverityWarning, Code: "not_encrypted", Field: fieldEncryption,
			Summary: "Passwords go over the network unencrypted.", Detail: "Choose LDAPS or StartTLS.",
		})
	}
	return found
}
