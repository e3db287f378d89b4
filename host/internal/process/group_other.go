//go:build !linux

package process

import (
	"errors"
	"os"
	"os/exec"
)

// group is only the plugin's process: what its children do cannot be told here in one way for all systems.
type group struct{}

func (g *group) prepare(*exec.Cmd) {}

// wait returns when the process has ended.
func (g *group) wait(command *exec.Cmd) error { return command.Wait() }

// kill ends the process by force. It is no error that there is none.
func (g *group) kill(command *exec.Cmd) error {
	if err := command.Process.Kill(); !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	return nil
}
