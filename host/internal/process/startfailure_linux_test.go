package process

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"golang.org/x/sys/unix"

	"github.com/smtp-settings/smtp-settings/host/internal/pluginlog"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/manifest"
	"github.com/smtp-settings/smtp-settings/shared/transport"
)

// configured runs the plugin of a manifest with limits like those of a host.
func configured(m *manifest.Manifest) Config {
	return Config{Manifest: m, StartLimit: 10 * time.Second, Log: pluginlog.New(hclog.NewNullLogger())}
}

// TestStartFailures makes each start fail for real, and holds what is said: the cause, the remedy, the last lines of
// the log.
func TestStartFailures(t *testing.T) {
	told := map[string]bool{}
	for _, c := range startFailureCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if c.played != "" {
				c.script = "#!/bin/sh\nexport START_PLAYS=" + c.played + "\n" +
					"exec " + os.Args[0] + " -test.run=TestPlayedPlugin\n"
			}
			content := []byte(c.script)
			if c.content != nil {
				content = c.content(t)
			}
			m := declared(t, content, false)
			if c.arrange != nil {
				c.arrange(t, m.Binary)
			}
			config := configured(m)
			config.Arguments = c.arguments
			config.StartLimit = cmp.Or(c.limit, time.Minute)
			err := startFails(t, config)
			for c.cause == "first-calls-too-slow" && causeOf(t, err) == "too-slow" { // The machine is.
				config.StartLimit *= 2
				err = startFails(t, config)
			}
			if !errors.Is(err, shared.ErrPluginUnavailable) {
				t.Errorf("the plugin is not unavailable: %v", err)
			}
			for _, text := range c.says {
				if !strings.Contains(err.Error(), text) {
					t.Errorf("does not say %q:\n%v", text, err)
				}
			}
			if cause := causeOf(t, err); cause != c.cause {
				t.Errorf("told by %s, not by %s:\n%v", cause, c.cause, err)
			}
		})
		told[c.cause] = true
	}
	for _, cause := range startCauses {
		if !told[cause.name] {
			t.Errorf("no case for %s", cause.name)
		}
	}
}

// startFails starts a plugin that cannot be started, and returns what an administrator is told.
func startFails(t *testing.T, config Config) error {
	t.Helper()
	p, err := Start(t.Context(), config)
	if err == nil {
		p.Stop()
		t.Fatal("it started")
	}
	return WithLog(err)
}

// TestPlayedPlugin is no test: it is the process of a plugin that gets ready and then goes wrong.
func TestPlayedPlugin(*testing.T) {
	switch way := os.Getenv("START_PLAYS"); way {
	case "":
	case "silent":
		listener, err := net.Listen("unix", filepath.Join(os.Getenv("PLUGIN_UNIX_SOCKET_DIR"), "s"))
		if err != nil {
			panic(err)
		}
		fmt.Fprintf(os.Stdout, "1|1|unix|%s|grpc|\n", listener.Addr())
		time.Sleep(time.Hour)
	default:
		transport.Serve(&playedPage{way: way}, hclog.New(&hclog.LoggerOptions{Output: os.Stderr, JSONFormat: true}))
		os.Exit(0)
	}
}

type playedPage struct {
	shared.SettingsPage
	way string
}

func (p *playedPage) Info(ctx context.Context) (shared.Info, error) {
	if p.way == "ends" {
		go panic("out of patience")
	}
	<-ctx.Done()
	return shared.Info{}, ctx.Err()
}

func causeOf(t *testing.T, err error) string {
	t.Helper()
	var failure *startFailure
	if !errors.As(err, &failure) {
		t.Fatalf("%v is no failure of a start", err)
	}
	for _, cause := range startCauses {
		if cause.explain(failure) != "" {
			return cause.name
		}
	}
	return "nothing"
}

