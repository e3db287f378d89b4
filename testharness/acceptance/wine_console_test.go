//go:build wine

package acceptance

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
)

// TestWindowsConsole fetches pages of the Console on Windows, and has its plugin killed.
func TestWindowsConsole(t *testing.T) {
	t.Parallel()
	d := onWindows(t)
	d.manifest()
	_, address := d.console()
	for path, want := range map[string]string{
		"settings/smtp/":            `name="value.server"`,
		"monitoring/notifications/": "No mail server has been set yet.",
	} {
		if page := get(t, address+path); !strings.Contains(page, want) {
			t.Errorf("%s does not have %q:\n%s", path, want, page)
		}
	}
	before := d.killPlugin()
	d.await("another plugin serves the page", func() bool {
		pids := d.plugins()
		return len(pids) == 1 && pids[0] != before &&
			strings.Contains(get(t, address+"settings/smtp/"), `name="value.server"`)
	})
}

// TestWindowsHostIsKilled kills the Console: its plugin ends with it, and the next command finds nothing in its way.
func TestWindowsHostIsKilled(t *testing.T) {
	t.Parallel()
	d := onWindows(t)
	d.manifest()
	console, _ := d.console()
	if plugins := d.plugins(); len(plugins) != 1 {
		t.Fatalf("plugins: %v", plugins)
	}
	console.kill()
	d.await("the plugin of a killed host ends", func() bool { return len(d.plugins()) == 0 })
	d.must("load")
}

// TestWindowsHostsShareData has two Consoles on one data directory: one delivers, and when it is killed the other one.
func TestWindowsHostsShareData(t *testing.T) {
	t.Parallel()
	server := practiceMailServer(t)
	startMailServer(t, server, 0)
	d := onWindows(t)
	d.manifest(`retry_after = "1s"`)
	d.save(server.Port())
	first, _ := d.console()
	delivering := func() string { return deliveredBy(d) }
	d.await("the first Console delivers", func() bool { return delivering() != "" })
	before := delivering()
	second, _ := d.console()
	if now := delivering(); now != before {
		t.Errorf("process %s delivers, and not %s, which was there first", now, before)
	}
	d.must("notify", "--to", "a@b.example", "--text", "x", "--subject", "one")
	d.await("the first notification arrives", func() bool { return len(server.Inbox()) == 1 })
	first.kill()
	d.await("the second Console delivers", func() bool { now := delivering(); return now != "" && now != before })
	d.must("notify", "--to", "a@b.example", "--text", "x", "--subject", "two")
	d.await("the second notification arrives", func() bool { return len(server.Inbox()) == 2 })
	second.kill()
	d.await("the plugins of both hosts end", func() bool { return len(d.plugins()) == 0 })
	if list := d.must("list", "--json"); strings.Count(list, `"state": "delivered"`) != 2 || len(server.Inbox()) != 2 {
		t.Errorf("%d mails arrived:\n%s", len(server.Inbox()), list)
	}
}

// deliveredBy is the process that delivers, as a command that does not tells of it; empty when nobody does.
func deliveredBy(d desk) string {
	d.Helper()
	var status shared.ServiceStatus
	if err := json.Unmarshal([]byte(d.must("status", "--json")), &status); err != nil {
		d.Fatal(err)
	}
	if status.State != shared.ServiceRunning || len(status.DeliveredBy) != 1 || status.DeliveredBy[0].PID == 0 {
		return ""
	}
	return strconv.Itoa(status.DeliveredBy[0].PID)
}
