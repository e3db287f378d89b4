package settings

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/plugin/internal/finding"
	"github.com/smtp-settings/smtp-settings/shared"
)

// decorations are what stands around, within or in the place of the characters of a text that is typed or pasted; %s is
// the text.
var decorations = []string{
	"%s", " %s ", "\u00a0%s\u00a0", "\u2003%s", "%s\n", "%s\r\n", "\r\n%s", "%s\t", "\ufeff%s", "%s\u200b", "\u200e%s",
	"%s.", "%s,", "%s;", "%s:", "%s/", "\"%s\"", "'%s'", "“%s”", "„%s“", "«%s»", "<%s>",
	"‹%s›", "(%s)", "[%s]", "`%s`",
	"**%s**", "[%s](https://example.org/)", "%s # comment", "- %s", "– %s", "%s (STARTTLS)", "SSL %s", "Value: %s",
	"%s\x00",
	"%s\u2028", "%s (bitte eintragen)", "\\\\%s", "//%s", "smtp://%s", "https://%s/", "mailto:%s?subject=a%%20b",
	"Name <%s>",
	`"Name, Inc." <%s>`, "%s; second@example.org", "%s 587", "%s:587", "%s:0", "%s:99999", "%s, port 465 (SSL/TLS)",
}

// texts are values of each kind, good and bad, before they are decorated.
var texts = []string{
	"smtp.email.com", "SMTP.Email.COM", "smtp.email.com.", "smtp–relay.email.com", "smtp\u00adrelay.email.com",
	"ѕmtp.email.com",
	"ｓｍｔｐ.email.com", "smtp。email。com", "smtp email com", "smtp. email.com",
	"smtp.email,com", "smtp..email.com",
	"münchen.example", "почта.рф", "my_relay.local", "localhost", "relay", "192.0.2.1",
	"192.000.002.001", "2001:db8::1",
	"[2001:db8::1]", "https://mail.google.com/mail/u/0/", "https://outlook.live.com/owa/", "https://webmail.email.com/",
	"smtps://me:secret@smtp.email.com", "smtp.email.com:587/starttls", "smtp.email.com:587:me@email.com:secret",
	"email.com. 3600 IN MX 10 mx1.email.com.", "_submission._tcp.email.com. 300 IN SRV 0 1 587 smtp.email.com.",
	"me@email.com", "me@gmail.com", "me(at)email.com", "me [at] email [dot] com", "me @ email.com", "me@email,com",
	"mе@email.com",
	"me@smtp–x.email.com", "me@e\u200bmail.com", "me＠email.com", "a@b@c", "@", "admin", "DOMAIN\\admin", "587", "25",
	"465", "2525",
	"２５", "٥٨٧", "25,587", "465 or 587", "0", "99999", "-587", "–587", "5 8 7", "smtps",
	"many", "30", "30 s", "2 min",
	"1h", "0,5s",
	"yes", "PLAIN", "/run/secrets/x", "$SMTP_PW", "env:X", "proxy.email.com:1080", "http://proxy.email.com", "", "x",
	"\x00", "…",
	strings.Repeat("x", 300), strings.Repeat("a.", 200), strings.Repeat("ab", 32), "SHA256 Fingerprint=" +
		strings.Repeat("AB:", 31) + "AB",
	"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
}

// forms are the other values of the form while one is typed.
func forms() []shared.Values {
	text := shared.Text
	return []shared.Values{
		{Server: text("smtp.email.com"), Login: text("me@email.com"), UseSSL: shared.Boolean(true)},
		{Server: text("smtp.email.com"), Login: text("me@email.com"), Port: shared.Integer(25)},
		{Server: text("smtp.email.com"), UseOtherAccount: shared.Boolean(true), Email: text("me@email.com")},
		{},
	}
}

// typedInto are the fields that hold text or what is made of it.
func typedInto() []shared.Field {
	var fields []shared.Field
	for field := range Schema().Fields() {
		if !field.Sensitive {
			fields = append(fields, field)
		}
	}
	return fields
}

// typeInto is the form with a text in a field, read as the page and the command line read it.
func typeInto(form shared.Values, field shared.Field, text string) shared.Values {
	values := shared.Values{}
	maps.Copy(values, form)
	if field.Name == Email || field.Name == Name {
		values[UseOtherAccount] = shared.Boolean(true)
	}
	value, err := field.Parse(text)
	if err != nil {
		value = shared.Text(text)
	}
	draft := shared.Draft{Values: shared.Values{field.Name: value}}
	return draft.Apply(values)
}

