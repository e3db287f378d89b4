//go:build unix

package notify

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// fileLock is a lock that ends with the process, however that ends. It is held on the file, which says who holds it,
// and on its directory: a file can be deleted or replaced while it is locked, and a second process would lock the new
// one.
type fileLock struct {
	path            string
	file, directory *os.File // directory is nil where directories cannot be locked
	before          holder   // who held it last
	missed          int      // how often in a row the new file was found locked
}

// lockFile takes the lock, or returns nil when another process holds it. The directory comes first, so that who asks in
// vain never touches the file of a holder.
func lockFile(path string, me holder) (*fileLock, error) {
	lock := &fileLock{path: path}
	taken, err := lock.takeDirectory()
	if err == nil && taken {
		taken, err = lock.takeFile()
	}
	if err != nil || !taken {
		lock.release()
		return nil, err
	}
	lock.before = readHolder(lock.file)
	if err := writeHolder(lock.file, me); err != nil {
		lock.release()
		return nil, err
	}
	return lock, nil
}

// takeFile locks the file that is there now.
func (l *fileLock) takeFile() (bool, error) {
	file, err := os.OpenFile(l.path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return false, fmt.Errorf("lock of the notification service: %w", err)
	}
	taken, err := flock(file, syscall.LOCK_EX)
	if err != nil || !taken {
		_ = file.Close()
		return false, err
	}
	if l.file != nil {
		_ = l.file.Close()
	}
	l.file = file
	return l.inPlace(), nil
}

// takeDirectory locks the directory. Some file systems cannot do that; there the file has to do.
func (l *fileLock) takeDirectory() (bool, error) {
	directory, err := os.Open(filepath.Dir(l.path))
	if err != nil {
		return false, fmt.Errorf("lock of the notification service: %w", err)
	}
	taken, err := flock(directory, syscall.LOCK_EX)
	if err == nil && taken {
		l.directory = directory
		return true, nil
	}
	_ = directory.Close()
	return err != nil, nil
}

// inPlace reports whether the locked file still is the one that others find.
func (l *fileLock) inPlace() bool {
	held, heldErr := l.file.Stat()
	found, foundErr := os.Stat(l.path)
	return heldErr == nil && foundErr == nil && os.SameFile(held, found)
}

// patience is how often the lock's new file may be found locked by another process: a process that asks who holds the
// lock locks it for a moment.
const patience = 3

// keep puts the lock in place again after its file was deleted or replaced. It is false when another process
// has taken the new one, which only an older version does.
func (l *fileLock) keep(me holder) (bool, error) {
	if l.inPlace() {
		l.missed = 0
		return true, nil
	}
	taken, err := l.takeFile()
	if err != nil {
		return true, err
	}
	if !taken {
		l.missed++
		return l.missed < patience, nil
	}
	return true, writeHolder(l.file, me)
}

func (l *fileLock) release() {
	if l.directory != nil {
		_ = l.directory.Close()
	}
	if l.file != nil {
		_ = l.file.Close()
	}
}

// lockHolder tells who holds the lock; nobody does when held is false. What an older version has written says no more
// than that.
func lockHolder(path string) (by holder, held bool, err error) {
	for _, one := range []string{path, filepath.Dir(path)} {
		file, err := os.Open(one)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return holder{}, false, err
		}
		defer file.Close()
		if one == path {
			by = readHolder(file)
		}
		free, err := flock(file, syscall.LOCK_SH)
		held = held || err == nil && !free
		if err != nil && one == path {
			return holder{}, false, err
		}
	}
	return by, held, nil
}

// flock is false when another process holds the lock.
func flock(file *os.File, how int) (bool, error) {
	err := syscall.Flock(int(file.Fd()), how|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("lock of the notification service: %s: %w", file.Name(), err)
	}
	return true, nil
}
