//go:build unix

package filemode

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// private are the bits that a file for its owner only does not have.
const private fs.FileMode = 0o077

// Directory makes the directory, for its owner only, if it does not exist. One that others can write, or that belongs
// to another user, is an error that says what to do: what is in it may be another user's.
func Directory(path string) error {
	info, err := os.Stat(path)
	if os.IsNotExist(err) {
		if err = os.MkdirAll(path, 0o700); err == nil {
			err = os.Chmod(path, 0o700) //nolint:gosec // It is a directory. The umask may have taken away what its owner needs.
		}
		return err
	}
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return fmt.Errorf("%s is not a directory", path)
	}
	if user, foreign := foreignOwner(info); foreign {
		return fmt.Errorf("%s belongs to another user (%s): run as that user, or run chown on it", path, user)
	}
	if mode := others(path, info) & 0o022; mode != 0 {
		return fmt.Errorf("%s can be written by others (mode %04o): run chmod go-w %s", path, info.Mode().Perm(), path)
	}
	return nil
}

// Shared makes sure that others cannot put anything into a directory that is read only. One of root with the sticky bit
// passes: nobody replaces what another user has put there. The error does not name the path.
func Shared(path string, info fs.FileInfo) error {
	if !info.IsDir() {
		return fmt.Errorf("is not a directory")
	}
	if user, foreign := foreignOwner(info); foreign {
		return fmt.Errorf("belongs to another user (%s); it must belong to root or to the user of the Console", user)
	}
	if others(path, info)&0o022 != 0 && (info.Mode()&fs.ModeSticky == 0 || !ownedByRoot(info)) {
		return fmt.Errorf("can be written by others (mode %04o); run chmod go-w on it", info.Mode().Perm())
	}
	return nil
}

// Tighten takes the permissions of others from a file, as they usually are after a restore, and reports whether there
// were any. A file that does not exist is none of its business. One of another user is an error that says what to do.
func Tighten(path string) (tightened bool, err error) {
	info, err := os.Stat(path)
	switch {
	case os.IsNotExist(err):
		return false, nil
	case err != nil:
		return false, err
	case !info.Mode().IsRegular():
		return false, fmt.Errorf("%s is not a regular file", path)
	}
	if user, foreign := foreignOwner(info); foreign {
		return false, fmt.Errorf("%s belongs to another user (%s): run chown on it", path, user)
	}
	if others(path, info)&private == 0 {
		return false, nil
	}
	if !own(info) {
		return false, fmt.Errorf("%s is open to others (mode %04o) and belongs to root: run chmod 600 and chown on it", path,
			info.Mode().Perm())
	}
	if err := os.Chmod(path, info.Mode().Perm()&^private); err != nil {
		return false, fmt.Errorf("%s is open to others (mode %04o): %w; run chmod 600 %s", path, info.Mode().Perm(), err,
			path)
	}
	return true, nil
}

// Secret makes sure that others can neither read nor write a file with a secret that this process does not look after.
// It may belong to root and be open to a group, as that is how root gives a secret to the user of a service. The error
// does not name the file.
func Secret(path string, info fs.FileInfo) error {
	if user, foreign := foreignOwner(info); foreign {
		return fmt.Errorf("belongs to another user (%s); it must belong to root or to the user of the Console", user)
	}
	open := others(path, info) & private
	if !own(info) {
		open &^= 0o040
	}
	if open != 0 {
		return fmt.Errorf("can be read by others (mode %04o): run chmod 600 on it", info.Mode().Perm())
	}
	return nil
}

// Create makes a new file for its owner only, open for reading and writing. One that is there already is fs.ErrExist.
func Create(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := file.Chmod(0o600); err != nil { // Whatever the umask is.
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// Scratch makes a file for its owner only that has no name and is gone when it is closed, however that comes.
func Scratch(directory, prefix string) (*os.File, error) {
	file, err := CreateTemp(directory, prefix)
	if err != nil {
		return nil, err
	}
	return file, os.Remove(file.Name())
}

func mkdir(path string) error {
	if err := os.Mkdir(path, 0o700); err != nil {
		return err
	}
	return os.Chmod(path, 0o700) //nolint:gosec // It is a directory. The umask may have taken away what its owner needs.
}

// others are the permissions that others have.
func others(path string, info fs.FileInfo) fs.FileMode {
	mode := info.Mode().Perm()
	if mode&0o070 != 0 && loneGroup(path, info) {
		mode &^= 0o070
	}
	return mode
}
