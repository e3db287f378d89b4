package durable

import (
	"errors"
	"os"
	"time"

	"golang.org/x/sys/windows"
)

// Place gives the file at temporary the path, unless something is there: then the error is fs.ErrExist.
func Place(temporary, path string) error { return move(temporary, path, 0) }

// Replace gives the file at temporary the path, in the place of what is there, also when that may only be read.
func Replace(temporary, path string) error {
	err := move(temporary, path, windows.MOVEFILE_REPLACE_EXISTING)
	if info, statErr := os.Stat(path); err != nil && statErr == nil && info.Mode().Perm()&0o200 == 0 {
		if os.Chmod(path, info.Mode()|0o200) == nil {
			err = move(temporary, path, windows.MOVEFILE_REPLACE_EXISTING)
		}
	}
	return err
}

// Read reads a file that others may replace meanwhile.
func Read(path string) (content []byte, err error) {
	err = patiently(func() error {
		content, err = os.ReadFile(path)
		return err
	})
	return content, err
}

// Sync has nothing to do: Place and Replace return when the name is on the disk.
func Sync(string) error { return nil }

func move(from, to string, flags uint32) error {
	source, err := windows.UTF16PtrFromString(from)
	if err != nil {
		return &os.LinkError{Op: "rename", Old: from, New: to, Err: err}
	}
	target, err := windows.UTF16PtrFromString(to)
	if err != nil {
		return &os.LinkError{Op: "rename", Old: from, New: to, Err: err}
	}
	err = patiently(func() error {
		return windows.MoveFileEx(source, target, flags|windows.MOVEFILE_WRITE_THROUGH)
	})
	if err != nil {
		return &os.LinkError{Op: "rename", Old: from, New: to, Err: err}
	}
	return nil
}

// Another process may have a file open for a moment, such as a reader, a virus scanner or an indexer. So often, and
// with such pauses, its end is waited for: two seconds in all.
const (
	tries = 400
	pause = 5 * time.Millisecond
)

// sleep waits for another process. A test has something else happen meanwhile.
var sleep = time.Sleep

// patiently tries something until no other process has the file open any more. Whether one has is told by two errors,
// of which the second has other causes as well.
func patiently(try func() error) error {
	for n := 1; ; n++ {
		err := try()
		busy := errors.Is(err, windows.ERROR_SHARING_VIOLATION) || errors.Is(err, windows.ERROR_ACCESS_DENIED)
		if !busy || n == tries {
			return err
		}
		sleep(pause)
	}
}
