// Package socketdir makes directories for the sockets of plugins, and removes those that killed hosts have left
// behind.
package socketdir

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/smtp-settings/smtp-settings/shared/filemode"
	"github.com/smtp-settings/smtp-settings/shared/trust"
)

// prefix begins the names of the directories; digits follow. Earlier versions put a process id and a dash before the
// digits. Theirs are not touched: they are not locked, so whether they are in use cannot be told.
const prefix = "sp-"

// marker is a file in each of the directories. What only has such a name may be a user's work, and is not removed.
const marker = ".socket-directory"

// attempts is how often a directory is made before giving up. A second one is needed only when a cleaner steps in
// between.
const attempts = 10

// errTaken is a new directory that another host has taken for one that was left behind.
var errTaken = errors.New("it was removed at once")

// Directory is a directory for this user only. It is locked as long as this process lives and Remove
// has not been called; that is how other processes know that it is in use, whatever process ids they can see. The
// lock also keeps systemd-tmpfiles from removing it for its age.
type Directory struct {
	Path string
	lock *os.File
}

// New makes a directory whose path is short enough for a socket in it: in TMPDIR (TMP on Windows), or else in
// XDG_RUNTIME_DIR, or else in /tmp. Directories that others could replace are passed over. What killed hosts have left
// there is removed.
func New() (*Directory, error) { return newIn(bases()) }

func newIn(bases []string) (*Directory, error) {
	var refusals []string
	for _, base := range bases {
		d, err := newBelow(base)
		if err == nil {
			return d, nil
		}
		refusals = append(refusals, err.Error())
	}
	return nil, fmt.Errorf("no directory can hold the plugin's socket; set TMPDIR to one that can: %s",
		strings.Join(refusals, "; "))
}

// bases are the directories for temporary files, the best one first.
func bases() []string {
	candidates := append([]string{os.TempDir(), os.Getenv("XDG_RUNTIME_DIR")}, systemBases...)
	var list []string
	for _, candidate := range candidates {
		if filepath.IsAbs(candidate) && !slices.Contains(list, filepath.Clean(candidate)) {
			list = append(list, filepath.Clean(candidate))
		}
	}
	return list
}

func newBelow(base string) (*Directory, error) {
	if len(base) > longestBase {
		return nil, fmt.Errorf("%s has %d bytes, and a socket's path leaves room for %d", base, len(base), longestBase)
	}
	if err := trust.Check(base); err != nil {
		return nil, err
	}
	removeStale(base)
	for range attempts {
		path, err := filemode.MkdirTemp(base, prefix)
		if err != nil {
			return nil, err
		}
		lock, err := hold(path)
		if err == nil {
			return &Directory{Path: path, lock: lock}, nil
		}
		if lock != nil {
			_ = lock.Close()
		}
		_ = os.Remove(path)
		if !errors.Is(err, errTaken) {
			return nil, err
		}
	}
	return nil, fmt.Errorf("%s: %w", base, errTaken)
}

// ours reports whether a name is one that New gives.
func ours(name string) bool {
	digits, found := strings.CutPrefix(name, prefix)
	return found && digits != "" && strings.Trim(digits, "0123456789") == ""
}
