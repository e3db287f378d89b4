package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
)

// TestFilesOfOtherSystems holds that each file with a text is read as it was meant, whatever wrote it.
func TestFilesOfOtherSystems(t *testing.T) {
	schema := shared.Schema{Sections: []shared.Section{{Fields: []shared.Field{{Name: "server", Kind: shared.KindText}}}}}
	readers := map[string]struct {
		content, want string
		read          func(path string) (string, error)
	}{
		"--set": {"a.example\r\n", "a.example", func(path string) (string, error) {
			values := shared.Values{}
			err := set(values, schema, "server", "@"+path)
			text, _ := values["server"].AsText()
			return text, err
		}},
		"--secret": {"s3cret\r\n", "s3cret", func(path string) (string, error) {
			change, err := secretFrom("file:" + path)
			return change.Text.Reveal(), err
		}},
		"notify": {"one\r\ntwo\r\n", "one\ntwo\n", func(path string) (string, error) {
			return readText("--text", "@"+path)
		}},
		"--headers": {"\r\nFrom: a@b\r\nTo: c@d\r\n\r\ntext", "From: a@b\nTo: c@d", func(path string) (string, error) {
			return readHeaders(path, nil)
		}},
		"import": {"{\r\n\"plugin\": \"smtp\"}\r\n", "smtp", func(path string) (string, error) {
			document, err := readExport(nil, path)
			return document.Plugin, err
		}},
	}
	for name, reader := range readers {
		for by, content := range map[string]string{
			"itself": reader.content, "Notepad": "\ufeff" + reader.content,
			"PowerShell": "\xff\xfe" + strings.Join(strings.Split(reader.content, ""), "\x00") + "\x00",
		} {
			path := filepath.Join(t.TempDir(), "file")
			if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			if got, err := reader.read(path); err != nil || got != reader.want {
				t.Errorf("%s, written by %s: %q, %v", name, by, got, err)
			}
		}
	}
}
