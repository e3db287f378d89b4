package notify

import (
	"bytes"
	"fmt"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/smtp-settings/smtp-settings/plugin/internal/secret"
	"github.com/smtp-settings/smtp-settings/plugin/internal/store"
	"github.com/smtp-settings/smtp-settings/shared"
)

func init() { databaseTests["lost key of digests"] = testLostKeyOfDigests }

// withKeys is a service whose secrets are sealed under the keys, and its log.
func withKeys(t *testing.T, database *store.Store, keys *secret.Keyring) (*Service, *bytes.Buffer) {
	t.Helper()
	s, log := newService(t, database), &bytes.Buffer{}
	s.configuration.Keeper = secret.NewKeeper(keys)
	s.digests.keeper, s.digests.logger = s.configuration.Keeper, hclog.New(&hclog.LoggerOptions{Output: log})
	return s, log
}

func keyring(t *testing.T, directory string) *secret.Keyring {
	t.Helper()
	keys, err := secret.OpenKeyring(t.Context(), directory, "", nil, true)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// deliverAll has notifications delivered, and their texts go.
func deliverAll(t *testing.T, s *Service, database *store.Store, receipts []shared.Receipt) {
	t.Helper()
	for _, one := range receipts {
		id, _ := strconv.ParseInt(one.ID, 10, 64)
		if _, err := database.DB().Exec("UPDATE river_job SET state = 'completed', finalized_at = $1 WHERE id = $2",
			s.queue.dialect.instant(time.Now().Add(-2*time.Minute)), id); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.dropTexts(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, one := range receipts {
		id, _ := strconv.ParseInt(one.ID, 10, 64)
		if !isTextless(jobOf(t, s, id)) {
			t.Errorf("the texts of %s are kept", one.ID)
		}
	}
}

// testLostKeyOfDigests has a database whose keys are lost, at the second time while the new ones are turned: what is
// accepted later has digests again, and those of two keys are not compared. The log is told once. A process that has
// the keys of before still, and one that is given them back, compares what it can.
func testLostKeyOfDigests(t *testing.T, database *store.Store) {
	notification := func(key string) shared.Notification {
		return shared.Notification{Key: key, To: "you@example.com", Text: "a secret link"}
	}
	directories := []string{t.TempDir(), t.TempDir(), t.TempDir()}
	for i, directory := range directories {
		keys := keyring(t, directory)
		s, log := withKeys(t, database, keys)
		var all []shared.Notification
		for n := range 10 {
			all = append(all, notification(fmt.Sprint(i, " ", n)))
		}
		deliverAll(t, s, database, notifyAll(t, s, all...))
		checkRepeated(t, s, all[0])
		if i > 0 {
			other := notification(fmt.Sprint(i-1, " ", 1))
			for _, other.Text = range []string{other.Text, "another"} {
				if again := notifyAll(t, s, other)[0]; !again.Duplicate || again.Differs {
					t.Errorf("what is not known of %s is told: %+v", other.Key, again)
				}
			}
		}
		if said := strings.Count(log.String(), "[WARN]"); said != min(i, 1) {
			t.Errorf("with key %d the log has %q", i, log.String())
		}
		if err := keys.Renew(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Reseal(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := keys.Forget(); err != nil {
			t.Fatal(err)
		}
		again, log := withKeys(t, database, keyring(t, directory))
		checkRepeated(t, again, all[2])
		if log.Len() > 0 {
			t.Errorf("with key %d, at the next start, the log has %q", i, log.String())
		}
	}
	keys, err := secret.OpenKeyring(t.Context(), directories[2], "", []string{
		"file://" + filepath.Join(directories[0], "key"), "file://" + filepath.Join(directories[1], "key")}, false)
	if err != nil {
		t.Fatal(err)
	}
	s, _ := withKeys(t, database, keys)
	for i := range directories {
		checkRepeated(t, s, notification(fmt.Sprint(i, " ", 3)))
	}
}

// TestDigestsWhileTheirKeyIsAway takes many notifications at once while Vault opens nothing: it is asked once, the log
// is told once, and no other key takes the place of the one that will be back.
func TestDigestsWhileTheirKeyIsAway(t *testing.T) {
	vault := &countingVault{}
	vault.version.Store(1)
	server := httptest.NewServer(vault)
	defer server.Close()
	source := "transit+http://" + server.Listener.Addr().String() + "/transit/smtp"
	directory := t.TempDir()
	first, _ := vaultService(t, directory, source)
	notification := shared.Notification{Key: "before", To: "you@example.com", Text: "a secret link"}
	deliverAll(t, first, first.configuration.Store, notifyAll(t, first, notification))
	s, _ := vaultService(t, directory, source)
	var log bytes.Buffer
	s.digests.logger = hclog.New(&hclog.LoggerOptions{Output: &log})
	vault.sealed.Store(true)
	for range 2 {
		var all []shared.Notification
		for range 100 {
			all = append(all, shared.Notification{To: "you@example.com", Text: "x"})
		}
		all = append(all, notification)
		notifyAll(t, s, all...)
	}
	if asked, said := vault.refused.Load(), strings.Count(log.String(), "[WARN]"); asked == 0 || asked > 2 || said != 1 {
		t.Errorf("Vault was asked %d times, and the log has %q", asked, log.String())
	}
	vault.sealed.Store(false)
	s.digests.again = time.Time{} // The pause is over.
	checkRepeated(t, s, notification)
}
