//go:build !linux

package process

import "os/exec"

// endWithParent has no counterpart here; the plugin itself watches its parent.
func endWithParent(*exec.Cmd) {}
