package ldap

import (
	"context"
	"fmt"
	"slices"
	"strings"

	goldap "github.com/go-ldap/ldap/v3"

	"github.com/smtp-settings/smtp-settings/shared"
)

// RunAction runs one of the actions of the form.
func (p *Page) RunAction(
	ctx context.Context, request shared.ActionRequest, send func(shared.TestEvent) error,
) error {
	action, declared := form().Action(request.Action)
	if !declared {
		return fmt.Errorf("there is no action %q", request.Action)
	}
	s, found, err := p.prepare(request.Draft)
	if err != nil {
		return err
	}
	r := begin(s, send)
	if request.Action == actionBaseDNs {
		r.report.Diagnostics = neededToConnect(found)
		return r.findBaseDNs(ctx)
	}
	r.report.Diagnostics = append(action.Form().Validate(request.Options, nil), found...)
	user := action.Form().Effective(optionUser, request.Options).String()
	return r.tryLogin(ctx, user, request.Draft.Secrets[fieldTried].Text.Reveal())
}

// neededToConnect are the findings that stand in the way of a connection: who asks for the base DN has none yet.
func neededToConnect(found shared.Diagnostics) shared.Diagnostics {
	return slices.DeleteFunc(found, func(one shared.Diagnostic) bool {
		return !slices.Contains([]string{
			fieldServers, fieldEncryption, fieldCA, fieldBindDN, fieldPassword, fieldTimeLimit,
		}, one.Field)
	})
}

// findBaseDNs asks for the naming contexts of the server (RFC 4512 section 5.1).
func (r *run) findBaseDNs(ctx context.Context) error {
	failed := verdict{"failed", "The server could not be asked"}
	if r.report.Diagnostics.HasErrors() {
		return r.complete(verdict{}, failed)
	}
	c := r.first(ctx)
	if c == nil {
		return r.complete(verdict{}, failed)
	}
	defer c.close()
	var contexts []string
	r.step("search", "Ask for base DNs", func() (string, *shared.Diagnostic) {
		root, err := c.search("", goldap.ScopeBaseObject, "(objectClass=*)", 0, "namingContexts", "defaultNamingContext")
		if err != nil {
			return "", c.about(err, r.searching(""))
		}
		contexts = contextsOf(root.Entries)
		if len(contexts) == 0 {
			return "", failure("no_contexts", fieldBaseDN, c.server+" does not say which base DNs it has.",
				"Enter “Base DN” by hand: the server's administrator knows it.")
		}
		return strings.Join(contexts, " · "), nil
	})
	options := make([]shared.Option, len(contexts))
	for i, dn := range contexts {
		options[i] = shared.Option{Value: dn, Label: dn}
	}
	if len(options) > 0 {
		r.result.Choices = map[string][]shared.Option{fieldBaseDN: options, fieldGroupBase: options}
	}
	if len(options) == 1 {
		r.result.Values = shared.Values{fieldBaseDN: shared.Text(contexts[0])}
	}
	headline := fmt.Sprintf("The server has %d base DNs", len(contexts))
	if len(contexts) == 1 {
		headline = "The server has one base DN"
	}
	return r.complete(verdict{"found", headline}, failed)
}

// maxContexts is how many base DNs are offered.
const maxContexts = 100

// contextsOf reads the naming contexts, that of a domain first.
func contextsOf(entries []*goldap.Entry) []string {
	var list []string
	for _, root := range entries {
		for _, attribute := range []string{"defaultNamingContext", "namingContexts"} {
			for _, dn := range root.GetEqualFoldAttributeValues(attribute) {
				if dn != "" && dn == line(dn) && !slices.Contains(list, dn) && len(list) < maxContexts {
					list = append(list, dn)
				}
			}
		}
	}
	return list
}
