package trust

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/smtp-settings/smtp-settings/shared/internal/accesslist"
	"golang.org/x/sys/windows"
)

// maxLinks is how many links are followed, as by the system.
const maxLinks = 63

// Check looks at the file or directory, at every directory above it, and at every link on the way with the directories
// that it leads through. Each must belong to the user of this process, to the system or to its administrators, and
// nobody else may be able to change the file, or to delete or rename what it stands in. Nobody else may make files in
// the directory of the file either: a program takes its libraries from there. In other directories on the way they may,
// as they may in the root of a volume. The error is an *Error, or one of the file system.
func Check(path string) error {
	self, err := accesslist.Self()
	if err != nil {
		return err
	}
	path, err = filepath.Abs(path) // Cleaned: the system does that too, before it looks for links.
	if err != nil {
		return err
	}
	return checker{self: self}.check(path)
}

type checker struct{ self string }

func (c checker) check(path string) error {
	at, rest := split(path)
	if err := c.checkEntry(at, true, accesslist.Emptying); err != nil { // Nobody can rename the root of a volume.
		return err
	}
	for links := 0; len(rest) > 0; {
		name := rest[0]
		rest = rest[1:]
		next := filepath.Join(at, name)
		info, err := os.Stat(next)
		if err != nil {
			return err
		}
		if last := len(rest) == 0; last && !info.IsDir() {
			if err := c.checkEntry(at, true, accesslist.Changing); err != nil {
				return err
			}
		}
		rights := accesslist.Changing
		if info.IsDir() {
			rights = accesslist.Replacing
		}
		if err := c.checkEntry(next, info.IsDir(), rights); err != nil {
			return err
		}
		target, linked := readLink(at, next)
		if !linked {
			at = next
			continue
		}
		if links++; links > maxLinks {
			return &fs.PathError{Op: "open", Path: path, Err: windows.ERROR_CANT_RESOLVE_FILENAME}
		}
		root, names := split(target)
		if root != at {
			if err := c.checkEntry(root, true, accesslist.Emptying); err != nil {
				return err
			}
		}
		at, rest = root, append(names, rest...)
	}
	return nil
}

// split is the root of a path's volume, and the names below it.
func split(path string) (root string, names []string) {
	if share, isShare := strings.CutPrefix(path, `\\?\UNC\`); isShare { // package filepath takes UNC for the volume.
		path = `\\` + share
	}
	volume := filepath.VolumeName(path)
	return volume + `\`, strings.FieldsFunc(path[len(volume):], func(r rune) bool { return r == '\\' || r == '/' })
}

// readLink tells where a symbolic link, a junction or a mounted volume leads to.
func readLink(directory, path string) (target string, linked bool) {
	info, err := os.Lstat(path)
	if err != nil || info.Mode()&(fs.ModeSymlink|fs.ModeIrregular) == 0 {
		return "", false
	}
	target, err = os.Readlink(path)
	switch {
	case err != nil: // It stands for something else, such as a file that is fetched from elsewhere when it is opened.
		return "", false
	case filepath.IsAbs(target):
		return filepath.Clean(target), true
	case strings.HasPrefix(target, `\`):
		return filepath.Clean(filepath.VolumeName(path) + target), true
	}
	return filepath.Join(directory, target), true
}

// checkEntry checks one file, directory or link by itself: nobody else may have the rights.
func (c checker) checkEntry(path string, directory bool, rights accesslist.Rights) error {
	list, err := accesslist.Read(path)
	if errors.Is(err, accesslist.ErrNoLists) {
		return &Error{Path: path, Problem: err.Error()}
	}
	if err != nil {
		return err
	}
	about := accesslist.About(path, directory, c.self)
	if !accesslist.Trusted(list.Owner, c.self) {
		return &Error{
			Path: path,
			Problem: "belongs to " + accesslist.Name(list.Owner) + ", who could replace it, and neither to the " +
				"administrators nor to " + accesslist.Name(c.self) + ", who runs it",
			Remedy: about.Own(),
		}
	}
	entry, found := list.Granted(rights, c.self)
	if !found {
		return nil
	}
	return &Error{
		Path: path, Problem: "can be changed by " + accesslist.Name(entry.SID) + ", who could replace it",
		Remedy: about.DropChanging(entry),
	}
}