// TestNoexec starts a plugin on a file system that is mounted noexec, with and without a checksum.
func TestNoexec(t *testing.T) {
	if os.Getenv("START_NOEXEC") == "" {
		if os.Geteuid() != 0 {
			needsRoot(t, "only root mounts")
		}
		again := exec.Command(os.Args[0], "-test.run=^TestNoexec$", "-test.v")
		again.Env = append(os.Environ(), "START_NOEXEC=1")
		again.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
		if out, err := again.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	if err := unix.Mount("none", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		t.Fatal(err)
	}
	for _, pinned := range []bool{false, true} {
		m := declared(t, []byte("#!/bin/sh\n"), pinned)
		directory := filepath.Dir(m.Path)
		if err := unix.Mount(directory, directory, "", unix.MS_BIND, ""); err != nil {
			t.Fatal(err)
		}
		if err := unix.Mount("none", directory, "", unix.MS_BIND|unix.MS_REMOUNT|unix.MS_NOEXEC, ""); err != nil {
			t.Fatal(err)
		}
		if _, err := Start(t.Context(), configured(m)); err == nil || !strings.Contains(err.Error(), "mounted noexec") {
			t.Errorf("pinned %v: %v", pinned, err)
		}
		if err := unix.Unmount(directory, 0); err != nil {
			t.Fatal(err)
		}
	}
}

// TestTooManyFiles and TestTooManyProcesses reach a limit of the system in a process of their own.
func TestTooManyFiles(t *testing.T) {
	inProcess(t, 0, func() {
		m := declared(t, []byte("#!/bin/sh\n"), false)
		var before syscall.Rlimit
		if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &before); err != nil {
			t.Fatal(err)
		}
		limit := syscall.Rlimit{Cur: 3, Max: before.Max}
		if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
			t.Fatal(err)
		}
		_, err := Start(t.Context(), configured(m))
		if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &before); err != nil {
			t.Fatal(err)
		}
		if err == nil || !strings.Contains(err.Error(), "too many") {
			t.Errorf("%v", err)
		}
	})
}

func TestTooManyProcesses(t *testing.T) {
	if os.Geteuid() != 0 && os.Getenv("START_LIMITED") == "" {
		needsRoot(t, "only root changes the user")
	}
	inProcess(t, 4243, func() {
		m := declared(t, []byte("#!/bin/sh\n"), false)
		_, _ = Start(t.Context(), configured(m)) // The runtime has its threads now.
		if err := unix.Setrlimit(unix.RLIMIT_NPROC, &unix.Rlimit{Cur: 1, Max: 1}); err != nil {
			t.Fatal(err)
		}
		_, err := Start(t.Context(), configured(m))
		if err == nil || !strings.Contains(err.Error(), "may start no more processes") {
			t.Errorf("%v", err)
		}
	})
}

// inProcess runs a part of a test in a process of its own, with a user id unless that is zero.
func inProcess(t *testing.T, uid uint32, part func()) {
	t.Helper()
	if os.Getenv("START_LIMITED") != "" {
		part()
		return
	}
	program := os.Args[0]
	command := exec.Command(program, "-test.run=^"+t.Name()+"$", "-test.v")
	command.Env = append(os.Environ(), "START_LIMITED=1")
	if uid != 0 {
		directory, err := os.MkdirTemp("/tmp", "t")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.RemoveAll(directory) })
		content, err := os.ReadFile(program)
		if err != nil {
			t.Fatal(err)
		}
		command.Path = filepath.Join(directory, "test")
		if err := errors.Join(os.WriteFile(command.Path, content, 0o755), os.Chmod(directory, 0o755)); err != nil {
			t.Fatal(err)
		}
		command.Dir = directory
		command.Env = append(command.Env, "TMPDIR=/tmp", "HOME="+directory)
		command.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid}}
	}
	if out, err := command.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// needsRoot skips a test that only root can run, except in continuous integration, where nothing may be skipped.
func needsRoot(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("CI must not skip: %s", why)
	}
	t.Skip(why)
}
