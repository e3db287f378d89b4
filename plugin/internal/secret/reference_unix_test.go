//go:build unix

package secret_test

import (
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/smtp-settings/smtp-settings/plugin/internal/secret"
)

// TestOddFilesAreNotRead names what is no file with a secret: a pipe that nobody writes to, a directory, a huge file.
func TestOddFilesAreNotRead(t *testing.T) {
	directory := t.TempDir()
	if err := syscall.Mkfifo(directory+"/pipe", 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("pipe", directory+"/link"); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(directory+"/directory", 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(directory+"/huge", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(directory+"/huge", 1<<40); err != nil { // It takes no place on the disk.
		t.Fatal(err)
	}
	allowed := secret.References{Directory: directory}
	for _, name := range []string{"pipe", "link", "directory", "huge"} {
		answered := make(chan error, 1)
		go func() {
			_, err := allowed.Resolve("file://" + directory + "/" + name)
			answered <- err
		}()
		select {
		case err := <-answered:
			if err == nil || !strings.Contains(err.Error(), "there is no readable file") {
				t.Errorf("%s: %v", name, err)
			}
		case <-time.After(time.Minute):
			t.Errorf("%s is waited for", name)
		}
	}
}

// TestExposedSource names a file that others can read.
func TestExposedSource(t *testing.T) {
	path := t.TempDir() + "/exposed"
	if err := os.WriteFile(path, []byte("s3cret"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o604); err != nil {
		t.Fatal(err)
	}
	_, err := secret.Read("file://" + path)
	if err == nil || !strings.Contains(err.Error(), "can be read by others (mode 0604): run chmod 600") {
		t.Error(err)
	}
}
