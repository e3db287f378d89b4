//go:build unix

package process

import (
	"errors"
	"fmt"
	"syscall"
)

// isForeign reports whether the system does not take the file for a program.
func isForeign(err error) bool { return errors.Is(err, syscall.ENOEXEC) }

const notPermittedText = "this user may not run it: " +
	"let this user read and execute it, and enter every directory above it (namei -l shows them); " +
	"if that is so, look for a refusal of SELinux or AppArmor in the system's log"

// systemLimits are the errors of the system that are not about the binary.
var systemLimits = []struct {
	number syscall.Errno
	text   string
}{
	{syscall.ETXTBSY, "its file is being written just now, and what is open for writing cannot be run; " +
		"write a new version beside it and rename it"},
	{syscall.EAGAIN, "this user may start no more processes: " +
		"raise the limit (ulimit -u, TasksMax of the systemd unit, the container's limit of processes)"},
	{syscall.ENOMEM, "there is not enough memory to start a process: " +
		"free some, or raise the memory limit of the service or container"},
	{syscall.EMFILE, "this process has too many files open: " +
		"raise its limit (ulimit -n, LimitNOFILE of the systemd unit)"},
	{syscall.ENFILE, "the system has too many files open: raise fs.file-max"},
	{syscall.E2BIG, "its environment is too large: name fewer variables in env of plugin.hcl"},
	{syscall.ELOOP, "its path leads through too many symbolic links"},
	{syscall.EIO, "its file cannot be read: the disk or the network file system reports an error"},
}

// signalCauses say what the signals mean that end a process before it is ready.
var signalCauses = map[string]string{
	"killed": "the kernel does that when memory runs out: " +
		"look into its log (journalctl -k), and at the memory limit of the service or container",
	"illegal instruction": "it was built for a newer processor than this machine's, or it is damaged",
	"bad system call":     "a sandbox (seccomp) forbids a system call that it makes",
	"segmentation fault":  "it is damaged, or has a defect",
	"bus error":           "it is damaged, or the disk or memory failed",
}

// statusMeaning is what an exit status tells; empty for most.
func statusMeaning(status int) string {
	if status == 126 || status == 127 {
		return "what it needs to run was not found"
	}
	return ""
}

// explainSignal tells of a process that a signal has ended.
func (f *startFailure) explainSignal() string {
	if !f.endedByItself() {
		return ""
	}
	wait, ok := f.ended.Sys().(syscall.WaitStatus)
	if !ok || !wait.Signaled() {
		return ""
	}
	signal := wait.Signal()
	if found := inspectProgram(f.binary, ""); found != "" {
		return fmt.Sprintf("it ended before it was ready (%s): %s", signal, found)
	}
	text := fmt.Sprintf("a signal ended it before it was ready (%s)", signal)
	if cause := signalCauses[signal.String()]; cause != "" {
		text += ": " + cause
	}
	return f.withLastLine(text)
}
