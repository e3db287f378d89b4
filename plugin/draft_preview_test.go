package plugin

import (
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
)

// TestPreviewSaysWhatATestWouldDo previews drafts that can be tested, and such that cannot: of those it promises no
// connection.
func TestPreviewSaysWhatATestWouldDo(t *testing.T) {
	page, err := New(t.Context(), Configuration{DataDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer page.Close()
	password := map[string]shared.SecretChange{"password": shared.ReplaceSecret("s3cret")}
	for name, c := range map[string]struct {
		values  shared.Values
		secrets map[string]shared.SecretChange
		want    string
	}{
		"complete": {shared.Values{"server": shared.Text("a.example"), "login": shared.Text("me@a.example")}, password,
			"Will connect to a.example:25 unencrypted, or with STARTTLS if the server offers it, sign in as me@a.example, " +
				"using the entered password, and check whether mail from me@a.example is accepted. No e-mail is sent unless " +
				"you ask for it."},
		"no password": {shared.Values{"server": shared.Text("a.example"), "login": shared.Text("me@a.example")}, nil,
			"The test can begin when the password of me@a.example has been entered."},
		"no server":            {shared.Values{"login": shared.Text("me@a.example")}, password, ""},
		"an address with text": {shared.Values{"server": shared.Text("a b.example")}, nil, ""},
		"an impossible name":   {shared.Values{"server": shared.Text("a..example")}, nil, ""},
		"a port too large": {shared.Values{"server": shared.Text("a.example"), "port": shared.Integer(70000)}, nil,
			""},
		"no port":              {shared.Values{"server": shared.Text("a.example"), "port": shared.Text("smtp")}, nil, ""},
		"a proxy that is none": {shared.Values{"server": shared.Text("a.example"), "proxy": shared.Text("x y")}, nil, ""},
	} {
		got, err := page.Validate(t.Context(), shared.ValidateRequest{
			Draft: shared.Draft{Values: c.values, Secrets: c.secrets},
		})
		if err != nil || got.Preview != c.want {
			t.Errorf("%s: %q, %v", name, got.Preview, err)
		}
	}
}
