package hostile

import (
	"slices"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	pb "github.com/smtp-settings/smtp-settings/shared/internal/settingsv1"
	"github.com/smtp-settings/smtp-settings/shared/transport"
)

// The truth has something in every field, so that there is something to lie about.

// NotificationID is the id of the notification that Retry and Cancel answer for, and Notifications how many Notify
// does.
const (
	NotificationID = "7"
	Notifications  = 2
)

var now = timestamppb.New(time.Now())

func text(s string) *pb.Value   { return &pb.Value{Content: &pb.Value_Text{Text: s}} }
func integer(n int64) *pb.Value { return &pb.Value{Content: &pb.Value_Integer{Integer: n}} }
func boolean(b bool) *pb.Value  { return &pb.Value{Content: &pb.Value_Boolean{Boolean: b}} }
func finding() *pb.Diagnostic {
	return &pb.Diagnostic{
		Severity: pb.Severity_SEVERITY_WARNING, Code: "slow", Summary: "It is slow.", Detail: "Make it faster.",
		Field: "server", Step: "connect", Scope: pb.Scope_SCOPE_SERVER, Lasting: pb.Lasting_LASTING_LIMIT,
		Evidence: &pb.Evidence{Code: 450, EnhancedCode: "4.7.1", Text: "later"},
		Fixes:    []*pb.Fix{{Label: "Use port 587", Values: map[string]*pb.Value{"port": integer(587)}}},
	}
}

func snapshot() *pb.Snapshot {
	return &pb.Snapshot{
		Values:   map[string]*pb.Value{"server": text("a.example"), "days": list("mon")},
		Secrets:  map[string]*pb.SecretState{"token": {Set: true, Since: now, Hint: "ends in 11", Expires: now}},
		Computed: map[string]*pb.Value{"callback": text("https://a.example/callback")}, Pending: []string{"port"},
		Locks:    map[string]*pb.Lock{"port": {Source: "PORT"}},
		Revision: &pb.Revision{Number: 3, Author: "anna", At: now},
		Verified: &pb.Verification{At: now, Actor: "bert", Changed: []string{"server"}, Revision: 2},
	}
}

func saved() *pb.SaveResponse {
	return &pb.SaveResponse{Saved: true, Diagnostics: []*pb.Diagnostic{finding()}, Snapshot: snapshot()}
}

func step() *pb.StepResult {
	return &pb.StepResult{
		Id: "connect", Label: "Connect", Status: pb.Status_STATUS_PASSED, Duration: durationpb.New(time.Second),
		Detail: "done",
	}
}

// events are those of a test.
func events() []proto.Message {
	return []proto.Message{
		&pb.TestResponse{
			Event: &pb.TestResponse_StepStarted{StepStarted: &pb.StepStarted{Id: "connect", Label: "Connect"}},
		},
		&pb.TestResponse{Event: &pb.TestResponse_StepProgress{
			StepProgress: &pb.StepProgress{Id: "connect", Label: "Connect", Detail: "waiting"},
		}},
		&pb.TestResponse{Event: &pb.TestResponse_StepFinished{StepFinished: &pb.StepFinished{Result: step()}}},
		&pb.TestResponse{Event: &pb.TestResponse_Completed{Completed: &pb.Completed{Report: report()}}},
	}
}

func report() *pb.TestReport {
	return &pb.TestReport{
		Outcome: "complete", Headline: "It works", Status: pb.Status_STATUS_WARNING,
		Duration: durationpb.New(time.Second), Steps: []*pb.StepResult{step()},
		Diagnostics: []*pb.Diagnostic{finding()}, Transcript: []string{"C: hello"},
		Cards: []*pb.Card{
			{
				Title: "Certificate", Status: pb.Status_STATUS_PASSED,
				Facts: []*pb.Fact{{Label: "until", Value: "2030"}},
			},
			card(),
		},
	}
}

