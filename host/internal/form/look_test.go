package form_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/host/internal/form"
	"github.com/smtp-settings/smtp-settings/shared"
)

// looker answers as a test says, and keeps who has asked.
type looker struct {
	result shared.LookNowResult
	asked  []string
}

func (l *looker) LookNow(_ context.Context, request shared.LookNowRequest) (shared.LookNowResult, error) {
	l.asked = append(l.asked, request.Actor)
	return l.result, nil
}

// TestLookNow has the server tried by a button of the notice of a pause: for those alone who may operate, in their
// name, with an answer, and with who did so last.
func TestLookNow(t *testing.T) {
	b := &board{status: shared.ServiceStatus{
		State: shared.ServiceDegraded, Since: time.Now().Add(-time.Hour), NextAttempt: time.Now().Add(time.Hour),
		Reason:    &shared.Diagnostic{Code: "server_away", Summary: "The server is away."},
		AskedLook: &shared.AskedLook{At: time.Now(), Operator: "bert"},
	}}
	const button = `action="look"`
	for name, c := range map[string]struct {
		may     form.Permissions
		offered bool
		want    int
	}{
		"operator": {form.DefaultPermissions, true, http.StatusSeeOther},
		"viewer":   {form.Permissions{View: true, Change: true}, true, http.StatusForbidden},
		"earlier":  {form.DefaultPermissions, false, http.StatusNotFound},
	} {
		l := &looker{result: shared.LookNowResult{Begins: true}}
		options := form.Options{Permissions: func(*http.Request) form.Permissions { return c.may }}
		if c.offered {
			options.Looker = func() shared.ServerLooker { return l }
		}
		ask := reader(b, options)
		page := ask("GET", "/", "").Body.String()
		if strings.Contains(page, button) != (c.want == http.StatusSeeOther) || !strings.Contains(page, "bert had it tried") {
			t.Errorf("%s: the page is\n%s", name, page)
		}
		answer := ask("POST", "/look", "")
		if answer.Code != c.want || len(l.asked) > 0 != (c.want == http.StatusSeeOther) {
			t.Errorf("%s: status %d, %v", name, answer.Code, l.asked)
		}
	}
	for want, result := range map[string]shared.LookNowResult{
		"The server is tried now": {Begins: true, Again: time.Now()}, "tried a short time ago": {Again: time.Now()},
		"Delivery is not paused any more.": {},
	} {
		l := &looker{result: result}
		ask := reader(b, form.Options{Looker: func() shared.ServerLooker { return l }})
		address := ask("POST", "/look", "").Header().Get("Location")
		if page := ask("GET", "/"+strings.TrimPrefix(address, "./"), "").Body.String(); !strings.Contains(page, want) {
			t.Errorf("%+v: the page does not say %q", result, want)
		}
		if len(l.asked) != 1 || l.asked[0] != "anna" {
			t.Errorf("%v have asked", l.asked)
		}
	}
	ask := reader(b, form.Options{})
	if answer := ask("GET", "/?look=x", ""); answer.Code != http.StatusBadRequest {
		t.Errorf("another answer: status %d", answer.Code)
	}
	b.status.State = shared.ServiceRunning
	l := &looker{}
	ask = reader(b, form.Options{Looker: func() shared.ServerLooker { return l }})
	if strings.Contains(ask("GET", "/", "").Body.String(), button) {
		t.Error("there is a button where nothing is paused")
	}
}
