package shared

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// ruledSchema has a field that is hidden, one that depends on it, and one of each kind that can be compared.
func ruledSchema(rule Condition) Schema {
	return Schema{Title: "Rules", Sections: []Section{{Name: "all", Fields: []Field{
		{Name: "on", Label: "On", Kind: KindBoolean},
		{Name: "parent", Label: "Parent", Kind: KindText, Default: Text("p"), VisibleWhen: Equals("on", Boolean(true))},
		{Name: "count", Label: "Count", Kind: KindInteger}, {Name: "wait", Label: "Wait", Kind: KindDuration},
		{Name: "size", Label: "Size", Kind: KindByteSize}, {Name: "day", Label: "Day", Kind: KindDate},
		{Name: "ratio", Label: "Ratio", Kind: KindDecimal}, {Name: "names", Label: "Names", Kind: KindList},
		{Name: "word", Label: "Word", Kind: KindText}, {Name: "roles", Label: "Roles", Kind: KindMap},
		{Name: "child", Label: "Child", Kind: KindText, VisibleWhen: rule, RequiredWhen: rule, EnabledWhen: rule},
	}}}}
}

// TestRules evaluates each rule: what is about a hidden field is unknown, and so is its opposite.
func TestRules(t *testing.T) {
	on := Values{"on": Boolean(true)}
	parent := Equals("parent", Text("p"))
	for _, c := range []struct {
		name   string
		rule   Condition
		values Values
		want   bool
	}{
		{"equals", parent, on, true}, {"a hidden parent", parent, nil, false},
		{"not, of a hidden parent", Not(parent), nil, false}, {"not", Not(parent), on, false},
		{"not another value", Not(Equals("parent", Text("x"))), on, true},
		{"not not, of a hidden parent", Not(Not(parent)), nil, false},
		{"any, where another decides", Any(parent, IsSet("count")), Values{"count": Integer(0)}, true},
		{"any, where none decides", Any(parent, IsSet("count")), nil, false},
		{"all, where another decides", Not(All(parent, IsSet("count"))), nil, true},
		{"all, where none decides", All(parent, IsSet("on")), nil, false},
		{"all", All(parent, Equals("on", Boolean(true), Boolean(false))), on, true},
		{"is set, by a default", IsSet("parent"), on, true}, {"is not set", IsSet("word"), on, false},
		{"a number at least", AtLeast("count", Integer(5)), Values{"count": Integer(5)}, true},
		{"a number below", AtLeast("count", Integer(5)), Values{"count": Integer(4)}, false},
		{"nothing is not below", AtMost("count", Integer(5)), nil, false},
		{"what is no number", AtMost("count", Integer(5)), Values{"count": Text("x")}, false},
		{"a range", Condition{Field: "count", Least: Integer(1), Most: Integer(9)}, Values{"count": Integer(10)}, false},
		{"durations", AtLeast("wait", Text("90s")), Values{"wait": Text("1m30s")}, true},
		{"durations below", AtLeast("wait", Text("90s")), Values{"wait": Text("9s")}, false},
		{"sizes", AtMost("size", Integer(1<<20)), Values{"size": Integer(1 << 20)}, true},
		{"days", AtLeast("day", Text("2026-10-01")), Values{"day": Text("2026-09-30")}, false},
		{"decimals", AtLeast("ratio", Decimal(0.5)), Values{"ratio": Integer(1)}, true},
		{"entries", AtLeast("names", Integer(2)), Values{"names": List("a", "b")}, true},
		{"entries of a map", AtLeast("roles", Integer(2)), Values{"roles": Map(map[string]string{"a": "b"})}, false},
		{"characters", AtMost("word", Integer(2)), Values{"word": Text("éé")}, true},
		{"lists are compared as they are", Equals("names", List("a", "b")), Values{"names": List("b", "a")}, false},
		{"maps have no order", Equals("roles", Map(map[string]string{"a": "1", "b": "2"})),
			Values{"roles": Map(map[string]string{"b": "2", "a": "1"})}, true},
	} {
		schema := ruledSchema(c.rule)
		if err := schema.Check(); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		follows := schema.Evaluate(c.values)
		child, _ := schema.Field("child")
		if got := follows.Visible(child); got != c.want {
			t.Errorf("%s: visible is %t", c.name, got)
		}
		if got := follows.Enabled(child); got != c.want {
			t.Errorf("%s: enabled is %t", c.name, got)
		}
		if got := follows.Required(child); got != c.want {
			t.Errorf("%s: required is %t", c.name, got)
		}
		if found := schema.Validate(c.values, nil).ForField("child"); (len(found) > 0) != c.want {
			t.Errorf("%s: %v", c.name, found)
		}
	}
}

