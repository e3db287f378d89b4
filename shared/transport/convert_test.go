package transport

import (
	"fmt"
	"go/ast"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/smtp-settings/smtp-settings/shared"
)

// filler gives every field of a Go struct a value of its own, so that a field without a converter, or one that lands in
// the place of another, shows.
type filler struct{ count int }

func (f *filler) next() int { f.count++; return f.count }

// special are types that reflection cannot fill or that allow only certain values.
func (f *filler) special(v reflect.Value) bool {
	switch v.Interface().(type) {
	case shared.Value:
		v.Set(reflect.ValueOf(shared.Integer(int64(f.next()))))
	case shared.Condition: // It has itself in it.
		v.Set(reflect.ValueOf(shared.Condition{
			Field: fmt.Sprint("field ", f.next()), AnyOf: []shared.Value{shared.Integer(int64(f.next()))}, Set: true,
			Least: shared.Integer(int64(f.next())), Most: shared.Integer(int64(f.next())),
			All: []shared.Condition{shared.IsSet(fmt.Sprint("field ", f.next()))},
			Any: []shared.Condition{shared.IsSet(fmt.Sprint("field ", f.next()))},
			Not: &shared.Condition{Field: fmt.Sprint("field ", f.next()), Set: true},
		}))
	case shared.Display:
		v.Set(reflect.ValueOf(shared.DisplayCode))
	case shared.SecretText:
		v.Set(reflect.ValueOf(shared.NewSecretText(fmt.Sprint("secret ", f.next()))))
	case shared.SecretChange:
		v.Set(reflect.ValueOf(shared.ReplaceSecret(fmt.Sprint("secret ", f.next()))))
	case time.Time:
		v.Set(reflect.ValueOf(time.Unix(int64(f.next()), 0).UTC()))
	case []byte:
		v.SetBytes(fmt.Append(nil, "bytes ", f.next()))
	case shared.Kind:
		v.Set(reflect.ValueOf(shared.KindChoice))
	case shared.Status:
		v.Set(reflect.ValueOf(shared.StatusWarning))
	case shared.ServiceState:
		v.Set(reflect.ValueOf(shared.ServiceDegraded))
	case shared.HealthState:
		v.Set(reflect.ValueOf(shared.HealthSuspect))
	case shared.Severity:
		v.Set(reflect.ValueOf(shared.SeverityInfo))
	case shared.Scope:
		v.Set(reflect.ValueOf(shared.ScopeClient))
	case shared.Lasting:
		v.Set(reflect.ValueOf(shared.LastingLimit))
	default:
		return false
	}
	return true
}

func (f *filler) fill(v reflect.Value) {
	if f.special(v) {
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			f.fill(v.Field(i))
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		f.fill(v.Index(0))
		f.fill(v.Index(1))
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		f.fill(key)
		f.fill(value)
		v.SetMapIndex(key, value)
	case reflect.String:
		v.SetString(fmt.Sprint("text ", f.next()))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(f.next()))
	default:
		panic("filler: " + v.Type().String())
	}
}

// compareAll looks into unexported fields too: a Value has no others.
var compareAll = cmp.Exporter(func(reflect.Type) bool { return true })

// roundTrip checks that a filled T survives the wire, that its message has no empty field, and that the zero T survives
// as well.
func roundTrip[T any, Wire proto.Message](to func(T) Wire, from func(Wire) T) func(*testing.T) {
	return func(t *testing.T) {
		var filled, zero T
		(&filler{}).fill(reflect.ValueOf(&filled).Elem())
		for name, original := range map[string]T{"filled": filled, "zero": zero} {
			sent := to(original)
			encoded, err := proto.Marshal(sent)
			if err != nil {
				t.Fatal(err)
			}
			received := sent.ProtoReflect().New().Interface().(Wire)
			if err := proto.Unmarshal(encoded, received); err != nil {
				t.Fatal(err)
			}
			if difference := cmp.Diff(original, from(received), compareAll); difference != "" {
				t.Errorf("%s: changed on the wire (-sent +received):\n%s", name, difference)
			}
			if name == "filled" {
				for _, path := range emptyFields(sent.ProtoReflect(), "") {
					t.Errorf("the field %s of the message is never filled", path)
				}
			}
		}
	}
}

// emptyFields lists the fields of a message that have no value.
func emptyFields(m protoreflect.Message, path string) []string {
	var empty []string
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		field := fields.Get(i)
		here := path + "." + string(field.Name())
		switch {
		case field.Message() != nil && field.Message() == m.Descriptor() && m.Has(field):
			// A condition in a condition is like the one that it is in.
		case field.ContainingOneof() != nil && !field.HasOptionalKeyword() &&
			m.WhichOneof(field.ContainingOneof()) != nil:
			// One of several; the tests of values and secrets go through the others.
		case !m.Has(field):
			empty = append(empty, here)
		case field.IsMap() && field.MapValue().Message() != nil:
			m.Get(field).Map().Range(func(_ protoreflect.MapKey, v protoreflect.Value) bool {
				empty = append(empty, emptyFields(v.Message(), here)...)
				return false
			})
		case field.IsList() && field.Message() != nil:
			empty = append(empty, emptyFields(m.Get(field).List().Get(0).Message(), here)...)
		case field.Message() != nil && !field.IsList() && !field.IsMap() &&
			field.Message().ParentFile().Package() == m.Descriptor().ParentFile().Package():
			empty = append(empty, emptyFields(m.Get(field).Message(), here)...)
		}
	}
	return empty
}

