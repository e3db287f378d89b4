//go:build !linux

package mailserver

import "errors"

// Filtered is a port that swallows packets; it can only be made on Linux.
type Filtered struct{}

// NewFiltered fails here.
func NewFiltered() (*Filtered, error) {
	return nil, errors.New("a filtered port can only be made on Linux")
}

// Port is 0.
func (f *Filtered) Port() int { return 0 }

// Close does nothing.
func (f *Filtered) Close() {}
