//go:build wine

package acceptance

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Programs of Debian's packages wine64 and gcc-mingw-w64-x86-64-win32.
const (
	wineLoader   = "/usr/lib/wine/wine64"
	wineServer   = "/usr/lib/wine/wineserver64"
	mingwProgram = "x86_64-w64-mingw32-gcc"
)

// installed is where the product lies on Windows: a path with blanks, as there.
const installed = `C:\Program Files\SMTP Settings\bin\`

// windows is a system that Wine stands in for, with the product as it is built for Windows. The first test that needs
// it makes it, and TestMain ends it with all that runs there.
var windows struct {
	made   sync.Once
	prefix string
	err    error
}

// makeWindows sets Wine's prefix up and builds the programs, at the same time.
func makeWindows() {
	if windows.prefix, windows.err = os.MkdirTemp("", "wine-"); windows.err != nil {
		return
	}
	bin := filepath.Join(windows.prefix, "bin")
	var both sync.WaitGroup
	var building, booting error
	both.Go(func() {
		build := exec.Command("go", "build", "-ldflags=-s -w", "-o", bin+"/", "../../cmd/smtp-plugin", "../../testharness")
		build.Env = append(os.Environ(), "GOOS=windows", "GOARCH=amd64", "CGO_ENABLED=0")
		building = output(build)
	})
	both.Go(func() {
		// The server would end with the last program, and starting it takes seconds.
		if booting = output(wineCommand(wineServer, "--persistent")); booting != nil {
			return
		}
		if booting = output(wineCommand(wineLoader, "wineboot", "--init")); booting != nil {
			return
		}
		booting = output(exec.Command(mingwProgram, "-shared", "-s", "-O2", "-Wall", "-Werror", "-o",
			filepath.Join(windows.prefix, "drive_c", "windows", "system32", "bcryptprimitives.dll"),
			"testdata/wine/bcryptprimitives.c", "-ladvapi32"))
	})
	both.Wait()
	if windows.err = errors.Join(building, booting); windows.err != nil {
		return
	}
	to := unixPath(installed)
	windows.err = errors.Join(os.MkdirAll(filepath.Dir(filepath.Clean(to)), 0o755), os.Rename(bin, filepath.Clean(to)))
}

// endWindows ends all that runs by Wine, and removes it.
func endWindows() error {
	if windows.prefix == "" {
		return nil
	}
	_ = output(wineCommand(wineServer, "--kill")) // It fails when there is no server.
	return errors.Join(output(wineCommand(wineServer, "--wait")), os.RemoveAll(windows.prefix))
}

// output runs a command. What it leaves running may hold its output open, which is a file therefore.
func output(command *exec.Cmd) error {
	out, err := os.CreateTemp("", "output-")
	if err != nil {
		return err
	}
	defer os.Remove(out.Name())
	defer out.Close()
	command.Stdout, command.Stderr = out, out
	if err := command.Run(); err != nil {
		said, _ := os.ReadFile(out.Name())
		return fmt.Errorf("%s: %w\n%s", strings.Join(command.Args, " "), err, said)
	}
	return nil
}

// wineCommand is a program of Wine's, with an environment that has nothing of this system's user.
func wineCommand(program string, args ...string) *exec.Cmd {
	command := exec.Command(program, args...)
	command.Dir = windows.prefix
	command.Env = []string{
		"WINEPREFIX=" + windows.prefix, "HOME=" + windows.prefix, "WINEDEBUG=-all",
		"WINEDLLOVERRIDES=mscoree,mshtml,winemenubuilder.exe=", // What they are for would be asked for on a screen.
		"PATH=" + os.Getenv("PATH"), "LANG=C.UTF-8", "SECRET=practice",
	}
	return command
}

// unixPath is where a file of drive C: lies.
func unixPath(path string) string {
	path = strings.TrimPrefix(path, `C:\`)
	return filepath.Join(windows.prefix, "drive_c", filepath.FromSlash(strings.ReplaceAll(path, `\`, "/")))
}

// desk is a directory on drive C: that a test has for itself, and the programs that run there.
type desk struct {
	testing.TB
	directory string // as Windows names it
}

// onWindows makes a directory, whose name has a blank.
func onWindows(t testing.TB) desk {
	t.Helper()
	for _, program := range []string{wineLoader, wineServer, mingwProgram} {
		if _, err := exec.LookPath(program); err != nil {
			missing(t, program+" is not installed")
		}
	}
	windows.made.Do(makeWindows)
	if windows.err != nil {
		t.Fatal(windows.err)
	}
	d := desk{TB: t, directory: `C:\Consoles\` + t.Name() + ` data`}
	if err := os.MkdirAll(unixPath(d.directory), 0o755); err != nil {
		t.Fatal(err)
	}
	return d
}

// path is the path of a file in the directory, as Windows names it.
func (d desk) path(name string) string { return d.directory + `\` + name }

// write writes a file into the directory and returns its path.
func (d desk) write(name, content string, mode os.FileMode) string {
	d.Helper()
	path := unixPath(d.path(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		d.Fatal(err)
	}
	write(d, path, content, mode)
	if err := os.Chmod(path, mode); err != nil { // whatever the umask is
		d.Fatal(err)
	}
	return d.path(name)
}

// manifest writes a plugin.hcl with the lines of Windows. The lines of config go into its config block.
func (d desk) manifest(config ...string) string {
	d.Helper()
	text := fmt.Sprintf("plugin \"smtp\" {\n  binary = %q\n  env = [\"SMTP_*\"]\n  config {\n%s\n  }\n}\n",
		installed+"smtp-plugin.exe", strings.Join(config, "\n"))
	return d.write("plugin.hcl", strings.ReplaceAll(text, "\n", "\r\n"), 0o644)
}

func (d desk) command(program string, args ...string) *exec.Cmd {
	command := wineCommand(wineLoader, append([]string{installed + program}, args...)...)
	command.Dir = unixPath(d.directory)
	return command
}

// harness runs the harness in the directory. The variable SECRET is "practice".
func (d desk) harness(args ...string) result {
	d.Helper()
	command := d.command("testharness.exe", args...)
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	err := command.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		d.Fatal(err)
	}
	return result{status: command.ProcessState.ExitCode(), stdout: stdout.String(), stderr: stderr.String()}
}

// must runs the harness, which must succeed, and returns what it has printed.
func (d desk) must(args ...string) string {
	d.Helper()
	r := d.harness(args...)
	if r.status != 0 {
		d.Fatalf("%s: exit status %d\n%s%s", strings.Join(args, " "), r.status, r.stdout, r.stderr)
	}
	return r.stdout
}

// save saves settings for the port of this machine.
func (d desk) save(port int) {
	d.Helper()
	d.must("save", "--set", "server=127.0.0.1", "--set", fmt.Sprintf("port=%d", port), "--set", "login="+notifyLogin,
		"--secret", "password=env:SECRET")
}

// running is a program on Windows that has said that it is ready.
type running struct {
	*exec.Cmd
	line  string // what it has said
	lines *bufio.Reader
}

// start starts a program and waits for its first line. It is killed when the test ends.
func (d desk) start(program string, args ...string) running {
	d.Helper()
	command := d.command(program, args...)
	command.Stderr = os.Stderr
	stdout, err := command.StdoutPipe()
	if err != nil {
		d.Fatal(err)
	}
	if err := command.Start(); err != nil {
		d.Fatal(err)
	}
	r := running{Cmd: command, lines: bufio.NewReader(stdout)}
	d.Cleanup(r.kill)
	if r.line, err = r.lines.ReadString('\n'); err != nil {
		d.Fatalf("%s %s ended before it was ready: %v", program, strings.Join(args, " "), command.Wait())
	}
	return r
}

// kill ends the program as a power failure would, not what it has started.
func (r running) kill() {
	_ = r.Process.Kill()
	_ = r.Wait()
}

var consoleAddress = regexp.MustCompile(`http://[0-9.:]+/`)