// roundTrips has a test of each pair of functions, by the name that both begin with.
var roundTrips = map[string]func(*testing.T){
	"info":               roundTrip(infoToProto, infoFromProto),
	"schemaRequest":      roundTrip(schemaRequestToProto, schemaRequestFromProto),
	"schemaReply":        roundTrip(schemaReplyToProto, schemaReplyFromProto),
	"schema":             roundTrip(schemaToProto, schemaFromProto),
	"loadRequest":        roundTrip(loadRequestToProto, loadRequestFromProto),
	"snapshot":           roundTrip(snapshotToProto, snapshotFromProto),
	"revision":           roundTrip(revisionToProto, revisionFromProto),
	"draft":              roundTrip(draftToProto, draftFromProto),
	"validateRequest":    roundTrip(validateRequestToProto, validateRequestFromProto),
	"validation":         roundTrip(validationToProto, validationFromProto),
	"saveRequest":        roundTrip(saveRequestToProto, saveRequestFromProto),
	"saveResult":         roundTrip(saveResultToProto, saveResultFromProto),
	"testRequest":        roundTrip(testRequestToProto, testRequestFromProto),
	"testReport":         roundTrip(testReportToProto, testReportFromProto),
	"stepResult":         roundTrip(stepResultToProto, stepResultFromProto),
	"card":               roundTrip(cardToProto, cardFromProto),
	"revisionsRequest":   roundTrip(revisionsRequestToProto, revisionsRequestFromProto),
	"revisionList":       roundTrip(revisionListToProto, revisionListFromProto),
	"revisionEntry":      roundTrip(revisionEntryToProto, revisionEntryFromProto),
	"change":             roundTrip(changeToProto, changeFromProto),
	"restoreRequest":     roundTrip(restoreRequestToProto, restoreRequestFromProto),
	"purgeRequest":       roundTrip(purgeRequestToProto, purgeRequestFromProto),
	"purgeResult":        roundTrip(purgeResultToProto, purgeResultFromProto),
	"rekeyRequest":       roundTrip(rekeyRequestToProto, rekeyRequestFromProto),
	"rekeyResult":        roundTrip(rekeyResultToProto, rekeyResultFromProto),
	"migrateRequest":     roundTrip(migrateRequestToProto, migrateRequestFromProto),
	"migrateProgress":    roundTrip(migrateProgressToProto, migrateProgressFromProto),
	"migrateResult":      roundTrip(migrateResultToProto, migrateResultFromProto),
	"releaseHeldRequest": roundTrip(releaseHeldRequestToProto, releaseHeldRequestFromProto),
	"releaseHeldResult":  roundTrip(releaseHeldResultToProto, releaseHeldResultFromProto),
	"lookNowRequest":     roundTrip(lookNowRequestToProto, lookNowRequestFromProto),
	"lookNowResult":      roundTrip(lookNowResultToProto, lookNowResultFromProto),
	"action":             roundTrip(actionToProto, actionFromProto),
	"actionRequest":      roundTrip(actionRequestToProto, actionRequestFromProto),
	"actionResult":       roundTrip(actionResultToProto, actionResultFromProto),
	"prompt":             roundTrip(promptToProto, promptFromProto),
	"option":             roundTrip(optionToProto, optionFromProto),
	"conditionalDefault": roundTrip(conditionalDefaultToProto, conditionalDefaultFromProto),
	"notification":       roundTrip(notificationToProto, notificationFromProto),
	"notifyRequest":      roundTrip(notifyRequestToProto, notifyRequestFromProto),
	"receipts":           roundTrip(receiptsToProto, receiptsFromProto),
	"receipt":            roundTrip(receiptToProto, receiptFromProto),
	"statusRequest":      roundTrip(statusRequestToProto, statusRequestFromProto),
	"serviceStatus":      roundTrip(serviceStatusToProto, serviceStatusFromProto),
	"listRequest":        roundTrip(listRequestToProto, listRequestFromProto),
	"notificationList":   roundTrip(notificationListToProto, notificationListFromProto),
	"entry":              roundTrip(entryToProto, entryFromProto),
	"detail":             roundTrip(detailToProto, detailFromProto),
	"operateRequest":     roundTrip(operateRequestToProto, operateRequestFromProto),
	"operateReport":      roundTrip(operateReportToProto, operateReportFromProto),
	"statisticsRequest":  roundTrip(statisticsRequestToProto, statisticsRequestFromProto),
	"buckets":            roundTrip(bucketsToProto, bucketsFromProto),
	"purge":              roundTrip(purgeToProto, purgeFromProto),
	"secretExpiry":       roundTrip(secretExpiryToProto, secretExpiryFromProto),
	"delivery":           roundTrip(deliveryToProto, deliveryFromProto),
	"healthRequest":      roundTrip(healthRequestToProto, healthRequestFromProto),
	"health":             roundTrip(healthToProto, healthFromProto),
}

