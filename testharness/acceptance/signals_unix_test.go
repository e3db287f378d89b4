//go:build unix

package acceptance

import (
	"os/exec"
	"syscall"
)

// suspendSignal stops a process without ending it.
const suspendSignal = syscall.SIGSTOP

// kill sends a signal to a process, or with a negative number to its group.
func kill(pid int, signal syscall.Signal) error { return syscall.Kill(pid, signal) }

// ownGroup has the command begin a group of processes.
func ownGroup(command *exec.Cmd) { command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
