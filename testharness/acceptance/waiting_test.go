package acceptance

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
)

// hesitant is a server that greets when it is told to.
type hesitant struct {
	port  int
	greet func()
	// asked gets something for each of the first connections.
	asked <-chan struct{}
}

// startHesitant runs a server whose greeting waits. After that it takes whatever it is asked for.
func startHesitant(t *testing.T) hesitant {
	t.Helper()
	gate, asked := make(chan struct{}), make(chan struct{}, 100)
	open := sync.OnceFunc(func() { close(gate) })
	t.Cleanup(open)
	port := acceptEach(t, func(conn net.Conn) {
		asked <- struct{}{}
		hesitate(conn, gate)
	}).Port
	return hesitant{port: port, greet: open, asked: asked}
}

func hesitate(conn net.Conn, gate <-chan struct{}) {
	defer conn.Close()
	<-gate
	_, _ = fmt.Fprintf(conn, "220 hesitant.example ESMTP\r\n")
	for lines := bufio.NewScanner(conn); lines.Scan(); {
		if _, err := fmt.Fprintf(conn, "250 2.0.0 Ok\r\n"); err != nil {
			return
		}
	}
}

// TestStillWaitingInBrowser has a server greet only after the page has said that it still waits. The line says it in
// the place of the step, and is gone when the step has ended.
func TestStillWaitingInBrowser(t *testing.T) {
	t.Parallel()
	server := startHesitant(t)
	c := startConsole(t, "--manifest", manifest(t, "smtp", "smtp-plugin"))
	b := newTab(t)
	b.open(c.address + "settings/smtp/")
	b.await("#settings-form")
	b.typeInto("#control-server", "127.0.0.1")
	b.typeInto("#control-port", fmt.Sprint(server.port))
	b.click("#control-use_other_account")
	b.typeInto("#control-email", "me@email.com")
	b.click("#test-button")
	const steps = `document.getElementById("steps").innerText`
	b.awaitText(steps, "still waiting for the server")
	b.axe("a step that takes long")
	b.screenshot("still-waiting")
	waiting := read[map[string]any](b, `({
		lines: [...document.querySelectorAll("#steps .step")].filter(step => step.dataset.step === "greeting").length,
		text: document.querySelector("#steps [data-step=greeting]").innerText,
		cancel: !document.getElementById("cancel-button").hidden})`)
	if waiting["lines"] != 1.0 || waiting["cancel"] != true ||
		!strings.Contains(waiting["text"].(string), "Greeting") {
		t.Errorf("while the greeting is waited for the page shows %v", waiting)
	}
	server.greet()
	b.await("#report #headline")
	headline := read[string](b, `document.getElementById("headline").textContent`)
	after := read[string](b, steps)
	if headline != "Test connection complete" || strings.Contains(after, "still waiting") {
		t.Errorf("%s, with the steps\n%s", headline, after)
	}
	b.click("#test-button") // It greets at once now.
	b.do("await the second verdict", chromedp.WaitVisible(chromedp.CSS("#report #headline")))
	if again := read[string](b, steps); strings.Contains(again, "still waiting") {
		t.Errorf("a quick step still waits:\n%s", again)
	}
}

// TestStillWaitingOnTheCommandLine prints the line on standard error while the step goes on, and nothing of it with
// --json, whose step has begun earlier.
func TestStillWaitingOnTheCommandLine(t *testing.T) {
	t.Parallel()
	server := startHesitant(t)
	start := func(more ...string) (*exec.Cmd, io.Reader, *bytes.Buffer) {
		args := append([]string{"test", "--manifest", manifest(t, "smtp", "smtp-plugin"), "--set", "server=127.0.0.1",
			"--set", fmt.Sprintf("port=%d", server.port), "--set", "use_other_account=true",
			"--set", "email=me@email.com"}, more...)
		command := exec.CommandContext(t.Context(), binary("testharness"), args...)
		var stdout bytes.Buffer
		command.Stdout = &stdout
		stderr, err := command.StderrPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		<-server.asked
		return command, stderr, &stdout
	}
	asJSON, errorsOfJSON, document := start("--json")
	asText, errorsOfText, steps := start()
	lines := bufio.NewReader(errorsOfText)
	said, err := lines.ReadString('\n')
	if said != "… Greeting: still waiting for the server\n" {
		t.Errorf("standard error begins with %q: %v", said, err)
	}
	server.greet()
	more, _ := io.ReadAll(lines)
	none, _ := io.ReadAll(errorsOfJSON)
	if err := asText.Wait(); err != nil || len(more) > 0 || strings.Contains(steps.String(), "still waiting") {
		t.Errorf("%v: %s\n%s", err, steps, more)
	}
	if err := asJSON.Wait(); err != nil || len(none) > 0 || !json.Valid(document.Bytes()) {
		t.Errorf("with --json: %v: %s\n%s", err, document, none)
	}
}