// TestRoundTrip sends a value of every type of the contract over the wire.
func TestRoundTrip(t *testing.T) {
	for name, test := range roundTrips {
		t.Run(name, test)
	}
}

// partsOfOthers are pairs that need not, or cannot, be tested alone: what they carry is a part of a value that is.
var partsOfOthers = []string{
	// The first keeps an unknown kind, to be refused by name.
	"field",
	"value", "values", "time", "secretChange", "testEvent", "kind", // see TestRoundTripOfEveryVariant
	"verification", "condition", "diagnostics", "oneDiagnostic", "evidence", "held", "askedLook", "link", // may be absent
}

// TestEveryConversionIsTested finds the pairs of functions that neither list has.
func TestEveryConversionIsTested(t *testing.T) {
	pairs := 0
	for _, file := range sources(t, ".") {
		for _, declared := range file.Decls {
			function, ok := declared.(*ast.FuncDecl)
			if !ok {
				continue
			}
			name, converts := strings.CutSuffix(function.Name.Name, "FromProto")
			if !converts || name == "" {
				continue
			}
			if pairs++; roundTrips[name] == nil && !slices.Contains(partsOfOthers, name) {
				t.Errorf("%s is not tested", function.Name.Name)
			}
		}
	}
	if want := len(roundTrips) + len(partsOfOthers); pairs != want {
		t.Errorf("%d conversions, the lists have %d", pairs, want)
	}
}

func TestRoundTripOfEveryVariant(t *testing.T) {
	for _, value := range []shared.Value{
		{}, shared.Text("x"), shared.Integer(0), shared.Integer(-7), shared.Boolean(false), shared.Boolean(true),
		shared.Decimal(0.1), shared.Decimal(-1e300), shared.Decimal(2), shared.List("b", "", "a\n"),
		shared.Map(map[string]string{"b": "", "": "c"}),
	} {
		if got := valueFromProto(valueToProto(value)); got != value {
			t.Errorf("the value %#v became %#v", value, got)
		}
	}
	for _, change := range []shared.SecretChange{
		shared.KeepSecret(), shared.ClearSecret(), shared.ReplaceSecret("x"), shared.ReplaceSecret(""),
	} {
		if got := secretChangeFromProto(secretChangeToProto(change)); got != change {
			t.Errorf("the secret change %q became %q", change.Action, got.Action)
		}
	}
	for _, event := range []shared.TestEvent{
		shared.StepStarted{ID: "a", Label: "A"},
		shared.StepProgress{ID: "a", Label: "A", Detail: "d"},
		shared.StepFinished{
			StepResult: shared.StepResult{
				ID: "a", Label: "A", Status: shared.StatusSkipped, Duration: shared.Elapsed(time.Second), Detail: "d",
			},
		},
		shared.Prompt{Text: "t", URL: "u", Code: "c", Expires: time.Unix(7, 0).UTC(), Resume: "state=s"},
		shared.Completed{Report: shared.TestReport{Outcome: "complete", Headline: "h", Status: shared.StatusPassed}},
	} {
		if difference := cmp.Diff(event, testEventFromProto(testEventToProto(event)), compareAll); difference != "" {
			t.Errorf("the event changed on the wire:\n%s", difference)
		}
	}
	for kind := range kindToProto {
		if got := kindFromProto(kindToProto[kind]); got != kind {
			t.Errorf("the kind %q became %q", kind, got)
		}
	}
}

// forceStrings puts the text into every string of a Go value.
func forceStrings(v reflect.Value, text string) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				forceStrings(v.Field(i), text)
			}
		}
	case reflect.Pointer:
		forceStrings(v.Elem(), text)
	case reflect.Slice:
		for i := range v.Len() {
			forceStrings(v.Index(i), text)
		}
	case reflect.String:
		if v.Type() == reflect.TypeFor[string]() {
			v.SetString(text)
		}
	}
}

// TestLatin1Survives makes sure that no string of a mail server can fail a call: proto refuses to marshal a single byte
// that is not UTF-8.
func TestLatin1Survives(t *testing.T) {
	var report shared.TestReport
	var schema shared.Schema
	var snapshot shared.Snapshot
	var validation shared.Validation
	for _, target := range []any{&report, &schema, &snapshot, &validation} {
		(&filler{}).fill(reflect.ValueOf(target).Elem())
		forceStrings(reflect.ValueOf(target).Elem(), "H\xf4te")
	}
	snapshot.Values = shared.Values{"na\xefve": shared.Text("caf\xe9")}
	for _, message := range []proto.Message{
		testReportToProto(report), schemaToProto(schema), snapshotToProto(snapshot), validationToProto(validation),
	} {
		if _, err := proto.Marshal(message); err != nil {
			t.Errorf("%T: %v", message, err)
		}
	}
	if got := testReportToProto(report).GetHeadline(); !utf8.ValidString(got) || got != "H\uFFFDte" {
		t.Errorf("the headline became %q", got)
	}
}
