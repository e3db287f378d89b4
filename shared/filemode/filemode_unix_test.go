//go:build unix

package filemode

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// inGroup has the group of every file have another member, or none.
func inGroup(t *testing.T, lone bool) {
	t.Helper()
	old := loneGroup
	loneGroup = func(string, fs.FileInfo) bool { return lone }
	t.Cleanup(func() { loneGroup = old })
}

// made is a file, or a directory, with the mode.
func made(t *testing.T, directory bool, mode fs.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x")
	var err error
	if directory {
		err = os.Mkdir(path, 0o700)
	} else {
		err = os.WriteFile(path, nil, 0o600)
	}
	if err == nil {
		err = os.Chmod(path, mode)
	}
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// TestGroups counts the members of a file's group among the others, unless there are none.
func TestGroups(t *testing.T) {
	for _, lone := range []bool{true, false} {
		inGroup(t, lone)
		if err := Directory(made(t, true, 0o770)); (err == nil) != lone {
			t.Errorf("a directory of mode 0770 whose group has no other member, %t: %v", lone, err)
		}
		if tightened, err := Tighten(made(t, false, 0o660)); tightened == lone || err != nil {
			t.Errorf("a file of mode 0660 whose group has no other member, %t: tightened %t, %v", lone, tightened, err)
		}
	}
}

func TestDirectory(t *testing.T) {
	inGroup(t, false)
	for mode, passes := range map[fs.FileMode]bool{0o700: true, 0o755: true, 0o750: true, 0o500: true, 0o777: false,
		0o775: false, 0o702: false, 0o720: false, 0o777 | fs.ModeSticky: false} {
		path := made(t, true, mode)
		err := Directory(path)
		if (err == nil) != passes || err != nil && !strings.Contains(err.Error(), "run chmod go-w "+path) {
			t.Errorf("mode %v: %v", mode, err)
		}
	}
	if err := Directory(made(t, false, 0o600)); err == nil {
		t.Error("a file passes for a directory")
	}
}

// TestAnyUmask makes a directory that its owner can use, and nobody else.
func TestAnyUmask(t *testing.T) {
	for _, mask := range []int{0, 0o002, 0o022, 0o077, 0o277} {
		path := filepath.Join(t.TempDir(), "data")
		old := syscall.Umask(mask)
		err := Directory(path)
		syscall.Umask(old)
		if info, statErr := os.Stat(path); err != nil || statErr != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("umask %04o: %v, %v, %v", mask, info, err, statErr)
		}
	}
}

func TestTighten(t *testing.T) {
	inGroup(t, false)
	for mode, want := range map[fs.FileMode]fs.FileMode{0o600: 0o600, 0o400: 0o400, 0o644: 0o600, 0o666: 0o600,
		0o640: 0o600, 0o604: 0o600, 0o444: 0o400} {
		path := made(t, false, mode)
		tightened, err := Tighten(path)
		info, statErr := os.Stat(path)
		if err != nil || statErr != nil || tightened != (mode != want) || info.Mode().Perm() != want {
			t.Errorf("mode %04o: %t, %v; now %v", mode, tightened, err, info.Mode())
		}
	}
	if tightened, err := Tighten(filepath.Join(t.TempDir(), "none")); tightened || err != nil {
		t.Errorf("a file that is not there: %t, %v", tightened, err)
	}
}

// TestOwners is about files of others, which only root can make.
func TestOwners(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Log("only root can give files to others")
		return
	}
	inGroup(t, true)
	directory, file := made(t, true, 0o700), made(t, false, 0o600)
	for _, path := range []string{directory, file} {
		if err := os.Chown(path, 54321, 54321); err != nil {
			t.Fatal(err)
		}
	}
	if err := Directory(directory); err == nil || !strings.Contains(err.Error(), "belongs to another user (uid 54321)") {
		t.Errorf("a directory of another user: %v", err)
	}
	if _, err := Tighten(file); err == nil || !strings.Contains(err.Error(), "belongs to another user") {
		t.Errorf("a file of another user: %v", err)
	}
	if info, err := os.Stat(file); err != nil || Secret(file, info) == nil {
		t.Errorf("a secret of another user passes: %v", err)
	}
}

func TestSecret(t *testing.T) {
	inGroup(t, false)
	for mode, passes := range map[fs.FileMode]bool{0o600: true, 0o400: true, 0o644: false, 0o604: false, 0o640: false,
		0o620: false, 0o602: false} {
		path := made(t, false, mode)
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := Secret(path, info); (err == nil) != passes {
			t.Errorf("mode %04o: %v", mode, err)
		}
	}
}

func TestShared(t *testing.T) {
	inGroup(t, false)
	for mode, passes := range map[fs.FileMode]bool{0o755: true, 0o777: false, 0o777 | fs.ModeSticky: os.Geteuid() == 0} {
		path := made(t, true, mode)
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := Shared(path, info); (err == nil) != passes {
			t.Errorf("mode %v: %v", mode, err)
		}
	}
}
