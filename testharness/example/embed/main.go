// Command embed is the smallest Console there is: the settings page, the notifications page and one notification.
package main

import (
	"context"
	"log"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/smtp-settings/smtp-settings/host"
	"github.com/smtp-settings/smtp-settings/shared"
)

func main() {
	// A signal ends the program by way of Close; a second one ends it at once.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	context.AfterFunc(ctx, stop)
	if err := run(ctx); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	h, err := host.Open(ctx, "plugin.hcl",
		// Who may use the pages: take the name from your session. Without this option they stay closed.
		host.WithAuthorize(func(*http.Request) (string, error) { return "admin", nil }),
		// Whether your Processing Server is running; the page shows it live.
		host.WithProcessingServer(func(context.Context) error { return nil }))
	if err != nil {
		return err
	}
	defer h.Close() // It waits for the mail server's reply to what is being sent, or that would be sent twice.
	receipts, err := h.Notifier().Notify(ctx, shared.NotifyRequest{Notifications: []shared.Notification{
		{Key: "started-2026-11-24", To: "you@email.com", Subject: "Started", Text: "The Console has started."}}})
	log.Print(receipts, err)
	mux := http.NewServeMux()
	mux.Handle("/settings/smtp/", http.StripPrefix("/settings/smtp", h.Handler()))
	mux.Handle("/notifications/", http.StripPrefix("/notifications", h.NotificationsHandler()))
	mux.Handle("/metrics", h.MetricsHandler())
	mux.Handle("/health", h.HealthHandler())
	server := &http.Server{Addr: "127.0.0.1:8080", Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	if err := server.ListenAndServe(); ctx.Err() == nil {
		return err
	}
	return nil
}
