// Package filemode keeps the files of a plugin from other users of the machine, in the manner of sshd's StrictModes: a
// directory that others can write is not used, a file that others can read is made private or refused, and a new file
// is private from the start.
//
// On unix others are all users but root and the one that this process runs as. A group that has no other member is none
// of them. On Windows others are all but the user that this process runs as, the system and its administrators; access
// control lists say what they may do, and a volume that keeps none is refused.
package filemode

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
)

// attempts is how often a name is made up before giving up.
const attempts = 1000

// CreateTemp makes a new file for its owner only, whose name begins with the prefix.
func CreateTemp(directory, prefix string) (*os.File, error) {
	return madeUp(directory, prefix, Create)
}

// MkdirTemp makes a new directory for its owner only, whose name is the prefix and digits, and returns its path.
func MkdirTemp(directory, prefix string) (string, error) {
	return madeUp(directory, prefix, func(path string) (string, error) { return path, mkdir(path) })
}

// madeUp makes something under a name that nothing has yet.
func madeUp[T any](directory, prefix string, create func(path string) (T, error)) (T, error) {
	for attempt := 1; ; attempt++ {
		//nolint:gosec // A name that is guessed does no harm: what is there already is not taken.
		digits := strconv.FormatUint(uint64(rand.Uint32()), 10)
		made, err := create(filepath.Join(directory, prefix+digits))
		if !errors.Is(err, fs.ErrExist) || attempt == attempts {
			return made, err
		}
	}
}
