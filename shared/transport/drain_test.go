package transport

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/smtp-settings/smtp-settings/shared"
)

// drainingPage drains in the way that the test says.
type drainingPage struct {
	shared.SettingsPage
	drain func(ctx context.Context, waiting func(string)) error
}

func (p *drainingPage) Drain(ctx context.Context, waiting func(string)) error {
	return p.drain(ctx, waiting)
}

// drain has a page drained over the transport and returns what the host was told.
func drain(
	t *testing.T, ctx context.Context, page func(ctx context.Context, waiting func(string)) error,
) (told []string, err error) {
	t.Helper()
	c, _, _ := serve(t, &drainingPage{drain: page})
	err = drainer(t, c).Drain(ctx, func(what string) { told = append(told, what) })
	// A slow machine hears beats.
	told = slices.DeleteFunc(slices.Compact(told), func(what string) bool { return what == "" })
	return told, err
}

// drainer returns what a connection is drained by.
func drainer(t *testing.T, c *Connection) shared.Drainer {
	t.Helper()
	found, err := Companion[shared.Drainer](c)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestDrain tells the host what is waited for, lives on in silence, and ends as the page does.
func TestDrain(t *testing.T) {
	told, err := drain(t, t.Context(), func(_ context.Context, waiting func(string)) error {
		waiting("the final reply of 2 messages")
		waiting("the final reply of 1 message")
		return nil
	})
	if err != nil || !slices.Equal(told, []string{"the final reply of 2 messages", "the final reply of 1 message"}) {
		t.Errorf("told %q, %v", told, err)
	}
	told, err = drain(t, t.Context(), func(context.Context, func(string)) error { return nil })
	if err != nil || len(told) > 0 {
		t.Errorf("nothing to wait for: told %q, %v", told, err)
	}
	_, err = drain(t, t.Context(), func(context.Context, func(string)) error { return errors.New("disk full") })
	if status.Code(err) != codes.Internal || !strings.Contains(err.Error(), "disk full") {
		t.Errorf("a failure: %v", err)
	}
	_, err = drain(t, t.Context(), func(context.Context, func(string)) error { panic("a defect") })
	if status.Code(err) != codes.Internal {
		t.Errorf("a panic: %v", err)
	}
}

// TestDrainBeats tells the host that a page which says nothing lives, until the host does not wait any longer.
func TestDrainBeats(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	c, _, _ := serve(t, &drainingPage{drain: func(ctx context.Context, _ func(string)) error {
		<-ctx.Done()
		return ctx.Err()
	}})
	beats := 0
	err := drainer(t, c).Drain(ctx, func(string) {
		if beats++; beats == 2 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || beats != 2 {
		t.Errorf("%d beats, %v", beats, err)
	}
}

// TestDrainIsOptional has a page without it answer that.
func TestDrainIsOptional(t *testing.T) {
	c, _, _ := serve(t, &failingPage{})
	if err := drainer(t, c).Drain(t.Context(), func(string) {}); !errors.Is(err, shared.ErrUnsupported) {
		t.Errorf("%v", err)
	}
}
