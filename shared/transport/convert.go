package transport

import (
	"math"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/internal/settingsv1"
)

// Pairs of functions that carry values, drafts and snapshots over the wire; the other convert_*.go files
// hold the others. Going out, every string is forced to valid UTF-8: a single Latin-1 byte of a mail server's reply
// would otherwise fail the whole call while marshalling.

func validUTF8(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

func validUTF8s(list []string) []string { return each(list, validUTF8) }

// each converts a list; an empty list becomes nil, as it does on the wire.
func each[From, To any](list []From, convert func(From) To) []To {
	if len(list) == 0 {
		return nil
	}
	converted := make([]To, len(list))
	for i, one := range list {
		converted[i] = convert(one)
	}
	return converted
}

// eachValue converts a map; an empty map becomes nil, as it does on the wire.
func eachValue[From, To any](m map[string]From, convert func(From) To) map[string]To {
	if len(m) == 0 {
		return nil
	}
	converted := make(map[string]To, len(m))
	for name, one := range m {
		converted[validUTF8(name)] = convert(one)
	}
	return converted
}

func valueToProto(v shared.Value) *settingsv1.Value {
	if text, ok := v.AsText(); ok {
		return &settingsv1.Value{Content: &settingsv1.Value_Text{Text: validUTF8(text)}}
	}
	if integer, ok := v.AsInteger(); ok {
		return &settingsv1.Value{Content: &settingsv1.Value_Integer{Integer: integer}}
	}
	if boolean, ok := v.AsBoolean(); ok {
		return &settingsv1.Value{Content: &settingsv1.Value_Boolean{Boolean: boolean}}
	}
	if list, ok := v.AsList(); ok {
		entries := &settingsv1.TextList{Entries: validUTF8s(list)}
		return &settingsv1.Value{Content: &settingsv1.Value_List{List: entries}}
	}
	if m, ok := v.AsMap(); ok {
		entries := &settingsv1.TextMap{Entries: eachValue(m, validUTF8)}
		return &settingsv1.Value{Content: &settingsv1.Value_Map{Map: entries}}
	}
	if decimal, ok := v.AsDecimal(); ok {
		return &settingsv1.Value{Content: &settingsv1.Value_Decimal{Decimal: decimal}}
	}
	return &settingsv1.Value{}
}

func valueFromProto(v *settingsv1.Value) shared.Value {
	switch content := v.GetContent().(type) {
	case *settingsv1.Value_Text:
		return shared.Text(content.Text)
	case *settingsv1.Value_Integer:
		return shared.Integer(content.Integer)
	case *settingsv1.Value_Boolean:
		return shared.Boolean(content.Boolean)
	case *settingsv1.Value_Decimal:
		return shared.Decimal(content.Decimal)
	case *settingsv1.Value_List:
		return shared.List(content.List.GetEntries()...)
	case *settingsv1.Value_Map:
		return shared.Map(content.Map.GetEntries())
	default:
		return shared.Value{}
	}
}

func valuesToProto(v shared.Values) map[string]*settingsv1.Value { return eachValue(v, valueToProto) }

func valuesFromProto(v map[string]*settingsv1.Value) shared.Values {
	return eachValue(v, valueFromProto)
}

// limitToProto carries how many entries are wanted at most. Who answers bounds it further.
func limitToProto(n int) int32 { return int32(max(0, min(n, math.MaxInt32))) }

func timeToProto(t time.Time) *timestamppb.Timestamp {
	if t.IsZero() {
		return nil
	}
	return timestamppb.New(t)
}

func timeFromProto(t *timestamppb.Timestamp) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.AsTime()
}
