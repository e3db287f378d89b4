// Command embed is the smallest Console there is: the settings page, the notifications page and one notification.
package main

import (
	"context"
	"log"
	"net/http"

	"github.com/smtp-settings/smtp-settings/host"
	"github.com/smtp-settings/smtp-settings/shared"
)

func main() {
	ctx := context.Background()
	h, err := host.Open(ctx, "plugin.hcl",
		// Who may use the pages: take the name from your session. Without this option they stay closed.
		host.WithAuthorize(func(*http.Request) (string, error) { return "admin", nil }),
		// Whether your Processing Server is running; the page shows it live.
		host.WithProcessingServer(func(context.Context) error { return nil }))
	if err != nil {
		log.Fatal(err)
	}
	defer h.Close()
	receipts, err := h.Notifier().Notify(ctx, shared.NotifyRequest{Notifications: []shared.Notification{
		{Key: "started-2026-11-24", To: "you@email.com", Subject: "Started", Text: "The Console has started."}}})
	log.Print(receipts, err)
	http.Handle("/settings/smtp/", http.StripPrefix("/settings/smtp", h.Handler()))
	http.Handle("/notifications/", http.StripPrefix("/notifications", h.NotificationsHandler()))
	http.Handle("/metrics", h.MetricsHandler())
	log.Fatal(http.ListenAndServe("127.0.0.1:8080", nil)) //nolint:gosec // an example
}
