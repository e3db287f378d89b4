package acceptance

import (
	"fmt"
	"net"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// startMicrosocks runs a SOCKS5 proxy.
func startMicrosocks(t *testing.T) string {
	t.Helper()
	port := freePorts(t, 1)[0]
	startProxy(t, port, exec.CommandContext(t.Context(), "microsocks", "-i", "127.0.0.1", "-p", strconv.Itoa(port)))
	return fmt.Sprintf("socks5://127.0.0.1:%d", port)
}

// startTinyproxy runs an HTTP proxy that makes tunnels to the ports.
func startTinyproxy(t *testing.T, ports ...int) string {
	t.Helper()
	port := freePorts(t, 1)[0]
	configuration := fmt.Sprintf("Port %d\nListen 127.0.0.1\nTimeout 60\nAllow "+
		"127.0.0.1\nLogLevel Error\nLogFile \"%s\"\n", port, filepath.Join(t.TempDir(), "log"))
	for _, one := range ports {
		configuration += fmt.Sprintf("ConnectPort %d\n", one)
	}
	path := filepath.Join(t.TempDir(), "tinyproxy.conf")
	write(t, path, configuration, 0o600)
	startProxy(t, port, exec.CommandContext(t.Context(), "tinyproxy", "-d", "-c", path))
	return fmt.Sprintf("http://127.0.0.1:%d", port)
}

// startProxy runs a proxy and waits until it listens.
func startProxy(t *testing.T, port int, command *exec.Cmd) {
	t.Helper()
	if _, err := exec.LookPath(command.Args[0]); err != nil {
		missing(t, command.Args[0]+" is not installed")
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = command.Process.Kill(); _ = command.Wait() })
	for late := time.Now().Add(30 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			_ = conn.Close()
			return
		}
		if time.Now().After(late) {
			t.Fatalf("%s does not listen: %v", command.Args[0], err)
		}
	}
}

// checkProxies reaches a real server through real proxies, right and wrong.
func checkProxies(t *testing.T, server realServer, ca string) {
	socks, http := startMicrosocks(t), startTinyproxy(t, server.starttls, server.implicit)
	dead := freePorts(t, 1)[0]
	for _, a := range []attempt{
		{name: "socks-starttls", port: server.starttls, ssl: true, more: []string{"--set", "proxy=" + socks},
			outcome: "complete", code: "starttls_used"},
		{name: "socks-implicit", port: server.implicit, ssl: true, more: []string{"--set", "proxy=" + socks},
			outcome: "complete", code: allIsWell},
		{name: "http-starttls", port: server.starttls, ssl: true, more: []string{"--set", "proxy=" + http},
			outcome: "complete", code: "starttls_used"},
		{name: "http-implicit", port: server.implicit, ssl: true, more: []string{"--set", "proxy=" + http},
			outcome: "complete", code: allIsWell},
		{name: "socks-dead-port", port: dead, more: []string{"--set", "proxy=" + socks}, outcome: "connection_failed",
			code: "proxy_refused", step: "connect"},
		{name: "http-other-port", port: dead, more: []string{"--set", "proxy=" + http}, outcome: "connection_failed",
			code: "proxy_refused", step: "connect"},
		{name: "no-proxy-there", port: server.starttls,
			more: []string{"--set", fmt.Sprintf("proxy=socks5://127.0.0.1:%d", dead)}, outcome: "connection_failed",
			code: "proxy_unreachable", step: "connect"},
	} {
		t.Run(a.name, func(t *testing.T) {
			a.password = server.password
			report := a.check(t, server, ca)
			said := strings.Join(report.Transcript, "\n")
			if a.outcome == "complete" && !strings.Contains(said, "connected by the proxy at 127.0.0.1:") {
				t.Errorf("the transcript does not say that there was a proxy:\n%s", said)
			}
		})
	}
}
