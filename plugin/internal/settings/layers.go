package settings

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/knadh/koanf/providers/env/v2"
	"github.com/knadh/koanf/v2"

	"github.com/smtp-settings/smtp-settings/shared"
)

// environmentPrefix begins the names of the variables that fix fields: SMTP_SERVER fixes server.
const environmentPrefix = "SMTP_"

// Layers is where values come from: the environment wins over the stored revision, and what neither names has its
// default.
type Layers struct {
	fixed   shared.Values
	secrets map[string]shared.SecretText
	locks   map[string]shared.Lock
	// destination is what the environment alone comes to.
	destination map[string]string
}

// Variable is the name of the one that fixes the field.
func Variable(field string) string { return environmentPrefix + strings.ToUpper(field) }

// ReadEnvironment reads the fields that the environment fixes. environ is as os.Environ returns it. A variable whose
// value does not fit its field is an error that names the variable, but not the value.
func ReadEnvironment(environ []string) (*Layers, error) {
	layers := &Layers{fixed: shared.Values{}, secrets: map[string]shared.SecretText{}, locks: map[string]shared.Lock{}}
	variables := koanf.New(".")
	err := variables.Load(env.Provider(".", env.Opt{
		Prefix:      environmentPrefix,
		EnvironFunc: func() []string { return environ },
		TransformFunc: func(variable, text string) (string, any) {
			return strings.ToLower(strings.TrimPrefix(variable, environmentPrefix)), text
		},
	}), nil)
	if err != nil {
		return nil, err
	}
	for field := range Schema().Fields() {
		if field.ReadOnly {
			continue
		}
		given := variables.String(field.Name)
		text := given
		if !field.Sensitive {
			text = strings.TrimSpace(text)
		}
		if text == "" {
			continue // Not given, or emptied to take a lock away.
		}
		variable := Variable(field.Name)
		if field.Name == OAuthGrant {
			return nil, fmt.Errorf("environment variable %s: nothing can be given here; the owner of the mailbox signs in on "+
				"the page", variable)
		}
		err := checkCharacters(field, given)
		var value shared.Value
		if err == nil {
			value, err = field.Parse(text)
		}
		if err == nil {
			err = checkShown(field.Name, text)
		}
		if err != nil {
			return nil, fmt.Errorf("environment variable %s: %w", variable, err)
		}
		layers.locks[field.Name] = shared.Lock{Source: variable}
		if field.Sensitive {
			layers.secrets[field.Name] = shared.NewSecretText(text)
		} else {
			layers.fixed[field.Name] = value
		}
	}
	return layers, layers.bindSecrets()
}

// secretFields are those through which the environment gives a secret or names one.
var secretFields = []string{Password, AccessToken, PasswordReference, OAuthClientSecret, OAuthCertificateKey,
	OAuthServiceAccount}

// neededBeside are the fields that the environment must name beside a secret.
func neededBeside(secret string) []string {
	switch secret {
	case OAuthClientSecret, OAuthCertificateKey, OAuthServiceAccount:
		return []string{Server, Login, Authentication}
	}
	return []string{Server, Login}
}

// bindSecrets makes sure that a secret of the environment goes only to the destination that the environment names: else
// an attacker could have it sent elsewhere, or to an impostor, by changing the server or the certificates on the page.
func (l *Layers) bindSecrets() error {
	for _, field := range secretFields {
		lock, given := l.locks[field]
		if !given {
			continue
		}
		for _, needed := range neededBeside(field) {
			if _, fixed := l.locks[needed]; !fixed {
				return fmt.Errorf("environment variable %s needs %s beside it: a secret of the environment goes only to the "+
					"server that the environment names",
					lock.Source, Variable(needed))
			}
		}
		for _, one := range destinationFields {
			if !one.free {
				l.imply(one.field, lock)
			}
		}
		if slices.Contains(namedSecrets, field) {
			l.imply(PasswordReference, lock) // It would name another one.
		}
	}
	settings, _ := Bind(l.fixed, func(string) bool { return true })
	l.destination = settings.Destination()
	return nil
}

// imply fixes a field that the environment does not name at its default.
func (l *Layers) imply(field string, lock shared.Lock) {
	if _, fixed := l.locks[field]; !fixed {
		l.fixed[field] = Schema().Effective(field, l.fixed)
		l.locks[field] = lock
	}
}

// Overruled returns the fields whose stored value is not used, because the environment gives a secret and does not name
// them, each with the variable that would.
func (l *Layers) Overruled(stored shared.Values) map[string]string {
	overruled := map[string]string{}
	for field, lock := range l.locks {
		if value := stored[field]; lock.Source != Variable(field) && !value.IsEmpty() && value != l.fixed[field] {
			overruled[field] = Variable(field)
		}
	}
	return overruled
}

// Destination is what a secret of the environment is bound to, as [Settings.Destination] returns it.
func (l *Layers) Destination() map[string]string { return maps.Clone(l.destination) }

// Locks returns the fields that the environment fixes.
func (l *Layers) Locks() map[string]shared.Lock { return maps.Clone(l.locks) }

// Secret returns the secret that the environment gives for a sensitive field, and whether it gives one.
func (l *Layers) Secret(field string) (shared.SecretText, bool) {
	secret, given := l.secrets[field]
	return secret, given
}

// InForce lays the environment over the stored values. Values of fields that are not declared are left out.
func (l *Layers) InForce(stored shared.Values) shared.Values {
	inForce := shared.Values{}
	for field := range Schema().Fields() {
		if value, given := stored[field.Name]; given && !field.Sensitive {
			inForce[field.Name] = value
		}
	}
	maps.Copy(inForce, l.fixed)
	maps.DeleteFunc(inForce, func(_ string, value shared.Value) bool { return value.IsEmpty() })
	return inForce
}
