package shared

// condition checks a condition of a field, or of what has no name; the zero one is none.
func (c *schemaCheck) condition(where, self string, condition Condition) {
	if condition.IsZero() {
		return
	}
	if condition.operators() != 1 {
		c.refuse("%s has a condition of %d parts, not of one", where, condition.operators())
		return
	}
	for _, inner := range condition.inner() {
		if inner.IsZero() {
			c.refuse("%s has a condition that says nothing", where)
		}
		c.condition(where, self, inner)
	}
	switch single := len(condition.inner()) == 0; {
	case single:
		c.single(where, self, condition)
	case condition.Field != "":
		c.refuse("%s has a condition about %q and others at once", where, condition.Field)
	}
}

// operators counts what the condition says of itself.
func (c Condition) operators() int {
	count := 0
	for _, given := range []bool{
		len(c.AnyOf) > 0, c.Set, !c.Least.IsEmpty() || !c.Most.IsEmpty(), len(c.All) > 0, len(c.Any) > 0, c.Not != nil,
	} {
		if given {
			count++
		}
	}
	return count
}

// single checks a condition about one field.
func (c *schemaCheck) single(where, self string, condition Condition) {
	target, declared := c.declared[condition.Field]
	switch {
	case condition.Field == self:
		c.refuse("%s depends on the field itself", where)
	case !declared:
		c.refuse("%s depends on %q, which is not declared", where, condition.Field)
	case target.Sensitive:
		c.refuse("%s depends on %q, which is sensitive", where, condition.Field)
	case target.ReadOnly:
		c.refuse("%s depends on %q, which is read-only", where, condition.Field)
	}
	if !declared || !target.Kind.Known() {
		return
	}
	for _, value := range condition.AnyOf {
		if !target.Fits(value) {
			c.refuse(
				"%s waits for the value %q of %q, which is not of kind %q", where, value, condition.Field, target.Kind,
			)
		}
	}
	for _, bound := range []Value{condition.Least, condition.Most} {
		if !bound.IsEmpty() && !target.boundFits(bound) {
			c.refuse("%s compares %q with %q, which is not of kind %q", where, condition.Field, bound, target.Kind)
		}
	}
}

// conditions are those of a field, and of what it is given by default.
func (f Field) conditions() []Condition {
	list := []Condition{f.VisibleWhen, f.RequiredWhen, f.EnabledWhen}
	for _, rule := range f.DefaultWhen {
		list = append(list, rule.When)
	}
	return list
}

// weight is how large a condition is: how many values and conditions it has, and how deep those are. What is too deep
// is not looked at further.
type weight struct{ values, parts, depth int }

func (w *weight) add(condition Condition, depth int) {
	w.depth = max(w.depth, depth)
	if w.parts++; depth > maxNesting || w.parts > maxParts {
		return
	}
	w.values += len(condition.AnyOf)
	for _, inner := range condition.inner() {
		w.add(inner, depth+1)
	}
}

func (c Condition) textSize() int {
	size := len(c.Field) + c.Least.size() + c.Most.size()
	for _, value := range c.AnyOf {
		size += value.size()
	}
	for _, inner := range c.inner() {
		size += inner.textSize()
	}
	return size
}
