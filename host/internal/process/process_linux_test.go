package process

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	goplugin "github.com/hashicorp/go-plugin"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/manifest"
	"github.com/smtp-settings/smtp-settings/shared/settingstest/hostile"
	"github.com/smtp-settings/smtp-settings/shared/transport"
)

// TestCommand holds what the process is given: arguments, directory and environment.
func TestCommand(t *testing.T) {
	t.Setenv("SETTINGS_OF_THE_CONSOLE", "secret")
	m := &manifest.Manifest{Path: "/etc/console/plugin.hcl", Binary: "/usr/lib/thing"}
	for _, c := range []struct {
		name      string
		arguments []string
		program   program
		args      []string
	}{
		{
			name: "by its path", program: program{path: m.Binary},
			args: []string{"/usr/lib/thing", "-manifest", "/etc/console/plugin.hcl"},
		},
		{
			name: "by a copy, with arguments", program: program{path: "/tmp/sp-1/thing"},
			arguments: []string{"-passive"},
			args:      []string{"/usr/lib/thing", "-manifest", "/etc/console/plugin.hcl", "-passive"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			run := command(Config{Manifest: m, Arguments: c.arguments}, &c.program, "/tmp/sp-1")
			if run.Path != c.program.path || !slices.Equal(run.Args, c.args) || run.Dir != "/etc/console" {
				t.Errorf("%s %q in %s", run.Path, run.Args, run.Dir)
			}
			// The directory comes last: what go-plugin adds is put before it.
			if last := run.Env[len(run.Env)-1]; last != "PLUGIN_UNIX_SOCKET_DIR=/tmp/sp-1" {
				t.Errorf("the environment ends with %s", last)
			}
			if strings.Contains(strings.Join(run.Env, "\n"), "SETTINGS_OF_THE_CONSOLE") {
				t.Error("the environment of the host is passed on")
			}
		})
	}
}

// admitted is what go-plugin dispenses, and the page behind it.
type admitted struct {
	goplugin.ClientProtocol
	shared.SettingsPage
	dispensed, info, schema error
}

func (a *admitted) Dispense(string) (any, error) {
	return &transport.Connection{SettingsPage: a}, a.dispensed
}

func (a *admitted) Info(ctx context.Context) (shared.Info, error) {
	if a.info == nil && a.schema == nil && a.dispensed == nil {
		return shared.Info{Name: "thing"}, ctx.Err()
	}
	return shared.Info{}, a.info
}

func (a *admitted) Schema(context.Context, shared.SchemaRequest) (shared.Schema, error) {
	return shared.Schema{}, a.schema
}

// TestAdmit holds which calls must succeed before a plugin counts as started, and what is said of those that fail.
func TestAdmit(t *testing.T) {
	errOdd := errors.New("odd")
	for _, c := range []struct {
		name   string
		plugin admitted
		says   string
		is     error
	}{
		{name: "good"},
		{name: "no page", plugin: admitted{dispensed: errOdd}, says: "odd", is: errOdd},
		{name: "no description", plugin: admitted{info: errOdd}, says: "it did not describe itself: odd", is: errOdd},
		{name: "no form", plugin: admitted{schema: errOdd}, says: "it did not declare its form: odd", is: errOdd},
		{
			name: "a bad form", plugin: admitted{schema: shared.ErrContractBroken},
			says: "its form is refused: ", is: shared.ErrContractBroken,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := &Process{}
			err := p.admit(t.Context(), &c.plugin, time.Minute)
			if !errors.Is(err, c.is) || err != nil && !strings.HasPrefix(err.Error(), c.says) {
				t.Errorf("it is refused with %v", err)
			}
			if err == nil && p.Info().Name != "thing" {
				t.Errorf("it is %+v", p.Info())
			}
		})
	}
}

// TestAttach holds to what a host attaches, and that it leaves it as it was.
func TestAttach(t *testing.T) {
	plugin, err := hostile.Serve() // It tells the truth.
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(plugin.Close)
	nobody := filepath.Join(t.TempDir(), "s")
	for _, c := range []struct{ address, says string }{
		{address: plugin.Address},
		{address: plugin.Address}, // The first one has left it alone.
		{address: "somewhere", says: `"somewhere" is not the address of a plugin`},
		{address: "unix:", says: `"unix:" is not the address of a plugin`},
		{address: "tcp:127.0.0.1:1", says: `"tcp:127.0.0.1:1" is not the address of a plugin`},
		{address: "unix:" + nobody, says: "nothing answers at unix:" + nobody + ": "},
	} {
		m := &manifest.Manifest{Path: "/etc/console/plugin.hcl", Name: "thing", Binary: "/usr/lib/thing"}
		p, err := Attach(t.Context(), c.address, configured(m))
		if c.says != "" {
			const start = `plugin "thing" (/usr/lib/thing) did not start: `
			if !errors.Is(err, shared.ErrPluginUnavailable) || !strings.Contains(err.Error(), start+c.says) {
				t.Errorf("%s: %v", c.address, err)
			}
			continue
		}
		if err != nil {
			t.Fatalf("%s: %v", c.address, err)
		}
		if err := errors.Join(p.Healthy(t.Context()), p.Drain(func(string) {})); err != nil {
			t.Errorf("%s: %v", c.address, err)
		}
		p.Abort()
		select {
		case <-p.Gone():
			t.Error("an attached process was ended")
		default:
		}
		if p.Stop(); p.Ending() != "unknown" {
			t.Errorf("it ended: %s", p.Ending())
		}
	}
}

// TestStartIsGivenUp ends the context of a start, before it and while the process gets ready.
func TestStartIsGivenUp(t *testing.T) {
	errChanged := errors.New("the mind was changed")
	for name, wait := range map[string]func(path string){
		"before": func(string) {},
		"while it gets ready": func(path string) {
			for { // The process itself says that it runs.
				if _, err := os.Stat(path); err == nil {
					return
				}
				time.Sleep(time.Millisecond)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := declared(t, []byte("#!/bin/sh\ntouch running\nexec sleep 3600\n"), false)
			ctx, cancel := context.WithCancelCause(t.Context())
			go func() {
				wait(filepath.Join(filepath.Dir(m.Path), "running"))
				cancel(errChanged)
			}()
			p, err := Start(ctx, configured(m))
			if p != nil || !errors.Is(err, errChanged) || !errors.Is(err, shared.ErrPluginUnavailable) {
				t.Errorf("%v, %v", p, err)
			}
		})
	}
}
