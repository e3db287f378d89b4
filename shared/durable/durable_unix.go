//go:build unix

package durable

import (
	"errors"
	"os"
)

// Place gives the file at temporary the path, unless something is there: then the error is fs.ErrExist. The name that
// it had may stay. Sync must follow. A rename would take the place of what is there.
func Place(temporary, path string) error { return os.Link(temporary, path) }

// Replace gives the file at temporary the path, in the place of what is there. Sync must follow.
func Replace(temporary, path string) error { return os.Rename(temporary, path) }

// Read reads a file that others may replace meanwhile.
func Read(path string) ([]byte, error) { return os.ReadFile(path) }

// Sync makes the names in a directory durable.
func Sync(path string) error {
	directory, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(directory.Sync(), directory.Close())
}
