package acceptance

import (
	"strings"
	"testing"
)

// TestCommandsOfWhatIsNotOffered runs each command that needs something optional with a plugin that has none of it: it
// says in plain words what the plugin has not, and nothing of what the protocol calls that.
func TestCommandsOfWhatIsNotOffered(t *testing.T) {
	t.Parallel()
	path := manifest(t, "webhook", "webhook-plugin")
	for command, want := range map[string]string{
		"domain a.de":             "does not check the domain of a sender",
		"history":                 "keeps no history of its settings",
		"history purge":           "keeps no history of its settings",
		"rollback 1":              "keeps no history of its settings",
		"rekey":                   "has no secrets under a key that can be changed",
		"migrate --undo":          "has no database that can be moved",
		"status":                  "has no notification service",
		"statistics":              "has no notification service",
		"list":                    "has no notification service",
		"show 1":                  "has no notification service",
		"retry 1":                 "has no notification service",
		"retry --state dead":      "has no notification service",
		"purge --state delivered": "has no notification service",
		"held discard":            "has no notification service",
		"notify --to a@b.de --subject S --text T": "has no notification service",
	} {
		words := strings.Fields(command)
		r := harness(t, "", append(words, "--manifest", path)...)
		said := strings.TrimSpace(r.stderr)
		if r.status != 1 || !strings.Contains(said, "the plugin "+want) || strings.Contains(said, "rpc error") ||
			!strings.HasSuffix(said, "is of no use with it") || strings.Contains(said, "\n") {
			t.Errorf("%s: exit status %d\n%s%s", command, r.status, r.stdout, r.stderr)
		}
	}
}
