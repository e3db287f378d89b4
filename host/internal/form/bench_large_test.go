package form_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/testharness/example/kinds"
	"github.com/smtp-settings/smtp-settings/testharness/measure"
)

// largePage is as large as a schema may be.
type largePage struct {
	*kinds.Page
	schema shared.Schema
}

func (p largePage) Schema(context.Context, shared.SchemaRequest) (shared.Schema, error) {
	return p.schema, nil
}

func (p largePage) Load(context.Context, shared.LoadRequest) (shared.Snapshot, error) {
	return shared.Snapshot{}, nil
}

func (p largePage) Validate(context.Context, shared.ValidateRequest) (shared.Validation, error) {
	return shared.Validation{}, nil
}

// largeSchema has 128 fields of all kinds, each of which depends on those before it, and 32 actions.
func largeSchema(b *testing.B) shared.Schema {
	b.Helper()
	example := slices.Collect(kinds.Schema().Fields())
	var fields []shared.Field
	for i := range 128 {
		field := example[i%len(example)]
		field.Name, field.Action, field.OptionsFrom = fmt.Sprint("f", i), "", ""
		field.VisibleWhen, field.EnabledWhen, field.RequiredWhen = shared.Condition{}, shared.Condition{}, shared.Condition{}
		field.DefaultWhen = nil
		if field.Kind == shared.KindAuthorization || len(field.Options) == 0 &&
			(field.Kind == shared.KindChoice || field.Kind == shared.KindChoices) {
			field.Kind, field.Sensitive = shared.KindText, false
		}
		var before []shared.Condition
		for _, other := range fields {
			if !other.Sensitive && !other.ReadOnly && len(before) < 16 {
				before = append(before, shared.Not(shared.IsSet(other.Name)))
			}
		}
		if len(before) > 0 && !field.ReadOnly {
			field.VisibleWhen, field.EnabledWhen = shared.Any(before...), shared.All(shared.Any(before...))
		}
		fields = append(fields, field)
	}
	schema := shared.Schema{Title: "Large", Test: shared.TestAction{Label: "Test"},
		Sections: []shared.Section{{Name: "all", Fields: fields}}}
	for i := range 32 {
		schema.Actions = append(schema.Actions, shared.Action{Name: fmt.Sprint("a", i), Label: "Act"})
	}
	if err := schema.Check(); err != nil {
		b.Fatal(err)
	}
	return schema
}

// BenchmarkRenderLargest renders a page that is as large as a schema may be.
func BenchmarkRenderLargest(b *testing.B) {
	page := largePage{kinds.New(), largeSchema(b)}
	handler := serveKinds(page, func() shared.ActionRunner { return page })
	for range b.N {
		medians := measure.SideBySide(b, 50, measure.Contestant{Name: "page", Once: func() time.Duration {
			return measure.Took(b, func() error {
				recorder := httptest.NewRecorder()
				handler.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/", nil))
				if recorder.Code != http.StatusOK {
					return fmt.Errorf("status %d", recorder.Code)
				}
				return nil
			})
		}})
		b.ReportMetric(float64(medians[0].Microseconds())/1000, "ms-largest")
		measure.Table(b, "the largest page, median of 50 (bar: 20 ms)", []string{"the whole page", medians[0].String()})
	}
}
