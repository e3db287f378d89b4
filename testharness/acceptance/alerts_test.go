package acceptance

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/smtp-settings/smtp-settings/host"
	"github.com/smtp-settings/smtp-settings/shared"
)

// The secrets of a webhook.
const (
	canaryAlertKey  = "c4nary.A1ert.Key/7d20"
	canaryAlertPath = "c4nary-A1ert-Path-5ae1"
)

// alertReceiver is a receiver of alerts and heartbeats. It checks what it is told, and answers what the test says.
type alertReceiver struct {
	t *testing.T

	mu        sync.Mutex
	answers   []int // of the next tries; 200 after them
	elsewhere string
	accepted  []shared.HealthState
	ids       map[string]int // tries by id
	beats     int
	took      chan shared.HealthState
}

func (a *alertReceiver) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if r.Method == http.MethodGet {
		a.beats++
		return
	}
	body, err := io.ReadAll(r.Body)
	sum := hmac.New(sha256.New, []byte(canaryAlertKey))
	sum.Write(body)
	var event struct {
		SpecVersion, ID, Source, Type string
		Time                          time.Time
		Data                          struct {
			State   shared.HealthState
			Cause   string
			Waiting int64
		}
	}
	if unread := json.Unmarshal(body, &event); err != nil || unread != nil || event.SpecVersion != "1.0" ||
		event.Type != "smtp-settings.health.changed" || event.ID == "" || event.Source == "" || event.Time.IsZero() ||
		r.Header.Get("X-Signature-256") != "sha256="+hex.EncodeToString(sum.Sum(nil)) ||
		!strings.HasPrefix(r.Header.Get("Content-Type"), "application/cloudevents+json") {
		a.t.Errorf("%v: %s: %s", err, r.Header, body)
	}
	if found := leaks(fmt.Sprint(string(body), r.Header), canaryPassword, canaryAlertKey); len(found) > 0 {
		a.t.Errorf("an alert has a secret: %v", found)
	}
	a.ids[event.ID]++
	answer := http.StatusOK
	if len(a.answers) > 0 {
		answer, a.answers = a.answers[0], a.answers[1:]
	}
	switch answer {
	case http.StatusTemporaryRedirect:
		http.Redirect(w, r, a.elsewhere, answer)
	case http.StatusOK:
		a.accepted = append(a.accepted, event.Data.State)
		a.took <- event.Data.State
	default:
		w.WriteHeader(answer)
	}
}

// await waits until an alert was taken.
func (a *alertReceiver) await(want shared.HealthState) {
	a.t.Helper()
	select {
	case got := <-a.took:
		if got != want {
			a.t.Fatalf("told %s, not %s", got, want)
		}
	case <-time.After(2 * time.Minute):
		a.t.Fatalf("not told of %s", want)
	}
}

// TestWebhookIsTold has a receiver told that the password was changed at the mail server, and that the settings work
// again. It refuses the first try and redirects another one, and the plugin is killed between: each is taken once, in
// order, and the signature goes nowhere else. The secrets of the receiver stay where they are.
func TestWebhookIsTold(t *testing.T) {
	t.Parallel()
	misled := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("a redirect was followed")
	}))
	t.Cleanup(misled.Close)
	receiver := &alertReceiver{
		t: t, ids: map[string]int{}, took: make(chan shared.HealthState, 10), elsewhere: misled.URL,
		answers: []int{http.StatusInternalServerError, http.StatusOK, http.StatusTemporaryRedirect},
	}
	listener := httptest.NewServer(receiver)
	t.Cleanup(listener.Close)
	key := filepath.Join(t.TempDir(), "alert-key")
	write(t, key, canaryAlertKey+"\n", 0o600)
	server := practiceMailServer(t)
	startMailServer(t, server, 0)
	path := manifest(t, "smtp", "smtp-plugin", `verify_every = "1s"`,
		fmt.Sprintf("alert_url = %q", listener.URL+"/"+canaryAlertPath), fmt.Sprintf("alert_secret = %q", "file://"+key),
		fmt.Sprintf("heartbeat_url = %q", listener.URL+"/beat"))
	var log recorder
	h := supervised(t, path, host.WithLogger(hclog.New(&hclog.LoggerOptions{Level: hclog.Trace, Output: &log})),
		host.WithDialOptions(recordReplies(&log)...))
	configure(t, h, server.Port(), server.Password)
	awaitHealth(t, h, shared.HealthHealthy, "")
	port := server.Port()
	server.Close()
	server = practiceMailServer(t)
	server.Password = canaryPassword
	startMailServer(t, server, port)
	receiver.await(shared.HealthBroken)
	crashed := pluginProcess(t, path)
	_ = kill(crashed, syscall.SIGKILL)
	awaitAnother(t, path, crashed)
	configure(t, h, port, server.Password)
	receiver.await(shared.HealthHealthy)
	receiver.check()
	h.Close()
	found := leaks(log.String(), canaryAlertKey, canaryAlertPath)
	if err := filepath.WalkDir(filepath.Dir(path), func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || file == path {
			return err
		}
		content, err := os.ReadFile(file)
		found = append(found, leaks(string(content), canaryAlertKey, canaryAlertPath)...)
		return err
	}); err != nil || len(found) > 0 {
		t.Errorf("the secrets of the receiver are found: %v, %v", found, err)
	}
}

// check looks at all that was told.
func (a *alertReceiver) check() {
	a.t.Helper()
	a.mu.Lock()
	defer a.mu.Unlock()
	tries := []int{}
	for _, count := range a.ids {
		tries = append(tries, count)
	}
	if !slices.Equal(a.accepted, []shared.HealthState{shared.HealthBroken, shared.HealthHealthy}) ||
		!slices.Equal(tries, []int{2, 2}) || a.beats == 0 {
		a.t.Errorf("taken: %v, tries: %v, heartbeats: %d", a.accepted, a.ids, a.beats)
	}
}

// TestAlertsAreConfigured holds that what plugin.hcl says of a receiver and cannot be used is told with its place, and
// not repeated.
func TestAlertsAreConfigured(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		`alert_url = "http://hooks.example/` + canaryAlertPath + `"`: "https://",
		`alert_secret = "` + canaryAlertKey + `"`:                    "alert_url",
		`heartbeat_url = "env://NOT_SET"`:                            "is not set",
	} {
		path := manifest(t, "smtp", "smtp-plugin", line)
		if r := harness(t, "", "console", "--manifest", path, "--listen", "127.0.0.1:0"); r.status != 2 ||
			!strings.Contains(r.stderr, want) || !strings.Contains(r.stderr, path+":5") ||
			len(leaks(r.stderr, canaryAlertPath, canaryAlertKey)) > 0 {
			t.Errorf("%s: %+v", line, r)
		}
	}
}
