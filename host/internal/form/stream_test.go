package form_test

import (
	"bufio"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/hashicorp/go-hclog"

	"github.com/smtp-settings/smtp-settings/host/internal/form"
	"github.com/smtp-settings/smtp-settings/shared"
)

// watching runs the page of the board on a server.
func watching(t *testing.T, b *board) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(form.NewNotifications(b, form.Options{
		Authorize: func(*http.Request) (string, error) { return "anna", nil }, Logger: hclog.NewNullLogger(),
		Operator: func() shared.NotificationOperator { return b },
	}))
	t.Cleanup(server.Close)
	return server
}

// follow opens the stream of events.
func follow(t *testing.T, server *httptest.Server, last string) (*http.Response, *bufio.Scanner) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Last-Event-ID", last)
	answer, err := server.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = answer.Body.Close() })
	lines := bufio.NewScanner(answer.Body)
	lines.Buffer(nil, 1<<20)
	return answer, lines
}

// event reads the next event of a stream.
func event(t *testing.T, lines *bufio.Scanner) (id string, changed map[string]string) {
	t.Helper()
	for lines.Scan() {
		if line, is := strings.CutPrefix(lines.Text(), "id: "); is {
			id = line
		}
		if line, is := strings.CutPrefix(lines.Text(), "data: "); is {
			if err := json.Unmarshal([]byte(line), &changed); err != nil {
				t.Fatal(err)
			}
			return id, changed
		}
	}
	t.Fatalf("the stream has ended: %v", lines.Err())
	return "", nil
}

// TestStreamResumes follows the page: figures, groups and the list come together, then only what has changed, and who
// connects again is told what has changed meanwhile, and not what is known.
func TestStreamResumes(t *testing.T) {
	b := newBoard()
	server := watching(t, b)
	answer, lines := follow(t, server, "")
	if answer.Header.Get("Content-Type") != "text/event-stream" || answer.Header.Get("X-Accel-Buffering") != "no" {
		t.Errorf("the stream comes with %v", answer.Header)
	}
	id, first := event(t, lines)
	for _, part := range []string{"service", "held", "tiles", "chart", "causes", "tabs", "rows"} {
		if _, told := first[part]; !told {
			t.Errorf("the first event does not tell of %s", part)
		}
	}
	_ = answer.Body.Close()
	b.mu.Lock()
	b.entries[0].State, b.entries[0].Failure = shared.NotificationDelivered, nil
	b.mu.Unlock()
	_, lines = follow(t, server, id)
	_, changed := event(t, lines)
	for part, html := range changed {
		if first[part] == html {
			t.Errorf("the event tells once more of %s:\n%s", part, html)
		}
	}
	for changed["tabs"] == "" { // A minute may have passed: then ages are told first.
		_, changed = event(t, lines)
	}
	if !strings.Contains(changed["tabs"], ">299<") || !strings.Contains(changed["tiles"], ">299<") ||
		!strings.Contains(changed["rows"], `id="notification-1000" class="delivered"`) {
		t.Errorf("what has changed is told as %v", changed)
	}
}

// TestStreamsAreBounded has more readers than there are streams: the last one is told to ask instead, and gets the same
// by asking. A server that is shut down does not wait for any.
func TestStreamsAreBounded(t *testing.T) {
	b := &board{status: shared.ServiceStatus{State: shared.ServiceRunning}}
	server := watching(t, b)
	for range 64 {
		if answer, _ := follow(t, server, ""); answer.StatusCode != http.StatusOK {
			t.Fatalf("status %d", answer.StatusCode)
		}
	}
	answer, _ := follow(t, server, "")
	if answer.StatusCode != http.StatusServiceUnavailable || answer.Header.Get("Retry-After") == "" {
		t.Errorf("one more: status %d", answer.StatusCode)
	}
	w := asked(b, "GET", "/state", "")
	var parts map[string]string
	if err := json.Unmarshal(w.Body.Bytes(), &parts); err != nil || !strings.Contains(parts["tabs"], "All") {
		t.Errorf("who asks is told %s, %v", w.Body, err)
	}
	if err := server.Config.Shutdown(t.Context()); err != nil {
		t.Errorf("the server does not end: %v", err)
	}
}

// TestSettingsAreFollowed follows the page of the settings: how things are comes at once, and what somebody else saves
// while the page is open comes by itself. Who asks instead is told the same.
func TestSettingsAreFollowed(t *testing.T) {
	page, handler := newCounting(t)
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	answer, lines := follow(t, server, "")
	if answer.Header.Get("Content-Type") != "text/event-stream" || answer.Header.Get("X-Accel-Buffering") != "no" {
		t.Errorf("the stream comes with %v", answer.Header)
	}
	_, first := event(t, lines)
	for _, part := range []string{"down", "prerequisites", "unhealthy", "last-test", "in-force", "service", "trouble"} {
		if _, told := first[part]; !told {
			t.Errorf("the first event does not tell of %s", part)
		}
	}
	if !strings.Contains(first["in-force"], "Revision 1") || first["down"] != "" {
		t.Errorf("it tells %v", first)
	}
	saved, err := page.SettingsPage.Save(t.Context(), shared.SaveRequest{Actor: "boris", Revision: 1, Draft: shared.Draft{
		Values: shared.Values{"address": shared.Text("boris.example:514")},
	}})
	if err != nil || !saved.Saved {
		t.Fatal(saved, err)
	}
	_, changed := event(t, lines)
	if !strings.Contains(changed["in-force"], "Revision 2") || !strings.Contains(changed["in-force"], "boris") {
		t.Errorf("what was saved meanwhile is told as %v", changed)
	}
	if _, again := changed["service"]; again {
		t.Errorf("the event tells once more of what has not changed: %v", changed)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/state", nil)
	if err != nil {
		t.Fatal(err)
	}
	asked, err := server.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer asked.Body.Close()
	var parts map[string]string
	err = json.NewDecoder(asked.Body).Decode(&parts)
	if err != nil || !strings.Contains(parts["in-force"], "Revision 2") {
		t.Errorf("who asks is told %v, %v", parts, err)
	}
}

// TestReadersShareOneLook has many readers follow the page: the plugin is asked no more often than for one.
func TestReadersShareOneLook(t *testing.T) {
	page, handler := newCounting(t)
	for range 20 {
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/state", nil))
	}
	loads := 0
	for _, call := range page.calls {
		if call == "Load" {
			loads++
		}
	}
	if loads == 0 || loads > 10 { // One a second, however slow the machine is.
		t.Errorf("the plugin was asked %d times for 20 readers", loads)
	}
}
