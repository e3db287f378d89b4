//go:build !linux

package process

import (
	"errors"
	"io"
	"os"
)

// copyProgram copies a program into a file at the path.
func copyProgram(content io.Reader, path string) (*os.File, error) {
	return nil, copyToFile(content, path)
}

// linkDescriptor is for Linux: elsewhere a descriptor has no path that programs could be run by.
func linkDescriptor(string, *os.File) error {
	return errors.New("a script can have a sha256 on Linux only")
}
