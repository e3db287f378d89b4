package filemode

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/windows"

	"github.com/smtp-settings/smtp-settings/shared/internal/accesslist"
)

// share lets everybody use what the path leads to as the rights say.
func share(t *testing.T, path, rights string) {
	t.Helper()
	self, err := accesslist.Self()
	if err != nil {
		t.Fatal(err)
	}
	descriptor, err := windows.SecurityDescriptorFromString("D:P(A;OICI;FA;;;" + self + ")(A;OICI;" + rights + ";;;WD)")
	if err != nil {
		t.Fatal(err)
	}
	list, _, err := descriptor.DACL()
	if err != nil {
		t.Fatal(err)
	}
	const what = windows.DACL_SECURITY_INFORMATION | windows.PROTECTED_DACL_SECURITY_INFORMATION
	if err := windows.SetNamedSecurityInfo(path, windows.SE_FILE_OBJECT, what, nil, nil, list, nil); err != nil {
		t.Fatal(err)
	}
}

// As the command icacls calls them.
const modify, readExecute = "0x1301bf", "0x1200a9"

// private fails the test unless only those who are trusted can use what the path leads to.
func private(t *testing.T, path string) {
	t.Helper()
	self, err := accesslist.Self()
	if err != nil {
		t.Fatal(err)
	}
	list, err := accesslist.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if entry, found := list.Granted(accesslist.Changing|accesslist.Reading, self); found || list.Owner == "" {
		t.Errorf("%s: %+v may use it", path, entry)
	}
}

// TestNewIsPrivate makes files and directories in one that everybody may read.
func TestNewIsPrivate(t *testing.T) {
	base := t.TempDir()
	share(t, base, readExecute)
	file, err := Create(filepath.Join(base, "new"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := file.WriteString("content"); err != nil {
		t.Fatal(err)
	}
	private(t, file.Name())
	if _, err := Create(file.Name()); !errors.Is(err, fs.ErrExist) {
		t.Errorf("made twice: %v", err)
	}
	if content, err := os.ReadFile(file.Name()); string(content) != "content" {
		t.Errorf("read while it is open: %q, %v", content, err)
	}
	temporary, err := CreateTemp(base, "temporary-")
	if err != nil {
		t.Fatal(err)
	}
	defer temporary.Close()
	private(t, temporary.Name())
	directory, err := MkdirTemp(base, "directory-")
	if err != nil {
		t.Fatal(err)
	}
	private(t, directory)
	inside := filepath.Join(directory, "inside")
	if err := os.WriteFile(inside, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	deep := filepath.Join(base, "a", "b", "c")
	if err := Directory(deep); err != nil {
		t.Fatal(err)
	}
	for path := deep; path != base; path = filepath.Dir(path) {
		private(t, path)
	}
}

func TestScratch(t *testing.T) {
	base := t.TempDir()
	file, err := Scratch(base, "scratch-")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.WriteString("content"); err != nil {
		t.Error(err)
	}
	private(t, file.Name())
	file.Close()
	if entries, err := os.ReadDir(base); err != nil || len(entries) != 0 {
		t.Errorf("%v is left, %v", entries, err)
	}
}

func TestDirectory(t *testing.T) {
	for rights, passes := range map[string]bool{modify: false, readExecute: true, "FA": false} {
		path := filepath.Join(t.TempDir(), "data")
		if err := Directory(path); err != nil {
			t.Fatal(err)
		}
		share(t, path, rights)
		err := Directory(path)
		if (err == nil) != passes || err != nil && (!strings.HasPrefix(err.Error(), path+" can be written by others (") ||
			!strings.Contains(err.Error(), `run icacls "`+path+`" /grant:r "*S-1-1-0:(OI)(CI)RX"`)) {
			t.Errorf("%s: %v", rights, err)
		}
		info, statErr := os.Stat(path)
		if statErr != nil {
			t.Fatal(statErr)
		}
		if err := Shared(path, info); (err == nil) != passes || err != nil && strings.Contains(err.Error(), path) {
			t.Errorf("%s, read only: %v", rights, err)
		}
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Directory(file); err == nil {
		t.Error("a file passes for a directory")
	}
}

func TestTighten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if tightened, err := Tighten(path); tightened || err != nil {
		t.Errorf("a file that is not there: %t, %v", tightened, err)
	}
	file, err := Create(path)
	if err != nil {
		t.Fatal(err)
	}
	file.Close()
	for _, rights := range []string{modify, readExecute, "FA"} {
		share(t, path, rights)
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := Secret(path, info); err == nil || strings.Contains(err.Error(), path) ||
			!strings.Contains(err.Error(), `run icacls FILE /remove:g "*S-1-1-0"`) {
			t.Errorf("%s, as a secret: %v", rights, err)
		}
		if tightened, err := Tighten(path); !tightened || err != nil {
			t.Errorf("%s: %t, %v", rights, tightened, err)
		}
		private(t, path)
		if tightened, err := Tighten(path); tightened || err != nil {
			t.Errorf("%s, again: %t, %v", rights, tightened, err)
		}
		if err := Secret(path, info); err != nil {
			t.Error(err)
		}
	}
}
