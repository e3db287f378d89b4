package process

import (
	"errors"
	"os/exec"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// group is the process group of a plugin: the plugin and those of its children that have not left it.
type group struct {
	mu    sync.Mutex
	ended bool // the number of the group may belong to another process by now
}

// prepare has the command start a group.
func (g *group) prepare(command *exec.Cmd) {
	if command.SysProcAttr == nil {
		command.SysProcAttr = &syscall.SysProcAttr{}
	}
	command.SysProcAttr.Setpgid = true
}

// wait returns when the process has ended, and ends what it leaves behind in its group. Until the process is reaped
// the number of the group cannot be given to another one.
func (g *group) wait(command *exec.Cmd) error {
	for {
		err := unix.Waitid(unix.P_PID, command.Process.Pid, nil, unix.WEXITED|unix.WNOWAIT, nil)
		if !errors.Is(err, unix.EINTR) {
			break
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	_ = unix.Kill(-command.Process.Pid, unix.SIGKILL)
	g.ended = true
	return command.Wait()
}

// kill ends all processes of the group by force. It is no error that there are none.
func (g *group) kill(command *exec.Cmd) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.ended {
		return nil
	}
	err := unix.Kill(-command.Process.Pid, unix.SIGKILL)
	if errors.Is(err, unix.ESRCH) {
		return nil
	}
	return err
}
