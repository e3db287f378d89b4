package ldap

import (
	"context"
	"fmt"

	goldap "github.com/go-ldap/ldap/v3"

	"github.com/smtp-settings/smtp-settings/shared"
)

// Test connects to every server and looks for users.
func (p *Page) Test(ctx context.Context, request shared.TestRequest, send func(shared.TestEvent) error) error {
	s, found, err := p.prepare(request.Draft)
	if err != nil {
		return err
	}
	r := begin(s, send)
	r.report.Diagnostics = found
	failed := verdict{"failed", "The directory cannot be used"}
	if found.HasErrors() {
		return r.complete(verdict{}, failed)
	}
	var troubled []shared.Diagnostics
	warnings := r.report.Diagnostics
	working := 0
	for number := range s.servers {
		r.report.Diagnostics = nil
		if c := r.open(ctx, number); c != nil {
			if r.findUsers(c, number) {
				working++
			}
			c.close()
		}
		troubled = append(troubled, r.report.Diagnostics)
	}
	r.report.Diagnostics = warnings
	for _, one := range troubled {
		r.report.Diagnostics = append(r.report.Diagnostics, one...)
	}
	passed := verdict{"complete", "The directory can be used"}
	if working > 0 && working < len(s.servers) {
		passed = verdict{"partly", fmt.Sprintf("%d of %d servers can be used", working, len(s.servers))}
		r.soften()
	}
	return r.complete(passed, failed)
}

// prepare reads a draft, with the secrets that it may use.
func (p *Page) prepare(draft shared.Draft) (settings, shared.Diagnostics, error) {
	current, _, err := p.store.Current()
	if err != nil {
		return settings{}, nil, err
	}
	after, found := next(current, draft)
	return read(after.Values, after.Password), found, nil
}

// findUsers looks for users as a login does, with a filter that fits all of them.
func (r *run) findUsers(c *session, number int) bool {
	return r.step(id("search", number), "Look for users", func() (string, *shared.Diagnostic) {
		most := r.settings.sizeLimit
		users, err := c.search(r.settings.baseDN, goldap.ScopeWholeSubtree, r.settings.usersFilter(), most, r.settings.login)
		switch {
		case goldap.IsErrorWithCode(err, goldap.LDAPResultSizeLimitExceeded) && len(users.Entries) < most:
			return "", aboutServerSize(c.server, len(users.Entries))
		case err != nil:
			return "", c.about(err, r.searching(fieldBaseDN))
		case len(users.Entries) == 0:
			finding := failure("no_users", fieldUserFilter, "There is no user below “Base DN”.",
				"Check “Base DN”, “Login attribute” and “User filter”, and what “Bind DN” may read.")
			finding.Severity = shared.SeverityWarning
			return "", finding
		}
		return fmt.Sprintf("%d found", len(users.Entries)), nil
	})
}

// searching is what is being done in a search below the DN of the field.
func (r *run) searching(base string) doing {
	return doing{
		name: r.settings.bindDN, secret: r.settings.password, field: fieldBindDN, base: base, most: r.settings.sizeLimit,
	}
}

// usersFilter fits all users, userFilter those of one name.
func (s settings) usersFilter() string { return "(&" + s.userFilter + "(" + s.login + "=*))" }

func (s settings) filterOf(user string) string {
	return "(&" + s.userFilter + "(" + s.login + "=" + goldap.EscapeFilter(user) + "))"
}
