package notify

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"golang.org/x/sys/windows"

	"github.com/smtp-settings/smtp-settings/shared/filemode"
)

// fileLock is a lock that ends with the process, however that ends. While it is held its file can neither be deleted
// nor replaced.
type fileLock struct {
	path   string
	file   *os.File
	before holder // who held it last
}

// lockFile takes the lock, or returns nil when another process holds it.
func lockFile(path string, me holder) (*fileLock, error) {
	file, err := openLock(path)
	if err != nil {
		return nil, fmt.Errorf("lock of the notification service: %w", err)
	}
	taken, err := lockByte(file, windows.LOCKFILE_EXCLUSIVE_LOCK)
	lock := &fileLock{path: path, file: file}
	if err == nil && taken {
		lock.before = readHolder(file)
		err = writeHolder(file, me)
	}
	if err != nil || !taken {
		lock.release()
		return nil, err
	}
	return lock, nil
}

// openLock opens the file of the lock for this user only: who may read it could lock it. It is open without
// FILE_SHARE_DELETE, which keeps it in its place.
func openLock(path string) (*os.File, error) {
	file, err := filemode.Create(path)
	if errors.Is(err, fs.ErrExist) {
		file, err = os.OpenFile(path, os.O_RDWR, 0)
	}
	return file, err
}

// keep takes the lock anew when the share that it is on was gone for a while. It is false when another process has been
// faster.
func (l *fileLock) keep(me holder) (bool, error) {
	if _, err := l.file.Stat(); err == nil {
		return true, nil
	}
	again, err := lockFile(l.path, me)
	if err != nil {
		return true, err
	}
	if again == nil {
		return false, nil
	}
	_ = l.file.Close()
	l.file = again.file
	return true, nil
}

func (l *fileLock) release() { _ = l.file.Close() }

// lockHolder tells who holds the lock; nobody does when held is false.
func lockHolder(path string) (by holder, held bool, err error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return holder{}, false, nil
	}
	if err != nil {
		return holder{}, false, err
	}
	defer file.Close()
	by = readHolder(file)
	free, err := lockByte(file, 0)
	return by, err == nil && !free, err
}

// lockedByte is the high half of the place of the byte that is locked: far behind what the file says, as others cannot
// read what is locked.
const lockedByte = 1 << 30

// lockByte is false when another process holds the lock. The lock ends when the file is closed.
func lockByte(file *os.File, how uint32) (bool, error) {
	at := &windows.Overlapped{OffsetHigh: lockedByte}
	err := windows.LockFileEx(windows.Handle(file.Fd()), how|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, at)
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("lock of the notification service: %s: %w", file.Name(), err)
	}
	return true, nil
}
