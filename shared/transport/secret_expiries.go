package transport

import (
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/internal/settingsv1"
)

func secretExpiryToProto(e shared.SecretExpiry) *settingsv1.SecretExpiry {
	return &settingsv1.SecretExpiry{
		Field: validUTF8(e.Field), Label: validUTF8(e.Label), Expires: timeToProto(e.Expires),
	}
}

func secretExpiryFromProto(e *settingsv1.SecretExpiry) shared.SecretExpiry {
	return shared.SecretExpiry{Field: e.GetField(), Label: e.GetLabel(), Expires: timeFromProto(e.GetExpires())}
}

// secretExpiries looks at when secrets end, as a status tells it.
func (a *inspection) secretExpiries(s *shared.ServiceStatus) {
	s.SecretExpiries = firstOf(s.SecretExpiries, shared.MaxSecretExpiries)
	seen := map[string]bool{}
	for i := range s.SecretExpiries {
		one := &s.SecretExpiries[i]
		a.required("field of a secret that ends", one.Field)
		if a.line(&one.Label); one.Label == "" {
			a.refuse("the secret %q that ends has no name", one.Field)
		}
		if a.time("the end of a secret", one.Expires); one.Expires.IsZero() || seen[one.Field] {
			a.refuse("the secret %q ends at no time, or at two", one.Field)
		}
		seen[one.Field] = true
	}
}
