package acceptance

import (
	"os"
	"testing"
	"time"
)

// awaitMail waits until the mailbox file holds a mail that has been written to its end.
func awaitMail(t testing.TB, path string) string {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	late := time.After(30 * time.Second) // Only so that a lost mail ends the test.
	for {
		if content, err := os.ReadFile(path); err == nil && len(content) > 0 && content[len(content)-1] == '\n' {
			return string(content)
		}
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("no mail arrived in %s", path)
		}
	}
}
