package host_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/smtp-settings/smtp-settings/host"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/settingstest/hostile"
)

// A Console opens a host for each plugin.hcl and serves its pages beside its own.
func ExampleOpen() {
	h, err := host.Open(context.Background(), "plugin.hcl",
		// Who may use the pages: take the name from your session.
		host.WithAuthorize(func(r *http.Request) (string, error) {
			if user, _, ok := r.BasicAuth(); ok {
				return user, nil
			}
			return "", errors.New("log in first")
		}))
	if err != nil {
		log.Fatal(err)
	}
	defer h.Close()

	mux := http.NewServeMux()
	mux.Handle("/settings/smtp/", http.StripPrefix("/settings/smtp", h.Handler()))
	mux.Handle("/notifications/", http.StripPrefix("/notifications", h.NotificationsHandler()))
	server := &http.Server{Addr: "127.0.0.1:8080", Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	log.Print(server.ListenAndServe())
}

// A Console that must come up in any case does not wait for its plugin. The page says what keeps it, and becomes
// the form when the plugin runs.
func ExampleWithStartInBackground() {
	path, remove := manifest()
	defer remove()
	h, err := host.Open(context.Background(), path, host.WithStartInBackground())
	if err != nil {
		log.Fatal(err) // plugin.hcl cannot be read.
	}
	defer h.Close()
	if status := h.Status(); status.State != host.StateRunning {
		fmt.Println("The settings are not available yet.") // status.Reason says why.
	}
	// Output: The settings are not available yet.
}

// Notify takes notifications and returns when they are durable; the plugin delivers them later.
func ExampleHost_Notifier() {
	path, remove := manifest()
	defer remove()
	running, end := plugin()
	defer end()
	h, err := host.Open(context.Background(), path, running)
	if err != nil {
		log.Fatal(err)
	}
	defer h.Close()

	receipts, err := h.Notifier().Notify(context.Background(), shared.NotifyRequest{
		Notifications: []shared.Notification{
			{Key: "disk-full-2026-11-24", To: "ops@email.com", Subject: "Disk full", Text: "/var is full."},
			{Key: "disk-full-2026-11-24", To: "boss@email.com", Subject: "Disk full", Text: "/var is full."},
		},
	})
	if err != nil {
		log.Fatal(err) // None is certain to be taken. Call again with the same keys: nothing is sent twice.
	}
	for i, receipt := range receipts {
		switch {
		case len(receipt.Diagnostics) > 0:
			fmt.Println(i, "refused:", receipt.Diagnostics[0].Summary)
		case receipt.Duplicate:
			fmt.Println(i, "was taken before")
		default:
			fmt.Println(i, "is taken")
		}
	}
	// Output:
	// 0 refused: It is slow.
	// 1 was taken before
}

// manifest writes a plugin.hcl whose plugin is not built yet.
func manifest() (path string, remove func()) {
	directory, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	path = filepath.Join(directory, "plugin.hcl")
	if err := os.WriteFile(path, []byte("plugin \"smtp\" {\n  binary = \"bin/smtp-plugin\"\n}\n"), 0o600); err != nil {
		log.Fatal(err)
	}
	return path, func() { _ = os.RemoveAll(directory) }
}

// plugin has the host use a plugin of this process, which takes no notification.
func plugin() (running host.Option, end func()) {
	p, err := hostile.Serve()
	if err != nil {
		log.Fatal(err)
	}
	return host.WithAttached(p.Address), p.Close
}
