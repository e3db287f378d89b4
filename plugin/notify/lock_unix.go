//go:build unix

package notify

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// fileLock is a lock that ends with the process, however that ends.
type fileLock struct{ file *os.File }

// lockFile takes the lock, or returns nil when another process holds it.
func lockFile(path string) (*fileLock, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock of the notification service: %w", err)
	}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		_ = file.Close()
		return nil, nil
	}
	if err != nil {
		_ = file.Close()
		return nil, fmt.Errorf("lock of the notification service: %w", err)
	}
	return &fileLock{file}, nil
}

func (l *fileLock) release() { _ = l.file.Close() }
