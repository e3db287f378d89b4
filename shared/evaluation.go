package shared

// Evaluation tells what follows from a schema for certain values: effective values, defaults, what is visible. Each
// default is looked for once, however many fields depend on it, so asking for all of them takes as long as the schema
// is large. It must not be used concurrently, nor after schema or values have changed.
type Evaluation struct {
	values   Values
	fields   map[string]*Field
	defaults map[string]Value // of the fields looked at; empty while one is being looked for
	// evaluated counts the conditions that were looked at.
	evaluated int
}

// Evaluate returns what follows from the schema for the values. Values of fields that are not declared count as well.
func (s Schema) Evaluate(values Values) *Evaluation {
	e := &Evaluation{values: values, fields: map[string]*Field{}, defaults: map[string]Value{}}
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

// Default returns the default that applies to the field, whether it has a value or not. In a circle of defaults, which
// [Schema.Check] refuses, there is none.
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
		if e.holds(rule.When) {
			found = rule.Value
			break
		}
	}
	e.defaults[name] = found
	return found
}

// Visible reports whether the field is visible.
func (e *Evaluation) Visible(field Field) bool {
	return field.VisibleWhen == nil || e.holds(*field.VisibleWhen)
}

func (e *Evaluation) holds(condition Condition) bool {
	e.evaluated++
	have := e.Effective(condition.Field)
	for _, want := range condition.AnyOf {
		if have == want {
			return true
		}
	}
	return false
}

// Effective returns the field's value among values, or the default that applies to it. See [Schema.Evaluate] for many
// fields.
func (s Schema) Effective(name string, values Values) Value {
	return s.Evaluate(values).Effective(name)
}

// Visible reports whether the field is visible for the values. See [Schema.Evaluate] for many fields.
func (s Schema) Visible(field Field, values Values) bool { return s.Evaluate(values).Visible(field) }
