package ldap

import (
	"fmt"

	goldap "github.com/go-ldap/ldap/v3"

	"github.com/smtp-settings/smtp-settings/shared"
)

// about says what is wrong when the server refuses something (RFC 4511 appendix A), or does not answer.
func (c *session) about(err error, what doing) *shared.Diagnostic {
	refused, saidNo := refusal(err)
	if !saidNo {
		return c.aboutEnd("", "", "")
	}
	finding := c.aboutRefusal(refused, what)
	finding.Evidence = evidence(refused, what.secret, c.settings.password)
	return finding
}

func (c *session) aboutRefusal(refused *goldap.Error, what doing) *shared.Diagnostic {
	switch refused.ResultCode {
	case goldap.LDAPResultSizeLimitExceeded:
		return aboutSize(what)
	case goldap.LDAPResultAdminLimitExceeded:
		return failure("server_limit_exceeded", fieldUserFilter, "The search is more work than "+c.server+" does.",
			"Narrow “Base DN” or “User filter”, or have the attributes of the filter indexed.")
	case goldap.LDAPResultTimeLimitExceeded:
		return passing(failure("time_limit_exceeded", fieldTimeLimit,
			fmt.Sprintf("The search took longer than %s.", c.settings.timeLimit),
			"Raise “Time limit”, narrow “Base DN” or “User filter”, or have the attributes of the filter indexed."))
	case goldap.LDAPResultReferral:
		return c.aboutReferral(refused, what)
	case goldap.LDAPResultConfidentialityRequired, goldap.LDAPResultStrongAuthRequired:
		return c.aboutConfidentiality()
	case goldap.LDAPResultNoSuchObject:
		return aboutNoBase(refused, what)
	case goldap.LDAPResultInvalidDNSyntax:
		return failure("invalid_dn", what.field, "The server does not take the DN.", "It is written like dc=example,dc=com.")
	case goldap.LDAPResultBusy, goldap.LDAPResultUnavailable:
		return passing(failure("server_busy", fieldServers, c.server+" is busy or shutting down.", "Try again later."))
	}
	if what.name == "" {
		return c.aboutAnonymous(refused)
	}
	return c.aboutAccount(refused, what)
}

// aboutAnonymous is about refusals of those who have not said who they are.
func (c *session) aboutAnonymous(refused *goldap.Error) *shared.Diagnostic {
	switch refused.ResultCode {
	case goldap.LDAPResultOperationsError, // Active Directory says so.
		goldap.LDAPResultInappropriateAuthentication, goldap.LDAPResultInvalidCredentials,
		goldap.LDAPResultInsufficientAccessRights, goldap.LDAPResultUnwillingToPerform,
		goldap.LDAPResultAuthMethodNotSupported:
		return failure("anonymous_refused", fieldBindDN, c.server+" does nothing for those who do not sign in.",
			"Enter “Bind DN” and “Password” of an account that may look for users.")
	default:
		return c.unexpected()
	}
}

func (c *session) aboutAccount(refused *goldap.Error, what doing) *shared.Diagnostic {
	switch refused.ResultCode {
	case goldap.LDAPResultInvalidCredentials:
		finding := failure("invalid_credentials", what.field, "The server does not accept the name and password.",
			"Check both. Servers do not say which is wrong: an account may also be locked or have expired.")
		finding.Scope = shared.ScopeLogin
		return finding
	case goldap.LDAPResultInappropriateAuthentication, goldap.LDAPResultAuthMethodNotSupported:
		return failure("no_password_login", what.field, "The account cannot sign in with a password.",
			"Perhaps it has none: give it one, or use another account.")
	case goldap.LDAPResultInsufficientAccessRights:
		return failure("insufficient_access", fieldBindDN, "“"+what.name+"” may not do that.",
			"Have the server let the account read the entries below the base DN.")
	case goldap.LDAPResultUnwillingToPerform:
		return failure("unwilling", what.field, c.server+" does not want to do that.", "Its log says why.")
	default:
		return c.unexpected()
	}
}

func (c *session) unexpected() *shared.Diagnostic {
	return failure("refused", "", c.server+" refused the request.", "What the server said stands below.")
}

// aboutSize tells a limit of the settings from one of the server. A search that found too much has found something.
func aboutSize(what doing) *shared.Diagnostic {
	finding := failure("size_limit_exceeded", fieldSizeLimit,
		fmt.Sprintf("There are more than %d entries, which is “Size limit”.", what.most),
		"Narrow “Base DN” or “User filter”, or raise “Size limit”.")
	if what.base == "" {
		finding.Field = ""
	}
	finding.Severity, finding.Lasting = shared.SeverityWarning, shared.LastingLimit
	return finding
}

// aboutServerSize is about a server that gave fewer entries than were asked for.
func aboutServerSize(server string, got int) *shared.Diagnostic {
	finding := failure("server_size_limit", fieldUserFilter,
		fmt.Sprintf("%s gives no more than %d entries, whatever “Size limit” says.", server, got),
		"Narrow “Base DN” or “User filter”, or have the limit of the server raised.")
	finding.Severity, finding.Lasting = shared.SeverityWarning, shared.LastingLimit
	return finding
}

func (c *session) aboutReferral(refused *goldap.Error, what doing) *shared.Diagnostic {
	where := "another server"
	if list := referrals(refused); len(list) > 0 {
		where = line(list[0], what.secret)
	}
	return failure("referral", fieldServers, c.server+" says that "+where+" has these entries.",
		"Enter that server as one of “Servers”, or a base DN that this one has. Referrals are not followed, for the "+
			"password goes to the servers of the form only.")
}

// referrals are the addresses that a server names instead of an answer (RFC 4511 section 4.1.10).
func referrals(refused *goldap.Error) []string {
	var list []string
	if refused.Packet == nil || len(refused.Packet.Children) < 2 {
		return nil
	}
	const tag = 3 // of the component referral of LDAPResult
	for _, part := range refused.Packet.Children[1].Children {
		if part.Tag != tag {
			continue
		}
		for _, address := range part.Children {
			if text, ok := address.Value.(string); ok {
				list = append(list, text)
			} else {
				list = append(list, address.Data.String())
			}
		}
	}
	return list
}

func (c *session) aboutConfidentiality() *shared.Diagnostic {
	finding := failure("confidentiality_required", fieldEncryption, c.server+" wants an encrypted connection.",
		"Choose StartTLS, or LDAPS with its port.")
	if c.encrypted() {
		finding.Summary, finding.Detail = c.server+" wants stronger encryption or authentication.", "Its log says which."
		return finding
	}
	return withFix(finding, "Choose StartTLS", encryptStartTLS)
}

func aboutNoBase(refused *goldap.Error, what doing) *shared.Diagnostic {
	field := what.base
	if field == "" {
		field = what.field
	}
	finding := failure("no_such_base", field, "The directory has no entry of that DN, or does not show it.",
		"Press “Ask the server” for those that there are.")
	if refused.MatchedDN != "" {
		finding.Detail = "There is “" + line(refused.MatchedDN, what.secret) + "”, but not what is below it. " +
			finding.Detail
	}
	return finding
}
