package process

import "golang.org/x/sys/unix"

// mountedNoexec reports whether the file is on a file system from which nothing may be run.
func mountedNoexec(path string) bool {
	var system unix.Statfs_t
	return unix.Statfs(path, &system) == nil && system.Flags&unix.ST_NOEXEC != 0
}
