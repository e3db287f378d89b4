package acceptance

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/smtp-settings/smtp-settings/shared"
)

// smallDisk mounts a file system of one megabyte.
func smallDisk(t *testing.T) string {
	t.Helper()
	directory := shortDir(t)
	if err := syscall.Mount("tmpfs", directory, "tmpfs", 0, "size=1m"); err != nil {
		missing(t, "file systems cannot be mounted: "+err.Error())
	}
	t.Cleanup(func() { _ = syscall.Unmount(directory, syscall.MNT_DETACH) })
	return directory
}

// TestDiskFull saves while the disk is full: a clear error, and the old settings stay in force.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	disk := smallDisk(t)
	h := supervised(t, manifest(t, "smtp", "smtp-plugin", fmt.Sprintf("data_dir = %q", filepath.Join(disk, "data"))))
	saveServer(t, h.Page(), "first.example")
	filler := filepath.Join(disk, "filler")
	fill(t, filler)
	var saveErr error
	for turn := 0; saveErr == nil && turn < 1000; turn++ { // The write-ahead log still has some space.
		now, err := h.Page().Load(t.Context(), shared.LoadRequest{})
		if err != nil {
			t.Fatal(err)
		}
		var result shared.SaveResult
		result, saveErr = h.Page().Save(t.Context(), shared.SaveRequest{
			Revision: now.Revision.Number, Draft: draftNamed("full.example"),
		})
		if saveErr == nil && !result.Saved {
			t.Fatalf("refused: %+v", result.Diagnostics)
		}
	}
	if saveErr == nil || !strings.Contains(saveErr.Error(), "nothing was changed, because database") ||
		!strings.Contains(saveErr.Error(), "full") {
		t.Errorf("the error is: %v", saveErr)
	}
	before, err := h.Page().Load(t.Context(), shared.LoadRequest{})
	if err != nil {
		t.Fatalf("the settings cannot be read any more: %v", err)
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	if after := saveServer(t, h.Page(), "last.example"); after != before.Revision.Number+1 {
		t.Errorf("with space again revision %d followed %d", after, before.Revision.Number)
	}
}

// fill writes until there is no space left.
func fill(t *testing.T, path string) {
	t.Helper()
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for _, size := range []int{64 << 10, 4 << 10, 1 << 10} {
		for {
			if _, err := file.Write(make([]byte, size)); err != nil {
				break
			}
		}
	}
}

// TestReadOnlyDataDirectory starts on, and saves to, a disk that cannot be written to.
func TestReadOnlyDataDirectory(t *testing.T) {
	t.Parallel()
	disk := smallDisk(t)
	path := manifest(t, "smtp", "smtp-plugin", fmt.Sprintf("data_dir = %q", filepath.Join(disk, "data")))
	remount := func(flags uintptr) {
		if err := syscall.Mount("", disk, "", syscall.MS_REMOUNT|flags, ""); err != nil {
			t.Fatal(err)
		}
	}
	remount(syscall.MS_RDONLY)
	r := harness(t, "", "load", "--manifest", path)
	if r.status != 3 || !strings.Contains(r.stderr, "data directory: mkdir") ||
		!strings.Contains(r.stderr, "read-only file system") {
		t.Errorf("exit status %d\n%s", r.status, r.stderr)
	}
	remount(0)
	r = harness(t, "", "save", "--manifest", path, "--set", "server=a.example", "--set", "login=a@b.example",
		"--secret", "password=env:PATH")
	if r.status != 0 {
		t.Fatalf("exit status %d\n%s", r.status, r.stderr)
	}
	remount(syscall.MS_RDONLY)
	r = harness(t, "", "load", "--manifest", path)
	if r.status != 3 || !strings.Contains(r.stderr, "smtp-settings.db cannot be used") ||
		!strings.Contains(r.stderr, "restore it from a backup") {
		t.Errorf("exit status %d\n%s", r.status, r.stderr)
	}
}

// TestDamagedDatabase starts on a file that is no database.
func TestDamagedDatabase(t *testing.T) {
	t.Parallel()
	path := manifest(t, "smtp", "smtp-plugin")
	data := filepath.Join(filepath.Dir(path), "data")
	mkdir(t, data)
	write(t, filepath.Join(data, "smtp-settings.db"), strings.Repeat("this is no database ", 1000), 0o600)
	r := harness(t, "", "load", "--manifest", path)
	if r.status != 3 || !strings.Contains(r.stderr, filepath.Join(data, "smtp-settings.db")) ||
		!strings.Contains(r.stderr, "not a database") {
		t.Errorf("exit status %d\n%s", r.status, r.stderr)
	}
	if content, err := os.ReadFile(filepath.Join(data, "smtp-settings.db")); err != nil ||
		!strings.HasPrefix(string(content), "this is no database") {
		t.Errorf("the damaged file was changed: %v", err)
	}
}

// TestWrongKey loses the key: the settings can still be read, the secret is asked for again; without any key file the
// plugin does not make a new one behind the administrator's back.
func TestWrongKey(t *testing.T) {
	t.Parallel()
	path := manifest(t, "smtp", "smtp-plugin")
	key := filepath.Join(filepath.Dir(path), "data", "key")
	save := []string{"save", "--manifest", path, "--set", "server=127.0.0.1", "--set", "port=1",
		"--set", "login=a@b.example", "--secret", "password=env:SECRET"}
	if r := harness(t, "first", save...); r.status != 0 {
		t.Fatalf("exit status %d\n%s", r.status, r.stderr)
	}
	write(t, key, strings.Repeat("ab", 32)+"\n", 0o600)
	r := harness(t, "", "test", "--json", "--manifest", path)
	report := verdict(t, r)
	if r.status != 1 || report.Diagnostics[0].Code != "secret_unreadable" || report.Diagnostics[0].Field != "password" {
		t.Errorf("exit status %d, %+v", r.status, report.Diagnostics)
	}
	if r := harness(t, "second", save...); r.status != 0 {
		t.Errorf("entering the password again: exit status %d\n%s%s", r.status, r.stdout, r.stderr)
	}
	for content, says := range map[string]string{"": "is empty", "zz": "does not hold a key of 64 hexadecimal digits"} {
		write(t, key, content, 0o600)
		r := harness(t, "", "load", "--manifest", path)
		if r.status != 3 || !strings.Contains(r.stderr, says) || !strings.Contains(r.stderr, key) {
			t.Errorf("with the key %q: exit status %d\n%s", content, r.status, r.stderr)
		}
	}
	if err := os.Chmod(key, 0o644); err != nil {
		t.Fatal(err)
	}
	r = harness(t, "", "load", "--manifest", path)
	if r.status != 3 || !strings.Contains(r.stderr, "can be read by others (mode 0644): run chmod 600") {
		t.Errorf("with a key that others can read: exit status %d\n%s", r.status, r.stderr)
	}
	if err := os.Remove(key); err != nil {
		t.Fatal(err)
	}
	r = harness(t, "", "load", "--manifest", path)
	if r.status != 3 || !strings.Contains(r.stderr, "is missing, but secrets are stored that were sealed with it") {
		t.Errorf("without the key: exit status %d\n%s", r.status, r.stderr)
	}
	if _, err := os.Stat(key); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a new key was made: %v", err)
	}
}
