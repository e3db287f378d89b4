package settings

import (
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/plugin/internal/secret"
	"github.com/smtp-settings/smtp-settings/shared"
)

// TestCheckSecret types secrets as they are pasted. None is changed, and no finding shows a part of one.
func TestCheckSecret(t *testing.T) {
	password, _ := Schema().Field(Password)
	for text, want := range map[string]string{
		"s3cret": "", "pass phrase with blanks": "", "abcd": "", "пароль": "", "jürgen": "", "a-b'c\"d": "",
		" s3cret": "warning secret_has_blanks", "s3cret\u00a0": "warning secret_has_blanks",
		"abcd efgh ijkl mnop":                "warning secret_in_groups",
		"abcd\u00a0efgh\u00a0ijkl\u00a0mnop": "warning secret_in_groups",
		" abcd efgh ijkl mnop ":              "warning secret_has_blanks, warning secret_in_groups",
		"s3c\u200bret":                       "warning secret_look_alike", "s3cret–1": "warning secret_look_alike",
		"s3crеt": "warning secret_look_alike", "\"s3cret\"": "warning secret_in_quotes",
		"“s3cret”": "warning secret_look_alike, warning secret_in_quotes",
		"s3cret\n": "error control_character", "s3cret\r\n": "error control_character", "s3\ncret": "error control_character",
		strings.Repeat("x", 1025): "error wrong_length",
	} {
		var got []string
		for _, one := range CheckSecret(password, text) {
			got = append(got, string(one.Severity)+" "+one.Code)
			said := one.Summary.String() + one.Detail.String()
			if strings.Contains(said, "s3c") || strings.Contains(said, "–") || len(one.Fixes) > 0 {
				t.Errorf("%q: %s", text, said)
			}
		}
		if got := strings.Join(got, ", "); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	ends, inside := CheckSecret(password, "s3cret\n"), CheckSecret(password, "s3\ncret")
	if !strings.Contains(ends[0].Detail.String(), "ends with a line break") || !inside[0].Detail.IsZero() {
		t.Errorf("at the end: %q, inside: %q", ends[0].Detail, inside[0].Detail)
	}
}

// TestLineBreaksOfTheEnvironment gives every field a value with a line break. What harms nobody is left out; else the
// error names the variable, what is wrong and how to mend it, but never the value.
func TestLineBreaksOfTheEnvironment(t *testing.T) {
	good := map[string]string{
		Server: "smtp.email.com", Port: "587", Login: "me@email.com", Password: "s3cret", AccessToken: "t0ken",
		UseSSL:          "true",
		UseOtherAccount: "true", Name: "Team", Email: "me@email.com", ReplyTo: "me@email.com",
		Authentication: "plain", PasswordReference: "env://X",
		Proxy: "http://p.example:3128", StartTLS: "never", EHLOName: "x.example", TimeLimit: "30s",
		PinnedCertificate: strings.Repeat("ab", 32), CACertificate: authority(t),
		OAuthCloud: "us_gov", OAuthTenant: "contoso.example", OAuthClientID: "console", OAuthClientSecret: "s3cret",
		OAuthSecretExpires: "2030-01-01", OAuthServiceAccount: "{}", OAuthTokenURL: "https://login.example/token",
		OAuthCertificate: "x", OAuthCertificateKey: "x", OAuthIssuer: "https://login.example", OAuthScope: "mail",
		OAuthClientStyle: "basic", OAuthProvider: "google",
	}
	for field := range Schema().Fields() {
		if field.ReadOnly || field.Name == OAuthGrant { // Nothing of it is taken; see TestSignInSettings.
			continue
		}
		value := good[field.Name]
		others := []string{}
		for name, other := range good {
			if name != field.Name && (name == Server || name == Login || name == Authentication) {
				others = append(others, Variable(name)+"="+other)
			}
		}
		for _, c := range []struct{ value, says string }{
			{value + "\n", "ends with a line break"}, {value + "\r\n", "ends with a line break"},
			{value[:1] + "\n" + value[1:], "contains a line break"}, {value[:1] + "\x1b" + value[1:], "U+001B"},
		} {
			_, err := ReadEnvironment(append([]string{Variable(field.Name) + "=" + c.value}, others...))
			numeric := field.Kind == shared.KindInteger || field.Kind == shared.KindBoolean
			harmless := field.Name == CACertificate || field.Name == OAuthCertificate || field.Kind == shared.KindFile ||
				field.Kind == shared.KindAuthorization || numeric &&
				strings.HasPrefix(c.value, value)
			switch {
			case harmless && err != nil:
				t.Errorf("%s %q: %v", field.Name, c.value, err)
			case harmless || numeric:
			case err == nil || !strings.Contains(err.Error(), Variable(field.Name)) ||
				!strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), value):
				t.Errorf("%s %q: %v, want %q", field.Name, c.value, err, c.says)
			}
		}
	}
	layers, err := ReadEnvironment([]string{"SMTP_SERVER= smtp.email.com\u00a0", "SMTP_STARTTLS= never "})
	if err != nil || layers.InForce(nil)[Server] != shared.Text("smtp.email.com") {
		t.Errorf("with blanks: %v", err)
	}
	if _, err := ReadEnvironment([]string{"SMTP_SERVER=h.com:587:me:hunter2"}); err == nil ||
		strings.Contains(err.Error(), "hunter2") {
		t.Errorf("a login with the server, which the page would show: %v", err)
	}
	t.Setenv("TYPED_X", "s3cret\n")
	if _, err := (secret.References{Prefix: "TYPED_"}).Resolve("env://TYPED_X"); err == nil ||
		!strings.Contains(err.Error(), "TYPED_X has a line break") {
		t.Errorf("a named variable: %v", err)
	}
}

// TestReadOptions takes the address of a recipient out of what stands around it, letter for letter.
func TestReadOptions(t *testing.T) {
	for given, want := range map[string]string{
		" a@b.com\n": "a@b.com", "Name <a@b.com>": "a@b.com", "mailto:a@b.com?subject=x": "a@b.com", "a@b.com;": "a@b.com",
		"a@b.com": "a@b.com", "": "", "a(at)b.com": "! a@b.com", "a@b.com, c@d.com": "! a@b.com",
		"аnna@b.com": "! anna@b.com",
		"a@":         "!", "почта@пример.рф": "почта@пример.рф",
	} {
		options := ReadOptions(shared.Values{Recipient: shared.Text(given)})
		got, _ := options[Recipient].AsText()
		for _, one := range OptionViolations(options) {
			got = "!"
			if _, advice, found := strings.Cut(one.Detail.String(), "such as "); found {
				got += " " + strings.TrimSuffix(advice, ".")
			}
		}
		if got != want {
			t.Errorf("%q: %q, want %q", given, got, want)
		}
	}
}
