package host

import (
	"errors"
	"os/exec"
	"syscall"
)

// endWithParent has the kernel kill the plugin when the host dies, whatever it dies of.
func endWithParent(command *exec.Cmd) {
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}

// processLives reports whether there is a process of the id.
func processLives(pid int) bool { return !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) }