// TestRequiredUnlessTheOther has two fields of which one is needed, and two of which one can be filled in: neither is a
// circle.
func TestRequiredUnlessTheOther(t *testing.T) {
	field := func(name, other string) Field {
		return Field{
			Name: name, Label: name, Kind: KindText, RequiredWhen: Not(IsSet(other)), EnabledWhen: Not(IsSet(other)),
		}
	}
	schema := Schema{
		Title: "One of two", Sections: []Section{{Name: "all", Fields: []Field{field("a", "b"), field("b", "a")}}},
	}
	if err := schema.Check(); err != nil {
		t.Error(err)
	}
	if found := schema.Validate(Values{}, nil); len(found) != 2 {
		t.Errorf("with neither: %v", found)
	}
	if found := schema.Validate(Values{"b": Text("x")}, nil); len(found) > 0 {
		t.Errorf("with one: %v", found)
	}
	if follows := schema.Evaluate(Values{"a": Text("x")}); follows.Enabled(schema.Sections[0].Fields[1]) {
		t.Error("with one, the other can be filled in")
	}
}

// randomCondition looks at some of the fields from the first one on.
func randomCondition(random *rand.Rand, first, fields, depth int) Condition {
	if depth == 0 || random.IntN(3) == 0 {
		name := fmt.Sprint("f", first+random.IntN(fields-first))
		if random.IntN(2) == 0 {
			return IsSet(name)
		}
		return Equals(name, Text("no"), Text("yes"))
	}
	inner := make([]Condition, 1+random.IntN(3))
	for i := range inner {
		inner[i] = randomCondition(random, first, fields, depth-1)
	}
	return []Condition{All(inner...), Any(inner...), Not(inner[0])}[random.IntN(3)]
}

// FuzzRules has fields depend on each other by conditions in conditions: what Check accepts is evaluated in a time that
// grows as the schema does, and what it does not accept has an end too.
func FuzzRules(f *testing.F) {
	f.Add(uint64(1), uint8(5), uint8(3), true)
	f.Add(uint64(2), uint8(120), uint8(7), true)
	f.Add(uint64(3), uint8(120), uint8(3), false)
	f.Fuzz(func(t *testing.T, seed uint64, count, depth uint8, forward bool) {
		random := rand.New(rand.NewPCG(seed, 3))
		fields := 2 + int(count)%(maxFields-2)
		list := make([]Field, fields)
		for i := range list {
			list[i] = Field{Name: fmt.Sprint("f", i), Label: "F", Kind: KindText}
			first := 0
			if forward {
				first = i + 1
			}
			if first == fields {
				continue
			}
			rule := func() Condition { return randomCondition(random, first, fields, int(depth)%(maxNesting+2)) }
			list[i].VisibleWhen, list[i].RequiredWhen, list[i].EnabledWhen = rule(), rule(), rule()
			list[i].DefaultWhen = []ConditionalDefault{{When: rule(), Value: Text("yes")}}
		}
		schema := Schema{Title: "Rules", Sections: []Section{{Name: "all", Fields: list}}}
		err := schema.Check()
		single := 0
		for _, field := range list {
			for _, condition := range field.conditions() {
				single += condition.singles()
			}
		}
		follows := schema.Evaluate(Values{fmt.Sprint("f", fields-1): Text("no")})
		for field := range schema.Fields() {
			follows.Visible(field)
			follows.Effective(field.Name)
			follows.complaintOf(field, func(string) bool { return false })
		}
		// Each field is asked once for what is not kept: whether it is required, which asks whether it is enabled.
		if most := 3 * single; follows.evaluated > most {
			t.Errorf("%d conditions were looked at %d times (%v)", single, follows.evaluated, err)
		}
	})
}

// singles counts the conditions about single fields.
func (c Condition) singles() int {
	if c.IsZero() {
		return 0
	}
	count := 0
	if c.Field != "" {
		count = 1
	}
	for _, inner := range c.inner() {
		count += inner.singles()
	}
	return count
}
