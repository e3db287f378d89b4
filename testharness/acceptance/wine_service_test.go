//go:build wine

package acceptance

import "testing"

// TestWindowsService runs the Console as a service and stops that while the mail server takes its time with a final
// reply: the service stops when the reply has come, and nothing is sent twice.
func TestWindowsService(t *testing.T) {
	t.Parallel()
	server := startSlowServer(t)
	d := onWindows(t)
	path := d.manifest(`retry_after = "1s"`, `connections = 1`)
	d.save(server.Port())
	control := func(verb string, args ...string) {
		t.Helper()
		command := wineCommand(wineLoader, append([]string{"sc.exe", verb, "SmtpConsole"}, args...)...)
		if err := output(command); err != nil {
			t.Fatal(err)
		}
	}
	control("create", "binPath=", `"`+installed+`testharness.exe" console --listen 127.0.0.1:0 --manifest "`+path+`"`)
	defer control("delete")
	control("start")
	d.await("the service delivers", func() bool { return deliveredBy(d) != "" })
	for _, key := range []string{"one", "two"} {
		d.must("notify", "--to", "a@b.example", "--subject", key, "--text", "x", "--key", key)
		server.acknowledge(key)
	}
	server.awaitFirst(t)
	before := d.plugins()
	control("stop") // It returns when the service has begun to stop.
	if now := d.plugins(); len(before) == 0 || len(now) == 0 || now[0] != before[0] {
		t.Errorf("the plugin did not wait for the reply: %v, then %v", before, now)
	}
	server.open()
	d.await("the service ends", func() bool { return len(d.plugins()) == 0 })
	d.must("notify", "--to", "a@b.example", "--subject", "three", "--text", "x", "--key", "three", "--wait", "60s")
	server.acknowledge("three")
	d.await("all arrive", func() bool { server.mu.Lock(); defer server.mu.Unlock(); return len(server.arrived) == 3 })
	for subject, times := range server.arrived {
		if times != 1 {
			t.Errorf("%s arrived %d times", subject, times)
		}
	}
}
