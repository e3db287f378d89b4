package shared

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
)

// largest are values as large as a posted form makes them, by the field that has them.
func largest() map[string]struct {
	field Field
	value Value
} {
	many := make([]string, 30_000)
	entries := map[string]string{}
	for i := range many {
		many[i] = fmt.Sprint("entry ", i)
		entries[many[i]] = "x"
	}
	options := make([]Option, maxOptions)
	for i := range options {
		options[i] = Option{Value: fmt.Sprint("option ", i), Label: "An option"}
	}
	long := strings.Repeat("é", 250_000)
	return map[string]struct {
		field Field
		value Value
	}{
		"list":     {Field{Kind: KindList}, List(many...)},
		"map":      {Field{Kind: KindMap}, Map(entries)},
		"choices":  {Field{Kind: KindChoices, Options: options}, List(many...)},
		"text":     {Field{Kind: KindText}, Text(long)},
		"file":     {Field{Kind: KindFile}, Text(long)},
		"url":      {Field{Kind: KindURL}, Text("https://a.example/" + long)},
		"duration": {Field{Kind: KindDuration}, Text(long)},
	}
}

// TestConditionsMeasureOnce has as many conditions as a schema may have compare one value that is as large as one can
// be: whatever they ask for, it is looked at once.
func TestConditionsMeasureOnce(t *testing.T) {
	for name, one := range largest() {
		field := one.field
		field.Name, field.Label = "subject", "Subject"
		least := Integer(3)
		if field.Kind == KindDuration {
			least = Text("3s")
		}
		fields := []Field{field}
		for i := range maxFields - 1 {
			fields = append(fields, Field{
				Name: fmt.Sprint("f", i), Label: "F", Kind: KindText,
				VisibleWhen: All(slices.Repeat([]Condition{AtLeast("subject", least)}, 60)...),
			})
		}
		schema := Schema{Title: "Large", Sections: []Section{{Name: "all", Fields: fields}}}
		if err := schema.Check(); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		follows := schema.Evaluate(Values{"subject": one.value})
		for field := range schema.Fields() {
			follows.Visible(field)
			follows.Required(field)
		}
		if follows.evaluated < 60*(maxFields-1) || follows.measured != 1 {
			t.Errorf("%s: for %d conditions the value was measured %d times", name, follows.evaluated, follows.measured)
		}
	}
}

// TestPatternIsReadOnce gives a field with the largest pattern as many values as a schema may: the pattern is read
// once for all of them.
func TestPatternIsReadOnce(t *testing.T) {
	work := func(values int) float64 {
		field := Field{Name: "f", Label: "F", Kind: KindText, Pattern: strings.Repeat("(a|bc)?", 300)}
		schema := Schema{Title: "Large", Sections: []Section{{Name: "all", Fields: []Field{field}}}}
		for i := range values {
			schema.Presets = append(schema.Presets,
				Preset{Name: fmt.Sprint("p", i), Label: "P", Values: Values{"f": Text("a")}})
		}
		least := math.Inf(1)
		for range 20 {
			least = min(least, testing.AllocsPerRun(1, func() {
				if err := schema.Check(); err != nil {
					t.Fatal(err)
				}
			}))
		}
		return least
	}
	// Under the race detector pools forget by chance what a pattern works with, hence the least of several times; to read
	// it each time takes 22 times as many.
	if few, many := work(1), work(maxPresets); many > 11*few {
		t.Errorf("%d values take %.0f allocations, one takes %.0f", maxPresets, many, few)
	}
}

// TestBounded holds values against what any field may have.
func TestBounded(t *testing.T) {
	entries := func(n int, entry string) []string { return slices.Repeat([]string{entry}, n) }
	keys := map[string]string{}
	for i := range maxEntries {
		keys[fmt.Sprint(i)] = "x"
	}
	for name, c := range map[string]struct {
		value Value
		fits  bool
	}{
		"nothing":              {Value{}, true},
		"a number":             {Integer(-1), true},
		"a text":               {Text(strings.Repeat("é", maxFileEver)), true},
		"a text too long":      {Text(strings.Repeat("é", maxFileEver+1)), false},
		"entries":              {List(entries(maxEntries, "x")...), true},
		"an entry too many":    {List(entries(maxEntries+1, "x")...), false},
		"a long entry":         {List(strings.Repeat("é", maxEntryLength)), true},
		"an entry too long":    {List(strings.Repeat("é", maxEntryLength+1)), false},
		"keys":                 {Map(keys), true},
		"a key too long":       {Map(map[string]string{strings.Repeat("é", maxEntryLength+1): "x"}), false},
		"a text of a key":      {Map(map[string]string{"x": strings.Repeat("é", maxEntryLength)}), true},
		"one that is too long": {Map(map[string]string{"x": strings.Repeat("é", maxEntryLength+1)}), false},
	} {
		if got := c.value.Bounded(); got != c.fits {
			t.Errorf("%s is bounded: %t", name, got)
		}
	}
	keys["one more"] = "x"
	if Map(keys).Bounded() {
		t.Error("a key too many is bounded")
	}
}
