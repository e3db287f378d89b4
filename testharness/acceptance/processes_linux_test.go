package acceptance

import (
	"context"
	"crypto/tls"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health/grpc_health_v1"
)

// TestCallsAreAuthenticated reaches the plugin's socket, as only the same user can, and still gets no answer without
// the certificate of the host.
func TestCallsAreAuthenticated(t *testing.T) {
	temporary := shortDir(t)
	t.Setenv("TMPDIR", temporary)
	supervised(t, manifest(t, "smtp", "smtp-plugin"))
	sockets, err := filepath.Glob(filepath.Join(temporary, "sp-*", "plugin*"))
	if err != nil || len(sockets) != 1 {
		t.Fatalf("sockets: %v, %v", sockets, err)
	}
	for name, transport := range map[string]credentials.TransportCredentials{
		"in clear":              insecure.NewCredentials(),
		"without a certificate": credentials.NewTLS(&tls.Config{InsecureSkipVerify: true}),
	} {
		connection, err := grpc.NewClient("unix://"+sockets[0], grpc.WithTransportCredentials(transport))
		if err != nil {
			t.Fatal(err)
		}
		defer connection.Close()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // Only so that silence ends the test.
		defer cancel()
		answer, err := grpc_health_v1.NewHealthClient(connection).Check(ctx,
			&grpc_health_v1.HealthCheckRequest{Service: "plugin"})
		if err == nil || ctx.Err() != nil {
			t.Errorf("%s: answered %v, %v", name, answer, err)
		}
	}
}

// TestMemoryIsClosed has an ordinary user run the plugin: the kernel gives what would show its memory and environment
// to root alone, so that not even another process of that user can look.
func TestMemoryIsClosed(t *testing.T) {
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
	if err := os.Chown(own, user, user); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(directory, "plugin.hcl")
	write(t, path, fmt.Sprintf("plugin \"smtp\" {\n  binary = \"smtp-plugin\"\n  config {\n    data_dir = %q\n  }\n}\n",
		filepath.Join(own, "data")), 0o644)
	command := exec.Command(filepath.Join(directory, "testharness"), "console", "--listen", "127.0.0.1:0",
		"--manifest", path)
	command.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: user, Gid: user}}
	command.Env = append(os.Environ(), "HOME="+own, "TMPDIR=/tmp")
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Signal(syscall.SIGTERM)
		_ = command.Wait()
	})
	if _, err := out.Read(make([]byte, 1)); err != nil { // It prints its address once the plugin runs.
		t.Fatal(err)
	}
	plugin := processesRunning(t, filepath.Join(directory, "smtp-plugin"), path)
	// The Console's are the user's, as usual.
	for pid, owner := range map[int]uint32{plugin: 0, command.Process.Pid: user} {
		for _, file := range []string{"mem", "environ", "maps"} {
			info, err := os.Stat(fmt.Sprintf("/proc/%d/%s", pid, file))
			if err != nil {
				t.Fatal(err)
			}
			if found := info.Sys().(*syscall.Stat_t).Uid; found != owner {
				t.Errorf("%s of process %d belongs to the user %d, not %d", file, pid, found, owner)
			}
		}
	}
}

// processesRunning is the one process that runs the program with the manifest.
func processesRunning(t *testing.T, program, manifest string) int {
	t.Helper()
	for _, pid := range processesWith(t, manifest) {
		if line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid)); err == nil && len(line) > len(program) &&
			string(line[:len(program)]) == program {
			return pid
		}
	}
	t.Fatalf("nothing runs %s", program)
	return 0
}
