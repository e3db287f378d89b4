package transport

// orphaned reports whether the host has ended before this process could look at it: launchd, which then is the parent,
// is no host.
func orphaned(parent int) bool { return parent == 1 }
