package settings

import (
	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/senderdomain"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// CheckDomain is the name of the action that looks at the sender's domain.
const CheckDomain = "check_domain"

// Names of its options.
const (
	CheckedDomain = "domain"
	Headers       = "headers"
)

func domainOptions() []field {
	return []field{{
		Label: "Domain",
		Help:  "Without it that of the sender.",
		Field: shared.Field{Name: CheckedDomain, Kind: shared.KindText, Max: bound(254)},
	}, {
		Label: "Headers of the received test e-mail",
		Help:  "Or its whole source. The result is then exact, and no name server is asked.",
		Field: shared.Field{Name: Headers, Kind: shared.KindMultiline, Max: bound(senderdomain.MaxHeaders),
			Display: shared.DisplayCode},
	}}
}

func checkDomainIn(write func(text.Message) string) shared.Action {
	return shared.Action{
		Name: CheckDomain, Label: write("Check sender's domain"), Test: true, Options: fieldsIn(domainOptions(), write),
	}
}

// DomainViolations is what the schema does not allow about the options of the action.
func DomainViolations(values shared.Values) finding.Findings {
	action, _ := Schema().Action(CheckDomain)
	return finding.OfViolations(action.Form().Violations(values, nil, labelOf))
}
