package main

import (
	"context"
	"testing"

	"golang.org/x/sys/windows/svc"
)

// TestService holds that a service that is stopped ends what runs, tells that it lives until that has ended, and ends
// with its status.
func TestService(t *testing.T) {
	for _, command := range []svc.Cmd{svc.Stop, svc.Shutdown, svc.PreShutdown} {
		drained := make(chan struct{})
		s := &service{run: func(ctx context.Context) int {
			<-ctx.Done()
			<-drained
			return exitUnavailable
		}}
		requests, changes, ended := make(chan svc.ChangeRequest), make(chan svc.Status), make(chan uint32)
		go func() {
			_, status := s.Execute(nil, requests, changes)
			ended <- status
		}()
		if now := <-changes; now.State != svc.Running {
			t.Fatalf("%+v", now)
		}
		requests <- svc.ChangeRequest{Cmd: svc.Interrogate}
		if now := <-changes; now.State != svc.Running {
			t.Errorf("asked: %+v", now)
		}
		requests <- svc.ChangeRequest{Cmd: command}
		for last := uint32(0); last < 2; {
			now := <-changes
			if now.State != svc.StopPending || now.WaitHint == 0 {
				t.Errorf("stopping: %+v", now)
			}
			last = now.CheckPoint
		}
		close(drained)
		for open := true; open; {
			select {
			case <-changes:
			case status := <-ended:
				if open = false; status != exitUnavailable {
					t.Errorf("it ended with %d", status)
				}
			}
		}
	}
}
