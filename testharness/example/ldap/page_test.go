package ldap_test

import (
	"context"
	"maps"
	"strings"
	"testing"

	ber "github.com/go-asn1-ber/asn1-ber"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/settingstest"
	"github.com/smtp-settings/smtp-settings/testharness/example/ldap"
)

const password = "s3cret Pa55word"

// valid is a draft that can be saved.
func valid(server string, more ...shared.Values) shared.Draft {
	values := shared.Values{
		"servers": shared.List(server), "encryption": shared.Text("none"), "base_dn": shared.Text("dc=example,dc=com"),
		"bind_dn": shared.Text("cn=console,dc=example,dc=com"),
	}
	for _, one := range more {
		maps.Copy(values, one)
	}
	return shared.Draft{Values: values, Secrets: map[string]shared.SecretChange{
		"password": shared.ReplaceSecret(password),
	}}
}

func newPage(t *testing.T) *ldap.Page {
	t.Helper()
	page, err := ldap.New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return page
}

func TestConformance(t *testing.T) {
	server := startServer(t, map[ber.Tag]answer{opSearch: {
		entries: []string{"dc=example,dc=com"}, attribute: "namingContexts", values: []string{"dc=example,dc=com"},
	}})
	settingstest.Run(t, func(t *testing.T) shared.SettingsPage { return newPage(t) }, valid(server))
}

// TestPasswordBound holds that a stored password goes nowhere else than where it was entered for, in a save, a test and
// both actions.
func TestPasswordBound(t *testing.T) {
	server := startServer(t, nil)
	page := newPage(t)
	ctx := t.Context()
	saved, err := page.Save(ctx, shared.SaveRequest{Draft: valid(server)})
	if err != nil || !saved.Saved {
		t.Fatalf("%+v, %v", saved, err)
	}
	asked := func(bound shared.Diagnostics) bool {
		return len(bound.ForField("password")) == 1 && bound.ForField("password")[0].Code == "secret_needed_again"
	}
	for what, values := range map[string]shared.Values{
		"another server":  {"servers": shared.List("127.0.0.1:1")},
		"one more server": {"servers": shared.List(server, "127.0.0.1:1")},
		"encryption":      {"encryption": shared.Text("starttls")},
	} {
		draft := shared.Draft{Values: values}
		checked, err := page.Validate(ctx, shared.ValidateRequest{Draft: draft})
		if err != nil || !asked(checked.Diagnostics) {
			t.Errorf("%s: Validate says %v, %v", what, checked.Diagnostics, err)
		}
		refused, err := page.Save(ctx, shared.SaveRequest{Draft: draft, Revision: 1})
		if err != nil || refused.Saved || !asked(refused.Diagnostics) {
			t.Errorf("%s: Save says %v, %v", what, refused.Diagnostics, err)
		}
		for _, action := range []string{"", "find_base_dns", "test_login"} {
			done := runAction(ctx, t, page, action, draft)
			if !asked(done.Report.Diagnostics) || len(done.Report.Steps) > 0 {
				t.Errorf("%s: %q says %+v", what, action, done.Report)
			}
		}
	}
}

// runAction runs an action, or the test, and returns the verdict.
func runAction(
	ctx context.Context, t *testing.T, page *ldap.Page, action string, draft shared.Draft,
) shared.Completed {
	t.Helper()
	var done shared.Completed
	take := func(event shared.TestEvent) error {
		if one, is := event.(shared.Completed); is {
			done = one
		}
		return nil
	}
	err := page.Test(ctx, shared.TestRequest{Draft: draft}, take)
	if action != "" {
		err = page.RunAction(ctx, shared.ActionRequest{
			Action: action, Draft: draft, Options: shared.Values{"user": shared.Text("anna")},
		}, take)
	}
	if err != nil {
		t.Fatal(err)
	}
	return done
}

// TestUnencryptedPassword has a save ask back, and nothing but the answer to that question save it.
func TestUnencryptedPassword(t *testing.T) {
	page := newPage(t)
	request := shared.SaveRequest{Draft: valid("ldap.example.com:389")}
	for _, confirmed := range []string{"", "something else"} {
		request.Confirmed = confirmed
		asked, err := page.Save(t.Context(), request)
		if err != nil || asked.Saved || !strings.Contains(asked.Confirm, "unencrypted") {
			t.Fatalf("%+v, %v", asked, err)
		}
		if confirmed != "" {
			request.Confirmed = asked.Confirm
		}
	}
	if saved, err := page.Save(t.Context(), request); err != nil || !saved.Saved {
		t.Errorf("%+v, %v", saved, err)
	}
}

// TestDraftRefused holds what the schema cannot say, and that fields that do not apply are not looked at.
func TestDraftRefused(t *testing.T) {
	page := newPage(t)
	on := shared.Boolean(true)
	for name, one := range map[string]struct {
		values      shared.Values
		field, code string
	}{
		"no server": {shared.Values{"servers": shared.List()}, "servers", "required"},
		"no port":   {shared.Values{"servers": shared.List("ldap.example.com")}, "servers", "wrong_entry"},
		"no base":   {shared.Values{"base_dn": shared.Value{}}, "base_dn", "required"},
		"base":      {shared.Values{"base_dn": shared.Text("example")}, "base_dn", "not_a_dn"},
		"filter":    {shared.Values{"user_filter": shared.Text("objectClass=person")}, "user_filter", "not_a_filter"},
		"attribute": {shared.Values{"login_attribute": shared.Text("u=id")}, "login_attribute", "wrong_form"},
		"certificate": {shared.Values{"encryption": shared.Text("ldaps"), "ca": shared.Text("x")}, "ca",
			"not_a_certificate"},
		"hidden file":   {shared.Values{"ca": shared.Text("x")}, "ca", ""},
		"roles":         {shared.Values{"groups": on}, "roles", "required"},
		"hidden roles":  {shared.Values{"groups": shared.Boolean(false)}, "roles", ""},
		"group":         {shared.Values{"groups": on, "roles": shared.Map(map[string]string{"a": "b"})}, "roles", "not_a_dn"},
		"group base":    {shared.Values{"groups": on, "group_source": shared.Text("search")}, "group_base_dn", "required"},
		"hidden parent": {shared.Values{"group_source": shared.Text("search")}, "group_base_dn", ""},
		"time limit":    {shared.Values{"time_limit": shared.Text("1h")}, "time_limit", "out_of_range"},
	} {
		draft := valid("127.0.0.1:389", one.values)
		checked, err := page.Validate(t.Context(), shared.ValidateRequest{Draft: draft})
		if err != nil {
			t.Fatal(err)
		}
		found := checked.Diagnostics.ForField(one.field)
		if one.code == "" && len(found) > 0 || one.code != "" && (len(found) != 1 || found[0].Code != one.code) {
			t.Errorf("%s: %v instead of %q", name, found, one.code)
		}
	}
}