// console starts the practice Console and returns its address, which ends in a slash.
func (d desk) console(args ...string) (running, string) {
	d.Helper()
	r := d.start("testharness.exe", append([]string{"console", "--listen", "127.0.0.1:0"}, args...)...)
	address := consoleAddress.FindString(r.line)
	if address == "" {
		d.Fatalf("the Console did not say where it is: %q", r.line)
	}
	return r, address
}

// plugins are the processes of plugins that were started with a manifest in the directory.
func (d desk) plugins() []int {
	d.Helper()
	var found []int
	for _, pid := range processesWith(d, d.directory) {
		line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
		if err == nil && strings.Contains(string(line), "-plugin") {
			found = append(found, pid)
		}
	}
	return found
}

// killPlugin kills the one plugin and returns its process.
func (d desk) killPlugin() int {
	d.Helper()
	pids := d.plugins()
	if len(pids) != 1 {
		d.Fatalf("%d plugins run, not one: %v", len(pids), pids)
	}
	if err := kill(pids[0], syscall.SIGKILL); err != nil {
		d.Fatal(err)
	}
	return pids[0]
}

// await waits until it is so.
func (d desk) await(what string, so func() bool) {
	d.Helper()
	for late := time.Now().Add(2 * time.Minute); !so(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(late) {
			d.Fatalf("it never happened that %s", what)
		}
	}
}
