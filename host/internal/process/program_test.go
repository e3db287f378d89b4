package process

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared/manifest"
	"github.com/smtp-settings/smtp-settings/shared/trust"
)

// declared writes a manifest beside a binary with the content and reads it.
func declared(t *testing.T, content []byte, pinned bool) *manifest.Manifest {
	t.Helper()
	directory := t.TempDir()
	keys := "binary = \"thing\"\n"
	if pinned {
		sum := sha256.Sum256(content)
		keys += fmt.Sprintf("sha256 = %q\n", hex.EncodeToString(sum[:]))
	}
	for name, c := range map[string]struct {
		content []byte
		mode    os.FileMode
	}{"thing": {content, 0o755}, "plugin.hcl": {[]byte("plugin \"thing\" {\n" + keys + "}\n"), 0o644}} {
		// A process that another test starts meanwhile would keep the file open for writing, and so not executable.
		syscall.ForkLock.RLock()
		err := os.WriteFile(filepath.Join(directory, name), c.content, c.mode)
		syscall.ForkLock.RUnlock()
		if err != nil {
			t.Fatal(err)
		}
	}
	m, err := manifest.Read(filepath.Join(directory, "plugin.hcl"))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// runProgram prepares a program, has the file changed, and runs what was prepared. It returns what that says.
func runProgram(t *testing.T, m *manifest.Manifest, change func()) string {
	t.Helper()
	if err := m.CheckProgram(); err != nil {
		t.Fatal(err)
	}
	prog, err := openProgram(m, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer prog.close()
	change()
	command := exec.Command(prog.path, "good")
	command.Args[0] = m.Binary
	command.ExtraFiles = prog.inherited()
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return strings.TrimSpace(string(out))
}

// TestPinnedBytesAreRun changes the binary after its checksum was found right: what runs is what was checked.
func TestPinnedBytesAreRun(t *testing.T) {
	echo, err := exec.LookPath("echo")
	if err != nil {
		t.Fatal(err)
	}
	compiled, err := os.ReadFile(echo)
	if err != nil {
		t.Fatal(err)
	}
	evil := []byte("#!/bin/sh\necho evil\n")
	for _, c := range []struct {
		name    string
		content []byte
		change  func(path string) error
	}{
		{"replaced", compiled, func(path string) error {
			if err := os.WriteFile(path+".new", evil, 0o755); err != nil {
				return err
			}
			return os.Rename(path+".new", path)
		}},
		{"overwritten", compiled, func(path string) error { return os.WriteFile(path, evil, 0o755) }},
		{"removed", compiled, os.Remove},
		{"directory replaced", compiled, func(path string) error {
			directory := filepath.Dir(path)
			if err := os.Rename(directory, directory+".old"); err != nil {
				return err
			}
			if err := os.Mkdir(directory, 0o755); err != nil {
				return err
			}
			return os.WriteFile(path, evil, 0o755)
		}},
		{"script replaced", []byte("#!/bin/sh\necho \"$1\"\n"), func(path string) error {
			if err := os.WriteFile(path+".new", evil, 0o755); err != nil {
				return err
			}
			return os.Rename(path+".new", path)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := declared(t, c.content, true)
			if said := runProgram(t, m, func() {
				if err := c.change(m.Binary); err != nil {
					t.Fatal(err)
				}
			}); said != "good" {
				t.Errorf("what ran says %q", said)
			}
		})
	}
}

// TestProcessKeepsItsName holds that a pinned program is called what it is called without a checksum.
func TestProcessKeepsItsName(t *testing.T) {
	m := declared(t, []byte("#!/bin/sh\ncat /proc/$$/comm; echo \"${0##*/}\"\n"), true)
	if said := runProgram(t, m, func() {}); said != "thing\nthing" {
		t.Errorf("the process is called %q", said)
	}
}

// TestPinnedScriptStaysInPlace holds that a script with a checksum finds what stands beside it.
func TestPinnedScriptStaysInPlace(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("Node.js is not installed")
	}
	m := declared(t, []byte("#!"+node+"\nrequire('./beside.js');\n"), true)
	beside := filepath.Join(filepath.Dir(m.Binary), "beside.js")
	if err := os.WriteFile(beside, []byte("console.log('good')\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if said := runProgram(t, m, func() {}); said != "good" {
		t.Errorf("it says %q", said)
	}
}

// TestWrongSum leaves nothing open and nothing behind.
func TestWrongSum(t *testing.T) {
	for _, content := range []string{"\x7fELF...", "#!/bin/sh\n", "", "x"} {
		m := declared(t, []byte(content), true)
		if err := os.WriteFile(m.Binary, []byte(content+" "), 0o755); err != nil {
			t.Fatal(err)
		}
		prog, err := openProgram(m, t.TempDir())
		var unusable *manifest.Error
		if prog != nil || !errors.As(err, &unusable) || !strings.Contains(err.Error(), "it was not run") {
			t.Errorf("%q: %v", content, err)
		}
	}
}

// TestOthersCanChangeWhatIsRun lets others write to each of the files and directories that decide what is run.
func TestOthersCanChangeWhatIsRun(t *testing.T) {
	for _, c := range []struct{ name, loosened, says string }{
		{"binary", "thing", "was not run, as others could replace it"},
		{"manifest", "plugin.hcl", "this file says what is run, and others could change that"},
		{"directory", ".", "run: chmod go-w "},
	} {
		for _, pinned := range []bool{false, true} {
			m := declared(t, []byte("#!/bin/sh\n"), pinned)
			if err := os.Chmod(filepath.Join(filepath.Dir(m.Path), c.loosened), 0o777); err != nil {
				t.Fatal(err)
			}
			err := m.CheckProgram()
			var unusable *manifest.Error
			var who *trust.Error
			if !errors.As(err, &unusable) || !errors.As(err, &who) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%s, pinned %v: %v", c.name, pinned, err)
			}
		}
	}
}
