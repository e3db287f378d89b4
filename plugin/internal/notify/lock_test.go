//go:build unix

package notify

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// TestLockIsOfOneProcess holds that there is never a second one, whatever happens to its file.
func TestLockIsOfOneProcess(t *testing.T) {
	for name, harm := range map[string]func(t *testing.T, path string){
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
	} {
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
