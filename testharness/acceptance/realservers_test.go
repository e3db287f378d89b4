package acceptance

import (
	"fmt"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
)

// TestRealServers checks the command line against real mail servers, right and wrong.
func TestRealServers(t *testing.T) {
	t.Parallel()
	authority, err := mailserver.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	_, _, ca := certificateFiles(t, publicDir(t), authority)
	ports := freePorts(t, 3)
	dovecot := startDovecot(t, authority, ports[0])
	postfix := startPostfix(t, authority, ports, dovecot.saslSocket)
	npm := startNpmServer(t, authority)
	for _, server := range []realServer{postfix, dovecot, npm} {
		t.Run(server.name, func(t *testing.T) { checkServer(t, server, ca) })
	}
	t.Run("postfix-special", func(t *testing.T) { checkPostfix(t, postfix, ca) })
	t.Run("proxies", func(t *testing.T) { checkProxies(t, postfix, ca) })
	t.Run("nobody", func(t *testing.T) { checkNobody(t, ca) })
	t.Run("oauth2", func(t *testing.T) { checkOAuth2(t, npm, ca) })
}

type attempt struct {
	name     string
	port     int
	ssl      bool
	password string
	more     []string
	outcome  string
	code     string // of the first diagnostic
	step     string
}

func (a attempt) check(t *testing.T, server realServer, ca string) shared.TestReport {
	t.Helper()
	args := []string{"test", "--json", "--manifest", manifest(t, "smtp", "smtp-plugin"),
		"--set", "server=127.0.0.1", "--set", fmt.Sprintf("port=%d", a.port), "--set", fmt.Sprintf("use_ssl=%t", a.ssl),
		"--set", "login=" + server.login, "--secret", "password=env:SECRET", "--set", "ca_certificate=@" + ca}
	r := harness(t, a.password, append(args, a.more...)...)
	report := verdict(t, r)
	first := shared.Diagnostic{}
	if len(report.Diagnostics) > 0 {
		first = report.Diagnostics[0]
	}
	if report.Outcome != a.outcome || first.Code != a.code || a.step != "" && first.Step != a.step {
		t.Errorf("outcome %s, code %s, step %s; want %s, %s, %s\n%s\n%s", report.Outcome, first.Code, first.Step,
			a.outcome, a.code, a.step, strings.Join(report.Transcript, "\n"), r.stderr)
	}
	wantStatus := 1
	if a.outcome == "complete" {
		wantStatus = 0
	}
	if r.status != wantStatus {
		t.Errorf("exit status %d, want %d", r.status, wantStatus)
	}
	if strings.Contains(r.stdout+r.stderr, a.password) {
		t.Errorf("the password is in the output:\n%s\n%s", r.stdout, r.stderr)
	}
	return report
}

const (
	allIsWell = "delivery_not_guaranteed"
	wrong     = "wr0ng-Pa55word"
)

func checkServer(t *testing.T, server realServer, ca string) {
	attempts := []attempt{
		{name: "starttls", port: server.starttls, ssl: true, password: server.password, outcome: "complete",
			code: "starttls_used"},
		{name: "starttls-without-ssl", port: server.starttls, password: server.password, outcome: "complete",
			code: allIsWell},
		{name: "implicit", port: server.implicit, ssl: true, password: server.password, outcome: "complete", code: allIsWell},
		{name: "wrong-password", port: server.implicit, ssl: true, password: wrong, outcome: "login_failed",
			code: "wrong_credentials", step: "auth"},
		{name: "wrong-password-starttls", port: server.starttls, ssl: true, password: wrong, outcome: "login_failed",
			code: "wrong_credentials", step: "auth"},
		{name: "implicit-without-ssl", port: server.implicit, password: server.password, outcome: "connection_failed",
			code: "plain_expected_tls", step: "greeting"},
		{name: "untrusted", port: server.implicit, ssl: true, password: server.password,
			more: []string{"--set", "ca_certificate="}, outcome: "connection_failed",
			code: "certificate_unknown_issuer", step: "tls"},
		{name: "wrong-name", port: server.implicit, ssl: true, password: server.password,
			more: []string{"--set", "server=127.0.0.2"}, outcome: "connection_failed", code: "connection_refused",
			step: "connect"},
	}
	if server.plain > 0 {
		attempts = append(attempts,
			attempt{name: "plain", port: server.plain, password: server.password, outcome: "complete", code: allIsWell},
			attempt{name: "plain-wrong-password", port: server.plain, password: wrong, outcome: "login_failed",
				code: "wrong_credentials", step: "auth"})
	}
	for _, a := range attempts {
		t.Run(a.name, func(t *testing.T) {
			if a.name != "wrong-name" || server.name != "npm" {
				a.check(t, server, ca)
			}
		})
	}
}

