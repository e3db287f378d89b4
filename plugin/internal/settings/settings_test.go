package settings

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
)

func TestSchemaKeepsTheContract(t *testing.T) {
	if err := Schema().Check(); err != nil {
		t.Error(err)
	}
}

// TestDocumentedWords holds labels and help texts letter for letter.
func TestDocumentedWords(t *testing.T) {
	for name, want := range map[string][2]string{
		Server: {"SMTP server", "The address of the notification server (e.g. smtp.email.com)."},
		Port: {"SMTP port", "The port number. By default 25 for unencrypted connections and 465 " +
			"for SSL-encrypted connections."},
		Login:           {"SMTP login", "The name of the mail box that will be used for sending notifications."},
		Password:        {"Password", "The password used for accessing the e-mail server."},
		UseSSL:          {"Use SSL", "Select to use SSL encryption."},
		UseOtherAccount: {"Use other account settings", "For when the login is not an e-mail address."},
		Name:            {"Name", "The user name shown in notifications."},
		Email:           {"E-mail address", "The address notifications are sent from."},
	} {
		field, ok := Schema().Field(name)
		if got := [2]string{field.Label, field.Help}; !ok || got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if text := Schema().Prerequisites[0].Text; text != "Make sure that the Processing Server is running." {
		t.Errorf("the prerequisite is %q", text)
	}
	if label := Schema().Test.Label; label != "Test connection" {
		t.Errorf("the test is called %q", label)
	}
}

// good are values that are valid together with a password.
func good() shared.Values {
	return shared.Values{
		Server: shared.Text("smtp.email.com"), Login: shared.Text("me@email.com"), UseSSL: shared.Boolean(true),
	}
}

func with(name string, value shared.Value, more ...any) shared.Values {
	values := good()
	values[name] = value
	for i := 0; i < len(more); i += 2 {
		values[more[i].(string)] = more[i+1].(shared.Value)
	}
	return values
}

type mistake struct {
	name       string
	values     shared.Values
	noPassword bool
	want       string // severity code field, joined by semicolons
}

// mistakes are values, and what is found wrong with them.
func mistakes() []mistake {
	text, number, yes, no, none := shared.Text, shared.Integer, shared.Boolean(true), shared.Boolean(false), shared.Value{}
	return []mistake{
		{"good", good(), false, ""},
		{"relay-without-login", shared.Values{Server: text("relay.local"), UseOtherAccount: yes,
			Email: text("a@b.example")}, true, ""},
		{"empty", shared.Values{}, true, "error required server; error sender_missing use_other_account"},
		{"web-address", with(Server, text("https://smtp.email.com:465/mail")), false, "error url_as_server server"},
		{"path", with(Server, text("smtp.email.com/mail")), false, "error url_as_server server"},
		{"mail-address", with(Server, text("me@email.com")), false, "error address_as_server server"},
		{"port-in-server", with(Server, text("smtp.email.com:465")), false, "error port_in_server server"},
		{"blank-in-server", with(Server, text("smtp email com")), false, "error name_invalid server"},
		{"line-break-in-server", with(Server, text("smtp\r\nRSET")), false, "error control_character server"},
		{"blanks-around", with(Login, text(" me@email.com ")), false, "info blanks_removed login"},
		{"port-zero", with(Port, number(0)), false, "error out_of_range port"},
		{"port-too-big", with(Port, number(65536)), false, "error out_of_range port"},
		{"port-word", with(Port, text("smtp")), false, "error not_a_number port"},
		{"port-25-ssl", with(Port, number(25)), false, "warning port_25_with_ssl port"},
		{"port-587-ssl", with(Port, number(587)), false, "info port_587_with_ssl port"},
		{"port-465-plain", with(Port, number(465), UseSSL, no), false, "warning port_465_without_ssl use_ssl"},
		{"plain-password", with(UseSSL, no), false, "warning password_may_be_unencrypted use_ssl"},
		{"plain-password-local", with(UseSSL, no, Server, text("127.0.0.1")), false, ""},
		{"no-password", good(), true, "error password_missing password"},
		{"no-login", with(Login, none), false, "error login_missing login; error sender_missing use_other_account"},
		{"login-no-address", with(Login, text("admin")), false, "error sender_missing use_other_account"},
		{"other-account", with(Login, text("admin"), UseOtherAccount, yes, Name, text("Büro"), Email,
			text("a@b.example")), false, ""},
		{"other-account-without-address", with(UseOtherAccount, yes), false, "error required email"},
		{"other-account-bad-address", with(UseOtherAccount, yes, Email, text("a b@c")), false, "error not_an_address email"},
		{"other-account-injection", with(UseOtherAccount, yes, Email, text("a@b>\r\nDATA")), false,
			"error control_character email"},
		{"name-with-line-break", with(UseOtherAccount, yes, Name, text("a\nBcc: x@y"), Email, text("a@b.example")), false,
			"error control_character name"},
		{"name-too-long", with(UseOtherAccount, yes, Name, text(strings.Repeat("x", 129)), Email, text("a@b.example")), false,
			"error wrong_length name"},
		{"password-by-reference", with(PasswordReference, text("file:///run/secrets/x")), true, ""},
		{"reference-of-another-kind", with(PasswordReference, text("https://x")), true,
			"error wrong_form password_reference"},
		{"ehlo-name", with("ehlo_name", text("my console")), false, "error wrong_form ehlo_name"},
		{"ca-rubbish", with(CACertificate, text("hello")), false, "error not_a_certificate ca_certificate"},
		{"ca-key", with(CACertificate, text("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----")), false,
			"error not_a_certificate ca_certificate"},
		{"pin-short", with(PinnedCertificate, text("ab:cd")), false, "error wrong_form pinned_certificate"},
		{"starttls-never", with(StartTLS, text("never"), UseSSL, no), false, "warning password_may_be_unencrypted use_ssl"},
		{"starttls-never-ssl", with(StartTLS, text("never"), PinnedCertificate, text(strings.Repeat("ab", 32))), false, ""},
		{"starttls-never-pin", with(StartTLS, text("never"), UseSSL, no, PinnedCertificate,
			text(strings.Repeat("ab", 32))), false,
			"error pin_needs_encryption starttls; warning password_may_be_unencrypted use_ssl"},
		{"starttls-unknown", with(StartTLS, text("always"), UseSSL, no), false,
			"error not_an_option starttls; warning password_may_be_unencrypted use_ssl"},
		{"authentication-unknown", with(Authentication, text("kerberos")), false, "error not_an_option authentication"},
		{"plain-without-login", with(Authentication, text("plain"), Login, none), false,
			"error login_missing login; error sender_missing use_other_account"},
		{"plain-without-password", with(Authentication, text("plain")), true, "error password_missing password"},
		{"oauth2-without-token", with(Authentication, text("oauth2")), true, "error token_missing access_token"},
		{"time-limit-word", with(TimeLimit, text("soon")), false, "error not_a_duration time_limit"},
		{"time-limit-long", with(TimeLimit, text("1h")), false, "error out_of_range time_limit"},
		{"unknown", with("colour", text("red")), false, "error unknown_field "},
		{"secret-among-values", with(Password, text("x")), false, "error unknown_field "},
	}
}

// TestMistakes holds one Diagnostic for each mistake and field.
func TestMistakes(t *testing.T) {
	for _, c := range mistakes() {
		_, found := Bind(c.values, func(field string) bool { return field == Password && !c.noPassword })
		var got []string
		for _, one := range found {
			got = append(got, string(one.Severity)+" "+one.Code+" "+one.Field)
			if one.Summary.IsZero() {
				t.Errorf("%s: %s says nothing", c.name, one.Code)
			}
		}
		if got := strings.Join(got, "; "); got != c.want {
			t.Errorf("%s: %s\nwant: %s", c.name, got, c.want)
		}
	}
}

func TestPortFollowsUseSSL(t *testing.T) {
	for _, c := range []struct {
		values shared.Values
		want   int
	}{
		{shared.Values{}, 25},
		{shared.Values{UseSSL: shared.Boolean(true)}, 465},
		{shared.Values{UseSSL: shared.Boolean(true), Port: shared.Integer(587)}, 587},
		{shared.Values{Port: shared.Integer(2525)}, 2525},
	} {
		if s, _ := Bind(c.values, func(string) bool { return false }); s.Port != c.want {
			t.Errorf("%v: port %d, want %d", c.values, s.Port, c.want)
		}
	}
}

// TestStartTLSNever means something without Use SSL only.
func TestStartTLSNever(t *testing.T) {
	for _, c := range []struct{ ssl, never, want bool }{{false, false, false}, {false, true, true}, {true, true, false},
		{true, false, false}} {
		values := with(UseSSL, shared.Boolean(c.ssl))
		if c.never {
			values[StartTLS] = shared.Text("never")
		}
		s, found := Bind(values, func(string) bool { return true })
		target := s.Target(shared.SecretText{}, shared.SecretText{})
		if found.HasErrors() || target.NeverStartTLS != c.want || s.Encrypts() == c.want {
			t.Errorf("%+v: never %t, %v", c, target.NeverStartTLS, found)
		}
		field, _ := Schema().Field(StartTLS)
		if visible := Schema().Visible(field, values); visible == c.ssl {
			t.Errorf("%+v: shown %t", c, visible)
		}
	}
}

func TestFixesOfServer(t *testing.T) {
	_, found := Bind(with(Server, shared.Text("https://smtp.email.com:2525/x")), func(string) bool { return true })
	want := shared.Values{Server: shared.Text("smtp.email.com"), Port: shared.Integer(2525)}
	fixes := found.ForField(Server)[0].Fixes
	if len(fixes) != 1 || !cmp.Equal(fixes[0].Values, want, cmp.Comparer(func(a, b shared.Value) bool { return a == b })) {
		t.Errorf("the fixes are %+v, want %v", fixes, want)
	}
}

func TestEnvironment(t *testing.T) {
	layers, err := ReadEnvironment([]string{"SMTP_SERVER=relay.local", "SMTP_PORT=2525", "SMTP_LOGIN=anna",
		"SMTP_USE_SSL=", "SMTP_PASSWORD=s3cret", "SMTP_COLOUR=red", "HOME=/root", "smtp_login=x"})
	if err != nil {
		t.Fatal(err)
	}
	inForce := layers.InForce(shared.Values{
		Server: shared.Text("stored"), Login: shared.Text("me@email.com"), "colour": shared.Text("red"),
	})
	want := shared.Values{Server: shared.Text("relay.local"), Port: shared.Integer(2525), Login: shared.Text("anna"),
		UseSSL: shared.Boolean(false), StartTLS: shared.Text("automatic")}
	difference := cmp.Diff(want, inForce, cmp.Comparer(func(a, b shared.Value) bool { return a == b }))
	if difference != "" {
		t.Errorf("in force (-want +got):\n%s", difference)
	}
	locks := map[string]shared.Lock{Server: {Source: "SMTP_SERVER"}, Port: {Source: "SMTP_PORT"},
		Login: {Source: "SMTP_LOGIN"}, UseSSL: {Source: "SMTP_PASSWORD"}, Password: {Source: "SMTP_PASSWORD"}}
	for _, implied := range []string{Proxy, StartTLS, CACertificate, PinnedCertificate, PasswordReference} {
		locks[implied] = shared.Lock{Source: "SMTP_PASSWORD"}
	}
	if difference := cmp.Diff(locks, layers.Locks()); difference != "" {
		t.Errorf("locks (-want +got):\n%s", difference)
	}
	if layers, err := ReadEnvironment([]string{"SMTP_STARTTLS=never"}); err != nil ||
		layers.InForce(nil)[StartTLS] != shared.Text("never") || layers.Locks()[StartTLS].Source != "SMTP_STARTTLS" {
		t.Errorf("SMTP_STARTTLS: %v", err)
	}
	if _, err := ReadEnvironment([]string{"SMTP_STARTTLS=always"}); err == nil ||
		!strings.Contains(err.Error(), "SMTP_STARTTLS") {
		t.Errorf("a choice that there is not: %v", err)
	}
	if secret, given := layers.Secret(Password); !given || secret.Reveal() != "s3cret" {
		t.Errorf("the password of the environment: %t", given)
	}
	if _, err := ReadEnvironment([]string{"SMTP_PASSWORD=hunter2", "SMTP_LOGIN=anna"}); err == nil ||
		!strings.Contains(err.Error(), "SMTP_SERVER") || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("a password without its server: %v", err)
	}
	if _, err := ReadEnvironment([]string{"SMTP_PORT=hunter2"}); err == nil ||
		!strings.Contains(err.Error(), "SMTP_PORT") || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("a port that is none: %v", err)
	}
	for _, variable := range []string{"SMTP_PROXY=http://me:hunter2@proxy.example:3128",
		"SMTP_PROXY=http://me:1#hunter2@p:1", "SMTP_PROXY=%hunter2", "SMTP_SERVER=smtp://me:hunter2@relay.example"} {
		name, _, _ := strings.Cut(variable, "=")
		if _, err := ReadEnvironment([]string{variable}); err == nil || !strings.Contains(err.Error(), name) ||
			strings.Contains(err.Error(), "hunter2") {
			t.Errorf("an address with a login, which the page would show: %v", err)
		}
	}
	for variable, want := range map[string]string{
		"SMTP_PROXY=ftp://proxy.example:21": "environment variable SMTP_PROXY: it must begin with socks5:// or http://",
		"SMTP_PORT=many":                    "environment variable SMTP_PORT: “SMTP port” must be a whole number",
	} {
		if _, err := ReadEnvironment([]string{variable}); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", variable, err, want)
		}
	}
	if _, err := ReadEnvironment([]string{"SMTP_PROXY=socks5://proxy.example:1080"}); err != nil {
		t.Error(err)
	}
}

