package notify

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/notify/policy"
	"github.com/smtp-settings/smtp-settings/shared"
)

// TestLookNow has the server tried before its time: the next delivery may go at once, from another process too, what it
// finds out counts as any other look, and nobody has it tried again soon: a login that is refused less often than a
// server that is away.
func TestLookNow(t *testing.T) {
	away := policy.Refusal{
		Code: "server_away", Scope: shared.ScopeServer, Lasting: shared.LastingTemporary, Stage: policy.Opening,
	}
	for name, c := range map[string]struct {
		refusal policy.Refusal
		again   time.Duration
	}{"login": {loginRefused, 5 * time.Minute}, "server": {away, time.Minute}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rows := &memoryPauses{}
				here, there := newNode(t, rows), newNode(t, rows)
				if looked := here.lookNow(t.Context(), "anna"); looked != (shared.LookNowResult{}) {
					t.Errorf("without a pause: %+v", looked)
				}
				let, _ := here.admit(t.Context(), someAttempt)
				here.refused(t.Context(), let, c.refusal, refused, present)
				byItself := here.current().Next
				brief, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				if _, ok := here.admit(brief, someAttempt); ok {
					t.Fatal("a pause lets a delivery go")
				}
				if looked := there.lookNow(t.Context(), "anna"); looked.Begins { // It has not heard of the pause.
					t.Errorf("a pause that is not known: %+v", looked)
				}
				if err := there.sync(t.Context()); err != nil {
					t.Fatal(err)
				}
				now := time.Now()
				looked := there.lookNow(t.Context(), "anna")
				if !looked.Begins || !looked.Again.Equal(now.Add(c.again)) {
					t.Errorf("in a pause: %+v", looked)
				}
				if err := here.sync(t.Context()); err != nil {
					t.Fatal(err)
				}
				let, ok := here.admit(t.Context(), someAttempt)
				if !ok || !let.probe || time.Since(now) > time.Second {
					t.Fatalf("the look is not let go: %t, %+v", ok, let)
				}
				here.refused(t.Context(), let, c.refusal, refused, present)
				after := here.current()
				if after.Looks != 2 || after.Next.Before(byItself) || after.Asked == nil || after.Asked.By != "anna" {
					t.Errorf("after a look in vain: %+v, by itself it was at %s", after, byItself)
				}
				if looked := here.lookNow(t.Context(), "bert"); looked.Begins || !looked.Again.Equal(now.Add(c.again)) {
					t.Errorf("at once again: %+v", looked)
				}
				time.Sleep(c.again)
				if looked := here.lookNow(t.Context(), "bert"); !looked.Begins {
					t.Errorf("later: %+v", looked)
				}
				here.delivered(t.Context(), func() permit { let, _ := here.admit(t.Context(), someAttempt); return let }())
				if after := here.current(); after.Cause != nil || after.Asked != nil {
					t.Errorf("after the pause: %+v", after)
				}
			})
		})
	}
}
