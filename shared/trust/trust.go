// Package trust tells whether anybody but root and the user of this process could replace or change a file, in the
// manner of the option StrictModes of sshd. On Windows root is the system and its administrators, and access control
// lists decide. A host asks it before it runs a plugin; a plugin asks it, by way of package
// filemode, about its own files.
package trust

import "fmt"

// Error is a path that another user could change, and what to do about it.
type Error struct {
	// Path is the file or directory at fault: the one that was asked about, one of its parents, or one that a
	// symbolic link on the way leads through.
	Path string
	// Problem says who could change it. It follows the path in a sentence.
	Problem string
	// Remedy is a command that ends the problem; empty when none does, and then Problem says what does.
	Remedy string
}

func (e *Error) Error() string {
	if e.Remedy == "" {
		return e.Path + " " + e.Problem
	}
	return fmt.Sprintf("%s %s; run: %s", e.Path, e.Problem, e.Remedy)
}
