package settings

import (
	"strings"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/oauth"
	"github.com/smtp-settings/smtp-settings/shared"
)

// TestCertificateOfApplication takes the place of the client secret, with its own key only, and is warned of.
func TestCertificateOfApplication(t *testing.T) {
	now := time.Now()
	certificate, key, err := oauth.MakeCertificate("console", now)
	if err != nil {
		t.Fatal(err)
	}
	_, other, err := oauth.MakeCertificate("console", now)
	if err != nil {
		t.Fatal(err)
	}
	values := joined(joined(good(), microsoftApp()), shared.Values{OAuthCertificate: shared.Text(certificate)})
	s, found := Bind(values, func(field string) bool { return field == OAuthCertificateKey })
	if len(found) > 0 || s.SecretField() != OAuthCertificateKey || s.SecretExpires(OAuthCertificateKey).Before(now) {
		t.Errorf("%v, %s", found, s.SecretField())
	}
	if _, err := s.Application(key); err != nil {
		t.Error(err)
	}
	if _, err := s.Application(other); err == nil {
		t.Error("the key of another certificate is taken")
	}
	_, found = Bind(values, func(field string) bool { return field == OAuthClientSecret })
	if len(found) != 1 || found[0].Field != OAuthCertificateKey || found[0].Code != "secret_missing" {
		t.Errorf("without its key: %v", found)
	}
	_, found = Bind(joined(values, shared.Values{OAuthCertificate: shared.Text("x")}), func(string) bool { return true })
	if len(found) != 1 || found[0].Code != "not_a_certificate" {
		t.Errorf("what is none: %v", found)
	}
	for days, want := range map[int]string{0: "", 700: "certificate_ends_soon", 740: "certificate_ended"} {
		got := ""
		for _, one := range s.SecretEnding(now.AddDate(0, 0, days)) {
			got = one.Code
		}
		if got != want {
			t.Errorf("after %d days: %q, want %q", days, got, want)
		}
	}
}

// TestSetUp fills the values in as they are, whatever PowerShell would make of them.
func TestSetUp(t *testing.T) {
	values := joined(joined(good(), microsoftApp()), shared.Values{
		Login: shared.Text("o'brien’$(x)@example.com"), UseOtherAccount: shared.Boolean(true),
		Email: shared.Text("a@b.example"),
	})
	s, _ := Bind(values, func(string) bool { return true })
	got := s.SetUp()
	for _, want := range []string{
		"$id = '4c1f0b6e-2d57-4a0f-9a3e-15b0c5d2e915'\n", "New-ServicePrincipal -AppId $app.AppId -ObjectId $app.Id",
		"-Identity 'o''brien’’$(x)@example.com' ",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q lacks %q", got, want)
		}
	}
	for _, without := range []shared.Values{{OAuthClientID: {}}, {Login: {}}, {Authentication: shared.Text("automatic")}} {
		if s, _ := Bind(joined(values, without), func(string) bool { return true }); s.SetUp() != "" {
			t.Errorf("%v: %q", without, s.SetUp())
		}
	}
}
