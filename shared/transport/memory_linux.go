package transport

import "golang.org/x/sys/unix"

// protectMemory keeps the secrets in this process out of core dumps and from other processes of the same user, as far
// as the system lets it. It also keeps debuggers out.
func protectMemory() {
	_ = unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{})
	_ = unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0)
}
