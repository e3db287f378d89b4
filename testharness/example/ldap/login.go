package ldap

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	goldap "github.com/go-ldap/ldap/v3"

	"github.com/smtp-settings/smtp-settings/shared"
)

// tryLogin does what the program would do when the user signs in.
func (r *run) tryLogin(ctx context.Context, user, password string) error {
	failed := verdict{"failed", "The login failed"}
	if r.report.Diagnostics.HasErrors() {
		return r.complete(verdict{}, failed)
	}
	c := r.first(ctx)
	if c == nil {
		return r.complete(verdict{}, failed)
	}
	defer c.close()
	entry := r.findUser(c, user)
	if entry == nil {
		return r.complete(verdict{}, failed)
	}
	groups, known := r.findGroups(c, entry)
	r.report.Cards = append(r.report.Cards, r.settings.card(entry, groups))
	passed := verdict{"complete", "The login works"}
	switch {
	case !known:
	case password == "":
		passed = verdict{"found", "The user was found"}
		finding := failure("login_not_tried", fieldTried, "The login was not tried.",
			"Enter “Password of the user” to have it tried.")
		finding.Severity = shared.SeverityInfo
		r.report.Diagnostics = append(r.report.Diagnostics, *finding)
	default:
		r.step("login", "Sign in as the user", func() (string, *shared.Diagnostic) {
			if err := c.bind(entry.DN, password); err != nil {
				return "", c.about(err, doing{name: entry.DN, secret: password, field: fieldTried})
			}
			return "as " + line(entry.DN, password), nil
		})
	}
	return r.complete(passed, failed)
}

// findUser looks for the one entry of the user; nil when there is not exactly one.
func (r *run) findUser(c *session, user string) *goldap.Entry {
	var entry *goldap.Entry
	r.step("search", "Look for the user", func() (string, *shared.Diagnostic) {
		const enough = 2 // to see that it is not the only one
		found, err := c.search(r.settings.baseDN, goldap.ScopeWholeSubtree, r.settings.filterOf(user), enough,
			r.settings.login, "memberOf")
		several := goldap.IsErrorWithCode(err, goldap.LDAPResultSizeLimitExceeded) || found != nil && len(found.Entries) > 1
		switch {
		case several:
			return "", failure("user_ambiguous", fieldLogin, "There are several users of that name.",
				"Choose a login attribute that differs for each, or narrow “User filter”.")
		case err != nil:
			return "", c.about(err, r.searching(fieldBaseDN))
		case len(found.Entries) == 0:
			return "", failure("user_not_found", fieldLogin, "There is no user of that name below “Base DN”.",
				"Check the name, “Login attribute” and “User filter”, and what “Bind DN” may read.")
		}
		entry = found.Entries[0]
		return line(entry.DN), nil
	})
	return entry
}

// findGroups returns the DNs of the user's groups, and whether they are known.
func (r *run) findGroups(c *session, user *goldap.Entry) (groups []string, known bool) {
	s := r.settings
	if !s.groups {
		return nil, true
	}
	known = r.step("groups", "Look for groups", func() (string, *shared.Diagnostic) {
		groups = user.GetEqualFoldAttributeValues("memberOf")
		if s.source == sourceSearch {
			filter := "(" + s.member + "=" + goldap.EscapeFilter(user.DN) + ")"
			found, err := c.search(s.groupBase, goldap.ScopeWholeSubtree, filter, s.sizeLimit, "1.1") // no attributes
			if groups = dns(found); err != nil {
				return "", c.about(err, r.searching(fieldGroupBase))
			}
		}
		if len(s.rolesOf(groups)) == 0 {
			finding := failure("no_role", fieldRoles, "No role follows from the groups of the user.",
				"Add one of the groups to “Roles”, or the user to one of those that are there.")
			finding.Severity = shared.SeverityWarning
			return "", finding
		}
		return fmt.Sprintf("%d found", len(groups)), nil
	})
	return groups, known
}

// dns are those of what a search has found, also before it failed.
func dns(found *goldap.SearchResult) []string {
	if found == nil {
		return nil
	}
	list := make([]string, len(found.Entries))
	for i, entry := range found.Entries {
		list[i] = entry.DN
	}
	return list
}

// rolesOf returns the roles of groups, each once. DNs are compared as DNs are (RFC 4514).
func (s settings) rolesOf(groups []string) []string {
	var roles []string
	for _, group := range groups {
		dn, err := goldap.ParseDN(group)
		if err != nil {
			continue
		}
		for _, mapped := range slices.Sorted(maps.Keys(s.roles)) {
			if other, err := goldap.ParseDN(mapped); err == nil && dn.EqualFold(other) {
				roles = append(roles, s.roles[mapped])
			}
		}
	}
	slices.Sort(roles)
	return slices.Compact(roles)
}

func (s settings) card(user *goldap.Entry, groups []string) shared.Card {
	card := shared.Card{Title: "User", Facts: []shared.Fact{{Label: "DN", Value: line(user.DN)}}}
	if s.groups {
		card.Facts = append(card.Facts,
			shared.Fact{Label: "Groups", Value: listed(groups)}, shared.Fact{Label: "Roles", Value: listed(s.rolesOf(groups))})
	}
	return card
}

func listed(list []string) string {
	if len(list) == 0 {
		return "none"
	}
	return line(strings.Join(list, " · "))
}
