package plugin

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/go-hclog"

	"github.com/smtp-settings/smtp-settings/shared"
)

// TestPluralsOnThePage reads findings in which something is counted, in languages with one, two and four plural forms.
func TestPluralsOnThePage(t *testing.T) {
	page := openPage(t, Configuration{DataDir: t.TempDir()})
	save(t, page, shared.Values{"server": shared.Text("smtp.email.com"), "login": shared.Text("me@email.com")},
		map[string]shared.SecretChange{"password": shared.ReplaceSecret("s3cret")})
	tooLong := shared.Draft{
		Secrets: map[string]shared.SecretChange{"password": shared.ReplaceSecret(strings.Repeat("x", 1025))},
	}
	onePlace := shared.Draft{Values: shared.Values{"port": shared.Integer(2525)}}
	twoPlaces := shared.Draft{Values: shared.Values{"port": shared.Integer(2525), "server": shared.Text("mail.email.com")}}
	for _, c := range []struct {
		draft            shared.Draft
		code, tag, wants string
	}{
		{tooLong, "wrong_length", "en", "“Password” must have at most 1024 characters."},
		{tooLong, "wrong_length", "de", "Zulässige Länge für „Passwort“: höchstens 1024 Zeichen."},
		{tooLong, "wrong_length", "ru",
			"Поле «Пароль» должно содержать не больше 1024 символов."},
		{tooLong, "wrong_length", "ja", "「パスワード」は 1024 文字以内である必要があります。"},
		{onePlace, "secret_needed_again", "en", "“Password” must be entered again, because “SMTP port” was changed."},
		{twoPlaces, "secret_needed_again", "en",
			"“Password” must be entered again, because “SMTP server” and “SMTP port” were changed."},
		{onePlace, "secret_needed_again", "de",
			"„Passwort“ muss erneut eingegeben werden, weil „SMTP-Port“ geändert wurde."},
		{twoPlaces, "secret_needed_again", "de",
			"„Passwort“ muss erneut eingegeben werden, weil „SMTP-Server“ und „SMTP-Port“ geändert wurden."},
		{onePlace, "secret_needed_again", "ru",
			"Поле «Пароль» нужно заполнить заново, потому " +
				"что изменено поле «Порт SMTP»."},
		{twoPlaces, "secret_needed_again", "ru",
			"Поле «Пароль» нужно заполнить заново, " +
				"потому что изменены поля «SMTP-сервер» и «Порт SMTP»."},
	} {
		checked, err := page.Validate(t.Context(), shared.ValidateRequest{Locale: c.tag, Draft: c.draft})
		if err != nil {
			t.Fatal(err)
		}
		said := ""
		for _, one := range checked.Diagnostics {
			if one.Code == c.code {
				said = one.Summary
			}
		}
		if said != c.wants {
			t.Errorf("%s: %q, want %q", c.tag, said, c.wants)
		}
	}
}

// TestReasonsAreTranslated reads reasons that come from errors.
func TestReasonsAreTranslated(t *testing.T) {
	page := openPage(t, Configuration{})
	for _, c := range []struct {
		draft       shared.Values
		code, wants string
	}{
		{values("password_reference", shared.Text("env://PASSWORD")), "reference_refused",
			"„Passwortverweis“ kann nicht verwendet werden: der Betreiber erlaubt keine Variablen " +
				"(secret_prefix in plugin.hcl)."},
		{values("proxy", shared.Text("ftp://proxy.example:21")), "not_a_proxy",
			"„Proxy“ kann nicht verwendet werden: er muss mit socks5:// oder http:// beginnen."},
		{values("ca_certificate", shared.Text("x")), "not_a_certificate",
			"„Zusätzliches CA-Zertifikat“ kann nicht gelesen werden: es hat nicht die PEM-Form."},
	} {
		checked, err := page.Validate(t.Context(), shared.ValidateRequest{Locale: "de", Draft: shared.Draft{Values: c.draft}})
		if err != nil {
			t.Fatal(err)
		}
		said := ""
		for _, one := range checked.Diagnostics {
			if one.Code == c.code {
				said = one.Summary
			}
		}
		if said != c.wants {
			t.Errorf("%s: %q, want %q", c.code, said, c.wants)
		}
	}
}

// TestLogsSpeakEnglish logs an error with words for people as the plugin does, for hosts and for terminals.
func TestLogsSpeakEnglish(t *testing.T) {
	_, err := New(t.Context(), Configuration{
		DataDir: t.TempDir(), Environ: []string{"SMTP_PROXY=ftp://proxy.example:21"}, Passive: true,
	})
	if err == nil {
		t.Fatal("a proxy that is none was taken")
	}
	for _, asJSON := range []bool{true, false} {
		var line bytes.Buffer
		logger := hclog.New(&hclog.LoggerOptions{Output: &line, JSONFormat: asJSON})
		logger.Error("the plugin cannot start", "error", fmt.Errorf("start: %w", err))
		const want = "environment variable SMTP_PROXY: it must begin with socks5:// or http://"
		if logged := line.String(); !strings.Contains(logged, want) || strings.Contains(logged, "values") ||
			strings.ContainsRune(logged, '\x1f') || strings.Contains(logged, `\u001f`) {
			t.Errorf("logged: %s", logged)
		}
	}
}
