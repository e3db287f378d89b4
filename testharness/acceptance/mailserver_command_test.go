package acceptance

import (
	"bufio"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// TestMailserverCommand starts a fault by its name and meets it.
func TestMailserverCommand(t *testing.T) {
	t.Parallel()
	r := harness(t, "", "mailserver")
	if r.status != 0 || !strings.Contains(r.stdout, "auth-wrong-password") || strings.Count(r.stdout, "\n") < 120 {
		t.Errorf("exit status %d; the list of faults:\n%s", r.status, r.stdout)
	}
	r = harness(t, "", "mailserver", "--fault", "none")
	if r.status != 2 || !strings.Contains(r.stderr, `there is no fault "none"`) {
		t.Errorf("an unknown fault: exit status %d\n%s", r.status, r.stderr)
	}
	command := exec.Command(binary("testharness"), "mailserver", "--fault", "auth-wrong-password")
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = command.Process.Signal(syscall.SIGTERM)
		if err := command.Wait(); err != nil {
			t.Errorf("it did not end well: %v", err)
		}
	}()
	reader := bufio.NewReader(stdout)
	for {
		line, err := reader.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		if match := regexp.MustCompile(`port (\d+)`).FindStringSubmatch(line); match != nil {
			r := harness(t, "wrong", "test", "--json", "--manifest", manifest(t, "smtp", "smtp-plugin"),
				"--set", "server=127.0.0.1",
				"--set", "port="+match[1], "--set", "login=me@practice.example", "--secret", "password=env:SECRET")
			if report := verdict(t, r); report.Outcome != "login_failed" || r.status != 1 {
				t.Errorf("exit status %d, outcome %s", r.status, report.Outcome)
			}
			return
		}
	}
}