func card() *pb.Card {
	return &pb.Card{
		Title: "Domain", Status: pb.Status_STATUS_FAILED, Glance: "1 fault",
		Facts: []*pb.Fact{{
			Label: "SPF", Value: "Wrong", Status: pb.Status_STATUS_FAILED, Detail: "It is broken.",
			Records: []*pb.Record{{Label: "To publish", Text: "v=spf1 -all", Copy: true}},
		}},
	}
}

// actionEvents are those of an action.
func actionEvents() []proto.Message {
	return []proto.Message{
		&pb.RunActionResponse{Event: &pb.TestResponse{Event: &pb.TestResponse_Prompt{Prompt: &pb.Prompt{
			Text: "Sign in there.", Url: "https://a.example/device", Code: "ABCD", Expires: now, Resume: "state=s",
		}}}},
		&pb.RunActionResponse{Event: &pb.TestResponse{Event: &pb.TestResponse_Completed{Completed: &pb.Completed{
			Report: report(),
			Result: &pb.ActionResult{
				Values:  map[string]*pb.Value{"port": integer(587)},
				Choices: map[string]*pb.OptionList{"format": {Options: []*pb.Option{{Value: "csv", Label: "CSV"}}}},
				Tickets: map[string]string{"grant": "t1"},
			},
		}}}},
	}
}

func entry(id string) *pb.NotificationEntry {
	return &pb.NotificationEntry{
		Id: id, Key: "disk", To: "ops@a.example", Subject: "Alarm", Actor: "anna", State: "retrying", Attempts: 2,
		Created: now, NextAttempt: now, Finished: now,
		Failure: finding(), Thread: "disk-42", Expires: now, Priority: "high", Category: "disk",
		Reply:    "250 2.0.0 queued as 4711",
		PausedBy: "server_away", SetAsideAt: now, PutAwayBy: "anna",
	}
}

// truth is what a plugin that keeps the contract answers.
func truth() map[string]Lie {
	answers := map[string]Lie{}
	for _, one := range slices.Concat(truthOfSettings(), truthOfNotifications()) {
		answers[one.Method] = one
	}
	return answers
}

func truthOfSettings() []Lie {
	return []Lie{
		says("Info", "", &pb.InfoResponse{Name: "collector", Title: "Collector", Version: "1.2.3",
			Capabilities: transport.Capabilities()}),
		says("Schema", "", &pb.SchemaResponse{Schema: schema()}),
		says("Load", "", &pb.LoadResponse{Snapshot: snapshot()}),
		says(
			"Validate", "", &pb.ValidateResponse{Diagnostics: []*pb.Diagnostic{finding()}, Preview: "It will connect.",
				Computed: map[string]*pb.Value{"callback": text("https://b.example/callback")}},
		),
		says("Save", "", saved()),
		says("Test", "", events()...),
		says("RunAction", "", actionEvents()...),
		says("Revisions", "", &pb.RevisionsResponse{More: true, Entries: []*pb.RevisionEntry{
			{
				Revision: &pb.Revision{Number: 3, Author: "anna", At: now}, RestoredFrom: 1,
				Changes: []*pb.Change{{Field: "server", Before: text("b.example"), After: text("a.example")}},
			},
			{Revision: &pb.Revision{Number: 2, Author: "bert", At: now}},
		}}),
		says("Restore", "", &pb.RestoreResponse{Result: saved()}),
		says("Purge", "", &pb.PurgeResponse{Secrets: 4}),
		says("Drain", "", &pb.DrainResponse{WaitingFor: "a notification"}),
		says("Rekey", "", &pb.RekeyResponse{Secrets: 4, Summary: "The key is in a file."}),
		says("Migrate", "",
			&pb.MigrateResponse{Event: &pb.MigrateResponse_Progress{
				Progress: &pb.MigrateProgress{Table: "settings", Done: 3, All: 4},
			}},
			&pb.MigrateResponse{Event: &pb.MigrateResponse_Result{
				Result: &pb.MigrateResult{Revisions: 3, Notifications: 4, To: "a database", Held: 5},
			}}),
		says("Health", "", &pb.HealthResponse{
			State: pb.HealthState_HEALTH_STATE_SUSPECT, Since: now, Cause: finding(), Waiting: 3, CheckedAt: now,
			CheckPassed: true, Number: 4, Id: "fourth", From: pb.HealthState_HEALTH_STATE_HEALTHY,
			Endings: []*pb.Ending{{What: "certificate", Field: "server", At: now}},
			Watched: []*pb.Watched{{Name: "domain", Action: "check", At: now, Card: card()}},
		}),
		healthy(),
	}
}

