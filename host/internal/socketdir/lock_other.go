//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package socketdir

import "os"

// systemBases is empty: the system has its own place for temporary files.
var systemBases []string

// hold locks nothing: directories cannot be locked here.
func hold(string) (*os.File, error) { return nil, nil }

// removeStale removes nothing, as it cannot be told what is in use.
func removeStale(string) {}
