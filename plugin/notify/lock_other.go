//go:build !unix

package notify

// fileLock has no counterpart here: one process must be made sure of by other means.
type fileLock struct{}

func lockFile(string) (*fileLock, error) { return &fileLock{}, nil }

func (l *fileLock) release() {}
