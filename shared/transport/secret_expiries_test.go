package transport

import (
	"strings"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// TestSecretExpiries carries when secrets end, and refuses what says nothing.
func TestSecretExpiries(t *testing.T) {
	ends := time.Date(2031, 5, 24, 0, 0, 0, 0, time.UTC)
	sound := shared.SecretExpiry{Field: "password", Label: "Password", Expires: ends}
	for name, test := range map[string]struct {
		told []shared.SecretExpiry
		want string
	}{
		"sound":       {[]shared.SecretExpiry{sound}, ""},
		"no field":    {[]shared.SecretExpiry{{Label: "Password", Expires: ends}}, "no field of a secret that ends"},
		"no name":     {[]shared.SecretExpiry{{Field: "password", Expires: ends}}, "has no name"},
		"no end":      {[]shared.SecretExpiry{{Field: "password", Label: "Password"}}, "ends at no time"},
		"twice":       {[]shared.SecretExpiry{sound, sound}, "or at two"},
		"far too far": {[]shared.SecretExpiry{{Field: "a", Label: "A", Expires: ends.AddDate(9000, 0, 0)}}, "year 11031"},
	} {
		sent := shared.ServiceStatus{State: shared.ServiceRunning, SecretExpiries: test.told}
		came := serviceStatusFromProto(serviceStatusToProto(sent))
		look := inspection{}
		look.serviceStatus(&came)
		switch {
		case test.want == "":
			compare(t, name, came.SecretExpiries, test.told)
			compare(t, name, look.err, nil)
		case look.err == nil || !strings.Contains(look.err.Error(), test.want):
			t.Errorf("%s: %v", name, look.err)
		}
	}
	many := shared.ServiceStatus{State: shared.ServiceRunning, SecretExpiries: make([]shared.SecretExpiry, 200)}
	look := inspection{}
	look.serviceStatus(&many)
	compare(t, "many", len(many.SecretExpiries), shared.MaxSecretExpiries)
}
