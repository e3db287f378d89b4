package shared

import (
	"maps"
	"slices"
)

// Changeable returns the draft without what it gives to fields that are disabled once it is laid over what is stored: a
// disabled field keeps what it has, a secret as well. So a switch and what it enables can be changed at once, and what
// is typed into a field that stays disabled is not taken, however it comes in. stored returns the values in force; it
// is only called when the draft alone does not tell what is enabled. The draft does not change. A host calls it before
// it hands on what people have given to fields by name, as on a command line.
func (s Schema) Changeable(draft Draft, stored func() Values) Draft {
	return s.settled(draft, stored, ruled{
		conditions: func(field Field) []Condition { return given(field.EnabledWhen) },
		holds:      func(follows *Evaluation, field Field) bool { return follows.Enabled(field) },
	})
}

// Reachable returns the draft without what it gives to fields that are disabled or hidden once it is laid over what is
// stored; else it is as [Schema.Changeable]. A host calls it before it hands on what people have filled into a form: on
// a page without scripts, which shows every field, something can be typed into one that stays hidden.
func (s Schema) Reachable(draft Draft, stored func() Values) Draft {
	return s.settled(draft, stored, ruled{
		conditions: func(field Field) []Condition { return given(field.EnabledWhen, field.VisibleWhen) },
		holds: func(follows *Evaluation, field Field) bool {
			return follows.Enabled(field) && follows.Visible(field)
		},
	})
}

// ruled says which fields take something: those without conditions do, the others where it holds.
type ruled struct {
	conditions func(Field) []Condition
	holds      func(*Evaluation, Field) bool
}

// given are those conditions that say something.
func given(conditions ...Condition) []Condition {
	return slices.DeleteFunc(conditions, Condition.IsZero)
}

// settled returns the draft without what it gives to fields that take nothing once it is laid over what is stored.
func (s Schema) settled(draft Draft, stored func() Values, rule ruled) Draft {
	var depending []Field
	var all, left []string // names of those that depend on others, and of those that are left out
	for field := range s.Fields() {
		if len(rule.conditions(field)) > 0 && draft.names(field.Name) {
			depending, all = append(depending, field), append(all, field.Name)
		}
	}
	// What is left out may have enabled something else, or disabled it. That is followed as deep as conditions may be in
	// each other: beyond that nothing is taken.
	for range maxNesting {
		kept := draft.without(left)
		var base Values
		if slices.ContainsFunc(s.decidedBy(depending, rule), kept.lacks) {
			base = stored()
		}
		follows, before := s.Evaluate(kept.Apply(base)), left
		left = nil
		for _, field := range depending {
			if !rule.holds(follows, field) {
				left = append(left, field.Name)
			}
		}
		if slices.Equal(before, left) {
			return kept
		}
	}
	return draft.without(all)
}

// without returns the draft without what it gives to the fields.
func (d Draft) without(fields []string) Draft {
	left := Draft{Values: maps.Clone(d.Values), Secrets: maps.Clone(d.Secrets)}
	for _, field := range fields {
		delete(left.Values, field)
		delete(left.Secrets, field)
	}
	return left
}

// names reports whether the draft gives something to the field.
func (d Draft) names(field string) bool {
	_, secret := d.Secrets[field]
	return secret || !d.lacks(field)
}

// lacks reports whether the draft has no value of the field, not even an empty one.
func (d Draft) lacks(field string) bool {
	_, given := d.Values[field]
	return !given
}

// decidedBy returns the names of the fields on whose values it depends which of the given ones take something.
func (s Schema) decidedBy(depending []Field, rule ruled) []string {
	var found []string
	for _, field := range depending {
		for _, condition := range rule.conditions(field) {
			found = condition.fields(found)
		}
	}
	return s.follow(found, func(field Field) []Condition {
		return append(field.defaultConditions(), field.VisibleWhen)
	})
}

// DefaultDepends returns the names of the fields on whose values the defaults of the named fields depend, directly or
// by way of other defaults.
func (s Schema) DefaultDepends(names ...string) []string {
	var found []string
	for field := range s.Fields() {
		if slices.Contains(names, field.Name) {
			for _, condition := range field.defaultConditions() {
				found = condition.fields(found)
			}
		}
	}
	return s.follow(found, Field.defaultConditions)
}

// follow adds to the names of fields those that the conditions of each of them look at.
func (s Schema) follow(found []string, conditions func(Field) []Condition) []string {
	declared := map[string]Field{}
	for field := range s.Fields() {
		declared[field.Name] = field
	}
	for i := 0; i < len(found); i++ { // It grows.
		for _, condition := range conditions(declared[found[i]]) {
			found = condition.fields(found)
		}
	}
	return found
}

// defaultConditions are those of the field's defaults.
func (f Field) defaultConditions() []Condition {
	list := make([]Condition, len(f.DefaultWhen))
	for i, rule := range f.DefaultWhen {
		list[i] = rule.When
	}
	return list
}
