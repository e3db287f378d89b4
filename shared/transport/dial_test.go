package transport

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// chattyPage answers as it is told to.
type chattyPage struct {
	plainPage
	load func() (shared.Snapshot, error)
}

func (p *chattyPage) Load(context.Context, shared.LoadRequest) (shared.Snapshot, error) {
	return p.load()
}

// TestRepliesAreBounded refuses what is larger than a form ever is, before it is looked at.
func TestRepliesAreBounded(t *testing.T) {
	for size, fits := range map[int]bool{maxReplySize / 2: true, maxReplySize + 1: false} {
		connection, _, _ := serve(t, &chattyPage{load: func() (shared.Snapshot, error) {
			return shared.Snapshot{Values: shared.Values{"notes": shared.Text(strings.Repeat("x", size))}}, nil
		}})
		_, err := connection.Load(t.Context(), shared.LoadRequest{})
		if fits && err != nil || !fits && status.Code(err) != codes.ResourceExhausted {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
}

// TestFailuresArePrintable has what a failed call says be bounded and safe to show, by a call with one reply and by a
// stream.
func TestFailuresArePrintable(t *testing.T) {
	for text, want := range map[string]string{
		"disk full":               "disk full",
		"\x1b[2J\u202edisk\nfull": "\uFFFD[2J\uFFFDdisk full",
		strings.Repeat("x", 9000): strings.Repeat("x", 4000) + "…",
	} {
		page, _, _ := serveFailing(t, func(context.Context) error { return status.Error(codes.Internal, text) })
		for kind, call := range callsOf(page) {
			if got := status.Convert(call(t.Context())); got.Message() != want || got.Code() != codes.Internal {
				t.Errorf("%s: %q became %q", kind, text, got.Message())
			}
		}
	}
}

// TestBrokerIsClosed has go-plugin's broker never ask the plugin for connections.
func TestBrokerIsClosed(t *testing.T) {
	open := func(
		context.Context, *grpc.StreamDesc, *grpc.ClientConn, string, ...grpc.CallOption,
	) (grpc.ClientStream, error) {
		return nil, errors.New("opened")
	}
	if _, err := withoutBroker(t.Context(), nil, nil, brokerStream, open); status.Code(err) != codes.Unimplemented {
		t.Errorf("the broker: %v", err)
	}
	const ours = "/settings.v1.SettingsPageService/Test"
	if _, err := withoutBroker(t.Context(), nil, nil, ours, open); fmt.Sprint(err) != "opened" {
		t.Errorf("a stream of the contract: %v", err)
	}
}

// takingPage takes every notification.
type takingPage struct{ plainPage }

func (takingPage) Notifier() shared.Notifier { return takingNotifier{} }

type takingNotifier struct{ shared.Notifier }

func (takingNotifier) Notify(_ context.Context, request shared.NotifyRequest) ([]shared.Receipt, error) {
	return each(
		request.Notifications, func(n shared.Notification) shared.Receipt { return shared.Receipt{ID: n.Key} },
	), nil
}

// TestLargestBatchIsCarried hands over as much at once as the contract allows: nothing that passes its check fails on
// the wire.
func TestLargestBatchIsCarried(t *testing.T) {
	connection, _, _ := serve(t, takingPage{})
	notifier, err := Companion[shared.Notifier](connection)
	if err != nil {
		t.Fatal(err)
	}
	batch := make([]shared.Notification, shared.MaxNotifications)
	taken := func() int {
		_, good := (shared.NotifyRequest{Notifications: batch}).Check(text.Language{})
		return len(good)
	}
	size := 0
	for step := 1 << 20; step > 0; step /= 2 { // As much as is taken, to the byte.
		fill(batch, size+step)
		if taken() == len(batch) {
			size += step
		}
	}
	if fill(batch, size); size < 10_000 || taken() != len(batch) {
		t.Fatalf("the largest text has %d bytes", size)
	}
	receipts, err := notifier.Notify(t.Context(), shared.NotifyRequest{Notifications: batch})
	if err != nil || len(receipts) != len(batch) || receipts[len(batch)-1].ID != batch[len(batch)-1].Key {
		t.Errorf("%d receipts for %d notifications of %d bytes: %v", len(receipts), len(batch), size, err)
	}
}

// fill gives each notification a text of the size.
func fill(batch []shared.Notification, size int) {
	text := strings.Repeat("x", size)
	for i := range batch {
		batch[i] = shared.Notification{Key: fmt.Sprint("key ", i), To: "ops@a.example", Subject: "Alarm", Text: text}
	}
}
