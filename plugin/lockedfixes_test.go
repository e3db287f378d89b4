package plugin

import (
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/settings"
	"github.com/smtp-settings/smtp-settings/shared"
)

// TestFixesOfLockedFields offers no fix that the environment would refuse, and says which variables to set instead.
func TestFixesOfLockedFields(t *testing.T) {
	layers, err := settings.ReadEnvironment([]string{"SMTP_SERVER=\"smtp.email.com:587\"", "SMTP_LOGIN=me@email.com"})
	if err != nil {
		t.Fatal(err)
	}
	p := &Page{layers: layers}
	_, found := settings.Bind(layers.InForce(nil), func(string) bool { return true })
	told := p.withoutLockedFixes(found).ForField(settings.Server)
	if len(told) != 1 || len(told[0].Fixes) > 0 || !strings.HasSuffix(told[0].Detail.String(),
		"Set SMTP_PORT=587, SMTP_SERVER=smtp.email.com in the environment and restart the Console.") {
		t.Errorf("a server of the environment: %+v", told)
	}
	open := finding.Fix{Values: shared.Values{settings.Port: shared.Integer(465)}}
	locked := finding.Fix{Values: shared.Values{settings.Server: shared.Text("x")}}
	kept := p.withoutLockedFixes(finding.Findings{{Fixes: []finding.Fix{locked, open}}})[0]
	if len(kept.Fixes) != 1 || kept.Fixes[0].Values[settings.Port] != shared.Integer(465) || !kept.Detail.IsZero() {
		t.Errorf("a fix of an open field: %+v", kept)
	}
}
