//go:build unix

package socketdir

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func entries(t *testing.T, base string) []string {
	t.Helper()
	list, err := os.ReadDir(base)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range list {
		names = append(names, entry.Name())
	}
	return names
}

// shortDir is a directory with a path short enough for a socket in it.
func shortDir(t *testing.T) string {
	t.Helper()
	directory, err := os.MkdirTemp("/tmp", "t")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(directory) })
	return directory
}

// TestStaleIsRemoved holds which directories count as left behind: ours, of this user, that nobody has locked.
func TestStaleIsRemoved(t *testing.T) {
	base, elsewhere := shortDir(t), shortDir(t)
	held, err := newIn([]string{base})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"sp-12345", "sp-4194304-12345", "sp-", "sp-12x", "other-1", "sp-2024", "sp-55"} {
		if err := os.MkdirAll(filepath.Join(base, name, "inside"), 0o700); err != nil {
			t.Fatal(err)
		}
		if name == "sp-2024" || name == "sp-55" { // Somebody else's work, which only has such a name.
			continue
		}
		if err := os.WriteFile(filepath.Join(base, name, marker), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Join(held.Path, marker), filepath.Join(base, "sp-55", marker)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(base, "sp-77"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(elsewhere, filepath.Join(base, "sp-88")); err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() == 0 {
		if err := os.Mkdir(filepath.Join(base, "sp-99"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Lchown(filepath.Join(base, "sp-99"), 4242, 4242); err != nil {
			t.Fatal(err)
		}
	}
	removeStale(base)
	left := strings.Join(entries(t, base), " ")
	if strings.Contains(left, "sp-12345 ") {
		t.Errorf("what was left behind stays: %s", left)
	}
	kept := []string{
		filepath.Base(held.Path), "sp-4194304-12345", "sp-", "sp-12x", "other-1", "sp-77", "sp-88",
		"sp-2024/inside", "sp-55/inside",
	}
	if os.Geteuid() == 0 {
		kept = append(kept, "sp-99")
	}
	for _, name := range kept {
		if _, err := os.Lstat(filepath.Join(base, name)); err != nil {
			t.Errorf("%s was removed: %s", name, left)
		}
	}
	if _, err := os.Stat(elsewhere); err != nil {
		t.Error("what a link leads to was removed")
	}
	held.Remove()
	if _, err := os.Stat(held.Path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Remove leaves it: %v", err)
	}
}

// TestMadeAndRemovedAtOnce makes directories while others look for stale ones all the time: none in use is removed.
func TestMadeAndRemovedAtOnce(t *testing.T) {
	base := shortDir(t)
	done := make(chan struct{})
	var cleaners, makers sync.WaitGroup
	for range 2 {
		cleaners.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
					removeStale(base)
				}
			}
		})
	}
	for range 4 {
		makers.Go(func() {
			for range 50 {
				d, err := newIn([]string{base})
				if err != nil {
					t.Error(err)
					return
				}
				if err := os.WriteFile(filepath.Join(d.Path, "socket"), nil, 0o600); err != nil {
					t.Errorf("a directory in use was removed: %v", err)
				}
				d.Remove()
			}
		})
	}
	makers.Wait()
	close(done)
	cleaners.Wait()
	if left := entries(t, base); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// TestBase holds which directory is chosen, and that a socket of the longest name fits into it.
func TestBase(t *testing.T) {
	short := shortDir(t)
	exact := filepath.Join(short, strings.Repeat("x", longestBase-len(short)-1))
	long := exact + "x"
	open := filepath.Join(short, "open")
	for path, mode := range map[string]os.FileMode{exact: 0o755, long: 0o755, open: 0o777} {
		if err := os.Mkdir(path, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	missing := filepath.Join(short, "missing")
	file := filepath.Join(short, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ first, chosen, says string }{
		{first: exact, chosen: exact},
		{first: long, chosen: exact, says: "a socket's path leaves room for"},
		{first: missing, chosen: exact, says: "no such file"},
		{first: file, chosen: exact, says: "not a directory"},
		{first: open, chosen: exact, says: "can be written by others"},
	} {
		d, err := newIn([]string{c.first, exact})
		if err != nil {
			t.Fatal(err)
		}
		if filepath.Dir(d.Path) != c.chosen {
			t.Errorf("%s: chosen is %s", c.first, d.Path)
		}
		listener, err := net.Listen("unix", filepath.Join(d.Path, strings.Repeat("s", 30)))
		if err != nil {
			t.Errorf("%s: %v", c.first, err)
		} else {
			_ = listener.Close()
		}
		d.Remove()
		if c.says == "" {
			continue
		}
		_, err = newIn([]string{c.first})
		if err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "set TMPDIR") {
			t.Errorf("%s alone: %v", c.first, err)
		}
	}
}

func TestBases(t *testing.T) {
	t.Setenv("TMPDIR", "/var/tmp/")
	t.Setenv("XDG_RUNTIME_DIR", "relative")
	if got := strings.Join(bases(), " "); got != "/var/tmp /tmp" {
		t.Error(got)
	}
}

// TestLongTemporaryDirectory holds that the directory that macOS gives to each user is short enough.
func TestLongTemporaryDirectory(t *testing.T) {
	if given := "/var/folders/zz/zyxvpxvq6csfxvn_n0000000000000/T"; len(given) > longestBase {
		t.Errorf("%s has %d bytes, of %d", given, len(given), longestBase)
	}
}