func truthOfNotifications() []Lie {
	return []Lie{
		says(
			"Notify", "",
			&pb.NotifyResponse{
				Receipts: []*pb.Receipt{{Diagnostics: []*pb.Diagnostic{finding()}}, {Id: "7", Duplicate: true, Differs: true}},
			},
		),
		says("Status", "", &pb.StatusResponse{State: pb.ServiceState_SERVICE_STATE_DEGRADED, Since: now,
			Reason: finding(), NextAttempt: now,
			Held:   &pb.HeldNotifications{Count: 6, LastUsed: now, Reason: finding()},
			Counts: map[string]int64{"dead": 2}, DeliveredLastMinute: 3, DeliveredTotal: 4, FailedAttemptsTotal: 5,
			DeliveredBy: []*pb.Deliverer{
				{Host: "console-1", Pid: 12, Since: now, DeliveredLastHour: 7, FailedAttemptsLastHour: 2},
				{Host: "console-2", Pid: 13, Since: now, Self: true},
			}, OldestWaiting: now, Purges: []*pb.NotificationPurge{
				{At: now, Operator: "anna", Filter: "state dead", Matched: 3, Changed: 2},
			}, SecretExpiries: []*pb.SecretExpiry{{Field: "password", Label: "Password", Expires: now}},
			AskedLook: &pb.AskedLook{At: now, Operator: "anna"}}),
		says(
			"List", "",
			&pb.ListResponse{More: true, Entries: []*pb.NotificationEntry{entry("8"), entry(NotificationID)}},
		),
		says("Retry", "", &pb.RetryResponse{Entry: entry(NotificationID)}),
		says("Cancel", "", &pb.CancelResponse{Entry: entry(NotificationID)}),
		says("Show", "", &pb.ShowResponse{
			Entry: entry(NotificationID), Operator: "anna", Operated: now,
			Attempts: []*pb.NotificationAttempt{
				{Number: 1, Ended: now, Failure: finding(), Duration: durationpb.New(time.Second), Node: "console-1:12",
					Server: "mail.a.example:587", Revision: 3, Uncounted: true,
					Transcript: []string{"C: EHLO console", "S: 451 4.3.0 later"}},
				{Number: 1, Ended: now, Reply: "250 2.0.0 queued as 4711"},
			},
			Operations: []*pb.OperationRecord{{Operation: "retry", Operator: "anna", At: now}},
		}),
		says("Operate", "", &pb.OperateResponse{Matched: 5, Changed: 4}),
		says("Statistics", "", &pb.StatisticsResponse{Buckets: []*pb.StatisticsBucket{
			{Began: now, Accepted: 5, Delivered: 4, FailedAttempts: 3, Dead: 1},
		}}),
		says("ReleaseHeld", "", &pb.ReleaseHeldResponse{Count: 6}),
		says("LookNow", "", &pb.LookNowResponse{Begins: true, Again: now}),
		says("Deliveries", "", delivery()),
	}
}

func delivery() proto.Message {
	return &pb.DeliveriesResponse{
		Id: NotificationID, Attempt: 1, TraceParent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
		Started: now, Finished: now, Failure: "refused",
		Steps: []*pb.DeliveryStep{{Id: "connect", Started: now, Finished: now, Status: pb.Status_STATUS_FAILED}},
	}
}