// checkFixes applies every fix that a text brings, and every one that comes after it: each leads to settings in which
// nothing is wrong with what it fills in and nothing more is to be corrected about its field, and none gives up
// encryption.
// It returns how many fixes there are for the field.
func checkFixes(t testing.TB, values shared.Values, field, what string) int {
	t.Helper()
	count := 0
	_, found := Bind(values, func(string) bool { return true })
	for _, one := range found {
		if hintCodes[one.Code] {
			continue
		}
		for _, fix := range one.Fixes {
			checkFix(t, values, one, fix, what)
		}
		if one.Field == field {
			count += len(one.Fixes)
		}
	}
	return count
}

func checkFix(t testing.TB, values shared.Values, one finding.Finding, fix finding.Fix, what string) {
	t.Helper()
	for name, value := range fix.Values {
		field, declared := Schema().Field(name)
		if !declared || field.Sensitive || !field.Fits(value) || !field.Holds(value) {
			t.Errorf("%s: the fix %q sets %s to %q", what, fix.Label, name, value)
		}
	}
	if fix.Values[UseSSL] == shared.Boolean(false) || fix.Values[StartTLS] == shared.Text(startTLSNever) {
		t.Errorf("%s: the fix %q gives up encryption", what, fix.Label)
	}
	draft := shared.Draft{Values: fix.Values}
	_, after := Bind(draft.Apply(values), func(string) bool { return true })
	for _, left := range after {
		_, filled := fix.Values[left.Field]
		switch {
		case left.Severity == shared.SeverityError && (filled || left.Field == one.Field):
			t.Errorf("%s: %s, the fix %q leads to %s", what, one, fix.Label, left)
		case left.Field == one.Field && len(left.Fixes) > 0 && !hintCodes[left.Code]:
			t.Errorf("%s: %s, after the fix %q comes another: %s, %q", what, one, fix.Label, left, left.Fixes[0].Label)
		}
	}
}

// TestFixesOfWhatIsTyped types all of them into every field: each text, each decoration of a plain one, and a part of
// all that comes of both, the same one each time.
func TestFixesOfWhatIsTyped(t *testing.T) {
	fixed, turn := map[string]int{}, 0
	every := append(slices.Clone(texts), authority(t), strings.ReplaceAll(authority(t), "\n", " "))
	for _, field := range typedInto() {
		for i, text := range every {
			for j, decoration := range decorations {
				if turn++; i > 0 && j > 0 && turn%29 > 0 {
					continue
				}
				decorated := strings.ReplaceAll(strings.ReplaceAll(decoration, "%%", "%"), "%s", text)
				values := typeInto(forms()[turn%len(forms())], field, decorated)
				fixed[field.Name] += checkFixes(t, values, field.Name, fmt.Sprintf("%s %q", field.Name, decorated))
			}
		}
	}
	for field := range proposals {
		if fixed[field] == 0 {
			t.Errorf("no fix of %s was tried", field)
		}
	}
}

// TestWhatIsTyped holds what comes of each kind of text: nothing, or a finding whose first fix leads to the values.
func TestWhatIsTyped(t *testing.T) {
	for _, c := range whatIsTyped {
		declared, _ := Schema().Field(c.field)
		form := good()
		if c.field == Server || c.field == Port {
			form = nil // So that everything is filled in.
		}
		_, found := Bind(typeInto(form, declared, c.text), func(string) bool { return true })
		about := slices.DeleteFunc(found.ForField(c.field), func(one finding.Finding) bool {
			return hintCodes[one.Code] || one.Severity == shared.SeverityInfo
		})
		got := ""
		if len(about) > 0 {
			got = about[0].Code
			if len(about[0].Fixes) > 0 {
				for _, name := range about[0].Fixes[0].Values.Names() {
					got += " " + name + "=" + about[0].Fixes[0].Values[name].String()
				}
			}
		}
		if got != c.want {
			t.Errorf("%s %q: %q, want %q", c.field, c.text, got, c.want)
		}
		if len(about) > 0 && strings.Contains(about[0].String(), "s3cret") {
			t.Errorf("%s %q repeats the password: %s", c.field, c.text, about[0])
		}
	}
}

// FuzzFixes types anything into any field: the fixes lead to valid settings or there is none, and nothing panics.
func FuzzFixes(f *testing.F) {
	for i, text := range texts {
		f.Add(uint8(i), text, uint8(i))
	}
	fields := typedInto()
	f.Fuzz(func(t *testing.T, field uint8, text string, form uint8) {
		into := fields[int(field)%len(fields)]
		checkFixes(t, typeInto(forms()[int(form)%len(forms())], into, text), into.Name, fmt.Sprintf("%s %q", into.Name, text))
	})
}
