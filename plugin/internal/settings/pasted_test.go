package settings

import (
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/plugin/internal/language"
	"github.com/smtp-settings/smtp-settings/shared"
)

// bindWith binds the values beside those that a draft needs.
func bindWith(values shared.Values) (found []shared.Diagnostic) {
	base := shared.Values{Server: shared.Text("mail.example"), Login: shared.Text("me@email.com"),
		UseSSL: shared.Boolean(true)}
	for name, value := range values {
		base[name] = value
	}
	_, problems := Bind(base, func(string) bool { return true })
	for _, one := range problems {
		found = append(found, one.In(language.Of("en")))
	}
	return found
}

// TestPastedPasswordIsNotRepeated pastes a server with its password: no summary has it.
func TestPastedPasswordIsNotRepeated(t *testing.T) {
	for _, server := range []string{
		"smtp.gmail.com:587:alice:abcd s3cret ijkl mnop", "smtp.h.com 587 alice s3cret", "smtp.h.com,587,alice,s3cret",
		"smtp.h.com|alice|s3cret", "smtp.h.com;alice;s3cret", "alice s3cret", "smtp.h.com:587:alice:s3cret",
		"smtp.h.com=s3cret", strings.Repeat("x", 300) + "s3cret\"",
	} {
		found := bindWith(shared.Values{Server: shared.Text(server)})
		if len(found) == 0 {
			t.Errorf("%s is accepted", server)
		}
		for _, one := range found {
			if strings.Contains(one.Summary+one.Detail, "s3cret") {
				t.Errorf("%s: %s %s", server, one.Summary, one.Detail)
			}
		}
	}
	for _, server := range []string{"\"smtp..h.com\"", "<smtp..h.com>", "smtp..h.com;"} {
		if found := bindWith(shared.Values{Server: shared.Text(server)}); !strings.Contains(found[0].Summary, "smtp..h.com") {
			t.Errorf("%s: %s", server, found[0].Summary)
		}
	}
}

// TestDelegatedLogin leaves a login alone that names a mailbox behind the one who logs in: only the sender is missing.
func TestDelegatedLogin(t *testing.T) {
	for login, want := range map[string]string{
		`svc@contoso.com\shared`: "sender_missing", `CONTOSO\svc@contoso.com`: "sender_missing",
		`svc@contoso.com\x1y`: "sender_missing", `svc@contoso.com\u200`: "sender_missing",
		`alice@example.com\r\n`: "decorated", `alice@example.com\u200b`: "decorated", `alice@example.com\x0d`: "decorated",
		`alice@example.com\015`: "decorated", `alice@example.com\U0000200b`: "decorated",
		`alice@example.com\n`: "decorated", `\\alice@example.com`: "decorated",
		"<alice@example.com>": "decorated", "mailto:alice@example.com": "decorated",
	} {
		found := bindWith(shared.Values{Login: shared.Text(login)})
		if len(found) == 0 || found[0].Code != want || want == "sender_missing" &&
			(len(found[0].Fixes) != 1 || found[0].Fixes[0].Values[UseOtherAccount] != shared.Boolean(true)) {
			t.Errorf("%s: %+v", login, found)
		}
		other := bindWith(shared.Values{Login: shared.Text(login), UseOtherAccount: shared.Boolean(true),
			Email: shared.Text("me@email.com")})
		if want == "sender_missing" && len(other) > 0 {
			t.Errorf("%s, with another sender: %+v", login, other)
		}
	}
}

// TestNothingIsProposedForFloods reads nothing into a text that nobody can have typed.
func TestNothingIsProposedForFloods(t *testing.T) {
	for _, flood := range []string{
		strings.Repeat("a", 1<<19), strings.Repeat("(", 1<<18) + strings.Repeat(")", 1<<18),
		strings.Repeat("\u0430b ", 1<<17),
	} {
		for field := range proposals {
			for _, one := range bindWith(shared.Values{field: shared.Text(flood)}) {
				if one.Field == field && field != Port && field != UseSSL && len(one.Fixes) > 0 && field != CACertificate {
					t.Errorf("%s: %d fixes for %.8s…", field, len(one.Fixes), flood)
				}
			}
		}
	}
}
