package acceptance

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// needsRoot ends the test where it cannot do what only root can.
func needsRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		missing(t, "this test needs root")
	}
}

// TestUmask builds, and makes a plugin, under every umask: what comes out can be run by a host, which refuses what
// others could replace.
func TestUmask(t *testing.T) {
	t.Parallel()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	// What stands in for the go command makes its files as that one does: with all rights that the umask leaves.
	source := t.TempDir()
	for _, name := range []string{"smtp-plugin", "testharness"} {
		content, err := os.ReadFile(binary(name))
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(source, name), string(content), 0o777)
		if err := os.Chmod(filepath.Join(source, name), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	goCommand := filepath.Join(source, "go")
	write(t, goCommand, "#!/bin/sh\ncp "+source+"/smtp-plugin "+source+"/testharness \"$BIN\"\n", 0o755)
	for _, umask := range []string{"0000", "0002", "0022", "0077"} {
		t.Run(umask, func(t *testing.T) {
			t.Parallel()
			under := func(script string) {
				t.Helper()
				command := exec.Command("sh", "-ec", "umask "+umask+"\n"+script)
				command.Dir = t.TempDir()
				if out, err := command.CombinedOutput(); err != nil {
					t.Fatalf("%v\n%s", err, out)
				}
			}
			bin := filepath.Join(t.TempDir(), "bin")
			build := fmt.Sprintf("export BIN=%s\nmake -C %s build BIN=%s GO=%s", bin, root, bin, goCommand)
			under(build)
			path := manifest(t, "smtp", filepath.Join(bin, "smtp-plugin"))
			if r := harness(t, "", "schema", "--manifest", path); r.status != 0 {
				t.Errorf("what make build has made is refused: %s", r.stderr)
			}
			if err := os.Chmod(bin, 0o777); err != nil { // made by hand
				t.Fatal(err)
			}
			under(build)
			if r := harness(t, "", "schema", "--manifest", path); r.status != 0 {
				t.Errorf("what make build has made into a directory that was there is refused: %s", r.stderr)
			}
			place := t.TempDir()
			under(fmt.Sprintf("cd %s\n%s new weather --replace %s\ncd weather\n(umask 022 && cp "+
				"%s/smtp-plugin bin/weather-plugin)", place, binary("testharness"), root, source))
			if r := harness(t, "", "schema", "--manifest", filepath.Join(place, "weather", "plugin.hcl")); r.status != 0 {
				t.Errorf("what testharness new has made is refused: %s", r.stderr)
			}
		})
	}
}

// TestStrangersAreNotRun has a stranger own, or able to write to, each thing that decides what a host of root runs.
func TestStrangersAreNotRun(t *testing.T) {
	t.Parallel()
	needsRoot(t)
	const stranger = 4242
	content, err := os.ReadFile(binary("smtp-plugin"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, of string // whose owner or mode changes, below the directory of the test
		mode     os.FileMode
		says     string
	}{
		{"owner-of-binary", "bin/smtp-plugin", 0, "bin/smtp-plugin belongs to 4242"},
		{"owner-of-directory", "bin", 0, "bin belongs to 4242"},
		{"owner-of-manifest", "plugin.hcl", 0, "plugin.hcl belongs to 4242"},
		{"owner-above-all", ".", 0, "run: chown root "},
		{"mode-of-directory", "bin", 0o777, "bin can be written by others (mode 0777)"},
		{"mode-of-manifest", "plugin.hcl", 0o666, "plugin.hcl can be written by others (mode 0666)"},
		{"mode-above-all", ".", 0o777, "run: chmod go-w "},
	} {
		for _, command := range []string{"load", "debug"} {
			t.Run(c.name+"-"+command, func(t *testing.T) {
				directory := t.TempDir()
				path := filepath.Join(directory, "plugin.hcl")
				mkdir(t, filepath.Join(directory, "bin"))
				write(t, filepath.Join(directory, "bin", "smtp-plugin"), string(content), 0o755)
				write(t, path, "plugin \"smtp\" {\n  binary = \"bin/smtp-plugin\"\n}\n", 0o644)
				at := filepath.Join(directory, c.of)
				err := os.Chown(at, stranger, stranger)
				if c.mode != 0 {
					if err = os.Chown(at, 0, 0); err == nil {
						err = os.Chmod(at, c.mode)
					}
				}
				if err != nil {
					t.Fatal(err)
				}
				r := harness(t, "", command, "--manifest", path)
				if r.status != 2 || !strings.Contains(r.stderr, c.says) {
					t.Errorf("exit status %d, want 2; standard error does not say %q:\n%s", r.status, c.says, r.stderr)
				}
			})
		}
	}
}

// TestOrdinaryUser has an ordinary user run what belongs to root, and what is that user's own.
func TestOrdinaryUser(t *testing.T) {
	t.Parallel()
	needsRoot(t)
	const user = 4242
	directory := shortDir(t)
	if err := os.Chmod(directory, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"smtp-plugin", "testharness"} {
		content, err := os.ReadFile(binary(name))
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(directory, name), string(content), 0o755)
	}
	own := filepath.Join(directory, "own")
	mkdir(t, own)
	write(t, filepath.Join(own, "plugin.hcl"), "plugin \"smtp\" {\n  binary = \"../smtp-plugin\"\n}\n", 0o644)
	for _, path := range []string{own, filepath.Join(own, "plugin.hcl")} {
		if err := os.Chown(path, user, user); err != nil {
			t.Fatal(err)
		}
	}
	for _, theirs := range []bool{false, true} {
		if theirs { // Root would not run that.
			if err := os.Chown(filepath.Join(directory, "smtp-plugin"), user, user); err != nil {
				t.Fatal(err)
			}
		}
		command := exec.Command(filepath.Join(directory, "testharness"), "schema",
			"--manifest", filepath.Join(own, "plugin.hcl"))
		command.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: user, Gid: user}}
		command.Env = append(os.Environ(), "HOME="+own, "TMPDIR=/tmp")
		if out, err := command.CombinedOutput(); err != nil {
			t.Errorf("the binary is the user's own: %v: %v\n%s", theirs, err, out)
		}
	}
}

