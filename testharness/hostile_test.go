package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/smtp-settings/smtp-settings/host"
	"github.com/smtp-settings/smtp-settings/shared/settingstest/hostile"
)

// victims are the commands in which the answer to a call of the plugin plays a part.
var victims = map[string][]string{
	"Info": {"load"},
	"Schema": {"schema", "schema --json", "schema --json-schema", "load", "action", "action --json",
		"validate --set server=b.example", "apply -f testdata/collector.yaml --yes --json"},
	"Load":      {"load", "load --json", "export", "export --json", "save --set server=b.example", "rollback 2"},
	"Validate":  {"validate", "validate --json", "apply --dry-run -f testdata/collector.yaml"},
	"Save":      {"save --set server=b.example", "save --json", "apply --yes -f testdata/collector.yaml"},
	"Test":      {"test", "test --json"},
	"Revisions": {"history", "history --json"},
	"Restore":   {"rollback 2", "rollback 2 --json --yes"},
	"Purge":     {"history purge"},
	"RunAction": {"action look --yes", "action look --yes --json", "action look --yes --save"},
	"Notify":    {"notify --to a@b.example --to c@d.example --text x", "notify --to a@b.example --text x --json"},
	"Status":    {"status", "status --json"},
	"List": {"list", "list --json", "retry 7", "cancel 7 --json",
		"notify --to a@b.example --to c@d.example --text x --wait 1ms"},
	"Show": {"show " + hostile.NotificationID, "show --json " + hostile.NotificationID},
	"Operate": {"retry --state dead", "cancel --all --json", "aside --cause greylisted", "purge 7 8",
		"retry " + hostile.NotificationID, "cancel --json " + hostile.NotificationID},
	"Rekey":   {"rekey"},
	"Migrate": {"migrate --to env:DATABASE_URL", "migrate --undo"},

	"ReleaseHeld": {"held deliver", "held discard --json"},
	"LookNow":     {"look", "look --json"},
}

// TestHostilePluginOnCommandLine lies to every command: none panics or hangs, and none prints what could steer a
// terminal.
func TestHostilePluginOnCommandLine(t *testing.T) {
	t.Setenv("DATABASE_URL", "postgres://db.example/settings")
	plugin := truthful(t)
	manifest := manifestOf(t)
	for method, commands := range victims {
		for _, command := range commands {
			if status, out := run(t, plugin, manifest, command); status == exitUsage || status == exitUnavailable {
				t.Errorf("%s, with the truth about %s: exit status %d\n%s", command, method, status, out)
			}
		}
	}
	for i, lie := range hostile.Lies() {
		const sample = 10 // The lies are many, and each command starts anew. SOAK=1 tells them all.
		if i%sample != 0 && os.Getenv("SOAK") != "1" {
			continue
		}
		plugin.Tell(lie)
		for _, command := range victims[lie.Method] {
			status, out := run(t, plugin, manifest, command)
			where := command + ", " + lie.Method + ": " + lie.Name
			if status != exitDone && status != exitFailed && status != exitUsage && status != exitUnavailable &&
				status != exitChanged {
				t.Errorf("%s: exit status %d", where, status)
			}
			steers := func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' || r == '\u202e' }
			if at := strings.IndexFunc(out, steers); at >= 0 {
				t.Errorf("%s: control characters: %.100q", where, out[at:])
			}
			if !utf8.ValidString(out) || len(out) > 8<<20 {
				t.Errorf("%s: %d bytes, or not UTF-8", where, len(out))
			}
		}
		plugin.Tell(hostile.Lie{})
	}
}

// truthful is a plugin that answers with the truth until it is told to lie.
func truthful(t *testing.T) *hostile.Plugin {
	t.Helper()
	plugin, err := hostile.Serve()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(plugin.Close)
	return plugin
}

// manifestOf declares a plugin that is attached to, not run.
func manifestOf(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "plugin.hcl")
	if err := os.WriteFile(path, []byte("plugin \"collector\" {\n  binary = \"/nowhere\"\n}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// run runs a command as main does and returns its exit status and all that it prints.
func run(t *testing.T, plugin *hostile.Plugin, manifest, line string) (int, string) {
	t.Helper()
	return runArguments(t, plugin, manifest, strings.Fields(line))
}

// runArguments is run for arguments that are empty or have blanks.
func runArguments(t *testing.T, plugin *hostile.Plugin, manifest string, arguments []string) (int, string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // Only so that a command that never ends fails the test.
	defer cancel()
	var out bytes.Buffer
	root := newRootCommand(host.WithAttached(plugin.Address))
	root.SetArgs(slices.Concat([]string{"--manifest", manifest}, arguments))
	root.SetOut(terminal(&out))
	root.SetErr(terminal(&out))
	status := report(root.ErrOrStderr(), root.ExecuteContext(ctx))
	if ctx.Err() != nil {
		t.Errorf("%q does not end", arguments)
	}
	return status, out.String()
}
