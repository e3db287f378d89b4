package filemode

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/windows"

	"github.com/smtp-settings/smtp-settings/shared/internal/accesslist"
)

// checked is a file or directory with its list.
type checked struct {
	accesslist.List
	self  string
	about accesslist.Subject
}

// check reads the list of what a path leads to, and refuses a file of another user. name is the path, or empty where an
// error must not name it.
func check(path, name string, directory bool) (checked, error) {
	self, err := accesslist.Self()
	if err != nil {
		return checked{}, err
	}
	target, err := filepath.EvalSymlinks(path) // A link has a list of its own.
	var list accesslist.List
	if err == nil {
		list, err = accesslist.Read(target)
	}
	if err != nil {
		var withPath *fs.PathError
		if name == "" && errors.As(err, &withPath) {
			err = withPath.Err
		}
		return checked{}, err
	}
	c := checked{List: list, self: self, about: accesslist.About(name, directory, self)}
	if !accesslist.Trusted(list.Owner, self) {
		return c, fmt.Errorf("belongs to another user (%s): run %s", accesslist.Name(list.Owner), c.about.Own())
	}
	return c, nil
}

// unchanged is an error unless others can change neither what this is about nor, in a directory, the files that will be
// made there.
func (c checked) unchanged() error {
	entry, found := c.Granted(accesslist.Changing, c.self)
	if !found && c.about.Directory {
		entry, found = c.GrantedForFiles(accesslist.Changing, c.self)
	}
	if !found {
		return nil
	}
	return fmt.Errorf("can be written by others (%s): run %s", accesslist.Name(entry.SID), c.about.DropChanging(entry))
}

// Directory makes the directory, for its owner only, if it does not exist. One that others can write, or that belongs
// to another user, is an error that says what to do: what is in it may be another user's.
func Directory(path string) error {
	info, err := os.Stat(path)
	if os.IsNotExist(err) {
		if err = mkdirAll(path); err == nil {
			info, err = os.Stat(path)
		}
	}
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return fmt.Errorf("%s is not a directory", path)
	}
	c, err := check(path, path, true)
	if err == nil {
		err = c.unchanged()
	}
	return named(path, err)
}

// named puts the path before a problem. An error of the system has it already.
func named(path string, err error) error {
	var withPath *fs.PathError
	if err == nil || errors.As(err, &withPath) {
		return err
	}
	return fmt.Errorf("%s %w", path, err)
}

// Shared makes sure that others cannot put anything into a directory that is read only. The error does not name the
// path.
func Shared(path string, info fs.FileInfo) error {
	if !info.IsDir() {
		return fmt.Errorf("is not a directory")
	}
	c, err := check(path, "", true)
	if err != nil {
		return err
	}
	return c.unchanged()
}

// Tighten takes the permissions of others from a file, as they usually are after a restore, and reports whether there
// were any. A file that does not exist is none of its business. One of another user is an error that says what to do.
func Tighten(path string) (tightened bool, err error) {
	info, err := os.Lstat(path)
	switch {
	case os.IsNotExist(err):
		return false, nil
	case err != nil:
		return false, err
	case !info.Mode().IsRegular():
		return false, fmt.Errorf("%s is not a regular file", path)
	}
	c, err := check(path, path, false)
	if err != nil {
		return false, named(path, err)
	}
	entry, found := c.Granted(accesslist.Changing|accesslist.Reading, c.self)
	if !found {
		return false, nil
	}
	if err := accesslist.MakePrivate(path); err != nil {
		return false, fmt.Errorf("%s is open to others (%s): %w; run %s", path, accesslist.Name(entry.SID), err,
			c.about.Private())
	}
	return true, nil
}

// Secret makes sure that others can neither read nor write a file with a secret that this process does not look after.
// The error does not name the file.
func Secret(path string, _ fs.FileInfo) error {
	c, err := check(path, "", false)
	if err != nil {
		return err
	}
	entry, found := c.Granted(accesslist.Changing|accesslist.Reading, c.self)
	if !found {
		return nil
	}
	return fmt.Errorf("can be read by others (%s): run %s", accesslist.Name(entry.SID), c.about.Drop(entry))
}

// Create makes a new file for its owner only, open for reading and writing. One that is there already is fs.ErrExist.
func Create(path string) (*os.File, error) {
	return create(path, 0, windows.FILE_SHARE_READ|windows.FILE_SHARE_WRITE, windows.FILE_ATTRIBUTE_NORMAL)
}

// Scratch makes a file for its owner only that is gone when it is closed, however that comes.
func Scratch(directory, prefix string) (*os.File, error) {
	return madeUp(directory, prefix, func(path string) (*os.File, error) {
		return create(path, windows.DELETE, windows.FILE_SHARE_DELETE,
			windows.FILE_ATTRIBUTE_TEMPORARY|windows.FILE_FLAG_DELETE_ON_CLOSE)
	})
}

// create makes a new file, open for reading, writing and what more is asked for.
func create(path string, access, share, attributes uint32) (*os.File, error) {
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	private, err := accesslist.PrivateAttributes()
	if err != nil {
		return nil, err
	}
	access |= windows.GENERIC_READ | windows.GENERIC_WRITE
	file, err := windows.CreateFile(name, access, share, private, windows.CREATE_NEW, attributes, 0)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	return os.NewFile(uintptr(file), path), nil
}

// mkdirAll makes a directory and those above it that do not exist, each for its owner only.
func mkdirAll(path string) error {
	err := mkdir(path)
	if errors.Is(err, fs.ErrNotExist) && filepath.Dir(path) != path {
		if err := mkdirAll(filepath.Dir(path)); err != nil {
			return err
		}
		err = mkdir(path)
	}
	if errors.Is(err, fs.ErrExist) { // Another process has made it; what it is, is looked at.
		return nil
	}
	return err
}

func mkdir(path string) error {
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return &fs.PathError{Op: "mkdir", Path: path, Err: err}
	}
	private, err := accesslist.PrivateAttributes()
	if err != nil {
		return err
	}
	if err := windows.CreateDirectory(name, private); err != nil {
		return &fs.PathError{Op: "mkdir", Path: path, Err: err}
	}
	return nil
}
