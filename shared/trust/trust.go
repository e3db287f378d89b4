// Package trust tells whether anybody but root and the user of this process could replace or change a file, in the
// manner of the option StrictModes of sshd. A host asks it before it runs a plugin; a plugin asks it, by way of package
// filemode, about its own files.
package trust

import (
	"fmt"
	"strings"
)

// Error is a path that another user could change, and what to do about it.
type Error struct {
	// Path is the file or directory at fault: the one that was asked about, one of its parents, or one that a
	// symbolic link on the way leads through.
	Path string
	// Problem says who could change it. It follows the path in a sentence.
	Problem string
	// Remedy is a command that ends the problem.
	Remedy string
}

func (e *Error) Error() string { return fmt.Sprintf("%s %s; run: %s", e.Path, e.Problem, e.Remedy) }

// quoted makes a path an argument for a shell.
func quoted(path string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' ||
			strings.ContainsRune("/._-+@%:,=", r)
	}
	if path != "" && strings.IndexFunc(path, func(r rune) bool { return !plain(r) }) < 0 {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}
