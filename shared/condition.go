package shared

import "slices"

// Condition is a rule about fields: what [Equals], [IsSet], [AtLeast], [AtMost], [All], [Any] and [Not] return. Exactly
// one of AnyOf, Set, Least and Most (one of these or both), All, Any and Not is given; the first three are about Field.
// The zero Condition says nothing; where one stands, it holds.
type Condition struct {
	// Field is the name of another field, neither Sensitive nor ReadOnly: a field of the form for those of the form and
	// for actions, an option for those of the same test or action. What counts is its value, or its default while it is
	// empty. Conditions do not lead in a circle.
	Field string `json:"field,omitempty"`
	// AnyOf holds when the field has one of the values, each of the kind of the field.
	AnyOf []Value `json:"any_of,omitempty"`
	// Set holds when the field is not empty.
	Set bool `json:"set,omitempty"`
	// Least and Most hold when the field is at least, or at most, the value, which has the form of the kind's Min and Max:
	// a number of characters or entries for kinds that have no order.
	Least Value `json:"least,omitzero"`
	Most  Value `json:"most,omitzero"`
	// All holds when each does, Any when one does, Not when the other does not.
	All []Condition `json:"all,omitempty"`
	Any []Condition `json:"any,omitempty"`
	Not *Condition  `json:"not,omitempty"`
}

// Equals holds when the field has one of the values.
func Equals(field string, values ...Value) Condition { return Condition{Field: field, AnyOf: values} }

// IsSet holds when the field, or its default, is not empty.
func IsSet(field string) Condition { return Condition{Field: field, Set: true} }

// AtLeast holds when the field is not empty and not below the value; see [Field.Min] for what is compared.
func AtLeast(field string, value Value) Condition { return Condition{Field: field, Least: value} }

// AtMost holds when the field is not empty and not above the value; see [Field.Min] for what is compared.
func AtMost(field string, value Value) Condition { return Condition{Field: field, Most: value} }

// All holds when each of the conditions does.
func All(conditions ...Condition) Condition { return Condition{All: conditions} }

// Any holds when one of the conditions does.
func Any(conditions ...Condition) Condition { return Condition{Any: conditions} }

// Not holds when the condition does not.
func Not(condition Condition) Condition { return Condition{Not: &condition} }

// IsZero reports whether the condition says nothing.
func (c Condition) IsZero() bool {
	return c.Field == "" && len(c.AnyOf) == 0 && !c.Set && c.Least.IsEmpty() && c.Most.IsEmpty() &&
		len(c.All) == 0 && len(c.Any) == 0 && c.Not == nil
}

// inner are the conditions that it is made of.
func (c Condition) inner() []Condition {
	list := slices.Concat(c.All, c.Any)
	if c.Not != nil {
		list = append(list, *c.Not)
	}
	return list
}

// fields appends the names of the fields that the condition looks at.
func (c Condition) fields(list []string) []string {
	if c.Field != "" && !slices.Contains(list, c.Field) {
		list = append(list, c.Field)
	}
	for _, one := range c.inner() {
		list = one.fields(list)
	}
	return list
}

// truth is whether a condition holds. It is unknown where it is about a field that is hidden.
type truth int8

const (
	isFalse truth = iota
	isUnknown
	isTrue
)

func truthOf(holds bool) truth {
	if holds {
		return isTrue
	}
	return isFalse
}

// holds finds whether a condition holds by what is known of those about single fields.
func (c Condition) holds(single func(Condition) truth) truth {
	switch {
	case c.Not != nil:
		return isTrue - c.Not.holds(single)
	case len(c.All) > 0:
		found := isTrue
		for _, one := range c.All {
			found = min(found, one.holds(single))
		}
		return found
	case len(c.Any) > 0:
		found := isFalse
		for _, one := range c.Any {
			found = max(found, one.holds(single))
		}
		return found
	case c.IsZero():
		return isTrue
	default:
		return single(c)
	}
}