// FuzzBind lets an administrator or a script enter anything.
func FuzzBind(f *testing.F) {
	f.Add("smtp.email.com", int64(465), "me@email.com", true, "", "", "30s")
	f.Add("http://[::1]:99999/", int64(-1), "\x00", false, "-----BEGIN CERTIFICATE-----\n", "sha256:ab", "1h")
	f.Fuzz(func(t *testing.T, server string, port int64, login string, ssl bool, ca, pin, limit string) {
		values := shared.Values{
			Server: shared.Text(server), Port: shared.Integer(port), Login: shared.Text(login), UseSSL: shared.Boolean(ssl),
			CACertificate: shared.Text(ca), PinnedCertificate: shared.Text(pin), TimeLimit: shared.Text(limit),
			UseOtherAccount: shared.Boolean(true), Email: shared.Text(login), Name: shared.Text(server),
		}
		s, found := Bind(values, func(string) bool { return true })
		for _, one := range found {
			if one.Code == "" || one.Summary.IsZero() {
				t.Errorf("a diagnostic without words: %+v", one)
			}
			for _, fix := range one.Fixes {
				for name, value := range fix.Values {
					if field, ok := Schema().Field(name); !ok || !field.Fits(value) {
						t.Errorf("a fix that does not fit: %s=%q", name, value)
					}
				}
			}
		}
		if found.HasErrors() {
			return
		}
		target := s.Target(shared.NewSecretText("x"), shared.SecretText{})
		for _, text := range []string{target.Host, target.Login, target.HELOName, s.Sender.Address, s.Sender.Name} {
			if strings.ContainsAny(text, "\r\n\x00") {
				t.Errorf("a control character went through: %q", text)
			}
		}
		if target.Host == "" || target.Port < 1 || target.Port > 65535 || s.TimeLimit < time.Second ||
			s.TimeLimit > 5*time.Minute {
			t.Errorf("valid, but unusable: %+v", s)
		}
		if strings.ContainsAny(s.Sender.Address, "<> ") {
			t.Errorf("an address that breaks out of MAIL went through: %q", s.Sender.Address)
		}
	})
}

// TestMechanismByName passes a mechanism that was chosen on to the connection, with the password.
func TestMechanismByName(t *testing.T) {
	for chosen, want := range map[string]smtpconn.Authentication{
		"automatic": smtpconn.AuthenticateAutomatically, "password": smtpconn.AuthenticateAutomatically,
		"plain": smtpconn.AuthenticatePlain, "login": smtpconn.AuthenticateLogin,
	} {
		bound, found := Bind(with(Authentication, shared.Text(chosen)), func(field string) bool { return field == Password })
		target := bound.Target(shared.NewSecretText("s3cret"), shared.SecretText{})
		if len(found) > 0 || !bound.WantsPassword() || target.Authentication != want || target.Password.Reveal() != "s3cret" {
			t.Errorf("%s: %+v, %v", chosen, target, found)
		}
	}
	for _, field := range []string{Password, PasswordReference} {
		for _, chosen := range []string{"automatic", "password", "plain", "login"} {
			declared, _ := Schema().Field(field)
			if !Schema().Visible(declared, with(Authentication, shared.Text(chosen))) {
				t.Errorf("%s is hidden with %s", field, chosen)
			}
		}
	}
}
