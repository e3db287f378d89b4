package socketdir

import (
	"errors"
	"os"
	"path/filepath"

	"golang.org/x/sys/windows"
)

// systemBases is empty: the system has its own place for temporary files.
var systemBases []string

// longestBase is no bound: go-plugin listens at a port of the loopback here, and what lies in the directory are files.
const longestBase = 32 << 10

// hold makes the marker in a directory that was just made, and keeps it open: nobody else can open it meanwhile. Until
// it is there the directory counts as somebody else's.
func hold(path string) (*os.File, error) {
	return openAlone(filepath.Join(path, marker), windows.CREATE_NEW)
}

// openAlone opens a file that nobody else has open.
func openAlone(path string, disposition uint32) (*os.File, error) {
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return nil, err
	}
	handle, err := windows.CreateFile(name, windows.GENERIC_READ|windows.GENERIC_WRITE, 0, nil, disposition,
		windows.FILE_ATTRIBUTE_NORMAL|windows.FILE_FLAG_OPEN_REPARSE_POINT, 0)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: path, Err: err}
	}
	return os.NewFile(uintptr(handle), path), nil
}

// removeStale removes the directories of hosts that are no more: those with the marker that nobody has open. What still
// runs from there stays until the next start.
func removeStale(base string) {
	entries, _ := os.ReadDir(base)
	for _, entry := range entries {
		if path := filepath.Join(base, entry.Name()); ours(entry.Name()) && entry.IsDir() {
			removeUnheld(path)
		}
	}
}

func removeUnheld(path string) {
	lock, err := openAlone(filepath.Join(path, marker), windows.OPEN_EXISTING)
	if err != nil {
		return
	}
	d := &Directory{Path: path, lock: lock}
	d.Remove()
}

// Remove removes the directory with all that is in it, the marker last: with it the next start finds what could not be
// removed, such as a program that still runs.
func (d *Directory) Remove() {
	err := d.empty()
	_ = d.lock.Close()
	if err == nil {
		_, _ = os.Remove(filepath.Join(d.Path, marker)), os.Remove(d.Path)
	}
}

// empty removes all but the marker. It does not look into directories: there are none.
func (d *Directory) empty() error {
	entries, err := os.ReadDir(d.Path)
	failed := []error{err}
	for _, entry := range entries {
		if entry.Name() != marker {
			failed = append(failed, os.Remove(filepath.Join(d.Path, entry.Name())))
		}
	}
	return errors.Join(failed...)
}
