//go:build !unix

package filemode

import "io/fs"

// unixModes are the bits that mean something on this system: access is decided by lists that a mode does not show.
const unixModes fs.FileMode = 0

func own(fs.FileInfo) bool { return true }

func ownedByRoot(fs.FileInfo) bool { return true }

func foreignOwner(fs.FileInfo) (name string, foreign bool) { return "", false }

func loneGroup(string, fs.FileInfo) bool { return true }
