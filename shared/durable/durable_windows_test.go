package durable

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/windows"
)

// whileOpen has the file open, for others to read unless alone, and calls meanwhile at each wait for its end.
func whileOpen(t *testing.T, path string, alone bool, meanwhile func(file *os.File)) {
	t.Helper()
	share := uint32(windows.FILE_SHARE_READ | windows.FILE_SHARE_WRITE)
	if alone {
		share = 0
	}
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		t.Fatal(err)
	}
	handle, err := windows.CreateFile(name, windows.GENERIC_READ, share, nil, windows.OPEN_EXISTING, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	file := os.NewFile(uintptr(handle), path)
	sleep = func(time.Duration) { meanwhile(file) }
	t.Cleanup(func() {
		sleep = time.Sleep
		file.Close()
	})
}

// TestWaits replaces and reads a file that another process closes in a moment.
func TestWaits(t *testing.T) {
	directory := t.TempDir()
	path, next := filepath.Join(directory, "file"), filepath.Join(directory, "next")
	write(t, path, "before")
	write(t, next, "after")
	waits := 0
	closeAtThird := func(file *os.File) {
		if waits++; waits == 3 {
			file.Close()
		}
	}
	whileOpen(t, path, false, closeAtThird)
	if err := Replace(next, path); err != nil || waits != 3 {
		t.Errorf("%v after %d waits", err, waits)
	}
	waits = 0
	whileOpen(t, path, true, closeAtThird)
	holds(t, path, "after")
	if waits != 3 {
		t.Errorf("read after %d waits", waits)
	}
}

// TestWaitsInVain gives up when the other process does not close the file: all is as before.
func TestWaitsInVain(t *testing.T) {
	directory := t.TempDir()
	path, next := filepath.Join(directory, "file"), filepath.Join(directory, "next")
	write(t, path, "before")
	write(t, next, "after")
	waits := 0
	whileOpen(t, path, false, func(*os.File) { waits++ })
	err := Replace(next, path)
	var said *os.LinkError
	if !errors.As(err, &said) || said.New != path || waits != tries-1 {
		t.Errorf("%v after %d waits", err, waits)
	}
	holds(t, path, "before")
	holds(t, next, "after")
}
