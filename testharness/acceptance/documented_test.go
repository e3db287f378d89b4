package acceptance

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Kinds of blocks in documents.
var (
	indented = regexp.MustCompile(`(?m)((?:^    .*\n)+)`)
	goBlock  = regexp.MustCompile("(?ms)^```go\n(.*?)^```")
	hclBlock = regexp.MustCompile("(?ms)^```hcl\n(.*?)^```")
)

// documented is the nth block of a kind in a document of docs/.
func documented(t *testing.T, document string, kind *regexp.Regexp, n int) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(projectRoot(t), "docs", document))
	if err != nil {
		t.Fatal(err)
	}
	text := string(content)
	if kind == indented { // What is indented in a program is no block.
		text = regexp.MustCompile("(?ms)^```.*?^```").ReplaceAllString(text, "")
	}
	found := kind.FindAllStringSubmatch(text, -1)
	if len(found) <= n {
		t.Fatalf("%s has %d such blocks", document, len(found))
	}
	return regexp.MustCompile(`(?m)^    `).ReplaceAllString(found[n][1], "")
}

// TestEmbedAsDocumented follows docs/embed.md in a fresh directory: its program, its plugin.hcl and its commands make a
// Console that serves the page.
func TestEmbedAsDocumented(t *testing.T) {
	t.Parallel()
	directory := publicDir(t)
	const listen = "127.0.0.1:8080"
	address := fmt.Sprintf("127.0.0.1:%d", freePorts(t, 1)[0])
	program := documented(t, "embed.md", goBlock, 0)
	if !strings.Contains(program, listen) {
		t.Fatalf("the program does not listen on %s", listen)
	}
	write(t, filepath.Join(directory, "main.go"), strings.Replace(program, listen, address, 1), 0o644)
	write(t, filepath.Join(directory, "plugin.hcl"), documented(t, "embed.md", hclBlock, 0), 0o644)
	knownSums(t, directory)
	commands := strings.ReplaceAll(documented(t, "embed.md", indented, 0), "/path/to/checkout", projectRoot(t))
	shell(t, "002", directory, commands)
	console := exec.Command("./console")
	console.Dir = directory
	console.Stderr = os.Stderr
	if err := console.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = console.Process.Signal(syscall.SIGTERM)
		_ = console.Wait()
	})
	for late := time.Now().Add(30 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		answer, err := http.Get("http://" + address + "/settings/smtp/")
		if err == nil {
			page := readAll(t, answer.Body)
			_ = answer.Body.Close()
			if answer.StatusCode != http.StatusOK || !strings.Contains(page, "SMTP server") {
				t.Errorf("the page of the documented program: %s\n%.300s", answer.Status, page)
			}
			return
		}
		if time.Now().After(late) {
			t.Fatal(err)
		}
	}
}
