//go:build wine

package acceptance

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
)

// TestWindowsCommands declares, validates, saves and loads on Windows.
func TestWindowsCommands(t *testing.T) {
	t.Parallel()
	d := onWindows(t)
	d.manifest()
	if schema := d.must("schema", "--json"); !json.Valid([]byte(schema)) || !strings.Contains(schema, `"use_ssl"`) {
		t.Errorf("schema:\n%s", schema)
	}
	wrong := d.harness("validate", "--set", "server=mail.example.com", "--set", "port=70000")
	if wrong.status != 1 || !strings.Contains(wrong.stdout, "65535") {
		t.Errorf("validate of a wrong port: exit status %d\n%s%s", wrong.status, wrong.stdout, wrong.stderr)
	}
	d.save(2525)
	var loaded struct {
		Values map[string]any `json:"values"`
	}
	if err := json.Unmarshal([]byte(d.must("load", "--json")), &loaded); err != nil ||
		fmt.Sprint(loaded.Values["port"]) != "2525" {
		t.Errorf("load: %v, %v", loaded, err)
	}
	if _, err := os.Stat(unixPath(d.path(`data\smtp-settings.db`))); err != nil {
		t.Errorf("the database is not beside the manifest: %v", err)
	}
}

// TestWindowsTests tests against practice servers that fail in ways that each system reports with numbers of its own.
func TestWindowsTests(t *testing.T) {
	t.Parallel()
	authority, err := mailserver.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	d := onWindows(t)
	d.manifest()
	ca := d.write("ca.pem", string(authority.PEM()), 0o644)
	test := func(port int, ssl bool) result {
		return d.harness("test", "--json", "--set", "server=127.0.0.1", "--set", fmt.Sprintf("port=%d", port),
			"--set", fmt.Sprintf("use_ssl=%t", ssl), "--set", "login="+notifyLogin, "--set", "ca_certificate=@"+ca,
			"--secret", "password=env:SECRET")
	}
	for _, name := range []string{
		"all-is-well", "greeting-reset", "hello-close", "certificate-expired", "auth-wrong-password", "auth-reset",
	} {
		fault, known := mailserver.FaultNamed(name)
		if !known {
			t.Fatalf("there is no fault %q", name)
		}
		server, err := fault.Start(authority, 0)
		if err != nil {
			t.Fatal(err)
		}
		r := test(server.Port(), fault.UseSSL)
		server.Close()
		checkFault(t, fault, r)
	}
	refused := verdict(t, test(freePorts(t, 1)[0], false))
	if refused.Outcome != "connection_failed" || refused.Diagnostics[0].Code != "connection_refused" {
		t.Errorf("nobody listens: %s, %+v", refused.Outcome, refused.Diagnostics)
	}
	server := practiceMailServer(t)
	startMailServer(t, server, 0)
	if r := test(server.Port(), false); r.status != 0 || len(server.Inbox()) != 1 {
		t.Errorf("exit status %d, %d mails arrived\n%s%s", r.status, len(server.Inbox()), r.stdout, r.stderr)
	}
}

// checkFault checks that the test names the cause.
func checkFault(t *testing.T, fault mailserver.Fault, r result) {
	t.Helper()
	report := verdict(t, r)
	if len(report.Diagnostics) == 0 {
		t.Errorf("%s: no diagnostics: %s", fault.Name, r.stdout)
		return
	}
	first := report.Diagnostics[0]
	found := mailserver.Expectation{Outcome: report.Outcome, Code: first.Code, Step: first.Step, Field: first.Field}
	if found != fault.Expect {
		t.Errorf("%s: %+v, want %+v", fault.Name, found, fault.Expect)
	}
}

// TestWindowsDelivery hands a notification over and has it delivered by the command.
func TestWindowsDelivery(t *testing.T) {
	t.Parallel()
	server := practiceMailServer(t)
	startMailServer(t, server, 0)
	d := onWindows(t)
	d.manifest()
	if r := d.harness("notify", "--to", "a@b.example", "--text", "x"); r.status != 1 ||
		!strings.Contains(r.stdout, "No mail server has been set yet.") {
		t.Errorf("without settings: exit status %d\n%s%s", r.status, r.stdout, r.stderr)
	}
	d.save(server.Port())
	attached := d.write("disk report.log", "full", 0o644)
	d.must("notify", "--to", "a@b.example", "--subject", "Ärger", "--text", "x", "--key", "k", "--attach", attached,
		"--wait", "60s")
	d.must("notify", "--to", "a@b.example", "--subject", "Ärger", "--text", "x", "--key", "k", "--wait", "60s")
	mails := server.Inbox()
	if len(mails) != 1 || !strings.Contains(string(mails[0].Content), "disk report.log") {
		t.Fatalf("%d mails arrived: %v", len(mails), mails)
	}
	parsed, err := parseMail(mails[0].Content)
	if err != nil || !strings.Contains(parsed.Header.Get("Subject"), "=?") {
		t.Errorf("the subject: %v, %v", parsed, err)
	}
	if list := d.must("list", "--json"); strings.Count(list, `"state": "delivered"`) != 1 {
		t.Errorf("list:\n%s", list)
	}
}
