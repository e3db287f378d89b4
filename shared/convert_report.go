package shared

import (
	"time"

	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/smtp-settings/smtp-settings/shared/internal/settingsv1"
)

func testEventToProto(event TestEvent) *settingsv1.TestResponse {
	switch event := event.(type) {
	case StepStarted:
		return &settingsv1.TestResponse{Event: &settingsv1.TestResponse_StepStarted{StepStarted: &settingsv1.StepStarted{
			Id: validUTF8(event.ID), Label: validUTF8(event.Label),
		}}}
	case StepFinished:
		return &settingsv1.TestResponse{Event: &settingsv1.TestResponse_StepFinished{StepFinished: &settingsv1.StepFinished{
			Result: stepResultToProto(event.StepResult),
		}}}
	case Completed:
		return &settingsv1.TestResponse{Event: &settingsv1.TestResponse_Completed{Completed: &settingsv1.Completed{
			Report: testReportToProto(event.Report),
		}}}
	default:
		return &settingsv1.TestResponse{}
	}
}

// testEventFromProto returns nil for an event that this version does not know.
func testEventFromProto(reply *settingsv1.TestResponse) TestEvent {
	switch event := reply.GetEvent().(type) {
	case *settingsv1.TestResponse_StepStarted:
		return StepStarted{ID: event.StepStarted.GetId(), Label: event.StepStarted.GetLabel()}
	case *settingsv1.TestResponse_StepFinished:
		return StepFinished{stepResultFromProto(event.StepFinished.GetResult())}
	case *settingsv1.TestResponse_Completed:
		return Completed{Report: testReportFromProto(event.Completed.GetReport())}
	default:
		return nil
	}
}

func stepResultToProto(r StepResult) *settingsv1.StepResult {
	return &settingsv1.StepResult{
		Id: validUTF8(r.ID), Label: validUTF8(r.Label), Status: statusToProto[r.Status],
		Duration: durationpb.New(time.Duration(r.Duration)), Detail: validUTF8(r.Detail),
	}
}

func stepResultFromProto(r *settingsv1.StepResult) StepResult {
	return StepResult{
		ID: r.GetId(), Label: r.GetLabel(), Status: fromProto(statusToProto, r.GetStatus()),
		Duration: Elapsed(r.GetDuration().AsDuration()), Detail: r.GetDetail(),
	}
}

func testReportToProto(r TestReport) *settingsv1.TestReport {
	return &settingsv1.TestReport{
		Outcome: validUTF8(r.Outcome), Headline: validUTF8(r.Headline), Status: statusToProto[r.Status],
		Duration: durationpb.New(time.Duration(r.Duration)), Steps: each(r.Steps, stepResultToProto),
		Diagnostics: diagnosticsToProto(r.Diagnostics), Cards: each(r.Cards, cardToProto),
		Transcript: validUTF8s(r.Transcript),
	}
}

func testReportFromProto(r *settingsv1.TestReport) TestReport {
	return TestReport{
		Outcome: r.GetOutcome(), Headline: r.GetHeadline(), Status: fromProto(statusToProto, r.GetStatus()),
		Duration: Elapsed(r.GetDuration().AsDuration()), Steps: each(r.GetSteps(), stepResultFromProto),
		Diagnostics: diagnosticsFromProto(r.GetDiagnostics()), Cards: each(r.GetCards(), cardFromProto),
		Transcript: r.GetTranscript(),
	}
}

func cardToProto(c Card) *settingsv1.Card {
	return &settingsv1.Card{
		Title: validUTF8(c.Title), Status: statusToProto[c.Status],
		Facts: each(c.Facts, func(f Fact) *settingsv1.Fact {
			return &settingsv1.Fact{Label: validUTF8(f.Label), Value: validUTF8(f.Value)}
		}),
	}
}

func cardFromProto(c *settingsv1.Card) Card {
	return Card{
		Title: c.GetTitle(), Status: fromProto(statusToProto, c.GetStatus()),
		Facts: each(c.GetFacts(), func(f *settingsv1.Fact) Fact { return Fact{Label: f.GetLabel(), Value: f.GetValue()} }),
	}
}

func diagnosticsToProto(d Diagnostics) []*settingsv1.Diagnostic {
	return each(d, func(one Diagnostic) *settingsv1.Diagnostic {
		return &settingsv1.Diagnostic{
			Severity: severityToProto[one.Severity], Code: validUTF8(one.Code),
			Summary: validUTF8(one.Summary), Detail: validUTF8(one.Detail),
			Field: validUTF8(one.Field), Step: validUTF8(one.Step), Evidence: evidenceToProto(one.Evidence),
			Fixes: each(one.Fixes, func(f Fix) *settingsv1.Fix {
				return &settingsv1.Fix{Label: validUTF8(f.Label), Values: valuesToProto(f.Values)}
			}),
		}
	})
}

func diagnosticsFromProto(d []*settingsv1.Diagnostic) Diagnostics {
	return each(d, func(one *settingsv1.Diagnostic) Diagnostic {
		severity := fromProto(severityToProto, one.GetSeverity())
		if severity == "" {
			severity = SeverityError // A rank that this version does not know must not pass for harmless.
		}
		return Diagnostic{
			Severity: severity, Code: one.GetCode(), Summary: one.GetSummary(), Detail: one.GetDetail(),
			Field: one.GetField(), Step: one.GetStep(), Evidence: evidenceFromProto(one.GetEvidence()),
			Fixes: each(one.GetFixes(), func(f *settingsv1.Fix) Fix {
				return Fix{Label: f.GetLabel(), Values: valuesFromProto(f.GetValues())}
			}),
		}
	})
}

func evidenceToProto(e *Evidence) *settingsv1.Evidence {
	if e == nil {
		return nil
	}
	return &settingsv1.Evidence{
		Code: int32(e.Code), EnhancedCode: validUTF8(e.EnhancedCode), Text: validUTF8(e.Text), //nolint:gosec // a reply code has three digits
	}
}

func evidenceFromProto(e *settingsv1.Evidence) *Evidence {
	if e == nil {
		return nil
	}
	return &Evidence{Code: int(e.GetCode()), EnhancedCode: e.GetEnhancedCode(), Text: e.GetText()}
}

var statusToProto = map[Status]settingsv1.Status{
	StatusPassed:  settingsv1.Status_STATUS_PASSED,
	StatusWarning: settingsv1.Status_STATUS_WARNING,
	StatusFailed:  settingsv1.Status_STATUS_FAILED,
	StatusSkipped: settingsv1.Status_STATUS_SKIPPED,
}

var severityToProto = map[Severity]settingsv1.Severity{
	SeverityError:   settingsv1.Severity_SEVERITY_ERROR,
	SeverityWarning: settingsv1.Severity_SEVERITY_WARNING,
	SeverityInfo:    settingsv1.Severity_SEVERITY_INFO,
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