// TestSharedTemporaryDirectory has two hosts that do not see each other's processes share a directory for temporary
// files: neither removes what the other one uses, and what a killed one has left is removed.
func TestSharedTemporaryDirectory(t *testing.T) {
	t.Parallel()
	needsRoot(t)
	temporary := shortDir(t)
	path := manifest(t, "smtp", "smtp-plugin")
	start := func(before ...string) *exec.Cmd {
		t.Helper()
		args := append(before, binary("testharness"), "console", "--listen", "127.0.0.1:0", "--manifest", path)
		command := exec.Command(args[0], args[1:]...)
		command.Env = append(os.Environ(), "TMPDIR="+temporary)
		stdout, err := command.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = command.Process.Kill(); _ = command.Wait() })
		if _, err := bufio.NewReader(stdout).ReadString('\n'); err != nil {
			t.Fatal(err)
		}
		return command
	}
	inUse := func(want int, when string) {
		t.Helper()
		sockets, err := filepath.Glob(filepath.Join(temporary, "sp-*", "plugin*"))
		if err != nil || len(sockets) != want {
			t.Errorf("%s: sockets %v, want %d, error %v", when, sockets, want, err)
		}
	}
	apart := []string{"unshare", "--pid", "--fork", "--kill-child", "--mount-proc"}
	outer := start()
	inUse(1, "one host")
	inner := start(apart...)
	inUse(2, "a host in a namespace of its own beside it")
	third := start(apart...)
	inUse(3, "another one in a namespace of its own")
	if r := harnessIn(t, temporary, "", "load", "--manifest", path); r.status != 0 {
		t.Errorf("a host that comes and goes: %s", r.stderr)
	}
	inUse(3, "after a host has come and gone")
	for _, host := range []*exec.Cmd{outer, inner, third} {
		_ = host.Process.Kill()
		_ = host.Wait()
	}
	for late := time.Now().Add(time.Minute); len(processesWith(t, path)) > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(late) {
			t.Fatalf("processes live on: %v", processesWith(t, path))
		}
	}
	if r := harnessIn(t, temporary, "", "load", "--manifest", path); r.status != 0 {
		t.Errorf("the next host: %s", r.stderr)
	}
	checkNothingLeft(t, temporary, path)
}

// TestLongTemporaryDirectory has a directory for temporary files whose path is too long for a socket, and one that is
// not there.
func TestLongTemporaryDirectory(t *testing.T) {
	t.Parallel()
	path := manifest(t, "smtp", "smtp-plugin")
	long := filepath.Join(t.TempDir(), strings.Repeat("long-", 30))
	mkdir(t, long)
	for _, temporary := range []string{long, filepath.Join(long, "missing")} {
		if r := harnessIn(t, temporary, "", "load", "--manifest", path); r.status != 0 {
			t.Errorf("TMPDIR of %d bytes: exit status %d\n%s", len(temporary), r.status, r.stderr)
		}
	}
}
