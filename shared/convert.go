package shared

import (
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

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

func valueToProto(v Value) *settingsv1.Value {
	switch v.kind {
	case textValue:
		return &settingsv1.Value{Content: &settingsv1.Value_Text{Text: validUTF8(v.text)}}
	case integerValue:
		return &settingsv1.Value{Content: &settingsv1.Value_Integer{Integer: v.integer}}
	case booleanValue:
		return &settingsv1.Value{Content: &settingsv1.Value_Boolean{Boolean: v.boolean}}
	default:
		return &settingsv1.Value{}
	}
}

func valueFromProto(v *settingsv1.Value) Value {
	switch content := v.GetContent().(type) {
	case *settingsv1.Value_Text:
		return Text(content.Text)
	case *settingsv1.Value_Integer:
		return Integer(content.Integer)
	case *settingsv1.Value_Boolean:
		return Boolean(content.Boolean)
	default:
		return Value{}
	}
}

func valuesToProto(v Values) map[string]*settingsv1.Value { return eachValue(v, valueToProto) }

func valuesFromProto(v map[string]*settingsv1.Value) Values { return eachValue(v, valueFromProto) }

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

func infoToProto(i Info) *settingsv1.InfoResponse {
	return &settingsv1.InfoResponse{
		Name: validUTF8(i.Name), Title: validUTF8(i.Title), Version: validUTF8(i.Version), Capabilities: validUTF8s(i.Capabilities),
	}
}

func infoFromProto(i *settingsv1.InfoResponse) Info {
	return Info{Name: i.GetName(), Title: i.GetTitle(), Version: i.GetVersion(), Capabilities: i.GetCapabilities()}
}

func secretChangeToProto(c SecretChange) *settingsv1.SecretChange {
	switch c.Action {
	case SecretReplace:
		return &settingsv1.SecretChange{Change: &settingsv1.SecretChange_Replace{Replace: validUTF8(c.Text.Reveal())}}
	case SecretClear:
		return &settingsv1.SecretChange{Change: &settingsv1.SecretChange_Clear{Clear: true}}
	default:
		return &settingsv1.SecretChange{}
	}
}

func secretChangeFromProto(c *settingsv1.SecretChange) SecretChange {
	switch change := c.GetChange().(type) {
	case *settingsv1.SecretChange_Replace:
		return ReplaceSecret(change.Replace)
	case *settingsv1.SecretChange_Clear:
		return ClearSecret()
	default:
		return KeepSecret()
	}
}

func draftToProto(d Draft) *settingsv1.Draft {
	return &settingsv1.Draft{Values: valuesToProto(d.Values), Secrets: eachValue(d.Secrets, secretChangeToProto)}
}

func draftFromProto(d *settingsv1.Draft) Draft {
	return Draft{Values: valuesFromProto(d.GetValues()), Secrets: eachValue(d.GetSecrets(), secretChangeFromProto)}
}

func snapshotToProto(s Snapshot) *settingsv1.Snapshot {
	return &settingsv1.Snapshot{
		Values: valuesToProto(s.Values),
		Secrets: eachValue(s.Secrets, func(state SecretState) *settingsv1.SecretState {
			return &settingsv1.SecretState{Set: state.Set, Since: timeToProto(state.Since)}
		}),
		Locks: eachValue(s.Locks, func(lock Lock) *settingsv1.Lock {
			return &settingsv1.Lock{Source: validUTF8(lock.Source)}
		}),
		Revision: revisionToProto(s.Revision),
		Verified: verificationToProto(s.Verified),
	}
}

func snapshotFromProto(s *settingsv1.Snapshot) Snapshot {
	return Snapshot{
		Values: valuesFromProto(s.GetValues()),
		Secrets: eachValue(s.GetSecrets(), func(state *settingsv1.SecretState) SecretState {
			return SecretState{Set: state.GetSet(), Since: timeFromProto(state.GetSince())}
		}),
		Locks:    eachValue(s.GetLocks(), func(lock *settingsv1.Lock) Lock { return Lock{Source: lock.GetSource()} }),
		Revision: revisionFromProto(s.GetRevision()),
		Verified: verificationFromProto(s.GetVerified()),
	}
}

func verificationToProto(v *Verification) *settingsv1.Verification {
	if v == nil {
		return nil
	}
	return &settingsv1.Verification{At: timeToProto(v.At), Actor: validUTF8(v.Actor), Changed: validUTF8s(v.Changed), Revision: v.Revision}
}

func verificationFromProto(v *settingsv1.Verification) *Verification {
	if v == nil {
		return nil
	}
	return &Verification{At: timeFromProto(v.GetAt()), Actor: v.GetActor(), Changed: v.GetChanged(), Revision: v.GetRevision()}
}

func validateRequestToProto(r ValidateRequest) *settingsv1.ValidateRequest {
	return &settingsv1.ValidateRequest{Locale: validUTF8(r.Locale), Draft: draftToProto(r.Draft)}
}

func validateRequestFromProto(r *settingsv1.ValidateRequest) ValidateRequest {
	return ValidateRequest{Locale: r.GetLocale(), Draft: draftFromProto(r.GetDraft())}
}

func validationToProto(v Validation) *settingsv1.ValidateResponse {
	return &settingsv1.ValidateResponse{
		Diagnostics: diagnosticsToProto(v.Diagnostics), Preview: validUTF8(v.Preview),
	}
}

func validationFromProto(v *settingsv1.ValidateResponse) Validation {
	return Validation{Diagnostics: diagnosticsFromProto(v.GetDiagnostics()), Preview: v.GetPreview()}
}

func saveRequestToProto(r SaveRequest) *settingsv1.SaveRequest {
	return &settingsv1.SaveRequest{
		Locale: validUTF8(r.Locale), Actor: Printable(r.Actor), Draft: draftToProto(r.Draft), Revision: r.Revision,
	}
}

func saveRequestFromProto(r *settingsv1.SaveRequest) SaveRequest {
	return SaveRequest{
		Locale: r.GetLocale(), Actor: r.GetActor(), Draft: draftFromProto(r.GetDraft()), Revision: r.GetRevision(),
	}
}

func saveResultToProto(r SaveResult) *settingsv1.SaveResponse {
	return &settingsv1.SaveResponse{
		Saved: r.Saved, Conflict: r.Conflict,
		Diagnostics: diagnosticsToProto(r.Diagnostics), Snapshot: snapshotToProto(r.Snapshot),
	}
}

func saveResultFromProto(r *settingsv1.SaveResponse) SaveResult {
	return SaveResult{
		Saved: r.GetSaved(), Conflict: r.GetConflict(),
		Diagnostics: diagnosticsFromProto(r.GetDiagnostics()), Snapshot: snapshotFromProto(r.GetSnapshot()),
	}
}

func testRequestToProto(r TestRequest) *settingsv1.TestRequest {
	return &settingsv1.TestRequest{
		Locale: validUTF8(r.Locale), Actor: Printable(r.Actor),
		Draft: draftToProto(r.Draft), Options: valuesToProto(r.Options),
	}
}

func testRequestFromProto(r *settingsv1.TestRequest) TestRequest {
	return TestRequest{
		Locale: r.GetLocale(), Actor: r.GetActor(),
		Draft: draftFromProto(r.GetDraft()), Options: valuesFromProto(r.GetOptions()),
	}
}
