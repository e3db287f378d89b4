package plugin

import (
	"strings"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/settings"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// withoutLockedFixes takes the fixes away that would fill in a field which the environment fixes: a click on one would
// be refused. The first one is told in words instead, as the variables to set.
func (p *Page) withoutLockedFixes(found finding.Findings) finding.Findings {
	locks := p.layers.Locks()
	told := make(finding.Findings, 0, len(found))
	for _, one := range found {
		var open []finding.Fix
		advice := text.Text{}
		for _, fix := range one.Fixes {
			switch {
			case !fillsLocked(fix, locks):
				open = append(open, fix)
			case advice.IsZero():
				advice = inVariables(fix)
			}
		}
		if len(open) == 0 {
			one.Detail = text.Join(one.Detail, advice)
		}
		one.Fixes = open
		told = append(told, one)
	}
	return told
}

func fillsLocked(fix finding.Fix, locks map[string]shared.Lock) bool {
	for name := range fix.Values {
		if _, locked := locks[name]; locked {
			return true
		}
	}
	return false
}

// inVariables is a fix as variables of the environment; nothing where a value has several lines.
func inVariables(fix finding.Fix) text.Text {
	var assignments []string
	for _, name := range fix.Values.Names() {
		value := fix.Values[name].String()
		if strings.ContainsAny(value, "\r\n") {
			return text.Text{}
		}
		assignments = append(assignments, settings.Variable(name)+"="+value)
	}
	return text.Of("Set {assignments} in the environment and restart the Console.", "assignments",
		strings.Join(assignments, ", "))
}
