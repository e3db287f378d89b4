package ldap

import (
	"context"

	"github.com/smtp-settings/smtp-settings/shared"
)

// The fields of the form, and the options and actions.
const (
	fieldServers    = "servers"
	fieldEncryption = "encryption"
	fieldCA         = "ca"
	fieldURL        = "url"
	fieldBindDN     = "bind_dn"
	fieldPassword   = "password"
	fieldBaseDN     = "base_dn"
	fieldLogin      = "login_attribute"
	fieldUserFilter = "user_filter"
	fieldGroups     = "groups"
	fieldSource     = "group_source"
	fieldGroupBase  = "group_base_dn"
	fieldMember     = "member_attribute"
	fieldRoles      = "roles"
	fieldTimeLimit  = "time_limit"
	fieldSizeLimit  = "size_limit"
	fieldTried      = "login_password"

	optionUser = "user"

	actionBaseDNs = "find_base_dns"
	actionLogin   = "test_login"
)

// The choices of encryption and of where groups are found.
const (
	encryptNone     = "none"
	encryptStartTLS = "starttls"
	encryptLDAPS    = "ldaps"

	sourceUser   = "user"
	sourceSearch = "search"
)

const title = "Directory settings"

// Schema declares the form.
func (p *Page) Schema(context.Context, shared.SchemaRequest) (shared.Schema, error) {
	return form(), nil
}

func form() shared.Schema {
	return shared.Schema{
		Title:       title,
		Description: "The LDAP directory that users sign in with.",
		Sections: []shared.Section{
			connectionSection(), bindSection(), usersSection(), groupsSection(), limitsSection(), triedSection(),
		},
		Presets: presets(),
		Test:    shared.TestAction{Label: "Test connection"},
		Actions: []shared.Action{
			{
				Name: actionBaseDNs, Label: "Ask the server",
				Help: "Asks the server which directories it has.", NeedsSecrets: true,
			},
			{
				Name: actionLogin, Label: "Test a login", Test: true, NeedsSecrets: true,
				Help: "Looks for the user and signs in with the password of “Password of the user”.",
				Options: []shared.Field{{
					Name: optionUser, Label: "User name", Kind: shared.KindText, Required: true, Placeholder: "anna",
				}},
			},
		},
	}
}

func connectionSection() shared.Section {
	encrypted := shared.Not(shared.Equals(fieldEncryption, shared.Text(encryptNone)))
	return shared.Section{Name: "connection", Title: "Connection", Fields: []shared.Field{
		{
			Name: fieldServers, Label: "Servers", Kind: shared.KindList, Items: shared.KindHostPort, ItemLabel: "Server",
			Required: true, Max: shared.Integer(8), Placeholder: "ldap.example.com:636",
			Help: "Host and port. The first that answers is used. The usual port is 636 for LDAPS and 389 otherwise.",
		},
		{
			Name: fieldEncryption, Label: "Encryption", Kind: shared.KindChoice, Display: shared.DisplayRadio,
			Default: shared.Text(encryptLDAPS), Options: []shared.Option{
				{Value: encryptLDAPS, Label: "LDAPS"}, {Value: encryptStartTLS, Label: "StartTLS"},
				{Value: encryptNone, Label: "None"},
			},
			Link: shared.Link{Text: "RFC 4513", URL: "https://www.rfc-editor.org/rfc/rfc4513"},
		},
		{
			Name: fieldCA, Label: "CA certificate", Kind: shared.KindFile, Display: shared.DisplayCode,
			Accept: []string{".pem", ".crt"}, VisibleWhen: encrypted,
			Help: "In PEM. Without it, the certificate authorities of this machine are trusted.",
		},
		{
			Name: fieldURL, Label: "Address for other programs", Kind: shared.KindText, ReadOnly: true,
			VisibleWhen: shared.IsSet(fieldServers),
		},
	}}
}

func bindSection() shared.Section {
	named := shared.IsSet(fieldBindDN)
	return shared.Section{Name: "bind", Title: "Access", Fields: []shared.Field{
		{
			Name: fieldBindDN, Label: "Bind DN", Kind: shared.KindText, Placeholder: "cn=console,dc=example,dc=com",
			Help: "The account that looks for users. Empty means that it is done anonymously.",
		},
		{
			Name: fieldPassword, Label: "Password", Kind: shared.KindText, Sensitive: true,
			VisibleWhen: named, RequiredWhen: named,
			Help: "It goes to these servers only. To use others it has to be entered again.",
		},
	}}
}

