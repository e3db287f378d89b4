package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/smtp-settings/smtp-settings/host"
	"github.com/smtp-settings/smtp-settings/shared"
)

// TestPluginCommand holds what is common to the commands that use the plugin: what is printed where, and the exit
// status.
func TestPluginCommand(t *testing.T) {
	plugin := truthful(t)
	found := result{
		document: map[string]int{"found": 1}, text: func(out io.Writer) { _, _ = io.WriteString(out, "found 1\n") },
	}
	refused := found
	refused.failed = true
	for name, test := range map[string]struct {
		args   []string
		open   error // opening the plugin ends with it
		result result
		err    error
		status int
		out    string
	}{
		"text":               {nil, nil, found, nil, exitDone, "live\nfound 1\n"},
		"JSON":               {[]string{"--json"}, nil, found, nil, exitDone, "{\n  \"found\": 1\n}\n"},
		"a no":               {nil, nil, refused, nil, exitFailed, "live\nfound 1\n"},
		"a no in JSON":       {[]string{"--json"}, nil, refused, nil, exitFailed, "{\n  \"found\": 1\n}\n"},
		"a defect":           {nil, nil, found, errors.New("no answer"), exitFailed, "live\n"},
		"a defect, JSON":     {[]string{"--json"}, nil, result{}, errors.New("no answer"), exitFailed, ""},
		"no plugin":          {nil, shared.ErrPluginUnavailable, found, nil, exitUnavailable, ""},
		"a mistake":          {nil, usagef("no such thing"), found, nil, exitUsage, ""},
		"a flag unknown":     {[]string{"--xml"}, nil, found, nil, exitUsage, ""},
		"an argument to run": {[]string{"wrong"}, nil, found, nil, exitUsage, ""},
	} {
		t.Run(name, func(t *testing.T) {
			g := &global{
				manifest: manifestOf(t), logLevel: "off", options: []host.Option{host.WithAttached(plugin.Address)},
			}
			var opened *host.Host
			open := func(ctx context.Context, _ ...host.Option) (*host.Host, error) {
				if test.open != nil {
					return nil, test.open
				}
				var err error
				opened, err = g.open(ctx)
				return opened, err
			}
			root := newRootCommand()
			root.AddCommand(pluginCommand(&cobra.Command{Use: "try", Args: withUsage(nil)}, open,
				func(_ context.Context, plugin invocation) (result, error) {
					_, _ = io.WriteString(plugin.live, "live\n")
					return test.result, test.err
				}))
			var out bytes.Buffer
			root.SetOut(&out)
			root.SetErr(io.Discard)
			root.SetArgs(append([]string{"try"}, test.args...))
			if status := report(io.Discard, root.ExecuteContext(t.Context())); status != test.status {
				t.Errorf("exit status %d, want %d", status, test.status)
			}
			if out.String() != test.out {
				t.Errorf("printed %q, want %q", out.String(), test.out)
			}
			if opened != nil && !isClosed(t, opened) {
				t.Error("the plugin was left open")
			}
		})
	}
}

func isClosed(t *testing.T, h *host.Host) bool {
	_, err := h.Page().Info(t.Context())
	return errors.Is(err, shared.ErrPluginUnavailable)
}

// TestJSONIsOneDocument holds that every command that asks the plugin for something has --json and prints one document
// with it, and nothing else.
func TestJSONIsOneDocument(t *testing.T) {
	t.Setenv("DATABASE_URL", "postgres://db.example/settings")
	plugin := truthful(t)
	without := []string{"console", "attach", "debug", "conformance", "mailserver", "new", "man", "held", "help",
		"completion"}
	for _, command := range newRootCommand().Commands() {
		if flag := command.Flags().Lookup("json"); (flag == nil) != slices.Contains(without, command.Name()) {
			t.Errorf("%s: --json is there: %t", command.Name(), flag != nil)
		}
	}
	for _, commands := range victims {
		for _, line := range commands {
			if strings.Contains(line, "--json") {
				continue
			}
			root := newRootCommand(host.WithAttached(plugin.Address))
			var out bytes.Buffer
			root.SetOut(&out)
			root.SetErr(io.Discard)
			root.SetArgs(append(strings.Fields(line), "--json", "--manifest", manifestOf(t)))
			_ = root.ExecuteContext(t.Context())
			decoder := json.NewDecoder(&out)
			if err := decoder.Decode(new(any)); err != nil {
				t.Errorf("%s --json: no document: %v", line, err)
			}
			if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
				t.Errorf("%s --json: more than one document", line)
			}
		}
	}
}
