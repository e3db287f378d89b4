// Package processend tells when a process has ended that is not a child of this one, or that must not be reaped yet.
package processend

import (
	"errors"

	"golang.org/x/sys/windows"
)

// Await returns nil when the process has ended, at once when there is none. An error is that it cannot be told here; it
// comes at once.
func Await(pid int) error {
	process, err := windows.OpenProcess(windows.SYNCHRONIZE, false, uint32(pid)) //nolint:gosec // ids have 32 bits
	if errors.Is(err, windows.ERROR_INVALID_PARAMETER) {
		return nil
	}
	if err != nil {
		return err
	}
	defer windows.CloseHandle(process) //nolint:errcheck // nothing was written
	_, err = windows.WaitForSingleObject(process, windows.INFINITE)
	return err
}
