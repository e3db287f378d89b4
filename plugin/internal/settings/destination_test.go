package settings

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/smtp-settings/smtp-settings/plugin/internal/smtpconn"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
)

// TestEveryFieldIsBoundOrHarmless holds that nobody adds a field without deciding whether a secret could go elsewhere
// for it.
func TestEveryFieldIsBoundOrHarmless(t *testing.T) {
	declared := map[string]bool{}
	for field := range Schema().Fields() {
		declared[field.Name] = true
		bound := slices.ContainsFunc(destinationFields, func(one destinationField) bool { return one.field == field.Name })
		if reason := harmless[field.Name]; bound == (reason != "") {
			t.Errorf("%s must stand in destinationFields, when it decides where a secret goes or who can read it on the way, "+
				"or else in harmless with the reason",
				field.Name)
		}
	}
	for _, one := range destinationFields {
		if !declared[one.field] {
			t.Errorf("%s is bound, but is no field", one.field)
		}
	}
	for name := range harmless {
		if !declared[name] {
			t.Errorf("%s is harmless, but is no field", name)
		}
	}
}

func authority(t *testing.T) string {
	t.Helper()
	made, err := mailserver.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	return string(made.PEM())
}

// movedAway are changes of every field that is bound, with a pin and two certificates.
func movedAway(pin shared.Value, one, other string) map[string][]shared.Values {
	text := shared.Text
	return map[string][]shared.Values{
		Server: {{Server: text("evil.example")}}, Port: {{Port: shared.Integer(2525)}},
		UseSSL: {{UseSSL: shared.Boolean(true), Port: shared.Integer(25)}},
		Login:  {{Login: text("you@example.com")}}, Proxy: {{Proxy: text("socks5://evil.example:1080")}},
		StartTLS:       {{StartTLS: text(startTLSNever)}},
		Authentication: {{Authentication: text("plain")}}, // or whatever else is chosen by name
		OAuthProvider:  {{OAuthProvider: text(providerOther)}},
		OAuthCloud:     {{OAuthCloud: text("china")}}, OAuthTenant: {{OAuthTenant: text("other.example")}},
		OAuthClientID:     {{OAuthClientID: text("other")}},
		OAuthTokenURL:     {{OAuthTokenURL: text("https://evil.example/token")}},
		OAuthIssuer:       {{OAuthIssuer: text("https://evil.example")}},
		CACertificate:     {{CACertificate: text(other)}, {CACertificate: text(one + other)}, {CACertificate: {}}},
		PinnedCertificate: {{PinnedCertificate: pin}},
	}
}

// TestDestination changes each field that is bound, and each that is harmless.
func TestDestination(t *testing.T) {
	text := shared.Text
	one, other := authority(t), authority(t)
	base := shared.Values{Server: text("mail.example.com"), Login: text("me@example.com"), CACertificate: text(one)}
	bind := func(changes shared.Values) map[string]string {
		values := joined(base, changes)
		settings, _ := Bind(values, func(string) bool { return true })
		return settings.Destination()
	}
	pin := text(strings.Repeat("ab", 32))
	changes := movedAway(pin, one, other)
	for _, bound := range destinationFields {
		if len(changes[bound.field]) == 0 {
			t.Errorf("there is no change of %s to try", bound.field)
		}
		for _, change := range changes[bound.field] {
			chosen := choiceFor(bound.field)
			before, after := bind(chosen), bind(joined(chosen, change))
			had := before[bound.field]
			delete(before, bound.field)
			part := after[bound.field]
			delete(after, bound.field)
			if !maps.Equal(before, after) || part == had {
				t.Errorf("%v: %q and the others %v, before %v", change, part, after, before)
			}
		}
	}
	same := []shared.Values{
		{Server: text("Mail.Example.COM")}, {Port: shared.Integer(25)}, {CACertificate: text("\n" + one + "\n" + one)},
		{Authentication: text(authenticatePassword)}, {Authentication: text(authenticateNone)},
		{Authentication: text(authenticateOAuth2)},
		{PasswordReference: text("env://X")}, {UseOtherAccount: shared.Boolean(true), Name: text("x"),
			Email: text("a@b.example")}, {ReplyTo: text("a@b.example")},
		{StartTLS: text(startTLSAutomatically)},
		{EHLOName: text("x.example")}, {TimeLimit: text("5s")},
	}
	for _, change := range same {
		if before, after := bind(nil), bind(change); !maps.Equal(before, after) {
			t.Errorf("%v: %v, before %v", change, after, before)
		}
	}
	encrypted := shared.Values{UseSSL: shared.Boolean(true)}
	named := shared.Values{UseSSL: shared.Boolean(true), Authentication: text("plain")}
	if before, after := bind(encrypted), bind(named); !maps.Equal(before, after) {
		t.Errorf("a mechanism within encryption: %v, before %v", after, before)
	}
	before, after := bind(shared.Values{PinnedCertificate: pin}),
		bind(shared.Values{PinnedCertificate: text("SHA256:" + strings.Repeat("AB:", 31) + "AB")})
	if !maps.Equal(before, after) {
		t.Errorf("the same pin in another form: %v, before %v", after, before)
	}
}

