//go:build !linux

package transport

// protectMemory has no counterpart here.
func protectMemory() {}
