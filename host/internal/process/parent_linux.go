package process

import (
	"os/exec"
	"syscall"
)

// endWithParent has the kernel kill the plugin when the host dies, whatever it dies of.
func endWithParent(command *exec.Cmd) {
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
