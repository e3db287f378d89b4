//go:build !wine

package acceptance

// endWindows has nothing to end.
func endWindows() error { return nil }
