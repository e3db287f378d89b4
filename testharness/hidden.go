package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/smtp-settings/smtp-settings/shared"
)

// noteHidden tells which of the fields of a draft are hidden as the form would be saved. They keep what they are given,
// and a page does not use it. Where that cannot be found out it says nothing: the command will meet the reason.
func (g *global) noteHidden(ctx context.Context, plugin invocation, schema shared.Schema, draft shared.Draft) {
	names := slices.Concat(slices.Collect(maps.Keys(draft.Values)), slices.Collect(maps.Keys(draft.Secrets)))
	depends := func(name string) bool {
		field, declared := schema.Field(name)
		return declared && !field.VisibleWhen.IsZero()
	}
	if !slices.ContainsFunc(names, depends) {
		return
	}
	snapshot, err := plugin.Page().Load(ctx, shared.LoadRequest{Locale: g.locale})
	if err == nil {
		printHidden(plugin.notices, schema, draft.Apply(snapshot.Values), names)
	}
}

// printHidden tells which of the fields are hidden as the values are.
func printHidden(out io.Writer, schema shared.Schema, values shared.Values, names []string) {
	follows := schema.Evaluate(values)
	for field := range schema.Fields() {
		if slices.Contains(names, field.Name) && !follows.Visible(field) {
			fmt.Fprintf(out, "%s is hidden as the other fields are: its value is kept, and not used.\n", field.Name)
		}
	}
}
