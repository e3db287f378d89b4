// Command feeder is a host that hands notifications over without pause and prints the key of each that was
// acknowledged, until it is killed, or closes its host because of a signal.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"sync/atomic"
	"syscall"

	"github.com/smtp-settings/smtp-settings/host"
	"github.com/smtp-settings/smtp-settings/shared"
)

func main() {
	ctx := context.Background()
	ending, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	h, err := host.Open(ctx, os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	var counter atomic.Int64
	var printing sync.Mutex
	for range 4 {
		go func() { // Until the very end: what is acknowledged during a stop must not be lost either.
			for {
				key := fmt.Sprintf("%s-%06d", os.Args[2], counter.Add(1))
				receipts, err := h.Notifier().Notify(ctx, shared.NotifyRequest{Notifications: []shared.Notification{
					{Key: key, To: "you@email.com", Subject: key, Text: "x"}}})
				if err != nil || receipts[0].ID == "" {
					continue
				}
				printing.Lock()
				fmt.Println(key) //nolint:forbidigo // its standard output is what it is for
				printing.Unlock()
			}
		}()
	}
	<-ending.Done()
	h.Close()
	printing.Lock() // Nothing is half printed.
}
