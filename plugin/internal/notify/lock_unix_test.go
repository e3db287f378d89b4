//go:build unix

package notify

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// harmsToLock are what others may do with the file of a lock that is held.
var harmsToLock = map[string]func(t *testing.T, path string){
	"nothing": func(*testing.T, string) {},
	"deleted": func(t *testing.T, path string) {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	},
	"replaced": func(t *testing.T, path string) {
		if err := os.WriteFile(path+".new", []byte("{}"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(path+".new", path); err != nil {
			t.Fatal(err)
		}
	},
	"emptied": func(t *testing.T, path string) {
		if err := os.Truncate(path, 0); err != nil {
			t.Fatal(err)
		}
	},
}

// TestLockOfOlderVersion respects the lock on the file alone, and notices when such a process takes a new file.
func TestLockOfOlderVersion(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notifications.lock")
	older := func() *os.File {
		file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
			t.Fatal(err)
		}
		return file
	}
	held := older()
	claim := &fileClaim{path: path, me: thisProcess("new", time.Now())}
	if taken, err := claim.take(t.Context()); taken || err != nil {
		t.Fatalf("taken beside an older version: %v", err)
	}
	if by, err := claim.holders(t.Context()); err != nil || len(by) != 1 {
		t.Errorf("%+v has it, %v", by, err)
	}
	held.Close()
	if taken, err := claim.take(t.Context()); !taken || err != nil {
		t.Fatal(taken, err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	defer older().Close()
	kept := true
	for range patience {
		var err error
		if kept, err = claim.keep(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if kept {
		t.Error("both deliver for good")
	}
}
