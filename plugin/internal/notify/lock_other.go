//go:build !unix

package notify

// fileLock has no counterpart here: one process must be made sure of by other means.
type fileLock struct{ before holder }

func lockFile(string, holder) (*fileLock, error) { return &fileLock{}, nil }

func (l *fileLock) keep(holder) (bool, error) { return true, nil }

func (l *fileLock) release() {}

func lockHolder(string) (by holder, held bool, err error) { return holder{}, true, nil }
