package form_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/hashicorp/go-hclog"

	"github.com/smtp-settings/smtp-settings/host/internal/form"
	"github.com/smtp-settings/smtp-settings/shared"
)

// askingTrail restores only what was agreed to, each of its sentences in turn.
type askingTrail struct {
	*countingPage
	questions []string
	asked     []shared.RestoreRequest
}

func (p *askingTrail) Restore(ctx context.Context, request shared.RestoreRequest) (shared.SaveResult, error) {
	snapshot, err := p.SettingsPage.Load(ctx, shared.LoadRequest{})
	result := shared.SaveResult{Snapshot: snapshot, Saved: len(p.asked) == len(p.questions)}
	if !result.Saved {
		result.Confirm = p.questions[len(p.asked)]
	}
	p.asked = append(p.asked, request)
	return result, err
}

// TestRestoreIsAgreedTo goes back to a revision that the plugin asks about: the page asks in its words, the answer goes
// to the plugin with the same revision, and a second question is asked too.
func TestRestoreIsAgreedTo(t *testing.T) {
	counting, _ := newCounting(t)
	page := &askingTrail{countingPage: counting, questions: []string{"This signs <everybody> out.", "Sure?"}}
	handler := form.New(page, form.Options{
		Authorize:   func(*http.Request) (string, error) { return "anna", nil },
		PluginState: func() form.PluginState { return form.PluginState{Running: true} }, Restart: func() {},
		History: func() shared.SettingsHistory { return page }, Logger: hclog.NewNullLogger(),
	})
	posted := url.Values{"number": {"3"}, "revision": {"7"}}
	for i, sentence := range append(page.questions, "") {
		request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/restore",
			strings.NewReader(posted.Encode()))
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, request)
		if last := page.asked[i]; last.Number != 3 || last.Revision != 7 || last.Confirmed != posted.Get("confirmed") {
			t.Errorf("the plugin was asked %+v", last)
		}
		if sentence == "" {
			if answer.Code != http.StatusSeeOther {
				t.Errorf("when all is agreed to: status %d\n%s", answer.Code, answer.Body)
			}
			break
		}
		asks := `name="confirmed" value="` + strings.NewReplacer("<", "&lt;", ">", "&gt;").Replace(sentence) + `"`
		for _, part := range []string{asks, `name="number" value="3"`, `name="revision" value="7"`,
			"Go on: Go back to revision 3"} {
			if !strings.Contains(answer.Body.String(), part) {
				t.Errorf("the page has no %s\n%s", part, answer.Body)
			}
		}
		if answer.Code != http.StatusPreconditionRequired {
			t.Errorf("status %d", answer.Code)
		}
		posted.Set("confirmed", sentence)
	}
}
