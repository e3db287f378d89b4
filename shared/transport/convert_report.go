package transport

import (
	"time"

	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/internal/settingsv1"
)

func testEventToProto(event shared.TestEvent) *settingsv1.TestResponse {
	switch event := event.(type) {
	case shared.StepStarted:
		started := &settingsv1.StepStarted{Id: validUTF8(event.ID), Label: validUTF8(event.Label)}
		return &settingsv1.TestResponse{Event: &settingsv1.TestResponse_StepStarted{StepStarted: started}}
	case shared.StepProgress:
		progress := &settingsv1.StepProgress{
			Id: validUTF8(event.ID), Label: validUTF8(event.Label), Detail: validUTF8(event.Detail),
		}
		return &settingsv1.TestResponse{Event: &settingsv1.TestResponse_StepProgress{StepProgress: progress}}
	case shared.StepFinished:
		finished := &settingsv1.StepFinished{Result: stepResultToProto(event.StepResult)}
		return &settingsv1.TestResponse{Event: &settingsv1.TestResponse_StepFinished{StepFinished: finished}}
	case shared.Completed:
		completed := &settingsv1.Completed{
			Report: testReportToProto(event.Report), Result: actionResultToProto(event.Result),
		}
		return &settingsv1.TestResponse{Event: &settingsv1.TestResponse_Completed{Completed: completed}}
	case shared.Prompt:
		return &settingsv1.TestResponse{Event: &settingsv1.TestResponse_Prompt{Prompt: promptToProto(event)}}
	default:
		return &settingsv1.TestResponse{}
	}
}

// testEventFromProto returns nil for an event that this version does not know.
func testEventFromProto(reply *settingsv1.TestResponse) shared.TestEvent {
	switch event := reply.GetEvent().(type) {
	case *settingsv1.TestResponse_StepStarted:
		return shared.StepStarted{ID: event.StepStarted.GetId(), Label: event.StepStarted.GetLabel()}
	case *settingsv1.TestResponse_StepProgress:
		progress := event.StepProgress
		return shared.StepProgress{ID: progress.GetId(), Label: progress.GetLabel(), Detail: progress.GetDetail()}
	case *settingsv1.TestResponse_StepFinished:
		return shared.StepFinished{StepResult: stepResultFromProto(event.StepFinished.GetResult())}
	case *settingsv1.TestResponse_Completed:
		return shared.Completed{
			Report: testReportFromProto(event.Completed.GetReport()),
			Result: actionResultFromProto(event.Completed.GetResult()),
		}
	case *settingsv1.TestResponse_Prompt:
		return promptFromProto(event.Prompt)
	default:
		return nil
	}
}

func stepResultToProto(r shared.StepResult) *settingsv1.StepResult {
	return &settingsv1.StepResult{
		Id: validUTF8(r.ID), Label: validUTF8(r.Label), Status: statusToProto[r.Status],
		Duration: durationpb.New(time.Duration(r.Duration)), Detail: validUTF8(r.Detail),
	}
}

func stepResultFromProto(r *settingsv1.StepResult) shared.StepResult {
	return shared.StepResult{
		ID: r.GetId(), Label: r.GetLabel(), Status: fromProto(statusToProto, r.GetStatus()),
		Duration: shared.Elapsed(r.GetDuration().AsDuration()), Detail: r.GetDetail(),
	}
}

func testReportToProto(r shared.TestReport) *settingsv1.TestReport {
	return &settingsv1.TestReport{
		Outcome: validUTF8(r.Outcome), Headline: validUTF8(r.Headline), Status: statusToProto[r.Status],
		Duration: durationpb.New(time.Duration(r.Duration)), Steps: each(r.Steps, stepResultToProto),
		Diagnostics: diagnosticsToProto(r.Diagnostics), Cards: each(r.Cards, cardToProto),
		Transcript: validUTF8s(r.Transcript),
	}
}

func testReportFromProto(r *settingsv1.TestReport) shared.TestReport {
	return shared.TestReport{
		Outcome: r.GetOutcome(), Headline: r.GetHeadline(), Status: fromProto(statusToProto, r.GetStatus()),
		Duration: shared.Elapsed(r.GetDuration().AsDuration()), Steps: each(r.GetSteps(), stepResultFromProto),
		Diagnostics: diagnosticsFromProto(r.GetDiagnostics()), Cards: each(r.GetCards(), cardFromProto),
		Transcript: r.GetTranscript(),
	}
}

func cardToProto(c shared.Card) *settingsv1.Card {
	return &settingsv1.Card{
		Title: validUTF8(c.Title), Status: statusToProto[c.Status], Glance: validUTF8(c.Glance),
		Facts: each(c.Facts, func(f shared.Fact) *settingsv1.Fact {
			return &settingsv1.Fact{
				Label: validUTF8(f.Label), Value: validUTF8(f.Value), Status: statusToProto[f.Status], Detail: validUTF8(f.Detail),
				Records: each(f.Records, func(r shared.Record) *settingsv1.Record {
					return &settingsv1.Record{Label: validUTF8(r.Label), Text: validUTF8(r.Text), Copy: r.Copy}
				}),
			}
		}),
	}
}

