package settings

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/language"
	"github.com/smtp-settings/smtp-settings/plugin/internal/oauth"
	"github.com/smtp-settings/smtp-settings/shared"
)

// TestSetUpOfCloud connects the modules of PowerShell to the cloud of the settings.
func TestSetUpOfCloud(t *testing.T) {
	for cloud, want := range map[string][2]string{
		"global": {"Connect-MgGraph -Scopes Application.Read.All", "Connect-ExchangeOnline"},
		"us_gov": {"Connect-MgGraph -Scopes Application.Read.All -Environment USGov # DoD: USGovDoD",
			"Connect-ExchangeOnline -ExchangeEnvironmentName O365USGovGCCHigh # DoD: O365USGovDoD"},
		"china": {"Connect-MgGraph -Scopes Application.Read.All -Environment China",
			"Connect-ExchangeOnline -ExchangeEnvironmentName O365China"},
	} {
		values := joined(joined(good(), microsoftApp()), shared.Values{OAuthCloud: shared.Text(cloud)})
		s, _ := Bind(values, func(string) bool { return true })
		lines := strings.Split(s.SetUp(), "\n")
		for _, line := range want {
			if !slices.Contains(lines, line) {
				t.Errorf("%s: %q lacks %q", cloud, lines, line)
			}
		}
	}
}

// TestServerOfAnotherCloud warns where Microsoft's mail server is not that of the cloud that gives the tokens, and
// offers to change either. Servers of others say nothing about it.
func TestServerOfAnotherCloud(t *testing.T) {
	for name, values := range map[string]shared.Values{
		"app":     microsoftApp(),
		"sign-in": joined(signInAt(providerMicrosoft), shared.Values{OAuthTenant: shared.Text("a.example")}),
	} {
		for _, chosen := range oauth.Clouds() {
			for _, server := range []string{
				"smtp.office365.com", "SMTP.office365.us.", "smtp.partner.outlook.cn", "relay.example",
			} {
				_, found := Bind(joined(joined(good(), values), shared.Values{
					OAuthCloud: shared.Text(chosen.Name), Server: shared.Text(server),
				}), func(string) bool { return true })
				own := strings.EqualFold(strings.TrimSuffix(server, "."), chosen.Server) || server == "relay.example"
				warned := found.ForField(OAuthCloud)
				if (len(warned) == 0) != own || found.HasErrors() {
					t.Fatalf("%s in %s at %s: %v", name, chosen.Name, server, found)
				}
				if own {
					continue
				}
				fixes := warned[0].Fixes
				toServer, _ := fixes[0].Values[Server].AsText()
				toCloud, _ := fixes[1].Values[OAuthCloud].AsText()
				if warned[0].Code != "server_of_another_cloud" || toServer != chosen.Server ||
					!strings.EqualFold(strings.TrimSuffix(server, "."), oauth.CloudNamed(toCloud).Server) {
					t.Errorf("%s in %s at %s: %+v", name, chosen.Name, server, warned[0])
				}
			}
		}
	}
	if _, found := Bind(joined(joined(good(), signInAt(providerGoogle)), shared.Values{
		OAuthCloud: shared.Text("china"), Server: shared.Text("smtp.office365.com"),
	}), func(string) bool { return true }); len(found.ForField(OAuthCloud)) > 0 {
		t.Errorf("Google has no such clouds: %v", found)
	}
}

// TestGrantEnding says when a sign-in ends, and of Google's rule only where Google is.
func TestGrantEnding(t *testing.T) {
	now := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		provider string
		in       time.Duration
		want     string
	}{
		{providerGoogle, 49 * time.Hour, "The sign-in ends in 2 days. Sign in again before. Google ends it after 7 days"},
		{providerMicrosoft, 49 * time.Hour, "The sign-in ends in 2 days. Sign in again before."},
		{providerOther, 25 * time.Hour, "The sign-in ends in 1 day. Sign in again before."},
		{providerOther, 30 * time.Minute, "The sign-in ends within a day, unless it is used before. Sign in again before."},
		{providerOther, -time.Minute, "By its date the sign-in has ended. Sign in again, and save."},
	} {
		s, _ := Bind(joined(good(), signInAt(c.provider)), func(string) bool { return true })
		found := s.GrantEnding(now.Add(c.in), now)
		if len(found) != 1 {
			t.Fatalf("%s in %s: %v", c.provider, c.in, found)
		}
		said := found[0].In(language.Of("en"))
		if got := said.Summary + " " + said.Detail; !strings.HasPrefix(got, c.want) ||
			strings.Contains(got, "Google") != (c.provider == providerGoogle) {
			t.Errorf("%s in %s: %s", c.provider, c.in, got)
		}
	}
}
