package webhook_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/testharness/example/webhook"
)

const token = "t0ken-of-anna"

// hook is a server that counts the requests with the token.
func hook(t *testing.T, answer http.HandlerFunc) (address string, tokens *atomic.Int64) {
	tokens = new(atomic.Int64)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "Bearer "+token {
			tokens.Add(1)
		}
		answer(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL, tokens
}

func accepts(http.ResponseWriter, *http.Request) {}

func open(t *testing.T, directory string) *webhook.Page {
	t.Helper()
	page, err := webhook.New(directory)
	if err != nil {
		t.Fatal(err)
	}
	return page
}

// try tests a draft and returns its verdict.
func try(t *testing.T, page *webhook.Page, draft shared.Draft) shared.TestReport {
	t.Helper()
	var report shared.TestReport
	err := page.Test(t.Context(), shared.TestRequest{Draft: draft}, func(event shared.TestEvent) error {
		if last, ok := event.(shared.Completed); ok {
			report = last.Report
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func asked(found shared.Diagnostics) bool {
	about := found.ForField("token")
	return len(about) == 1 && about[0].Code == "secret_needed_again"
}

// checkBound holds that the stored token does not go to the other address by any call.
func checkBound(t *testing.T, page *webhook.Page, revision int64, draft shared.Draft) {
	t.Helper()
	checked, err := page.Validate(t.Context(), shared.ValidateRequest{Draft: draft})
	if err != nil || !asked(checked.Diagnostics) {
		t.Errorf("Validate says %v, %v", checked.Diagnostics, err)
	}
	saved, err := page.Save(t.Context(), shared.SaveRequest{Draft: draft, Revision: revision})
	if err != nil || saved.Saved || !asked(saved.Diagnostics) {
		t.Errorf("Save says %v, %v", saved.Diagnostics, err)
	}
	if report := try(t, page, draft); report.Status != shared.StatusFailed || !asked(report.Diagnostics) {
		t.Errorf("Test says %v", report.Diagnostics)
	}
}

// TestTokenBound holds that a stored token goes to no other address than the one that it was entered for: not after a
// change of it, not in two steps with “Authenticate” off between them, and not by a redirect.
func TestTokenBound(t *testing.T) {
	mine, atMine := hook(t, accepts)
	other, atOther := hook(t, accepts)
	directory := t.TempDir()
	page := open(t, directory)
	saved, err := page.Save(t.Context(), shared.SaveRequest{Draft: shared.Draft{
		Values:  shared.Values{"url": shared.Text(mine), "authenticate": shared.Boolean(true)},
		Secrets: map[string]shared.SecretChange{"token": shared.ReplaceSecret(token)},
	}})
	if err != nil || !saved.Saved {
		t.Fatalf("%+v, %v", saved, err)
	}
	if report := try(t, page, shared.Draft{}); report.Status != shared.StatusPassed || atMine.Load() != 1 {
		t.Errorf("its own address: %+v, %d", report, atMine.Load())
	}
	elsewhere := shared.Values{"url": shared.Text(other)}
	checkBound(t, page, 1, shared.Draft{Values: elsewhere})
	checkBound(t, page, 1, shared.Draft{Values: shared.Values{"url": shared.Text(mine + "/other")}})

	elsewhere["authenticate"] = shared.Boolean(false)
	saved, err = page.Save(t.Context(), shared.SaveRequest{Draft: shared.Draft{Values: elsewhere}, Revision: 1})
	if err != nil || !saved.Saved || try(t, page, shared.Draft{}).Status != shared.StatusPassed {
		t.Errorf("without the token: %+v, %v", saved, err)
	}
	checkBound(t, page, 2, shared.Draft{Values: shared.Values{"authenticate": shared.Boolean(true)}})
	if atOther.Load() != 0 {
		t.Errorf("the token went elsewhere %d times", atOther.Load())
	}

	saved, err = page.Save(t.Context(), shared.SaveRequest{Revision: 2, Draft: shared.Draft{
		Secrets: map[string]shared.SecretChange{"token": {Action: shared.SecretClear}}}})
	if err != nil || !saved.Saved {
		t.Errorf("%+v, %v", saved, err)
	}
	files, err := filepath.Glob(filepath.Join(directory, "*"))
	if err != nil || len(files) != 3 {
		t.Errorf("%v, %v", files, err)
	}
	for _, file := range files {
		if content, err := os.ReadFile(file); err != nil || strings.Contains(string(content), token) {
			t.Errorf("%s has a token that was removed, %v", file, err)
		}
	}
}

// TestTokenDoesNotFollowRedirects holds that who answers for the address cannot have the token sent on.
func TestTokenDoesNotFollowRedirects(t *testing.T) {
	var away string
	address, _ := hook(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, away, http.StatusTemporaryRedirect)
	})
	target, tokens := hook(t, accepts)
	away = target
	report := try(t, open(t, t.TempDir()), shared.Draft{
		Values:  shared.Values{"url": shared.Text(address), "authenticate": shared.Boolean(true)},
		Secrets: map[string]shared.SecretChange{"token": shared.ReplaceSecret(token)},
	})
	if report.Status != shared.StatusFailed || tokens.Load() != 0 {
		t.Errorf("%+v; the token went on %d times", report, tokens.Load())
	}
}

// TestTokenOfEarlierVersion reads what was stored before destinations were: the token is of use for the stored address.
func TestTokenOfEarlierVersion(t *testing.T) {
	mine, tokens := hook(t, accepts)
	directory := t.TempDir()
	stored := `{"revision":{"number":1,"author":"anna","at":"2026-01-02T03:04:05Z"},"document":{"values":{"url":"` + mine +
		`","authenticate":true},"token":"` + token + `","since":"2026-01-02T03:04:05Z"}}`
	if err := os.WriteFile(filepath.Join(directory, "1.settings.json"), []byte(stored), 0o600); err != nil {
		t.Fatal(err)
	}
	page := open(t, directory)
	if report := try(t, page, shared.Draft{}); report.Status != shared.StatusPassed || tokens.Load() != 1 {
		t.Errorf("%+v; the token went %d times", report, tokens.Load())
	}
	checkBound(t, page, 1, shared.Draft{Values: shared.Values{"url": shared.Text("http://127.0.0.1:1")}})
}
