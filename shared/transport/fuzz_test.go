package transport

import (
	"errors"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/internal/settingsv1"
)

// answers read each message that a plugin may answer with, as the host's side does.
var answers = []func(look *inspection, data []byte){
	reads(reading(infoFromProto, (*inspection).info)),
	reads(reading(schemaReplyFromProto, (*inspection).schema)),
	reads(func(look *inspection, reply *settingsv1.LoadResponse) shared.Snapshot {
		snapshot := snapshotFromProto(reply.GetSnapshot())
		look.snapshot(&snapshot)
		return snapshot
	}),
	reads(reading(validationFromProto, (*inspection).validation)),
	reads(readSaveResult),
	reads(readRestoreResult),
	reads(func(look *inspection, reply *settingsv1.TestResponse) any {
		stream := testStream{inspection: *look}
		_, err := stream.take(testEventFromProto(reply))
		look.err = err
		return nil
	}),
	reads(reading(revisionListFromProto, func(a *inspection, list *shared.RevisionList) {
		a.revisions(shared.RevisionsRequest{}, list)
	})),
	reads(
		reading(
			receiptsFromProto, func(a *inspection, list *[]shared.Receipt) { a.receipts(notifying(len(*list)), *list) },
		),
	),
	reads(reading(serviceStatusFromProto, (*inspection).serviceStatus)),
	reads(reading(notificationListFromProto, func(a *inspection, list *shared.NotificationList) {
		a.notifications(shared.ListRequest{}, list)
	})),
	reads(reading(deliveryFromProto, func(a *inspection, d *shared.Delivery) { a.delivery(d, time.Now()) })),
}

// message is what proto.Message is for a pointer to M.
type message[M any] interface {
	*M
	proto.Message
}

// reads reads bytes as a message, when they are one.
func reads[M, Answer any, P message[M]](read func(*inspection, P) Answer) func(*inspection, []byte) {
	return func(look *inspection, data []byte) {
		reply := P(new(M))
		if proto.Unmarshal(data, reply) == nil {
			read(look, reply)
		}
	}
}

// FuzzAnswers has a plugin answer with whatever bytes there are: the host does not fall over, and what it refuses is a
// breach of the contract.
func FuzzAnswers(f *testing.F) {
	for which := range answers {
		for _, seed := range []proto.Message{
			snapshotToProto(shared.Snapshot{Values: shared.Values{"server": shared.Text("x")}}),
			infoToProto(shared.Info{Name: "collector"}),
			testReportToProto(shared.TestReport{Outcome: "complete", Diagnostics: shared.Diagnostics{sound}}),
		} {
			encoded, err := proto.Marshal(seed)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(uint8(which), encoded)
		}
	}
	form := newDeclaredForm(inspectedSchema)
	f.Fuzz(func(t *testing.T, which uint8, data []byte) {
		look := &inspection{form: form}
		answers[int(which)%len(answers)](look, data)
		if look.err != nil && !errors.Is(look.err, shared.ErrContractBroken) {
			t.Errorf("refused otherwise: %v", look.err)
		}
	})
}
