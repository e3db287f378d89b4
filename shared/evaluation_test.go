package shared

import (
	"fmt"
	"math/rand/v2"
	"regexp/syntax"
	"strings"
	"testing"
)

// randomSchema is a schema of choices whose defaults and visibility depend on each other at random: with circles,
// unless they are only allowed to look at what comes after.
func randomSchema(random *rand.Rand, fields int, forward bool) Schema {
	list := make([]Field, fields)
	condition := func(i int) Condition {
		target := random.IntN(fields)
		if forward {
			target = i + 1 + random.IntN(fields-i-1)
		}
		return Condition{Field: fmt.Sprint("f", target), AnyOf: []Value{Text("no")}}
	}
	for i := range list {
		list[i] = Field{
			Name: fmt.Sprint("f", i), Label: "F", Kind: KindChoice, Options: []Option{{Value: "yes"}, {Value: "no"}},
		}
		if forward && i == fields-1 {
			continue
		}
		for range random.IntN(maxConditions + 1) {
			list[i].DefaultWhen = append(
				list[i].DefaultWhen, ConditionalDefault{When: condition(i), Value: Text("yes")},
			)
		}
		if random.IntN(2) == 0 {
			list[i].VisibleWhen = condition(i)
		}
	}
	return Schema{Title: "Random", Sections: []Section{{Name: "all", Fields: list}}}
}

// conditions is how many conditions a schema has.
func (s Schema) conditions() int {
	count := 0
	for field := range s.Fields() {
		if count += len(field.DefaultWhen); !field.VisibleWhen.IsZero() {
			count++
		}
	}
	return count
}

// TestEvaluationIsLinear asks for everything about random schemas: each condition is looked at once, whatever depends
// on what, also in circles, which have an end and are refused.
func TestEvaluationIsLinear(t *testing.T) {
	accepted, refused := 0, 0
	for seed := range uint64(60) {
		random := rand.New(rand.NewPCG(seed, 1))
		forward := seed%2 == 0
		schema := randomSchema(random, 2+random.IntN(maxFields-2), forward)
		switch err := schema.Check(); {
		case err == nil:
			accepted++
		case strings.Contains(err.Error(), "circle") || strings.Contains(err.Error(), "on the field itself"):
			refused++
		default:
			t.Fatal(err)
		}
		if err := schema.Check(); forward && err != nil {
			t.Errorf("a schema without a circle is refused: %v", err)
		}
		follows := schema.Evaluate(Values{})
		for range 3 {
			for field := range schema.Fields() {
				follows.Effective(field.Name)
				follows.Default(field.Name)
			}
		}
		for field := range schema.Fields() {
			follows.Visible(field)
		}
		if most := schema.conditions(); follows.evaluated > most {
			t.Errorf("seed %d: %d conditions were looked at %d times", seed, most, follows.evaluated)
		}
	}
	if accepted == 0 || refused == 0 {
		t.Errorf("%d schemas were accepted, %d refused; both must be tried", accepted, refused)
	}
}

// TestEffectiveOfOneField asks for one field at a time, as programs do: each question takes as long as the schema is
// large.
func TestEffectiveOfOneField(t *testing.T) {
	chain := randomSchema(rand.New(rand.NewPCG(1, 1)), 100, true)
	for i := range 99 {
		chain.Sections[0].Fields[i].VisibleWhen = Condition{}
		chain.Sections[0].Fields[i].DefaultWhen = []ConditionalDefault{
			{When: Condition{Field: fmt.Sprint("f", i+1), AnyOf: []Value{Text("yes")}}, Value: Text("yes")},
		}
	}
	if got := chain.Effective("f0", Values{"f99": Text("yes")}); got != Text("yes") {
		t.Errorf("at the end of a chain of 100 defaults stands %q", got)
	}
	if got := chain.Effective("f0", Values{"f99": Text("no")}); !got.IsEmpty() {
		t.Errorf("at the end of a chain that does not hold stands %q", got)
	}
}

// TestPatternSize measures expressions by what they are compiled to, not by how long they are.
func TestPatternSize(t *testing.T) {
	for pattern, fits := range map[string]bool{
		`[A-Za-z0-9.\-]+`: true, `(?i)(sha256:)?([0-9a-f]{2}:?){32}`: true, `\p{L}{1,200}`: true,
		strings.Repeat("x", 1999): true, strings.Repeat("x", 2001): false,
		`((a{30}){30}){30}`: false, `(a|b{500}){0,500}`: false, strings.Repeat(`.{1000}`, 3): false,
	} {
		parsed, err := syntax.Parse(pattern, syntax.Perl)
		if err != nil {
			continue // The library refuses it itself.
		}
		if got := patternSize(parsed) <= maxPattern; got != fits {
			t.Errorf("%.40s fits: %t", pattern, got)
		}
	}
}

func FuzzSchemaCheck(f *testing.F) {
	f.Add(uint64(1), "[a-z]{2,900}", int16(2))
	f.Fuzz(func(_ *testing.T, seed uint64, pattern string, fields int16) {
		schema := randomSchema(rand.New(rand.NewPCG(seed, 2)), 2+int(uint16(fields))%300, seed%2 == 0)
		schema.Sections[0].Fields[0].Pattern = pattern
		if schema.Check() == nil {
			schema.Validate(Values{"f0": Text("x")}, func(string) bool { return false })
		}
	})
}
