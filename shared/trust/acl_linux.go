package trust

import "golang.org/x/sys/unix"

// hasACL reports whether the file has an access control list beside its mode.
func hasACL(path string) bool {
	size, err := unix.Lgetxattr(path, "system.posix_acl_access", nil)
	return err == nil && size > 0
}
