package transport

import "golang.org/x/sys/windows"

// orphaned reports whether the host has ended before this process could look at it, and another process has its id by
// now: one that is younger than this one.
func orphaned(parent int) bool {
	//nolint:gosec // ids have 32 bits
	process, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION, false, uint32(parent))
	if err != nil {
		return false
	}
	defer windows.CloseHandle(process) //nolint:errcheck // nothing was written
	theirs, err1 := created(process)
	ours, err2 := created(windows.CurrentProcess())
	return err1 == nil && err2 == nil && theirs > ours
}

// created is when a process was created, in nanoseconds.
func created(process windows.Handle) (int64, error) {
	var creation, exit, kernel, user windows.Filetime
	err := windows.GetProcessTimes(process, &creation, &exit, &kernel, &user)
	return creation.Nanoseconds(), err
}
