package plugin

import (
	"slices"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
)

// TestSameSecrets asks whether a password is the stored one, for the destination that it is stored for and for another.
func TestSameSecrets(t *testing.T) {
	page := openPage(t, Configuration{DataDir: t.TempDir()})
	save(t, page, shared.Values{"server": shared.Text("smtp.email.com"), "login": shared.Text("me@email.com")},
		map[string]shared.SecretChange{"password": shared.ReplaceSecret("s3cret")})
	elsewhere := shared.Values{"server": shared.Text("mail.email.com")}
	for name, c := range map[string]struct {
		change  shared.SecretChange
		values  shared.Values
		compare bool
		same    []string
	}{
		"the stored one":        {shared.ReplaceSecret("s3cret"), nil, true, []string{"password"}},
		"another one":           {shared.ReplaceSecret("s3cret2"), nil, true, nil},
		"the beginning of it":   {shared.ReplaceSecret("s3cre"), nil, true, nil},
		"kept":                  {shared.KeepSecret(), nil, true, nil},
		"cleared":               {shared.ClearSecret(), nil, true, nil},
		"not asked":             {shared.ReplaceSecret("s3cret"), nil, false, nil},
		"for another server":    {shared.ReplaceSecret("s3cret"), elsewhere, true, nil},
		"not asked, elsewhere":  {shared.ReplaceSecret("s3cret"), elsewhere, false, nil},
		"another one elsewhere": {shared.ReplaceSecret("x"), elsewhere, true, nil},
	} {
		checked, err := page.Validate(t.Context(), shared.ValidateRequest{
			Draft:          shared.Draft{Values: c.values, Secrets: map[string]shared.SecretChange{"password": c.change}},
			CompareSecrets: c.compare,
		})
		if err != nil || !slices.Equal(checked.SameSecrets, c.same) {
			t.Errorf("%s: %q, %v", name, checked.SameSecrets, err)
		}
	}
}
