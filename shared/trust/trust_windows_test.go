package trust

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/windows"
)

// Lists: for this user only, or for everybody to read or to change as well.
const (
	alone    = "D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;OW)"
	readable = alone + "(A;OICI;0x1200a9;;;WD)"
	open     = alone + "(A;OICI;0x1301bf;;;WD)"
)

func setList(t *testing.T, path, list string) {
	t.Helper()
	user, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		t.Fatal(err)
	}
	descriptor, err := windows.SecurityDescriptorFromString(strings.ReplaceAll(list, "OW", user.User.Sid.String()))
	if err != nil {
		t.Fatal(err)
	}
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		t.Fatal(err)
	}
	const access = windows.READ_CONTROL | windows.WRITE_DAC
	file, err := windows.CreateFile(name, access, windows.FILE_SHARE_READ|windows.FILE_SHARE_WRITE, nil,
		windows.OPEN_EXISTING, windows.FILE_FLAG_BACKUP_SEMANTICS, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer windows.CloseHandle(file)
	const what = windows.DACL_SECURITY_INFORMATION | windows.PROTECTED_DACL_SECURITY_INFORMATION
	if err := windows.SetKernelObjectSecurity(file, what, descriptor); err != nil {
		t.Fatal(err)
	}
}

// TestCheck lets everybody change one thing on the way to the file, whatever it is.
func TestCheck(t *testing.T) {
	for name, c := range map[string]struct {
		list map[string]string // of what is not alone
		at   string            // the path at fault, below the base; empty when there is none
	}{
		"nothing":               {},
		"readable":              {list: map[string]string{"": readable, "bin": readable, `bin\plugin.exe`: readable}},
		"file for all":          {list: map[string]string{`bin\plugin.exe`: open}, at: `bin\plugin.exe`},
		"directory for all":     {list: map[string]string{"bin": open}, at: "bin"},
		"grandparent for all":   {list: map[string]string{".": alone + "(A;OICI;FA;;;WD)"}, at: "."},
		"another file for all":  {list: map[string]string{`bin\other.exe`: open}},
		"another directory too": {list: map[string]string{"other": open}},
	} {
		t.Run(name, func(t *testing.T) {
			base := filepath.Join(t.TempDir(), "blank in name")
			for _, directory := range []string{"", "bin", "other"} {
				if err := os.MkdirAll(filepath.Join(base, directory), 0o700); err != nil {
					t.Fatal(err)
				}
				setList(t, filepath.Join(base, directory), alone)
			}
			for _, file := range []string{`bin\plugin.exe`, `bin\other.exe`} {
				if err := os.WriteFile(filepath.Join(base, file), nil, 0o600); err != nil {
					t.Fatal(err)
				}
				setList(t, filepath.Join(base, file), alone)
			}
			for path, list := range c.list {
				setList(t, filepath.Join(base, path), list)
			}
			err := Check(filepath.Join(base, `bin\plugin.exe`))
			if c.at == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			at := filepath.Join(base, c.at)
			var found *Error
			if !errors.As(err, &found) || found.Path != at ||
				!strings.Contains(err.Error(), `(S-1-1-0), who could replace it; run: icacls "`+at+`" /grant:r "*S-1-1-0:`) {
				t.Errorf("%v; want it to be about %s", err, at)
			}
		})
	}
}

// TestCheckFails holds that what cannot be looked at does not pass.
func TestCheckFails(t *testing.T) {
	base := t.TempDir()
	if err := os.WriteFile(filepath.Join(base, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{filepath.Join(base, "missing"), filepath.Join(base, `file\below`), `Q:\nowhere`} {
		if err := Check(path); err == nil {
			t.Errorf("%s passes", path)
		}
	}
}

func TestSplit(t *testing.T) {
	for path, want := range map[string][]string{
		`C:\`:                       {`C:\`},
		`C:\a\b c`:                  {`C:\`, "a", "b c"},
		`\\server\share`:            {`\\server\share\`},
		`\\server\share\a\b`:        {`\\server\share\`, "a", "b"},
		`\\?\C:\a`:                  {`\\?\C:\`, "a"},
		`\\?\Volume{1-2-3-4}\a`:     {`\\?\Volume{1-2-3-4}\`, "a"},
		`\\?\UNC\server\share\a\b\`: {`\\server\share\`, "a", "b"},
	} {
		root, names := split(path)
		if got := append([]string{root}, names...); strings.Join(got, "|") != strings.Join(want, "|") {
			t.Errorf("%s: %q", path, got)
		}
	}
}
