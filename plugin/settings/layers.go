package settings

import (
	"fmt"
	"maps"
	"strings"

	"github.com/knadh/koanf/providers/confmap"
	"github.com/knadh/koanf/providers/env/v2"
	"github.com/knadh/koanf/v2"

	"github.com/smtp-settings/smtp-settings/shared"
)

// environmentPrefix begins the names of the variables that fix fields: SMTP_SERVER fixes server.
const environmentPrefix = "SMTP_"

// Layers is where values come from: the environment wins over the stored revision, and what neither names has its
// default.
type Layers struct {
	environment *koanf.Koanf
	locks       map[string]shared.Lock
}

// ReadEnvironment reads the fields that the environment fixes. environ is as os.Environ returns it. A variable whose value
// does not fit its field is an error that names the variable, but not the value.
func ReadEnvironment(environ []string) (*Layers, error) {
	layers := &Layers{environment: koanf.New("."), locks: map[string]shared.Lock{}}
	var invalid error
	provider := env.Provider(".", env.Opt{
		Prefix:      environmentPrefix,
		EnvironFunc: func() []string { return environ },
		TransformFunc: func(variable, text string) (string, any) {
			name := strings.ToLower(strings.TrimPrefix(variable, environmentPrefix))
			field, ok := Schema().Field(name)
			if !ok || text == "" {
				return "", nil // Not one of ours, or emptied to take a lock away.
			}
			value, err := field.Parse(text)
			if err != nil {
				invalid = fmt.Errorf("environment variable %s: %w", variable, err)
				return "", nil
			}
			layers.locks[name] = shared.Lock{Source: variable}
			return name, toAny(value)
		},
	})
	if err := layers.environment.Load(provider, nil); err != nil {
		return nil, err
	}
	return layers, invalid
}

// Locks returns the fields that the environment fixes.
func (l *Layers) Locks() map[string]shared.Lock { return maps.Clone(l.locks) }

// Secret returns the secret that the environment gives for a sensitive field, and whether it gives one.
func (l *Layers) Secret(field string) (shared.SecretText, bool) {
	if _, locked := l.locks[field]; !locked {
		return shared.SecretText{}, false
	}
	return shared.NewSecretText(l.environment.String(field)), true
}

// InForce joins the stored values and the environment. Sensitive fields are left out.
func (l *Layers) InForce(stored shared.Values) (shared.Values, error) {
	joined := koanf.New(".")
	if err := joined.Load(confmap.Provider(toMap(stored), ""), nil); err != nil {
		return nil, err
	}
	if err := joined.Merge(l.environment); err != nil {
		return nil, err
	}
	inForce := shared.Values{}
	for _, field := range Schema().Fields() {
		if !field.Sensitive && joined.Exists(field.Name) {
			inForce[field.Name] = fromAny(joined.Get(field.Name))
		}
	}
	return inForce, nil
}

func toMap(values shared.Values) map[string]any {
	m := map[string]any{}
	for name, value := range values {
		m[name] = toAny(value)
	}
	return m
}

func toAny(value shared.Value) any {
	if number, ok := value.AsInteger(); ok {
		return number
	}
	if truth, ok := value.AsBoolean(); ok {
		return truth
	}
	return value.String()
}

func fromAny(value any) shared.Value {
	switch value := value.(type) {
	case int64:
		return shared.Integer(value)
	case bool:
		return shared.Boolean(value)
	case string:
		return shared.Text(value)
	default:
		return shared.Value{}
	}
}
