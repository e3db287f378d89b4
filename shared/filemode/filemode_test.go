//go:build unix

package filemode

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// inGroup has the group of the test's files have the members, beside those whose primary group it is.
func inGroup(t *testing.T, members, primary string) {
	t.Helper()
	directory := t.TempDir()
	info, err := os.Stat(directory)
	if err != nil {
		t.Fatal(err)
	}
	uid, gid, _ := owner(info)
	passwords := fmt.Sprintf("root:x:0:0::/:/bin/sh\nme:x:%d:%d::/:/bin/sh\nanna:x:54321:9::/:/bin/sh\n", uid, gid)
	if primary != "" {
		passwords += fmt.Sprintf("%s:x:54322:%d::/:/bin/sh\n", primary, gid)
	}
	oldGroup, oldPassword := groupFile, passwordFile
	groupFile, passwordFile = filepath.Join(directory, "group"), filepath.Join(directory, "passwd")
	t.Cleanup(func() { groupFile, passwordFile = oldGroup, oldPassword })
	for path, content := range map[string]string{passwordFile: passwords, groupFile: fmt.Sprintf("other:x:9:anna\nmine:x:%d:%s\n", gid, members)} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
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

// TestGroups holds who is another user of a file that its group can use.
func TestGroups(t *testing.T) {
	for _, c := range []struct {
		members, primary string
		lone             bool
	}{{"", "", true}, {"me", "", true}, {"me,root", "", true}, {"anna", "", false}, {"me,anna", "", false}, {"unheard", "", false}, {"", "bert", false}} {
		t.Run(c.members+c.primary, func(t *testing.T) {
			inGroup(t, c.members, c.primary)
			if err := Directory(made(t, true, 0o770)); (err == nil) != c.lone {
				t.Errorf("a directory of mode 0770: %v", err)
			}
			if tightened, err := Tighten(made(t, false, 0o660)); tightened == c.lone || err != nil {
				t.Errorf("a file of mode 0660: tightened %t, %v", tightened, err)
			}
		})
	}
	t.Run("unknown group", func(t *testing.T) {
		inGroup(t, "", "")
		if err := os.WriteFile(groupFile, []byte("other:x:9:\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := Directory(made(t, true, 0o770)); err == nil {
			t.Error("a group that nobody knows passes")
		}
	})
}

func TestDirectory(t *testing.T) {
	inGroup(t, "anna", "")
	for mode, passes := range map[fs.FileMode]bool{0o700: true, 0o755: true, 0o750: true, 0o500: true, 0o777: false, 0o775: false, 0o702: false, 0o720: false, 0o777 | fs.ModeSticky: false} {
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
	inGroup(t, "anna", "")
	for mode, want := range map[fs.FileMode]fs.FileMode{0o600: 0o600, 0o400: 0o400, 0o644: 0o600, 0o666: 0o600, 0o640: 0o600, 0o604: 0o600, 0o444: 0o400} {
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
	inGroup(t, "", "")
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
	if info, err := os.Stat(file); err != nil || Secret(info) == nil {
		t.Errorf("a secret of another user passes: %v", err)
	}
}

func TestSecret(t *testing.T) {
	inGroup(t, "anna", "")
	for mode, passes := range map[fs.FileMode]bool{0o600: true, 0o400: true, 0o644: false, 0o604: false, 0o640: false, 0o620: false, 0o602: false} {
		info, err := os.Stat(made(t, false, mode))
		if err != nil {
			t.Fatal(err)
		}
		if err := Secret(info); (err == nil) != passes {
			t.Errorf("mode %04o: %v", mode, err)
		}
	}
}

func TestShared(t *testing.T) {
	inGroup(t, "anna", "")
	for mode, passes := range map[fs.FileMode]bool{0o755: true, 0o777: false, 0o777 | fs.ModeSticky: os.Geteuid() == 0} {
		info, err := os.Stat(made(t, true, mode))
		if err != nil {
			t.Fatal(err)
		}
		if err := Shared(info); (err == nil) != passes {
			t.Errorf("mode %v: %v", mode, err)
		}
	}
}
