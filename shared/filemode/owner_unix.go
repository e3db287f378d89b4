//go:build unix

package filemode

import (
	"io/fs"
	"os"
	"os/user"
	"strconv"
	"syscall"

	"github.com/smtp-settings/smtp-settings/shared/trust"
)

// loneGroup reports whether a file's group has no other member. A test has groups of its own.
var loneGroup = trust.LoneGroup

func owner(info fs.FileInfo) (uid uint32, known bool) {
	status, known := info.Sys().(*syscall.Stat_t)
	if !known {
		return 0, false
	}
	return status.Uid, true
}

func own(info fs.FileInfo) bool {
	uid, known := owner(info)
	return known && int(uid) == os.Geteuid()
}

func ownedByRoot(info fs.FileInfo) bool {
	uid, known := owner(info)
	return known && uid == 0
}

// foreignOwner names the owner, unless that is root or the user of this process.
func foreignOwner(info fs.FileInfo) (name string, foreign bool) {
	uid, known := owner(info)
	if !known || uid == 0 || int(uid) == os.Geteuid() {
		return "", false
	}
	name = "uid " + strconv.FormatUint(uint64(uid), 10)
	if found, err := user.LookupId(strconv.FormatUint(uint64(uid), 10)); err == nil {
		name = found.Username
	}
	return name, true
}
