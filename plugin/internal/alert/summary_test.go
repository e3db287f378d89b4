package alert

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/plugin/internal/diagnosis"
	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// TestSummaryHasNoValues holds that a receiver is told a sentence of this program's own, in which no recipient, no word
// of a server and no name of a certificate stands.
func TestSummaryHasNoValues(t *testing.T) {
	const canary = "T0PS3CRET"
	reply := smtpconn.NewReply(554, "5.7.1", "<"+canary+"@a.example>: Relay access denied")
	refused := &smtpconn.Error{Step: smtpconn.StepRecipient, Kind: smtpconn.KindRefusedByReply, Reply: &reply}
	_, relay := diagnosis.Explain(refused, diagnosis.Circumstances{
		Envelope: smtpconn.Envelope{Recipient: canary + "@a.example"},
	})
	if relay.Code != "relay_denied" {
		t.Fatal(relay)
	}
	for name, c := range map[string]struct {
		cause finding.Finding
		want  string
	}{
		"a recipient": {relay, "The server does not pass on mail"},
		"the names of a certificate": {finding.Finding{Code: "certificate_wrong_host", Summary: text.Of(
			"The server's certificate is not for {host} but for {names}.", "host", canary, "names", canary)},
			"certificate is for another host"},
		"plain words":        {finding.Finding{Code: "unknown", Summary: text.Plain(canary)}, "do not work"},
		"an earlier version": {finding.Finding{Code: "unknown", Summary: text.Of(canary)}, "do not work"},
	} {
		told := event
		told.Cause = &c.cause
		body, err := json.Marshal(documentOf(told))
		if err != nil || strings.Contains(string(body), canary) || !strings.Contains(string(body), c.want) {
			t.Errorf("%s: %s, %v", name, body, err)
		}
	}
	well := event
	well.Cause, well.To = nil, shared.HealthHealthy
	if said := documentOf(well).Data.Summary; said != "" {
		t.Errorf("without a cause: %q", said)
	}
}
