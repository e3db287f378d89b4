//go:build unix

package store

// oddNames are of directories that only this system can have.
var oddNames = []string{"a?b", `a\b`, "a:b"}
