//go:build !windows

package manifest

import (
	"io/fs"
	"path/filepath"
)

// absolute makes a path in a manifest absolute, which stands in the directory.
func absolute(directory, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(directory, path)
}

// programPath is the file that is run for a binary.
func programPath(_, path string) (string, error) { return path, nil }

// mayRun reports whether the mode of a file lets anybody run it.
func mayRun(info fs.FileInfo) bool { return info.Mode()&0o111 != 0 }
