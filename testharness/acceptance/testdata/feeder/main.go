// Command feeder is a host that hands notifications over without pause and prints the key of each that was acknowledged,
// until it is killed.
package main

import (
	"context"
	"fmt"
	"os"
	"sync"
	"sync/atomic"

	"github.com/smtp-settings/smtp-settings/host"
	"github.com/smtp-settings/smtp-settings/shared"
)

func main() {
	ctx := context.Background()
	h, err := host.Open(ctx, os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	var counter atomic.Int64
	var printing sync.Mutex
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
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
		})
	}
	wg.Wait()
}
