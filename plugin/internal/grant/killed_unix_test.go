//go:build unix

package grant

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/plugin/internal/oauth"
	"github.com/smtp-settings/smtp-settings/plugin/internal/secret"
	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
)

// answeredAndStuck carries requests, and never hands the answer over.
type answeredAndStuck struct{}

func (answeredAndStuck) RoundTrip(request *http.Request) (*http.Response, error) {
	if _, err := http.DefaultTransport.RoundTrip(request); err != nil {
		return nil, err
	}
	fmt.Fprintln(os.Stdout, "answered")
	select {}
}

// TestMain is the process that is killed, too.
func TestMain(m *testing.M) {
	if directory := os.Getenv("GRANT_KILLED"); directory != "" {
		renewInVain(directory, os.Getenv("GRANT_ID"), os.Getenv("GRANT_ENDPOINT"))
	}
	os.Exit(m.Run())
}

func renewInVain(directory, id, endpoint string) {
	ctx := context.Background()
	opened, err := store.OpenSQLite(ctx, directory)
	if err != nil {
		panic(err)
	}
	ring, err := secret.OpenKeyring(ctx, directory, "", nil, false)
	if err != nil {
		panic(err)
	}
	k := NewKeeper(opened, secret.NewKeeper(ring), &secret.Sealing{})
	registration := oauth.Registration{Endpoints: oauth.Endpoints{Token: endpoint}, ClientID: "console"}
	_, err = oauth.NewGrantSource(oauth.Client{Transport: answeredAndStuck{}}, registration,
		k.Of(shared.NewSecretText(id), parts), id).Token(ctx, shared.NewSecretText("access-1"))
	panic(err)
}

// TestKilledBetweenAnswerAndWrite kills a process that has got the next tokens and not stored them: nobody renews for
// as long as it may live, then the provider ends the grant, and it is said why.
func TestKilledBetweenAnswerAndWrite(t *testing.T) {
	endpoint, directory := startRotating(t), t.TempDir()
	opened, err := store.OpenSQLite(t.Context(), directory)
	closedAfter(t, opened, err)
	ring, err := secret.OpenKeyring(t.Context(), directory, "", nil, true)
	if err != nil {
		t.Fatal(err)
	}
	k := NewKeeper(opened, secret.NewKeeper(ring), &secret.Sealing{})
	id := add(t, k)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), self)
	command.Env = append(os.Environ(), "GRANT_KILLED="+directory, "GRANT_ID="+id.Reveal(), "GRANT_ENDPOINT="+endpoint.URL)
	command.Stderr = os.Stderr
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(stdout).ReadString('\n'); err != nil || strings.TrimSpace(line) != "answered" {
		t.Fatalf("%q, %v", line, err)
	}
	if err := command.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = command.Wait()
	if row, err := opened.Grant(t.Context(), id.Reveal()); err != nil || !row.Leased || row.Version != 1 {
		t.Errorf("%+v, %v", row, err)
	}
	if lend(t, k, id, 1) != nil {
		t.Error("it is renewed while the process may live")
	}
	node := endpoint.source(k, id, http.DefaultTransport)
	if got, err := node.Token(t.Context(), shared.SecretText{}); err != nil || got.Text.Reveal() != "access-1" {
		t.Errorf("the present token is not used as long as it is good: %v", err)
	}
	if _, err := opened.DB().ExecContext(t.Context(), "UPDATE oauth_grant SET lease_until = lease_until - 60, "+
		"access_until = renewed_at"); err != nil { // A minute and an hour have passed.
		t.Fatal(err)
	}
	checkLost(t, endpoint.source(k, id, http.DefaultTransport), oauth.Interrupted)
	told, err := k.Describe(t.Context(), id)
	if err != nil || told.Refused.IsZero() || endpoint.asked != 2 {
		t.Errorf("%+v, %v, %d requests", told, err, endpoint.asked)
	}
}
