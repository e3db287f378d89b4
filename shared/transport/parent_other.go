//go:build !darwin && !windows

package transport

// orphaned is not told here: a host may be the first process, in a container. On Linux the kernel ends the process with
// its host from the first moment on.
func orphaned(int) bool { return false }
