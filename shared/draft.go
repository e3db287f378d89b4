package shared

import (
	"maps"
	"time"
)

// Draft is the form as it stands, saved or not: what Validate, Save and Test work on.
//
// A field that is not in Values keeps the value in force; a field with an empty Value goes back to its default. The
// same holds for Secrets: a sensitive field that is not in the map is kept.
type Draft struct {
	Values  Values
	Secrets map[string]SecretChange
}

// Apply returns the values that the draft leads to when base is what is stored: those of base that the draft does not
// name, and those that it gives. None of them is empty, for an empty Value takes the stored one away. Names that no
// schema declares are among them, so that [Schema.Validate] can say so. Neither draft nor base changes, and the result
// is never nil.
func (d Draft) Apply(base Values) Values {
	applied := Values{}
	maps.Copy(applied, base)
	maps.Copy(applied, d.Values)
	maps.DeleteFunc(applied, func(_ string, value Value) bool { return value.IsEmpty() })
	return applied
}

// Snapshot is the settings in force, as Load returns them. It holds no secret.
type Snapshot struct {
	// Values holds the fields that were given a value, by the administrator or by the environment. A field that is not
	// here has its default.
	Values Values `json:"values"`
	// Secrets has an entry for every sensitive field.
	Secrets map[string]SecretState `json:"secrets"`
	// Computed is what ReadOnly fields show.
	Computed Values `json:"computed,omitempty"`
	// Pending names the fields whose saved value takes effect only after a restart, as long as that is so.
	Pending []string `json:"pending,omitempty"`
	// Locks has an entry for every field that cannot be changed from the page.
	Locks map[string]Lock `json:"locks,omitempty"`
	// Revision is the last saved revision.
	Revision Revision `json:"revision"`
	// Verified is the last test that passed, nil when none has.
	Verified *Verification `json:"verified,omitempty"`
}

// Lock says that the field's value is fixed outside the page.
type Lock struct {
	// Source is the name of the environment variable that holds the value.
	Source string `json:"source"`
}

// Revision identifies one saved state of the settings.
type Revision struct {
	// Number counts saves from 1; 0 means that nothing has been saved yet.
	Number int64 `json:"number"`
	// Author is the actor who saved it, as the Console named them; may be empty.
	Author string `json:"author,omitempty"`
	// At is the time of the save; zero with Number 0.
	At time.Time `json:"at,omitzero"`
}

// Verification remembers the last test that passed.
type Verification struct {
	// At is when it ended.
	At time.Time `json:"at"`
	// Actor is who tested, as the Console named them; may be empty.
	Actor string `json:"actor,omitempty"`
	// Changed names the fields whose value in force differs from what was tested, in the order of the schema.
	Changed []string `json:"changed,omitempty"`
	// Revision is the number of the revision that the tested form was made from; 0 when nothing had been saved.
	Revision int64 `json:"revision,omitempty"`
}
