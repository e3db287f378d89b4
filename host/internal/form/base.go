package form

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
)

// baseName is the control that holds a formBase.
const baseName = "base"

// formBase is what a form was opened with. It goes with the form, so that a conflict tells what its reader has changed
// from what others have, also where the plugin keeps no audit trail. It decides what is shown, and nothing else.
type formBase struct {
	Values shared.Values `json:"values"`
	// Long are the digests of values that would make the form much larger.
	Long map[string]string `json:"long,omitempty"`
	// Secrets are those that were stored, and since when; zero when that was not known.
	Secrets map[string]time.Time `json:"secrets,omitempty"`
}

// longValue is from how many characters on, written as JSON, a value goes with the form as a digest.
const longValue = 1024

func baseOf(schema shared.Schema, snapshot shared.Snapshot) *formBase {
	base := formBase{Values: shared.Values{}, Long: map[string]string{}, Secrets: map[string]time.Time{}}
	for field := range schema.Fields() {
		value := snapshot.Values[field.Name]
		switch state := snapshot.Secrets[field.Name]; {
		case state.Set:
			base.Secrets[field.Name] = state.Since
		case len(value.String()) >= longValue:
			base.Long[field.Name] = digest(field, value)
		case !value.IsEmpty():
			base.Values[field.Name] = value
		}
	}
	return &base
}

func digest(field shared.Field, value shared.Value) string {
	sum := sha256.Sum256([]byte(asPosted(field, value).String()))
	return hex.EncodeToString(sum[:16])
}

// readBase reads what a form was opened with: nil when it does not say so.
func readBase(posted string) (*formBase, error) {
	if posted == "" {
		return nil, nil //nolint:nilnil // That is an answer.
	}
	var base formBase
	if err := json.Unmarshal([]byte(posted), &base); err != nil {
		return nil, err
	}
	return &base, nil
}

// text is what stands in the control.
func (b *formBase) text() (string, error) { return toJSON(b) }

// since is what has changed since then. yours are the values of the form now.
func (b *formBase) since(schema shared.Schema, yours shared.Values, now shared.Snapshot) before {
	was := before{known: true, values: shared.Values{}, secrets: map[string]bool{}, long: map[string]bool{}}
	for field := range schema.Fields() {
		theirs := now.Values[field.Name]
		switch old, known := b.value(field, yours[field.Name], theirs); {
		case field.ReadOnly:
		case field.Sensitive:
			since, stored := b.Secrets[field.Name]
			state := now.Secrets[field.Name]
			was.secrets[field.Name] = stored != state.Set || !since.Equal(state.Since)
		case !known || asPosted(field, old) != asPosted(field, theirs):
			was.values[field.Name], was.long[field.Name] = old, !known
		}
	}
	return was
}

// value is what a field held; a long value is known when it is one of those that it is compared with.
func (b *formBase) value(field shared.Field, candidates ...shared.Value) (old shared.Value, known bool) {
	sum, long := b.Long[field.Name]
	if !long {
		return b.Values[field.Name], true
	}
	for _, one := range candidates {
		if digest(field, one) == sum {
			return one, true
		}
	}
	return shared.Value{}, false
}

// asPosted is a value as it comes back from a form that nobody has touched: written and read again, and what is ticked
// in the order of the options.
func asPosted(field shared.Field, value shared.Value) shared.Value {
	if field.Kind == shared.KindChoices {
		ticked, _ := value.AsList()
		ticked = slices.Clone(ticked)
		slices.Sort(ticked)
		return shared.List(slices.Compact(ticked)...)
	}
	written := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(field.Format(value))
	if read, err := field.Parse(written); err == nil {
		return read
	}
	return value
}
