package transport

import (
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/internal/settingsv1"
	"github.com/smtp-settings/smtp-settings/shared/printable"
)

func infoToProto(i shared.Info) *settingsv1.InfoResponse {
	return &settingsv1.InfoResponse{
		Name: validUTF8(i.Name), Title: validUTF8(i.Title), Version: validUTF8(i.Version),
		Capabilities: validUTF8s(i.Capabilities),
	}
}

func infoFromProto(i *settingsv1.InfoResponse) shared.Info {
	return shared.Info{
		Name: i.GetName(), Title: i.GetTitle(), Version: i.GetVersion(), Capabilities: i.GetCapabilities(),
	}
}

func secretChangeToProto(c shared.SecretChange) *settingsv1.SecretChange {
	switch c.Action {
	case shared.SecretReplace:
		return &settingsv1.SecretChange{Change: &settingsv1.SecretChange_Replace{Replace: validUTF8(c.Text.Reveal())}}
	case shared.SecretClear:
		return &settingsv1.SecretChange{Change: &settingsv1.SecretChange_Clear{Clear: true}}
	default:
		return &settingsv1.SecretChange{}
	}
}

func secretChangeFromProto(c *settingsv1.SecretChange) shared.SecretChange {
	switch change := c.GetChange().(type) {
	case *settingsv1.SecretChange_Replace:
		return shared.ReplaceSecret(change.Replace)
	case *settingsv1.SecretChange_Clear:
		return shared.ClearSecret()
	default:
		return shared.KeepSecret()
	}
}

func draftToProto(d shared.Draft) *settingsv1.Draft {
	return &settingsv1.Draft{Values: valuesToProto(d.Values), Secrets: eachValue(d.Secrets, secretChangeToProto)}
}

func draftFromProto(d *settingsv1.Draft) shared.Draft {
	return shared.Draft{
		Values: valuesFromProto(d.GetValues()), Secrets: eachValue(d.GetSecrets(), secretChangeFromProto),
	}
}

func snapshotToProto(s shared.Snapshot) *settingsv1.Snapshot {
	return &settingsv1.Snapshot{
		Values: valuesToProto(s.Values),
		Secrets: eachValue(s.Secrets, func(state shared.SecretState) *settingsv1.SecretState {
			return &settingsv1.SecretState{
				Set: state.Set, Since: timeToProto(state.Since), Hint: validUTF8(state.Hint), Expires: timeToProto(state.Expires),
			}
		}),
		Locks: eachValue(s.Locks, func(lock shared.Lock) *settingsv1.Lock {
			return &settingsv1.Lock{Source: validUTF8(lock.Source)}
		}),
		Revision: revisionToProto(s.Revision),
		Verified: verificationToProto(s.Verified),
		Computed: valuesToProto(s.Computed), Pending: validUTF8s(s.Pending),
	}
}

func snapshotFromProto(s *settingsv1.Snapshot) shared.Snapshot {
	return shared.Snapshot{
		Values: valuesFromProto(s.GetValues()),
		Secrets: eachValue(s.GetSecrets(), func(state *settingsv1.SecretState) shared.SecretState {
			return shared.SecretState{
				Set: state.GetSet(), Since: timeFromProto(state.GetSince()), Hint: state.GetHint(),
				Expires: timeFromProto(state.GetExpires()),
			}
		}),
		Locks: eachValue(
			s.GetLocks(), func(lock *settingsv1.Lock) shared.Lock { return shared.Lock{Source: lock.GetSource()} },
		),
		Revision: revisionFromProto(s.GetRevision()),
		Verified: verificationFromProto(s.GetVerified()),
		Computed: valuesFromProto(s.GetComputed()), Pending: s.GetPending(),
	}
}

func verificationToProto(v *shared.Verification) *settingsv1.Verification {
	if v == nil {
		return nil
	}
	return &settingsv1.Verification{
		At: timeToProto(v.At), Actor: validUTF8(v.Actor), Changed: validUTF8s(v.Changed), Revision: v.Revision,
	}
}

func verificationFromProto(v *settingsv1.Verification) *shared.Verification {
	if v == nil {
		return nil
	}
	return &shared.Verification{
		At: timeFromProto(v.GetAt()), Actor: v.GetActor(), Changed: v.GetChanged(), Revision: v.GetRevision(),
	}
}

