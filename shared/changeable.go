package shared

import (
	"maps"
	"slices"
)

// Changeable returns the draft without what it gives to fields that are disabled once it is laid over what is stored: a
// disabled field keeps what it has, a secret as well. So a switch and what it enables can be changed at once, and what
// is typed into a field that stays disabled is not taken, however it comes in. stored returns the values in force; it
// is only called when the draft alone does not tell what is enabled. The draft does not change. A host calls it before
// it hands on what people have filled in.
func (s Schema) Changeable(draft Draft, stored func() Values) Draft {
	var given []Field
	var all, disabled []string
	for field := range s.Fields() {
		if !field.EnabledWhen.IsZero() && draft.names(field.Name) {
			given, all = append(given, field), append(all, field.Name)
		}
	}
	// What is left out may have enabled something else, or disabled it. That is followed as deep as conditions may be in
	// each other: beyond that nothing is taken.
	for range maxNesting {
		left := draft.without(disabled)
		var base Values
		if slices.ContainsFunc(s.enabledBy(given), left.lacks) {
			base = stored()
		}
		follows, before := s.Evaluate(left.Apply(base)), disabled
		disabled = nil
		for _, field := range given {
			if !follows.Enabled(field) {
				disabled = append(disabled, field.Name)
			}
		}
		if slices.Equal(before, disabled) {
			return left
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

// enabledBy returns the names of the fields on whose values it depends whether the given ones are enabled.
func (s Schema) enabledBy(given []Field) []string {
	var found []string
	for _, field := range given {
		found = field.EnabledWhen.fields(found)
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
