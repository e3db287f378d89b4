package skeleton_test

import (
	"net"
	"path/filepath"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/settingstest"
	"github.com/smtp-settings/smtp-settings/testharness/skeleton"
)

func newPage(t *testing.T) *skeleton.Page {
	t.Helper()
	page, err := skeleton.New(filepath.Join(t.TempDir(), "data")) // Which it makes for itself, whatever the umask.
	if err != nil {
		t.Fatal(err)
	}
	return page
}

// to is a draft with an address, and with what is done with the token.
func to(address string, token shared.SecretChange) shared.Draft {
	return shared.Draft{
		Values:  shared.Values{"address": shared.Text(address)},
		Secrets: map[string]shared.SecretChange{"token": token},
	}
}

// TestConformance proves that the page keeps every promise of the contract.
func TestConformance(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	settingstest.Run(t, func(t *testing.T) shared.SettingsPage { return newPage(t) },
		to(listener.Addr().String(), shared.KeepSecret()))
}

// TestTokenIsBound asks for the token again once it would go elsewhere. No rule of the contract can know where that is.
func TestTokenIsBound(t *testing.T) {
	page := newPage(t)
	saved, err := page.Save(t.Context(), shared.SaveRequest{Draft: to("a.example:1", shared.ReplaceSecret("t0ken"))})
	if err != nil || !saved.Saved {
		t.Fatal(saved, err)
	}
	elsewhere := to("a.example:1", shared.KeepSecret())
	elsewhere.Values["ip"] = shared.Text("192.0.2.1")
	for name, c := range map[string]struct {
		draft  shared.Draft
		wanted bool
	}{
		"the same address":          {to("a.example:1", shared.KeepSecret()), false},
		"another port":              {to("a.example:2", shared.KeepSecret()), true},
		"another machine":           {elsewhere, true},
		"another address, typed":    {to("b.example:1", shared.ReplaceSecret("t0ken")), false},
		"another address, without":  {to("b.example:1", shared.ClearSecret()), false},
		"the same, for a new token": {to("a.example:1", shared.ReplaceSecret("n3w")), false},
	} {
		validation, err := page.Validate(t.Context(), shared.ValidateRequest{Draft: c.draft})
		if wanted := validation.Diagnostics.ForField("token").HasErrors(); err != nil || wanted != c.wanted {
			t.Errorf("%s: the token is asked for: %t, %v", name, wanted, err)
		}
	}
}

// TestLinkLocalIsNotDialled has a test refuse the address of cloud metadata, however it is written.
func TestLinkLocalIsNotDialled(t *testing.T) {
	for _, address := range []string{"169.254.169.254:80", "[::ffff:169.254.169.254]:80", "[fe80::1]:80"} {
		var report shared.TestReport
		request := shared.TestRequest{Draft: to(address, shared.KeepSecret())}
		err := newPage(t).Test(t.Context(), request, func(event shared.TestEvent) error {
			if completed, last := event.(shared.Completed); last {
				report = completed.Report
			}
			return nil
		})
		if err != nil || len(report.Diagnostics) != 1 ||
			!strings.Contains(report.Diagnostics[0].Evidence.Text, "does not connect to") {
			t.Errorf("%s: %+v, %v", address, report, err)
		}
	}
}

// TestFindAddresses fills the choice.
func TestFindAddresses(t *testing.T) {
	var found shared.ActionResult
	request := shared.ActionRequest{Action: "find_addresses", Draft: to("127.0.0.1:1", shared.KeepSecret())}
	err := newPage(t).RunAction(t.Context(), request, func(event shared.TestEvent) error {
		if completed, last := event.(shared.Completed); last {
			found = completed.Result
		}
		return nil
	})
	if list := found.Choices["ip"]; err != nil || len(list) != 1 || list[0].Value != "127.0.0.1" {
		t.Errorf("found %v, %v", found.Choices, err)
	}
}
