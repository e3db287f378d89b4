package shared

// Evaluation tells what follows from a schema for certain values: effective values, defaults, what is visible, enabled
// and required. Each default and each visibility is looked for once, and each value measured once, however many fields
// depend on it, so asking for all of them takes as long as the schema and the values are large. It must not be used
// concurrently, nor after schema or values have changed.
type Evaluation struct {
	values   Values
	fields   map[string]*Field
	defaults map[string]Value // of the fields looked at; empty while one is being looked for
	visible  map[string]bool  // of the fields looked at; false while one is being looked for
	measures map[string]Value // what is bounded of the values looked at; empty when they are not of their kind
	// evaluated counts the conditions about single fields that were looked at, measured the values.
	evaluated, measured int
}

// Evaluate returns what follows from the schema for the values. Values of fields that are not declared count as well.
func (s Schema) Evaluate(values Values) *Evaluation {
	e := &Evaluation{
		values: values, fields: map[string]*Field{}, defaults: map[string]Value{}, visible: map[string]bool{},
		measures: map[string]Value{},
	}
	for _, section := range s.Sections {
		for i := range section.Fields {
			if field := &section.Fields[i]; e.fields[field.Name] == nil {
				e.fields[field.Name] = field
			}
		}
	}
	return e
}

// Effective returns the field's value, or the default that applies to it.
func (e *Evaluation) Effective(name string) Value {
	if value := e.values[name]; !value.IsEmpty() {
		return value
	}
	return e.Default(name)
}

// Default returns the default that applies to the field, whether it has a value or not. Whether the fields that it
// depends on are visible does not matter. In a circle of defaults, which [Schema.Check] refuses, there is none.
func (e *Evaluation) Default(name string) Value {
	if known, already := e.defaults[name]; already {
		return known
	}
	field := e.fields[name]
	if field == nil {
		return Value{}
	}
	e.defaults[name] = Value{}
	found := field.Default
	if found.IsEmpty() && field.Kind == KindBoolean {
		found = Boolean(false)
	}
	for _, rule := range field.DefaultWhen {
		if rule.When.holds(e.compare) == isTrue {
			found = rule.Value
			break
		}
	}
	e.defaults[name] = found
	return found
}

// Visible reports whether the field is visible: its VisibleWhen holds, where nothing is known of a field that is hidden
// itself. So what depends on a hidden field is hidden too, also by way of Not, unless another part of the condition
// decides.
func (e *Evaluation) Visible(field Field) bool {
	if field.VisibleWhen.IsZero() {
		return true
	}
	if known, already := e.visible[field.Name]; already {
		return known
	}
	e.visible[field.Name] = false
	found := e.Holds(field.VisibleWhen)
	e.visible[field.Name] = found
	return found
}

// Enabled reports whether the field can be changed: it is not ReadOnly, and its EnabledWhen holds.
func (e *Evaluation) Enabled(field Field) bool { return !field.ReadOnly && e.Holds(field.EnabledWhen) }

// Required reports whether the field must have a value or a default: it is visible and enabled, and is Required or its
// RequiredWhen holds.
func (e *Evaluation) Required(field Field) bool {
	required := field.Required || !field.RequiredWhen.IsZero() && e.Holds(field.RequiredWhen)
	return required && e.Visible(field) && e.Enabled(field)
}

// Holds reports whether the condition holds, where nothing is known of hidden fields. The zero Condition holds.
func (e *Evaluation) Holds(condition Condition) bool {
	return condition.holds(func(single Condition) truth {
		if field := e.fields[single.Field]; field != nil && !e.Visible(*field) {
			return isUnknown
		}
		return e.compare(single)
	}) == isTrue
}

// compare reports whether a condition about a single field holds.
func (e *Evaluation) compare(single Condition) truth {
	e.evaluated++
	have := e.Effective(single.Field)
	switch {
	case single.Set:
		return truthOf(!have.IsEmpty())
	case len(single.AnyOf) > 0:
		for _, want := range single.AnyOf {
			if have == want {
				return isTrue
			}
		}
		return isFalse
	}
	field := e.fields[single.Field]
	if field == nil || have.IsEmpty() {
		return isFalse
	}
	measure := e.measureOf(field, have)
	return truthOf(!measure.IsEmpty() && field.within(measure, single.Least, single.Most))
}

// measureOf returns what is bounded of the value that a field has, empty when it is not of the field's kind.
func (e *Evaluation) measureOf(field *Field, have Value) Value {
	measure, known := e.measures[field.Name]
	if !known {
		e.measured++
		if field.Fits(have) {
			measure = field.measure(have)
		}
		e.measures[field.Name] = measure
	}
	return measure
}

// Effective returns the field's value among values, or the default that applies to it. See [Schema.Evaluate] for many
// fields.
func (s Schema) Effective(name string, values Values) Value {
	return s.Evaluate(values).Effective(name)
}

// Visible reports whether the field is visible for the values. See [Schema.Evaluate] for many fields.
func (s Schema) Visible(field Field, values Values) bool { return s.Evaluate(values).Visible(field) }