func cardFromProto(c *settingsv1.Card) shared.Card {
	return shared.Card{
		Title: c.GetTitle(), Status: fromProto(statusToProto, c.GetStatus()), Glance: c.GetGlance(),
		Facts: each(c.GetFacts(), func(f *settingsv1.Fact) shared.Fact {
			return shared.Fact{
				Label: f.GetLabel(), Value: f.GetValue(), Status: fromProto(statusToProto, f.GetStatus()), Detail: f.GetDetail(),
				Records: each(f.GetRecords(), func(r *settingsv1.Record) shared.Record {
					return shared.Record{Label: r.GetLabel(), Text: r.GetText(), Copy: r.GetCopy()}
				}),
			}
		}),
	}
}

func diagnosticsToProto(d shared.Diagnostics) []*settingsv1.Diagnostic {
	return each(d, func(one shared.Diagnostic) *settingsv1.Diagnostic {
		return &settingsv1.Diagnostic{
			Severity: severityToProto[one.Severity], Code: validUTF8(one.Code),
			Summary: validUTF8(one.Summary), Detail: validUTF8(one.Detail),
			Field: validUTF8(one.Field), Step: validUTF8(one.Step), Evidence: evidenceToProto(one.Evidence),
			Scope: scopeToProto[one.Scope], Lasting: lastingToProto[one.Lasting],
			Fixes: each(one.Fixes, func(f shared.Fix) *settingsv1.Fix {
				return &settingsv1.Fix{Label: validUTF8(f.Label), Values: valuesToProto(f.Values)}
			}),
		}
	})
}

func diagnosticsFromProto(d []*settingsv1.Diagnostic) shared.Diagnostics {
	return each(d, func(one *settingsv1.Diagnostic) shared.Diagnostic {
		severity := fromProto(severityToProto, one.GetSeverity())
		if severity == "" {
			severity = shared.SeverityError // A rank that this version does not know must not pass for harmless.
		}
		return shared.Diagnostic{
			Severity: severity, Code: one.GetCode(), Summary: one.GetSummary(), Detail: one.GetDetail(),
			Field: one.GetField(), Step: one.GetStep(), Evidence: evidenceFromProto(one.GetEvidence()),
			Scope: fromProto(scopeToProto, one.GetScope()), Lasting: fromProto(lastingToProto, one.GetLasting()),
			Fixes: each(one.GetFixes(), func(f *settingsv1.Fix) shared.Fix {
				return shared.Fix{Label: f.GetLabel(), Values: valuesFromProto(f.GetValues())}
			}),
		}
	})
}

func evidenceToProto(e *shared.Evidence) *settingsv1.Evidence {
	if e == nil {
		return nil
	}
	return &settingsv1.Evidence{
		Code:         int32(e.Code), //nolint:gosec // a reply code has three digits
		EnhancedCode: validUTF8(e.EnhancedCode), Text: validUTF8(e.Text),
	}
}

func evidenceFromProto(e *settingsv1.Evidence) *shared.Evidence {
	if e == nil {
		return nil
	}
	return &shared.Evidence{Code: int(e.GetCode()), EnhancedCode: e.GetEnhancedCode(), Text: e.GetText()}
}

var statusToProto = map[shared.Status]settingsv1.Status{
	shared.StatusPassed:  settingsv1.Status_STATUS_PASSED,
	shared.StatusWarning: settingsv1.Status_STATUS_WARNING,
	shared.StatusFailed:  settingsv1.Status_STATUS_FAILED,
	shared.StatusSkipped: settingsv1.Status_STATUS_SKIPPED,
}

var severityToProto = map[shared.Severity]settingsv1.Severity{
	shared.SeverityError:   settingsv1.Severity_SEVERITY_ERROR,
	shared.SeverityWarning: settingsv1.Severity_SEVERITY_WARNING,
	shared.SeverityInfo:    settingsv1.Severity_SEVERITY_INFO,
}

var scopeToProto = map[shared.Scope]settingsv1.Scope{
	shared.ScopeMessage:   settingsv1.Scope_SCOPE_MESSAGE,
	shared.ScopeRecipient: settingsv1.Scope_SCOPE_RECIPIENT,
	shared.ScopeSender:    settingsv1.Scope_SCOPE_SENDER,
	shared.ScopeLogin:     settingsv1.Scope_SCOPE_LOGIN,
	shared.ScopeClient:    settingsv1.Scope_SCOPE_CLIENT,
	shared.ScopeServer:    settingsv1.Scope_SCOPE_SERVER,
}

var lastingToProto = map[shared.Lasting]settingsv1.Lasting{
	shared.LastingPermanent: settingsv1.Lasting_LASTING_PERMANENT,
	shared.LastingTemporary: settingsv1.Lasting_LASTING_TEMPORARY,
	shared.LastingLimit:     settingsv1.Lasting_LASTING_LIMIT,
}

// fromProto finds the Go constant of a wire number; unknown numbers become the zero constant.
func fromProto[Go ~string, Wire comparable](table map[Go]Wire, number Wire) Go {
	for constant, wire := range table {
		if wire == number {
			return constant
		}
	}
	return ""
}
