//go:build unix

package process

import (
	"errors"
	"os/exec"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/smtp-settings/smtp-settings/shared/processend"
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

// begin lets the process go on, which it does by itself.
func (g *group) begin(*exec.Cmd) error { return nil }

// wait returns when the process has ended, and ends what it leaves behind in its group. Until the process is reaped
// the number of the group cannot be given to another one; where it cannot be awaited (before Linux 5.3) it is reaped
// first.
func (g *group) wait(command *exec.Cmd) (outcome error) {
	unwatched := processend.Await(command.Process.Pid)
	if unwatched != nil {
		outcome = command.Wait()
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	_ = unix.Kill(-command.Process.Pid, unix.SIGKILL)
	g.ended = true
	if unwatched == nil {
		outcome = command.Wait()
	}
	return outcome
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