func joined(one, other shared.Values) shared.Values {
	both := maps.Clone(one)
	if both == nil {
		both = shared.Values{}
	}
	maps.Copy(both, other)
	return both
}

// choiceFor are the values with which a field of OAuth 2.0 counts; none for the other fields.
func choiceFor(field string) shared.Values {
	text := shared.Text
	switch field {
	case OAuthCloud, OAuthTenant:
		return microsoftApp()
	case OAuthProvider:
		return signInAt(providerGoogle)
	case OAuthClientID, OAuthTokenURL, OAuthIssuer:
		return shared.Values{
			Authentication: text(authenticateCredentials), OAuthClientID: text("console"),
			OAuthTokenURL: text("https://login.example/token"),
		}
	}
	return nil
}

// signInAt are the values with which the owner of the mailbox signs in at a provider.
func signInAt(provider string) shared.Values {
	return shared.Values{
		Authentication: shared.Text(authenticateSignIn), OAuthProvider: shared.Text(provider),
		OAuthClientID: shared.Text("console"),
	}
}

// microsoftApp are the values of an application of Microsoft, without its secret.
func microsoftApp() shared.Values {
	return shared.Values{
		Authentication: shared.Text(authenticateMicrosoft), OAuthTenant: shared.Text("contoso.example"),
		OAuthClientID: shared.Text("4c1f0b6e-2d57-4a0f-9a3e-15b0c5d2e915"),
	}
}

// TestApplicationsAreBound tells apart the ways in which a secret gets to an endpoint, also where an address stands in
// a field that does not count yet.
func TestApplicationsAreBound(t *testing.T) {
	text := shared.Text
	base := shared.Values{Server: text("mail.example.com"), Login: text("me@example.com"), UseSSL: shared.Boolean(true),
		OAuthTenant: text("contoso.example"), OAuthClientID: text("console"),
		OAuthTokenURL: text("https://evil.example/token")}
	seen := map[string]string{}
	for _, kind := range []string{authenticateMicrosoft, authenticateGoogle, authenticateCredentials} {
		settings, _ := Bind(joined(base, shared.Values{Authentication: text(kind)}), func(string) bool { return true })
		bound := fmt.Sprint(settings.Destination())
		if earlier, known := seen[bound]; known {
			t.Errorf("%s is bound as %s is: %s", kind, earlier, bound)
		}
		seen[bound] = kind
	}
	for _, same := range []shared.Values{
		{OAuthScope: text("x")}, {OAuthClientStyle: text("basic")}, {OAuthSecretExpires: text("2030-01-01")},
		{OAuthTenant: text("Contoso.Example")},
	} {
		before, _ := Bind(joined(good(), microsoftApp()), func(string) bool { return true })
		after, _ := Bind(joined(joined(good(), microsoftApp()), same), func(string) bool { return true })
		if !maps.Equal(before.Destination(), after.Destination()) {
			t.Errorf("%v: %v, before %v", same, after.Destination(), before.Destination())
		}
	}
}

