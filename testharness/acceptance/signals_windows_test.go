package acceptance

import (
	"os"
	"os/exec"
	"syscall"
)

// suspendSignal is none that Windows knows: to send it is an error.
const suspendSignal = syscall.Signal(0x13)

// kill ends a process; there are no other signals.
func kill(pid int, signal syscall.Signal) error {
	process, err := os.FindProcess(pid)
	if err != nil {
		return err
	}
	defer func() { _ = process.Release() }()
	if signal == syscall.SIGKILL {
		return process.Kill()
	}
	return process.Signal(signal)
}

// ownGroup has the command begin a group of processes.
func ownGroup(command *exec.Cmd) {
	command.SysProcAttr = &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}
