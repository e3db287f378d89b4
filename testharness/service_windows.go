package main

import (
	"context"
	"time"

	"golang.org/x/sys/windows/svc"
)

// untilStopped runs the program: as a service until that is stopped or the system shuts down, or else until Ctrl-C,
// Ctrl-Break or the end of its console.
func untilStopped(run func(context.Context) int) int {
	if is, err := svc.IsWindowsService(); err != nil || !is {
		return untilSignalled(run)
	}
	s := &service{run: run}
	if err := svc.Run("", s); err != nil {
		return exitFailed
	}
	return s.status
}

// service is the program under the service control manager.
type service struct {
	run    func(context.Context) int
	status int // the exit status, when it has ended
}

// stopBeat is how often a service that stops tells that it lives, and stopHint within which time the next sign comes.
const stopBeat, stopHint = time.Second, 10 * time.Second

// Execute runs the program. Stopping takes as long as the plugin drains.
func (s *service) Execute(_ []string, requests <-chan svc.ChangeRequest, changes chan<- svc.Status) (bool, uint32) {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	ended := make(chan int, 1)
	go func() { ended <- s.run(ctx) }()
	now := svc.Status{State: svc.Running, Accepts: svc.AcceptStop | svc.AcceptShutdown | svc.AcceptPreShutdown}
	changes <- now
	beat := time.NewTicker(stopBeat)
	defer beat.Stop()
	for {
		select {
		case s.status = <-ended:
			return s.status != exitDone, uint32(s.status) //nolint:gosec // it is not negative
		case request := <-requests:
			switch request.Cmd {
			case svc.Stop, svc.Shutdown, svc.PreShutdown:
				stop()
				now = svc.Status{State: svc.StopPending, WaitHint: uint32(stopHint.Milliseconds())}
			}
			changes <- now
		case <-beat.C:
			if now.State == svc.StopPending {
				now.CheckPoint++
				changes <- now
			}
		}
	}
}
