package process

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/smtp-settings/smtp-settings/host/internal/pluginlog"
	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/manifest"
)

// TestStartFailures makes starts fail for real, and holds what is said.
func TestStartFailures(t *testing.T) {
	own, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	other := bytes.Clone(own)
	header := int(other[0x3c]) | int(other[0x3d])<<8
	copy(other[header+4:], []byte{0x64, 0xaa}) // ARM64
	for _, c := range []struct {
		name    string
		content []byte
		says    string
	}{
		{"text", []byte("echo hello\r\n"), "it is not a program for this system: build it for windows on amd64"},
		{"empty", nil, "its file is empty"},
		{"for Linux", []byte("\x7fELF\x02\x01\x01"), "it is a program for Linux or another Unix"},
		{"for another processor", other, "it was built for the processor arm64, and this machine has amd64"},
		{"cut off", own[:3000], "its file is damaged or was not copied to the end"},
	} {
		t.Run(c.name, func(t *testing.T) {
			directory := t.TempDir()
			path := filepath.Join(directory, "plugin.hcl")
			for name, content := range map[string][]byte{"thing.exe": c.content,
				"plugin.hcl": fmt.Appendf(nil, "plugin \"thing\" {\n  binary = \"thing\"\n}\n")} {
				if err := os.WriteFile(filepath.Join(directory, name), content, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			m, err := manifest.Read(path)
			if err != nil {
				t.Fatal(err)
			}
			_, err = Start(t.Context(), Config{Manifest: m, StartLimit: time.Minute, Log: pluginlog.New(hclog.NewNullLogger())})
			if !errors.Is(err, shared.ErrPluginUnavailable) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("it says %v", err)
			}
		})
	}
}

// TestStatusMeaning tells what the exit statuses of the system mean, by their numbers in its reference.
func TestStatusMeaning(t *testing.T) {
	meanings := map[int]string{0xc0000135: "DLL", 0xc000001d: "newer processor", 0xc0000005: "a defect", 1: ""}
	for status, want := range meanings {
		if got := statusMeaning(status); !strings.Contains(got, want) || (got == "") != (want == "") {
			t.Errorf("%#x means %q", status, got)
		}
	}
}
