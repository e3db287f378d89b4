package form_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/hashicorp/go-hclog"

	"github.com/smtp-settings/smtp-settings/host/internal/form"
	"github.com/smtp-settings/smtp-settings/shared"
)

// errNone is what a call of a part that the plugin does not have fails with.
var errNone = fmt.Errorf("%w: rpc error: code = Unimplemented desc = unknown service", shared.ErrUnsupported)

// noNotifier is the notification service of a plugin that has none, as a host has it.
type noNotifier struct{}

func (noNotifier) Notify(context.Context, shared.NotifyRequest) ([]shared.Receipt, error) {
	return nil, errNone
}
func (noNotifier) Status(context.Context, shared.StatusRequest) (shared.ServiceStatus, error) {
	return shared.ServiceStatus{}, errNone
}
func (noNotifier) List(context.Context, shared.ListRequest) (shared.NotificationList, error) {
	return shared.NotificationList{}, errNone
}
func (noNotifier) Retry(context.Context, shared.NotificationRequest) (shared.NotificationEntry, error) {
	return shared.NotificationEntry{}, errNone
}
func (noNotifier) Cancel(context.Context, shared.NotificationRequest) (shared.NotificationEntry, error) {
	return shared.NotificationEntry{}, errNone
}

// TestWhatIsNotOffered asks for each part of the pages that a plugin need not have: the answer is that there is none,
// in plain words. It is no defect of the plugin, and who reads it knows nothing of gRPC.
func TestWhatIsNotOffered(t *testing.T) {
	options := form.Options{
		Authorize:   func(*http.Request) (string, error) { return "anna", nil },
		PluginState: func() form.PluginState { return form.PluginState{Running: true} }, Restart: func() {},
		Logger: hclog.NewNullLogger(),
	}
	pages := map[string]http.Handler{
		"settings": form.New(newKinds(t), options), "notifications": form.NewNotifications(noNotifier{}, options),
	}
	for _, c := range []struct{ page, method, address, form string }{
		{"settings", "GET", "/history", ""},
		{"settings", "POST", "/restore", "number=1&revision=1"},
		{"settings", "POST", "/action", "action=find_buckets"},
		{"settings", "GET", "/return-sign_in?code=1", ""},
		{"notifications", "GET", "/", ""},
		{"notifications", "GET", "/?state=dead&search=x", ""},
		{"notifications", "GET", "/state", ""},
		{"notifications", "GET", "/events", ""},
		{"notifications", "GET", "/notification?id=1", ""},
		{"notifications", "GET", "/export?format=csv", ""},
		{"notifications", "POST", "/retry", "id=1"},
		{"notifications", "POST", "/cancel", "id=1"},
		{"notifications", "GET", "/held?what=deliver", ""},
		{"notifications", "POST", "/held", "what=deliver"},
		{"notifications", "GET", "/operate?operation=retry&state=dead", ""},
		{"notifications", "POST", "/operate", "operation=retry&state=dead"},
	} {
		request := httptest.NewRequestWithContext(t.Context(), c.method, c.address, strings.NewReader(c.form))
		if c.form != "" {
			request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		answer := httptest.NewRecorder()
		pages[c.page].ServeHTTP(answer, request)
		said := answer.Body.String()
		told := strings.Count(said, "This plugin does not offer that.") +
			strings.Count(said, "This plugin sends no notifications.")
		if answer.Code != http.StatusNotFound || told != 1 || strings.Contains(said, "defect") ||
			strings.Contains(said, "rpc error") {
			t.Errorf("%s %s%s: status %d\n%s", c.method, c.page, c.address, answer.Code, said)
		}
	}
}
