//go:build unix

package socketdir

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
)

// systemBases are tried when the environment names no directory that will do.
var systemBases = []string{"/tmp"}

// longestBase is how many bytes the path of the directory above may have. The path of a socket has at most 103 on
// every system. Of these the name of ours takes 14 with its slash, and 31 are left for the name of the socket with
// its slash.
const longestBase = 103 - 14 - 31

// hold locks a directory that was just made, and then makes the marker in it. It fails with errTaken when another host
// that removes what was left behind has been faster: then that one holds the lock, or the directory is gone already.
func hold(path string) (*os.File, error) {
	directory, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, errTaken
	}
	if err != nil {
		return nil, err
	}
	if err := lock(directory); errors.Is(err, syscall.EWOULDBLOCK) || !stillAt(path, directory) {
		_ = directory.Close()
		return nil, errTaken
	}
	// Also on a file system without locks: nobody else can lock it there either.
	return directory, os.WriteFile(filepath.Join(path, marker), nil, 0o600)
}

// removeStale removes the directories of hosts that are no more: those of this user, with the marker, that nobody
// has locked. The lock is held while they are removed, so that a host that has just made one sees it.
func removeStale(base string) {
	entries, _ := os.ReadDir(base)
	for _, entry := range entries {
		path := filepath.Join(base, entry.Name())
		if !ours(entry.Name()) || !entry.IsDir() {
			continue
		}
		info, err := os.Lstat(path)
		if err != nil {
			continue
		}
		if status, ok := info.Sys().(*syscall.Stat_t); !ok || int(status.Uid) != os.Geteuid() {
			continue
		}
		if sign, err := os.Lstat(filepath.Join(path, marker)); err != nil || !sign.Mode().IsRegular() {
			continue
		}
		directory, err := os.Open(path)
		if err != nil {
			continue
		}
		if lock(directory) == nil && stillAt(path, directory) {
			_ = os.RemoveAll(path)
		}
		_ = directory.Close()
	}
}

// Remove removes the directory with all that is in it.
func (d *Directory) Remove() {
	_ = os.RemoveAll(d.Path)
	_ = d.lock.Close()
}

func lock(directory *os.File) error {
	return syscall.Flock(int(directory.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
}

// stillAt reports whether the path still leads to the open directory, and not by way of a link.
func stillAt(path string, directory *os.File) bool {
	there, err1 := os.Lstat(path)
	here, err2 := directory.Stat()
	return err1 == nil && err2 == nil && os.SameFile(there, here)
}