func usersSection() shared.Section {
	activeDirectory := shared.Equals(fieldLogin, shared.Text("sAMAccountName"))
	return shared.Section{Name: "users", Title: "Users", Fields: []shared.Field{
		{
			Name: fieldBaseDN, Label: "Base DN", Kind: shared.KindChoice, OptionsFrom: actionBaseDNs, Required: true,
			Placeholder: "dc=example,dc=com", Help: "Users are looked for below it.",
		},
		{
			Name: fieldLogin, Label: "Login attribute", Kind: shared.KindText, Default: shared.Text("uid"),
			Pattern: attribute, PatternMessage: attributeMessage,
			Help: "What users enter as their name is compared with this attribute.",
		},
		{
			Name: fieldUserFilter, Label: "User filter", Kind: shared.KindText, Default: shared.Text("(objectClass=person)"),
			DefaultWhen: []shared.ConditionalDefault{{
				When: activeDirectory, Value: shared.Text("(&(objectCategory=person)(objectClass=user))"),
			}},
			Help: "What makes an entry a user.",
			Link: shared.Link{Text: "RFC 4515", URL: "https://www.rfc-editor.org/rfc/rfc4515"},
		},
	}}
}

const (
	attribute        = `[A-Za-z][A-Za-z0-9-]*`
	attributeMessage = "The name of an attribute has letters, digits and hyphens and starts with a letter."
)

func groupsSection() shared.Section {
	on := shared.Equals(fieldGroups, shared.Boolean(true))
	searched := shared.Equals(fieldSource, shared.Text(sourceSearch)) // Hidden with the field that it is about.
	return shared.Section{Name: "groups", Title: "Groups", Fields: []shared.Field{
		{Name: fieldGroups, Label: "Roles follow from groups", Kind: shared.KindBoolean},
		{
			Name: fieldSource, Label: "Groups of a user", Kind: shared.KindChoice, Display: shared.DisplayRadio,
			Default: shared.Text(sourceUser), VisibleWhen: on, Options: []shared.Option{
				{Value: sourceUser, Label: "Attribute memberOf of the user"}, {Value: sourceSearch, Label: "Look for groups"},
			},
		},
		{
			Name: fieldGroupBase, Label: "Base DN of groups", Kind: shared.KindText, VisibleWhen: searched,
			RequiredWhen: searched, OptionsFrom: actionBaseDNs, Placeholder: "ou=groups,dc=example,dc=com",
		},
		{
			Name: fieldMember, Label: "Member attribute", Kind: shared.KindText, VisibleWhen: searched,
			Default: shared.Text("member"), Pattern: attribute, PatternMessage: attributeMessage,
			Help: "The attribute of a group that has the DN of its members.",
		},
		{
			Name: fieldRoles, Label: "Roles", Kind: shared.KindMap, KeyLabel: "Group (DN)", ItemLabel: "Role",
			VisibleWhen: on, RequiredWhen: on, Placeholder: "cn=admins,ou=groups,dc=example,dc=com = administrator",
		},
	}}
}

func limitsSection() shared.Section {
	return shared.Section{Name: "limits", Title: "Limits", Advanced: true, Fields: []shared.Field{
		{
			Name: fieldTimeLimit, Label: "Time limit", Kind: shared.KindDuration, Default: shared.Text("10s"),
			Min: shared.Text("1s"), Max: shared.Text("2m"), Help: "How long each answer of the server may take.",
		},
		{
			Name: fieldSizeLimit, Label: "Size limit", Kind: shared.KindInteger, Default: shared.Integer(500),
			Min: shared.Integer(1), Max: shared.Integer(100_000), Unit: "entries",
			Help: "How many entries a search may find.",
		},
	}}
}

// triedSection asks for a secret that is never stored: the options of an action have none.
func triedSection() shared.Section {
	return shared.Section{Name: "tried", Title: "Test a login", Fields: []shared.Field{{
		Name: fieldTried, Label: "Password of the user", Kind: shared.KindText, Sensitive: true,
		Help: "Used by “Test a login” only. It is never stored.",
	}}}
}

func presets() []shared.Preset {
	return []shared.Preset{
		{Name: "openldap", Label: "OpenLDAP", Values: shared.Values{
			fieldLogin: shared.Text("uid"), fieldUserFilter: shared.Value{}, fieldSource: shared.Text(sourceSearch),
		}},
		{
			Name: "active_directory", Label: "Active Directory", Values: shared.Values{
				fieldLogin: shared.Text("sAMAccountName"), fieldUserFilter: shared.Value{}, fieldSource: shared.Text(sourceUser),
			},
			Note: "It takes a user name such as console@example.com as “Bind DN” too.",
		},
	}
}
