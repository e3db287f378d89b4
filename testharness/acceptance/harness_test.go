// Package acceptance checks the product as its users meet it: real binaries, real mail servers, a real browser.
package acceptance

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/testharness/postgres"
)

// binaries is where TestMain has built the programs.
var binaries string

func TestMain(m *testing.M) { os.Exit(runAll(m)) }

func runAll(m *testing.M) int {
	directory, err := os.MkdirTemp("", "binaries-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(directory)
	binaries = directory
	if err := useNode("../../.ci/npm/node_modules/.bin"); err != nil {
		panic(err)
	}
	build := exec.Command("go", "build", "-o", directory+"/", "../../cmd/smtp-plugin", "../../testharness",
		"../example/webhook/webhook-plugin", "../example/ldap/ldap-plugin",
		"./testdata/odd-plugin", "./testdata/minimal-plugin", "./testdata/feeder")
	build.Env = append(os.Environ(), "CGO_ENABLED=0") // As they are given to users.
	if out, err := build.CombinedOutput(); err != nil {
		panic(fmt.Sprintf("build: %v\n%s", err, out))
	}
	status := postgres.Run(m)
	if err := endWindows(); err != nil {
		panic(err)
	}
	return status
}

// useNode has "node" mean the program in the directory, where it is installed, rather than the operating system's.
func useNode(directory string) error {
	absolute, err := filepath.Abs(directory)
	if err != nil {
		return err
	}
	return os.Setenv("PATH", absolute+string(os.PathListSeparator)+os.Getenv("PATH"))
}

// binary is the path of a program that TestMain has built; an absolute path stays as it is.
func binary(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(binaries, name)
}

// manifest writes a plugin.hcl for the named binary into a new directory. The lines of config go into its config block.
func manifest(t testing.TB, plugin, binaryName string, config ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "plugin.hcl")
	write(t, path, fmt.Sprintf("plugin %q {\n  binary = %q\n  env = [\"SMTP_*\", "+
		"\"VAULT_TOKEN\"]\n  config {\n%s\n  }\n}\n",
		plugin, binary(binaryName), strings.Join(config, "\n")), 0o644)
	return path
}

// result is what a run of the harness came to.
type result struct {
	status         int
	stdout, stderr string
}

// harness runs the harness with a secret in the variable SECRET.
func harness(t testing.TB, secret string, args ...string) result {
	t.Helper()
	return harnessIn(t, os.TempDir(), secret, args...)
}

// harnessIn is harness with a directory for temporary files.
func harnessIn(t testing.TB, temporary, secret string, args ...string) result {
	t.Helper()
	return harnessOf(t, binary("testharness"), temporary, secret, args...)
}

// harnessOf is harnessIn for a program that need not be this version's.
func harnessOf(t testing.TB, program, temporary, secret string, args ...string) result {
	t.Helper()
	command := exec.CommandContext(t.Context(), program, args...)
	command.Env = append(os.Environ(), "SECRET="+secret, "TMPDIR="+temporary)
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	err := command.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return result{status: command.ProcessState.ExitCode(), stdout: stdout.String(), stderr: stderr.String()}
}

// verdict reads the document of test --json.
func verdict(t testing.TB, r result) shared.TestReport {
	t.Helper()
	var report shared.TestReport
	if err := json.Unmarshal([]byte(r.stdout), &report); err != nil {
		t.Fatalf("exit status %d; not one JSON document: %v\nstdout: %s\nstderr: %s", r.status, err, r.stdout, r.stderr)
	}
	return report
}
