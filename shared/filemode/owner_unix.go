//go:build unix

package filemode

import (
	"bufio"
	"io/fs"
	"os"
	"os/user"
	"strconv"
	"strings"
	"syscall"
)

// unixModes are the bits that mean something on this system.
const unixModes fs.FileMode = 0o777

func owner(info fs.FileInfo) (uid, gid uint32, known bool) {
	status, known := info.Sys().(*syscall.Stat_t)
	if !known {
		return 0, 0, false
	}
	return status.Uid, status.Gid, true
}

func own(info fs.FileInfo) bool {
	uid, _, known := owner(info)
	return known && int(uid) == os.Geteuid()
}

func ownedByRoot(info fs.FileInfo) bool {
	uid, _, known := owner(info)
	return known && uid == 0
}

// foreignOwner names the owner, unless that is root or the user of this process.
func foreignOwner(info fs.FileInfo) (name string, foreign bool) {
	uid, _, known := owner(info)
	if !known || uid == 0 || int(uid) == os.Geteuid() {
		return "", false
	}
	name = "uid " + strconv.FormatUint(uint64(uid), 10)
	if found, err := user.LookupId(strconv.FormatUint(uint64(uid), 10)); err == nil {
		name = found.Username
	}
	return name, true
}

// groupFile and passwordFile say who is in a group. A test has others.
var groupFile, passwordFile = "/etc/group", "/etc/passwd"

// loneGroup reports whether nobody but root and the file's owner is in the file's group. A group that the machine's own
// list does not have may have anybody in it.
func loneGroup(info fs.FileInfo) bool {
	uid, gid, known := owner(info)
	if !known {
		return false
	}
	group := strconv.FormatUint(uint64(gid), 10)
	mine := map[string]bool{} // names of root and of the owner
	ok := eachLine(passwordFile, func(fields []string) bool {
		if len(fields) < 4 {
			return true
		}
		if fields[2] == "0" || fields[2] == strconv.FormatUint(uint64(uid), 10) {
			mine[fields[0]] = true
			return true
		}
		return fields[3] != group
	})
	found := false
	return ok && eachLine(groupFile, func(fields []string) bool {
		if len(fields) < 4 || fields[2] != group {
			return true
		}
		found = true
		for member := range strings.SplitSeq(fields[3], ",") {
			if member != "" && !mine[member] {
				return false
			}
		}
		return true
	}) && found
}

// eachLine gives the fields of each line to accept, and reports whether all were accepted.
func eachLine(path string, accept func(fields []string) bool) bool {
	file, err := os.Open(path)
	if err != nil {
		return false
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		if !accept(strings.Split(lines.Text(), ":")) {
			return false
		}
	}
	return lines.Err() == nil
}
