package plugin

import (
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
)

// TestPluralsOnThePage reads findings in which something is counted, in languages with one, two and four plural forms.
func TestPluralsOnThePage(t *testing.T) {
	page := openPage(t, Configuration{DataDir: t.TempDir()})
	save(t, page, shared.Values{"server": shared.Text("smtp.email.com"), "login": shared.Text("me@email.com")},
		map[string]shared.SecretChange{"password": shared.ReplaceSecret("s3cret")})
	tooLong := shared.Draft{Secrets: map[string]shared.SecretChange{"password": shared.ReplaceSecret(strings.Repeat("x", 1025))}}
	onePlace := shared.Draft{Values: shared.Values{"port": shared.Integer(2525)}}
	twoPlaces := shared.Draft{Values: shared.Values{"port": shared.Integer(2525), "server": shared.Text("mail.email.com")}}
	for _, c := range []struct {
		draft            shared.Draft
		code, tag, wants string
	}{
		{tooLong, "wrong_length", "en", "“Password” must have at most 1024 characters."},
		{tooLong, "wrong_length", "de", "Zulässige Länge für „Passwort“: höchstens 1024 Zeichen."},
		{tooLong, "wrong_length", "ru", "Поле «Пароль» должно содержать не больше 1024 символов."},
		{tooLong, "wrong_length", "ja", "「パスワード」は 1024 文字以内である必要があります。"},
		{onePlace, "secret_needed_again", "en", "“Password” must be entered again, because “SMTP port” was changed."},
		{twoPlaces, "secret_needed_again", "en", "“Password” must be entered again, because “SMTP server” and “SMTP port” were changed."},
		{onePlace, "secret_needed_again", "de", "„Passwort“ muss erneut eingegeben werden, weil „SMTP-Port“ geändert wurde."},
		{twoPlaces, "secret_needed_again", "de",
			"„Passwort“ muss erneut eingegeben werden, weil „SMTP-Server“ und „SMTP-Port“ geändert wurden."},
		{onePlace, "secret_needed_again", "ru", "Поле «Пароль» нужно заполнить заново, потому что изменено поле «Порт SMTP»."},
		{twoPlaces, "secret_needed_again", "ru",
			"Поле «Пароль» нужно заполнить заново, потому что изменены поля «SMTP-сервер» и «Порт SMTP»."},
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