func schemaRequestToProto(r shared.SchemaRequest) *settingsv1.SchemaRequest {
	return &settingsv1.SchemaRequest{
		Locale: validUTF8(r.Locale), Features: validUTF8s(r.Host.Features),
		Kinds: each(r.Host.Kinds, func(kind shared.Kind) settingsv1.Kind { return kindToProto[kind] }),
	}
}

func schemaRequestFromProto(r *settingsv1.SchemaRequest) shared.SchemaRequest {
	return shared.SchemaRequest{
		Locale: r.GetLocale(),
		Host:   shared.HostKnowledge{Kinds: each(r.GetKinds(), kindFromProto), Features: r.GetFeatures()},
	}
}

func loadRequestToProto(r shared.LoadRequest) *settingsv1.LoadRequest {
	return &settingsv1.LoadRequest{Locale: validUTF8(r.Locale)}
}

func loadRequestFromProto(r *settingsv1.LoadRequest) shared.LoadRequest {
	return shared.LoadRequest{Locale: r.GetLocale()}
}

func loadReplyToProto(s shared.Snapshot) *settingsv1.LoadResponse {
	return &settingsv1.LoadResponse{Snapshot: snapshotToProto(s)}
}

func validateRequestToProto(r shared.ValidateRequest) *settingsv1.ValidateRequest {
	return &settingsv1.ValidateRequest{
		Locale: validUTF8(r.Locale), Draft: draftToProto(r.Draft), CompareSecrets: r.CompareSecrets,
	}
}

func validateRequestFromProto(r *settingsv1.ValidateRequest) shared.ValidateRequest {
	return shared.ValidateRequest{
		Locale: r.GetLocale(), Draft: draftFromProto(r.GetDraft()), CompareSecrets: r.GetCompareSecrets(),
	}
}

func validationToProto(v shared.Validation) *settingsv1.ValidateResponse {
	return &settingsv1.ValidateResponse{
		Diagnostics: diagnosticsToProto(v.Diagnostics), Preview: validUTF8(v.Preview),
		Computed: valuesToProto(v.Computed), SameSecrets: validUTF8s(v.SameSecrets),
	}
}

func validationFromProto(v *settingsv1.ValidateResponse) shared.Validation {
	return shared.Validation{
		Diagnostics: diagnosticsFromProto(v.GetDiagnostics()), Preview: v.GetPreview(),
		Computed: valuesFromProto(v.GetComputed()), SameSecrets: v.GetSameSecrets(),
	}
}

func saveRequestToProto(r shared.SaveRequest) *settingsv1.SaveRequest {
	return &settingsv1.SaveRequest{
		Locale: validUTF8(r.Locale), Actor: printable.Line(r.Actor), Draft: draftToProto(r.Draft), Revision: r.Revision,
		Confirmed: validUTF8(r.Confirmed),
	}
}

func saveRequestFromProto(r *settingsv1.SaveRequest) shared.SaveRequest {
	return shared.SaveRequest{
		Locale: r.GetLocale(), Actor: r.GetActor(), Draft: draftFromProto(r.GetDraft()), Revision: r.GetRevision(),
		Confirmed: r.GetConfirmed(),
	}
}

func saveResultToProto(r shared.SaveResult) *settingsv1.SaveResponse {
	return &settingsv1.SaveResponse{
		Saved: r.Saved, Conflict: r.Conflict, Confirm: validUTF8(r.Confirm),
		Diagnostics: diagnosticsToProto(r.Diagnostics), Snapshot: snapshotToProto(r.Snapshot),
	}
}

func saveResultFromProto(r *settingsv1.SaveResponse) shared.SaveResult {
	return shared.SaveResult{
		Saved: r.GetSaved(), Conflict: r.GetConflict(), Confirm: r.GetConfirm(),
		Diagnostics: diagnosticsFromProto(r.GetDiagnostics()), Snapshot: snapshotFromProto(r.GetSnapshot()),
	}
}

func testRequestToProto(r shared.TestRequest) *settingsv1.TestRequest {
	return &settingsv1.TestRequest{
		Locale: validUTF8(r.Locale), Actor: printable.Line(r.Actor),
		Draft: draftToProto(r.Draft), Options: valuesToProto(r.Options),
	}
}

func testRequestFromProto(r *settingsv1.TestRequest) shared.TestRequest {
	return shared.TestRequest{
		Locale: r.GetLocale(), Actor: r.GetActor(),
		Draft: draftFromProto(r.GetDraft()), Options: valuesFromProto(r.GetOptions()),
	}
}
