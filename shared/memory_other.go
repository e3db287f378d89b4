//go:build !linux

package shared

// protectMemory has no counterpart here.
func protectMemory() {}
