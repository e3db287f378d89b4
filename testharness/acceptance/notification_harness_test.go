package acceptance

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/host"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
)

// notifier is a running plugin with settings for a server.
func notifier(t testing.TB, server *mailserver.Server, config ...string) *host.Host {
	t.Helper()
	if !slices.ContainsFunc(config, func(line string) bool { return strings.HasPrefix(line, "retry_after") }) {
		config = append(config, `retry_after = "1s"`)
	}
	h, err := host.Open(t.Context(), manifest(t, "smtp", "smtp-plugin", config...))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Close)
	configure(t, h, server.Port(), server.Password)
	return h
}

const notifyLogin = "me@practice.example"

// configure saves settings for the port of this machine.
func configure(t testing.TB, h *host.Host, port int, password string) {
	t.Helper()
	now, err := h.Page().Load(t.Context(), shared.LoadRequest{})
	if err != nil {
		t.Fatal(err)
	}
	result, err := h.Page().Save(t.Context(),
		shared.SaveRequest{Actor: "anna", Revision: now.Revision.Number, Draft: shared.Draft{
			Values: shared.Values{"server": shared.Text("127.0.0.1"), "port": shared.Integer(int64(port)),
				"login": shared.Text(notifyLogin)},
			Secrets: map[string]shared.SecretChange{"password": shared.ReplaceSecret(password)},
		}})
	if err != nil || !result.Saved {
		t.Fatal(err, result.Diagnostics)
	}
}

func practiceMailServer(t testing.TB) *mailserver.Server {
	t.Helper()
	return &mailserver.Server{Login: notifyLogin, Password: "practice"}
}

func startMailServer(t testing.TB, server *mailserver.Server, port int) {
	t.Helper()
	if err := server.Start(port); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
}

// notify hands one notification over.
func notify(t testing.TB, h *host.Host, n shared.Notification) shared.Receipt {
	t.Helper()
	receipts, err := h.Notifier().Notify(t.Context(), shared.NotifyRequest{
		Actor: "anna", Notifications: []shared.Notification{n},
	})
	if err != nil {
		t.Fatal(err)
	}
	return receipts[0]
}

// awaitEntry waits until the notification is in the state.
func awaitEntry(t testing.TB, h *host.Host, id string, state shared.NotificationState) shared.NotificationEntry {
	t.Helper()
	late := time.Now().Add(time.Minute)
	for {
		list, err := h.Notifier().List(t.Context(), shared.ListRequest{Limit: 200})
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range list.Entries {
			if entry.ID == id && entry.State == state {
				return entry
			}
			if entry.ID == id && time.Now().After(late) {
				t.Fatalf("notification %s is %+v, not %s", id, entry, state)
			}
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func awaitService(t testing.TB, h *host.Host, state shared.ServiceState) shared.ServiceStatus {
	t.Helper()
	late := time.Now().Add(time.Minute)
	for {
		status, err := h.Notifier().Status(t.Context(), shared.StatusRequest{})
		if err != nil {
			t.Fatal(err)
		}
		if status.State == state {
			return status
		}
		if time.Now().After(late) {
			t.Fatalf("the service is %+v, not %s", status, state)
		}
		time.Sleep(10 * time.Millisecond)
	}
}