// TestServersThatAreConfused spells the server with every letter that has a small form: two spellings count as the same
// destination only when they lead to the same host, so that nobody finds a look-alike that passes for it.
func TestServersThatAreConfused(t *testing.T) {
	part := func(server string) string {
		settings, _ := Bind(shared.Values{Server: shared.Text(server), Login: shared.Text("me@example.com")},
			func(string) bool { return true })
		return settings.Destination()[Server]
	}
	same := func(t *testing.T, one, other string) {
		t.Helper()
		first, err1 := smtpconn.ASCIIHost(one)
		second, err2 := smtpconn.ASCIIHost(other)
		if err1 == nil && err2 == nil && first != second && part(one) == part(other) {
			t.Errorf("%q leads to %s and %q to %s, and both are bound as %q", one, first, other, second, part(one))
		}
	}
	for letter := rune(1); letter <= unicode.MaxRune; letter++ {
		for _, folded := range []rune{unicode.ToLower(letter), unicode.ToUpper(letter), unicode.SimpleFold(letter)} {
			if folded != letter {
				same(t, "ma"+string(letter)+"l.example", "ma"+string(folded)+"l.example")
			}
		}
	}
	same(t, "2001:db8::1%ETH0", "2001:db8::1%eth0")
	if one, other := part("smtp.gmail.com"), part("smtp.gma\u0130l.com"); one == other {
		t.Errorf("both are bound as %q", one)
	}
	for spelled, bound := range map[string]string{ // as it stands in what is stored
		"Mail.Example.COM": "mail.example.com", "M\u00fcnchen.example": "m\u00fcnchen.example",
		"stra\u00dfe.example": "stra\u00dfe.example",
		"[2001:DB8::1]":       "[2001:db8::1]", "mail.example.com.": "mail.example.com.",
	} {
		if part(spelled) != bound {
			t.Errorf("%s is bound as %q", spelled, part(spelled))
		}
	}
}

// TestPinOrMistake holds that what is entered as a pin is one, or an error: none passes and is then not enforced.
func TestPinOrMistake(t *testing.T) {
	for i, entered := range []string{
		"sha256:" + strings.Repeat("ab", 32), strings.Repeat("AB:", 31) + "AB", strings.Repeat("00", 31) + "01", // good ones
		"\u017fha256:" + strings.Repeat("ab", 32), "\u017fHA256:" + strings.Repeat("ab", 32), strings.Repeat("00", 32),
		"sha256:" + strings.Repeat("00:", 32),
		strings.Repeat("ab", 31), strings.Repeat("ab", 33), "sha1:" + strings.Repeat("ab", 32),
		"sha256:sha256:" + strings.Repeat("ab", 32), "-",
	} {
		values := shared.Values{Server: shared.Text("mail.example.com"), Login: shared.Text("me@example.com"),
			PinnedCertificate: shared.Text(entered)}
		settings, found := Bind(values, func(string) bool { return true })
		pinned := settings.Destination()[PinnedCertificate] != "" &&
			settings.Target(shared.SecretText{}, shared.SecretText{}).PinnedCertificate != [32]byte{}
		if refused := len(found.ForField(PinnedCertificate)) > 0; !pinned && !refused || refused == (i < 3) {
			t.Errorf("%q: pinned %t, refused %t", entered, pinned, refused)
		}
	}
}

// TestSecretOfTheEnvironment holds that each kind of secret of the environment fixes everything that it is bound to.
func TestSecretOfTheEnvironment(t *testing.T) {
	for _, given := range []string{"SMTP_PASSWORD=s3cret", "SMTP_ACCESS_TOKEN=t0ken", "SMTP_PASSWORD_REFERENCE=env://X"} {
		variable, _, _ := strings.Cut(given, "=")
		for _, lacking := range [][]string{{given}, {given, "SMTP_SERVER=relay.local"}, {given, "SMTP_LOGIN=anna"}} {
			if _, err := ReadEnvironment(lacking); err == nil || !strings.Contains(err.Error(), variable+" needs SMTP_") {
				t.Errorf("%v: %v", lacking, err)
			}
		}
		layers, err := ReadEnvironment([]string{
			given, "SMTP_SERVER=relay.local", "SMTP_LOGIN=anna", "SMTP_PROXY=http://p.example:3128",
		})
		if err != nil {
			t.Fatal(err)
		}
		stored := shared.Values{CACertificate: shared.Text("x"), PinnedCertificate: shared.Text("y"),
			Port: shared.Integer(2525), Proxy: shared.Text("http://evil.example:1")}
		inForce := layers.InForce(stored)
		for _, bound := range destinationFields {
			if _, locked := layers.Locks()[bound.field]; locked == bound.free {
				t.Errorf("%s: %s is locked: %t", variable, bound.field, locked)
			}
			if value := inForce[bound.field]; !bound.free && value == stored[bound.field] && !value.IsEmpty() {
				t.Errorf("%s: the stored %s is in force", variable, bound.field)
			}
		}
		if overruled := layers.Overruled(stored); !maps.Equal(overruled, map[string]string{
			CACertificate: "SMTP_CA_CERTIFICATE", PinnedCertificate: "SMTP_PINNED_CERTIFICATE", Port: "SMTP_PORT",
		}) {
			t.Errorf("%s: overruled are %v", variable, overruled)
		}
	}
}
