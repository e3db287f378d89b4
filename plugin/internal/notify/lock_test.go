package notify

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestLockIsOfOneProcess holds that there is never a second one, whatever happens to its file.
func TestLockIsOfOneProcess(t *testing.T) {
	for name, harm := range harmsToLock {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "notifications.lock")
			first, second := &fileClaim{path: path, me: thisProcess("first", time.Now())},
				&fileClaim{path: path, me: thisProcess("second", time.Now())}
			if taken, err := first.take(t.Context()); !taken || err != nil {
				t.Fatal(taken, err)
			}
			harm(t, path)
			if taken, err := second.take(t.Context()); taken || err != nil {
				t.Errorf("a second process has it as well: %v", err)
			}
			if kept, err := first.keep(t.Context()); !kept || err != nil {
				t.Errorf("the first lost it: %v", err)
			}
			if taken, err := second.take(t.Context()); taken || err != nil {
				t.Errorf("a second process has it as well, later: %v", err)
			}
			if by, err := second.holders(t.Context()); err != nil || len(by) != 1 || name != "emptied" &&
				(by[0].Node != "first" || by[0].PID != os.Getpid() || by[0].Host == "") {
				t.Errorf("%+v has it, %v", by, err)
			}
			first.release(t.Context())
			if by, err := second.holders(t.Context()); err != nil || len(by) != 0 {
				t.Errorf("%+v has what was released, %v", by, err)
			}
			if taken, err := second.take(t.Context()); !taken || err != nil {
				t.Errorf("it cannot be taken after it was released: %v", err)
			}
			second.release(t.Context())
		})
	}
}

// TestLockCannotBeTaken tells why, and can be taken when that is mended.
func TestLockCannotBeTaken(t *testing.T) {
	path := filepath.Join(t.TempDir(), "away", "notifications.lock")
	claim := &fileClaim{path: path, me: thisProcess("one", time.Now())}
	if taken, err := claim.take(t.Context()); taken || err == nil {
		t.Fatalf("taken in a directory that is not there: %v", err)
	}
	if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if taken, err := claim.take(t.Context()); !taken || err != nil {
		t.Error(taken, err)
	}
	claim.release(t.Context())
}
