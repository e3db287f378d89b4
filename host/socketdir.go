package host

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// socketDirPrefix begins the names of the directories for sockets; the process id of the host follows.
const socketDirPrefix = "sp-"

// makeSocketDir makes a directory for the socket of one run of a plugin, for this user only. The path of a socket may have
// about 100 bytes, so the name is short. What hosts that were killed have left behind is removed first.
func makeSocketDir() (string, error) {
	removeStaleSocketDirs(os.TempDir())
	return os.MkdirTemp("", fmt.Sprintf("%s%d-", socketDirPrefix, os.Getpid())) // mode 0700
}

// removeStaleSocketDirs removes the directories of hosts that are no more. Those of other users cannot be removed, and are
// left alone.
func removeStaleSocketDirs(in string) {
	found, _ := filepath.Glob(filepath.Join(in, socketDirPrefix+"*-*"))
	for _, directory := range found {
		owner, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(directory), socketDirPrefix), "-")
		if pid, err := strconv.Atoi(owner); err == nil && !processLives(pid) {
			_ = os.RemoveAll(directory)
		}
	}
}
