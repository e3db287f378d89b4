//go:build !linux

package transport

import "runtime/debug"

// releaseStart gives back the memory that only the start has needed.
func releaseStart() { debug.FreeOSMemory() }
