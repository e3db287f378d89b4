package transport

import (
	"context"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/internal/settingsv1"
)

// laterKind is a kind that this version does not have.
const laterKind = settingsv1.Kind(99)

// laterSchema has a field of a kind of a later version, with facets that mean something else there.
func laterSchema(fallback settingsv1.Kind) *settingsv1.Schema {
	return &settingsv1.Schema{
		Title: "Later", Test: &settingsv1.TestAction{Label: "Test"},
		Actions: []*settingsv1.Action{{Name: "find", Label: "Find"}},
		Sections: []*settingsv1.Section{{Name: "all", Fields: []*settingsv1.Field{
			{Name: "on", Label: "On", Kind: settingsv1.Kind_KIND_BOOLEAN},
			{
				Name: "later", Label: "Later", Help: "Help.", Kind: laterKind, Fallback: fallback, Pattern: "[0-9]+",
				Min: valueToProto(shared.Text("#000")), Max: valueToProto(shared.List("x")), Unit: "u",
				Options: []*settingsv1.Option{{Value: "#000", Label: "Black"}}, Schemes: []string{"x"},
				Display: settingsv1.Display(99), OptionsFrom: "find",
				VisibleWhen: conditionToProto(shared.Equals("on", shared.Boolean(true))), Required: true,
			},
			{
				Name: "after", Label: "After", Kind: settingsv1.Kind_KIND_LIST, Items: laterKind,
				VisibleWhen: conditionToProto(shared.Any(
					shared.Not(shared.AtLeast("later", shared.Map(map[string]string{"a": "b"}))),
					shared.Equals("on", shared.Boolean(true)),
				)),
			},
		}}},
	}
}

// TestUnknownKindFallsBack has a plugin of a later version declare a field of a kind that this host does not know: it
// is shown as the declared fallback, and still follows its rules.
func TestUnknownKindFallsBack(t *testing.T) {
	for _, kind := range shared.Kinds() {
		schema := schemaFromProto(laterSchema(kindToProto[kind]))
		if kind == shared.KindAuthorization {
			continue // It is nothing without an action, and no fallback of any kind.
		}
		if err := schema.Check(); err != nil {
			t.Errorf("as %s: %v", kind, err)
		}
		field, _ := schema.Field("later")
		if field.Kind != kind || field.Help != "Help." || !field.Required {
			t.Errorf("as %s it is %+v", kind, field)
		}
		finds := testStream{action: "find", inspection: inspection{form: newDeclaredForm(schema)}}
		finds.result(&shared.ActionResult{
			Choices: map[string][]shared.Option{"later": {{Value: "#fff", Label: "White"}}},
		})
		offers := slices.Contains(
			[]shared.Kind{shared.KindChoice, shared.KindChoices, shared.KindText, shared.KindList}, kind)
		if offers != (finds.err == nil) {
			t.Errorf("as %s, what its action finds: %v", kind, finds.err)
		}
		if schema.Visible(field, nil) || !schema.Visible(field, shared.Values{"on": shared.Boolean(true)}) {
			t.Errorf("as %s it does not follow its rule", kind)
		}
	}
	for _, fallback := range []settingsv1.Kind{settingsv1.Kind_KIND_UNSPECIFIED, laterKind, 98} {
		if err := schemaFromProto(laterSchema(fallback)).Check(); err == nil || !strings.Contains(err.Error(), `kind "99"`) {
			t.Errorf("with the fallback %s: %v", fallback, err)
		}
	}
}

// TestEveryKindHasAFallback holds that a host of an earlier version can show each kind: values have the same form, and
// the fallback is its own.
func TestEveryKindHasAFallback(t *testing.T) {
	for _, kind := range shared.Kinds() {
		fallback := kindFromProto(fieldToProto(shared.Field{Name: "one", Kind: kind}).GetFallback())
		if !fallback.Known() || fallback.Form() != kind.Form() || fallback.Fallback() != fallback {
			t.Errorf("%s falls back to %s", kind, fallback)
		}
	}
}

// askedPage keeps what it was asked.
type askedPage struct {
	shared.SettingsPage
	request shared.SchemaRequest
}

func (p *askedPage) Info(context.Context) (shared.Info, error) {
	return shared.Info{Name: "asked", Title: "Asked"}, nil
}

func (p *askedPage) Schema(_ context.Context, request shared.SchemaRequest) (shared.Schema, error) {
	p.request = request
	return schemaFromProto(laterSchema(settingsv1.Kind_KIND_TEXT)), nil
}

// TestHostTellsWhatItKnows has a page learn which kinds it may use.
func TestHostTellsWhatItKnows(t *testing.T) {
	page := &askedPage{}
	connection, _, _ := serve(t, page)
	if _, err := connection.Schema(t.Context(), shared.SchemaRequest{Locale: "de"}); err != nil {
		t.Fatal(err)
	}
	host := page.request.Host
	if page.request.Locale != "de" || !slices.Equal(host.Kinds, shared.Kinds()) || !host.Has(shared.FeatureActions) {
		t.Errorf("the page was asked %+v", page.request)
	}
	if !(shared.HostKnowledge{}).Shows(shared.KindMap) || !host.Shows(shared.KindMap) || host.Shows("hologram") {
		t.Error("what the host shows is wrong")
	}
}

// TestLaterHost has a host of a later version ask: what it knows beyond this version does no harm.
func TestLaterHost(t *testing.T) {
	encoded, err := proto.Marshal(&settingsv1.SchemaRequest{Kinds: []settingsv1.Kind{laterKind, settingsv1.Kind_KIND_URL}})
	if err != nil {
		t.Fatal(err)
	}
	received := &settingsv1.SchemaRequest{}
	if err := proto.Unmarshal(append(encoded, 0xfa, 0x7f, 1, 'x'), received); err != nil { // And a field of its own.
		t.Fatal(err)
	}
	host := schemaRequestFromProto(received).Host
	if !host.Shows(shared.KindURL) || host.Shows(shared.KindMap) {
		t.Errorf("the host is taken to know %v", host.Kinds)
	}
}
