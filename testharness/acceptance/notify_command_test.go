package acceptance

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestNotifyCommand uses the service from the command line.
func TestNotifyCommand(t *testing.T) {
	t.Parallel()
	server := practiceMailServer(t)
	startMailServer(t, server, 0)
	path := manifest(t, "smtp", "smtp-plugin")
	r := harness(t, "", "notify", "--manifest", path, "--to", "a@b.example", "--text", "x")
	if r.status != 1 || !strings.Contains(r.stdout, "No mail server has been set yet.") {
		t.Errorf("without settings: exit status %d\n%s%s", r.status, r.stdout, r.stderr)
	}
	save := harness(t, "practice", "save", "--manifest", path, "--set", "server=127.0.0.1",
		"--set", fmt.Sprintf("port=%d", server.Port()), "--set", "login="+notifyLogin, "--secret", "password=env:SECRET")
	if save.status != 0 {
		t.Fatal(save.stdout, save.stderr)
	}
	r = harness(t, "", "notify", "--manifest", path, "--to", "a@b.example", "--to", "c@d.example", "--subject", "Alarm",
		"--text", "x", "--key", "k1", "--wait", "30s")
	if r.status != 0 || len(server.Inbox()) != 2 {
		t.Errorf("exit status %d, %d messages arrived\n%s%s", r.status, len(server.Inbox()), r.stdout, r.stderr)
	}
	r = harness(t, "", "list", "--json", "--manifest", path, "--state", "delivered")
	if r.status != 0 || strings.Count(r.stdout, `"state": "delivered"`) != 2 {
		t.Errorf("list: exit status %d\n%s", r.status, r.stdout)
	}
	r = harness(t, "", "status", "--json", "--manifest", path)
	if r.status != 0 || !strings.Contains(r.stdout, `"delivered": 2`) {
		t.Errorf("status: exit status %d\n%s", r.status, r.stdout)
	}
	checkManyRecipients(t, path)
	checkOperations(t, path)
	c := startConsole(t, "--manifest", path)
	awaitStatus(t, path, `"state": "running"`)
	c.stop()
	awaitStatus(t, path, `"state": "stopped"`)
	for _, command := range []string{"retry", "cancel"} {
		r := harness(t, "", command, "12345", "--manifest", path)
		if r.status != 2 || !strings.Contains(r.stderr, "there is no notification 12345") {
			t.Errorf("%s: exit status %d\n%s", command, r.status, r.stderr)
		}
	}
}

// checkManyRecipients waits for more deliveries than a list has entries, and finds some of them again.
func checkManyRecipients(t *testing.T, path string) {
	t.Helper()
	const many = 450
	arguments := []string{"notify", "--json", "--manifest", path, "--text", "x", "--wait", "60s"}
	for i := range many {
		arguments = append(arguments, "--to", fmt.Sprintf("you%d@host%d.example", i, i%9))
	}
	r := harness(t, "", arguments...)
	if r.status != 0 || strings.Count(r.stdout, `"state": "delivered"`) != many {
		t.Errorf("exit status %d, %d of %d are told as delivered\n%s", r.status,
			strings.Count(r.stdout, `"state": "delivered"`), many, r.stderr)
	}
	for filter, count := range map[string]int{
		"--to=you77@HOST5.example": 1, "--to=@host5.example": 50, "--cause=greylisted": 0, "--category=none": 0,
		"--accepted-after=1h": 200, "--accepted-before=1h": 0, "--accepted-after=2020-01-31T15:04:05Z": 200,
	} {
		r := harness(t, "", "list", "--json", "--manifest", path, "--limit", "200", filter)
		if r.status != 0 || strings.Count(r.stdout, `"state": "delivered"`) != count {
			t.Errorf("%s: exit status %d, want %d\n%s%s", filter, r.status, count, r.stdout, r.stderr)
		}
	}
	if r := harness(t, "", "list", "--manifest", path, "--accepted-after", "yesterday"); r.status != 2 {
		t.Errorf("a time that is none: exit status %d\n%s", r.status, r.stderr)
	}
}

// checkOperations shows a notification, and purges some.
func checkOperations(t *testing.T, path string) {
	t.Helper()
	for _, c := range []struct {
		command string
		status  int
		wants   string
	}{
		{"show 1", 0, "a@b.example"}, {"show 1 --json", 0, `"state": "delivered"`},
		{"show 12345", 2, "there is no notification 12345"},
		{"purge", 2, "which notification?"}, {"purge 1 --all", 2, "say either"}, {"purge x", 2, "there is no notification"},
		{"retry --state dead --json", 0, `"matched": 0`}, {"aside --all --json", 0, `"changed": 0`},
		{"cancel --state lost", 2, "--state lost"},
		{"purge --to @host5.example", 0, "50 of 50 notifications were changed."},
		{"purge 1 12345 --json", 2, `"changed": 1`}, {"show 1", 2, "there is no notification 1"},
		{"status", 0, `: recipient "host5.example" (50 of 50)`}, {"status", 0, ": numbers 1 (1 of 1)"},
		{"status --json", 0, `"filter": "numbers 1",`},
	} {
		r := harness(t, "", append(strings.Fields(c.command), "--manifest", path)...)
		if r.status != c.status || !strings.Contains(r.stdout+r.stderr, c.wants) {
			t.Errorf("%s: exit status %d\n%s%s", c.command, r.status, r.stdout, r.stderr)
		}
	}
}

// awaitStatus waits until the command says so of the service, which another process may run.
func awaitStatus(t *testing.T, path, want string) {
	t.Helper()
	for late := time.Now().Add(time.Minute); ; {
		r := harness(t, "", "status", "--json", "--manifest", path)
		if strings.Contains(r.stdout, want) {
			return
		}
		if time.Now().After(late) {
			t.Fatalf("the status is not %s: %s%s", want, r.stdout, r.stderr)
		}
	}
}
