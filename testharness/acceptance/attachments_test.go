package acceptance

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/go-hclog"

	"github.com/smtp-settings/smtp-settings/host"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
)

// canaryContent stands in everything of a message that only its recipient may know.
const canaryContent = "c4nary.C0ntent-77aa12"

// TestAttachmentsArrive sends attachments of 10 MiB over a real plugin, to a server that is away at first, and compares
// them byte for byte. What is in the message is neither in the log nor readable in the data directory, and nothing is
// kept of the attachments.
func TestAttachmentsArrive(t *testing.T) {
	t.Parallel()
	server := practiceMailServer(t)
	startMailServer(t, server, 0)
	var log recorder
	path := manifest(t, "smtp", "smtp-plugin")
	h, err := host.Open(t.Context(), path,
		host.WithLogger(hclog.New(&hclog.LoggerOptions{Level: hclog.Trace, Output: &log})))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Close)
	configure(t, h, server.Port(), "practice")
	server.Close()
	content := make([]byte, shared.MaxAttachmentBytes-len(canaryContent))
	_, _ = rand.Read(content)
	given := []shared.Attachment{
		{Name: "Übersicht.bin", Content: content},
		{Name: canaryContent + ".txt", Type: "text/plain", Content: []byte(canaryContent)},
	}
	receipt := notify(t, h, shared.Notification{
		To: "you@email.com", Subject: "Report", Text: canaryContent, HTML: "<p>" + canaryContent + "</p>",
		ReplyTo: canaryContent + "@email.com", Attachments: given,
	})
	if kept := sqlite(t, path, "SELECT COUNT(*) FROM notification_attachment"); kept != "2\n" {
		t.Errorf("%s attachments wait for the server", kept)
	}
	back := practiceMailServer(t)
	startMailServer(t, back, server.Port())
	awaitEntry(t, h, receipt.ID, shared.NotificationDelivered)
	arrived := attachmentsOf(t, back.Inbox()[0].Content)
	for i, one := range given {
		if i >= len(arrived) || !bytes.Equal(arrived[i], one.Content) {
			t.Fatalf("attachment %d of %d is not what was sent", i+1, len(arrived))
		}
	}
	for _, leak := range leaks(log.String(), canaryContent) {
		t.Errorf("the content of a message is in the log: %s", leak)
	}
	h.Close() // They are removed after the delivery is noted.
	if kept := sqlite(t, path, "SELECT COUNT(*) FROM notification_attachment"); kept != "0\n" {
		t.Errorf("%s attachments are kept after the delivery", kept)
	}
	files, err := filepath.Glob(filepath.Join(filepath.Dir(path), "data", "*"))
	if err != nil || len(files) == 0 {
		t.Fatal(err, files)
	}
	for _, file := range files {
		stored, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, leak := range leaks(string(stored), canaryContent) {
			t.Errorf("the content of a message is in %s: %s", file, leak)
		}
	}
}

// attachmentsOf reads the attachments of a message.
func attachmentsOf(t *testing.T, content []byte) (found [][]byte) {
	t.Helper()
	read, err := parseMail(content)
	if err != nil {
		t.Fatal(err)
	}
	_, parameters, err := mime.ParseMediaType(read.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	parts := multipart.NewReader(read.Body, parameters["boundary"])
	for part, err := parts.NextPart(); err == nil; part, err = parts.NextPart() {
		if !strings.HasPrefix(part.Header.Get("Content-Disposition"), "attachment") {
			continue
		}
		one, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, part))
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, one)
	}
	return found
}

// TestTooBigIsNotSent has a server say how much it accepts (RFC 1870): what is larger is a dead letter that names the
// cause when others have passed meanwhile, and the server is never asked for it.
func TestTooBigIsNotSent(t *testing.T) {
	t.Parallel()
	authority, err := mailserver.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	server, err := mailserver.Fault{Name: "small-messages"}.
		Offering("SIZE 2000", "8BITMIME", "AUTH PLAIN LOGIN").
		Answering(map[string]string{"AUTH": "235 2.7.0 Ok"}).Start(authority, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	h, err := host.Open(t.Context(), manifest(t, "smtp", "smtp-plugin"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Close)
	configure(t, h, server.Port(), "practice")
	big := notify(t, h, shared.Notification{
		To: "you@email.com", Subject: "Report", Text: strings.Repeat("All is well. ", 200),
	})
	entry := awaitEntry(t, h, big.ID, shared.NotificationRetrying)
	if entry.Failure == nil || entry.Failure.Summary != "The message is larger than the server accepts." {
		t.Errorf("it is %+v", entry.Failure)
	}
	small := notify(t, h, shared.Notification{To: "you@email.com", Subject: "Report", Text: "All is well."})
	awaitEntry(t, h, small.ID, shared.NotificationDelivered)
	if _, err := h.Notifier().Retry(t.Context(), shared.NotificationRequest{ID: big.ID, Actor: "anna"}); err != nil {
		t.Fatal(err)
	}
	awaitEntry(t, h, big.ID, shared.NotificationDead)
	if asked := slices.DeleteFunc(server.Received(), func(line string) bool {
		return !strings.HasPrefix(line, "MAIL ")
	}); len(asked) != 1 {
		t.Errorf("the server was asked for %q", asked)
	}
}