// checkPostfix holds what only Postfix shows: checks of the sender at the recipient, relaying, real mail.
func checkPostfix(t *testing.T, postfix realServer, ca string) {
	good := attempt{port: postfix.starttls, ssl: true, password: postfix.password}
	with := func(outcome, code, step string, more ...string) attempt {
		a := good
		a.outcome, a.code, a.step, a.more = outcome, code, step, more
		return a
	}
	for name, a := range map[string]attempt{
		"sender-not-owned": with("failed", "sender_not_owned", "recipient",
			"--set", "use_other_account=true", "--set", "email=bob@postfix.test"),
		"unknown-recipient": with("failed", "recipient_unknown", "recipient", "--recipient", "nobody@postfix.test"),
		"relay-allowed":     with("complete", "starttls_used", "", "--recipient", "somebody@elsewhere.test"),
	} {
		t.Run(name, func(t *testing.T) { a.check(t, postfix, ca) })
	}
	t.Run("relay-denied-without-login", func(t *testing.T) {
		r := harness(t, "", "test", "--json", "--manifest", manifest(t, "smtp", "smtp-plugin"), "--set", "server=127.0.0.1",
			"--set", fmt.Sprintf("port=%d", postfix.plain), "--set", "use_other_account=true",
			"--set", "email=anna@elsewhere.test")
		if report := verdict(t, r); report.Outcome != "failed" || report.Diagnostics[0].Code != "relay_denied" {
			t.Errorf("got %s, %+v", report.Outcome, report.Diagnostics)
		}
	})
	t.Run("scram", func(t *testing.T) {
		a := with("complete", "starttls_used", "")
		report := a.check(t, postfix, ca)
		for _, step := range report.Steps {
			if step.ID == "auth" && !strings.HasPrefix(step.Detail, "SCRAM-SHA-256") {
				t.Errorf("logged in with %s instead of the strongest mechanism", step.Detail)
			}
		}
	})
	t.Run("message", func(t *testing.T) {
		a := with("complete", "starttls_used", "", "--recipient", "inbox@postfix.test", "--send-message")
		a.check(t, postfix, ca)
		mail := awaitMail(t, postfix.mailbox)
		for _, want := range []string{"Subject: Test e-mail of the notification service", "From: <anna@postfix.test>",
			"Auto-Submitted: auto-generated"} {
			if !strings.Contains(mail, want) {
				t.Errorf("the mail does not hold %q:\n%s", want, mail)
			}
		}
	})
}

// checkNobody holds what has no server at all.
func checkNobody(t *testing.T, ca string) {
	anna := realServer{login: "anna@postfix.test"}
	attempt{port: freePorts(t, 1)[0], password: wrong, outcome: "connection_failed", code: "connection_refused",
		step: "connect"}.check(t, anna, ca)
	attempt{port: 25, password: wrong, more: []string{"--set", "server=no-such-server.invalid"},
		outcome: "connection_failed", code: "name_not_found", step: "resolve"}.check(t, anna, ca)
	filtered, err := mailserver.NewFiltered()
	if err != nil {
		t.Fatal(err)
	}
	defer filtered.Close()
	report := attempt{port: filtered.Port(), password: wrong, outcome: "connection_failed", code: "host_silent",
		step: "connect"}.check(t, anna, ca)
	if took := report.Duration.Milliseconds(); took > 8000 {
		t.Errorf("a filtered port took %.0f ms", took)
	}
}

func checkOAuth2(t *testing.T, npm realServer, ca string) {
	more := []string{"--set", "authentication=oauth2", "--secret", "access_token=env:SECRET"}
	attempt{port: npm.implicit, ssl: true, password: "token-" + npm.password, more: more, outcome: "complete",
		code: allIsWell}.check(t, npm, ca)
	attempt{port: npm.implicit, ssl: true, password: "token-wrong", more: more, outcome: "login_failed",
		code: "oauth2_token_refused", step: "auth"}.check(t, npm, ca)
}
